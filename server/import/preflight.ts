import { type Bucket, type BucketObject, UnreadableError } from '../buckets/bucket.ts'
import type { OpenBucket } from '../buckets/open-bucket.ts'
import { failureText } from '../model/failure-text.ts'
import type { ImportJobRequest } from '../model/import-job.ts'
import { readS3Url } from '../model/s3-url.ts'
import { refuseDocuments } from './json-document.ts'
import { nothingToImport } from './list-pieces.ts'
import { type DecodedLine, decodeLines } from './read/decode-lines.ts'
import { isBad } from './read/item.ts'
import { readContent } from './read/object-content.ts'
import { parseCsv } from './read/parse-csv.ts'
import { parseNdjson } from './read/parse-ndjson.ts'
import { isArchive, Skipped, selectObjects } from './read/select-objects.ts'
import { readEndpoint } from './read/validate.ts'

/** What CreateImportJob looks at before it answers. */
export interface PreflightSettings {
  /** Whether the objects are opened and the first record of each is read, as the real service was seen to do. */
  strict: boolean
  /** The most that one job may read; undefined for any amount. */
  importSize: { bytes: number; objects: number } | undefined
}

/** Gives why a job must not be created; undefined when it may. */
export type Preflight = (
  definition: Pick<ImportJobRequest, 'S3Url' | 'Format'>,
) => Promise<string | undefined>

/**
 * Makes the look that CreateImportJob takes at what a job would read: at the size, or at each object's first record,
 * or at both.
 *
 * @param signal ends it
 */
export function createPreflight(
  { strict, importSize }: PreflightSettings,
  openBucket: OpenBucket,
  signal: AbortSignal,
): Preflight {
  return async ({ S3Url, Format }) => {
    const location = readS3Url(S3Url)
    if (location === undefined) return undefined
    const { bucket: name, key } = location
    if (strict && isArchive(key)) {
      return `${S3Url} is compressed: Pinpoint imports objects that are not (without PREFLIGHT=strict, .gz is read)`
    }
    let [objects, bytes] = [0, 0]
    const selection = { compressed: !strict, signal, skipped: new Skipped() }
    try {
      const bucket = openBucket(name)
      for await (const object of selectObjects(bucket, key, Format, selection)) {
        objects++
        bytes += object.size
        const problem =
          tooLarge({ objects, bytes }, importSize) ??
          (strict ? await problemInFirstRecord(bucket, object, Format, signal) : undefined)
        if (problem !== undefined) return problem
      }
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error
      // What cannot be listed fails the job, unless it is to be told here.
      return strict ? `${S3Url}: ${error.message}` : undefined
    }
    return strict && bytes === 0
      ? `${S3Url}: ${nothingToImport(Format, objects, selection.skipped)}`
      : undefined
  }
}

function tooLarge(
  found: { bytes: number; objects: number },
  most: PreflightSettings['importSize'],
): string | undefined {
  if (most === undefined) return undefined
  if (found.objects > most.objects) return `an import must read at most ${most.objects} files`
  return found.bytes > most.bytes ? `an import must read at most 1 GB (${most.bytes} bytes)` : undefined
}

/** What keeps an object's first record from being one: its syntax, its names or its types, not its values. */
async function problemInFirstRecord(
  bucket: Bucket,
  object: BucketObject,
  format: ImportJobRequest['Format'],
  signal: AbortSignal,
): Promise<string | undefined> {
  const lines = oneByOne(decodeLines(readContent(bucket, object, 0, signal)))
  /** Pinpoint was seen to answer with what its JSON parser says, and nothing else (source: observed). */
  let syntaxError: string | undefined
  const describe = async (text: string) => {
    const { jacksonMessage } = await import('./read/json-syntax-error.ts')
    syntaxError = jacksonMessage(text)
    return syntaxError
  }
  try {
    for await (const [first] of format === 'JSON'
      ? parseNdjson(refuseDocuments(lines), describe)
      : parseCsv(lines)) {
      if (first === undefined) continue
      const problem = isBad(first) ? first.reason : readEndpoint(first.value)
      if (typeof problem !== 'string') return undefined
      return syntaxError ?? failureText(object.key, first.line.number, problem)
    }
    return undefined
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    return failureText(object.key, error.line, error.message)
  }
}

/** Each line as a batch of its own, so that no more is parsed than the first record. */
async function* oneByOne(batches: AsyncIterable<DecodedLine[]>): AsyncGenerator<DecodedLine[]> {
  for await (const batch of batches) for (const line of batch) yield [line]
}
