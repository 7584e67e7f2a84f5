import { type Bucket, type BucketObject, UnreadableError } from '../buckets/bucket.ts'
import type { OpenBucket } from '../buckets/open-bucket.ts'
import { failureText } from '../model/failure-text.ts'
import type { ImportJobRequest } from '../model/import-job.ts'
import { readS3Url } from '../model/s3-url.ts'
import { nothingToImport } from './list-pieces.ts'
import { type DecodedLine, decodeLines } from './read/decode-lines.ts'
import { isBad, type Line } from './read/item.ts'
import { refuseDocuments } from './read/json-document.ts'
import { readContent } from './read/object-content.ts'
import { parseCsv } from './read/parse-csv.ts'
import { parseNdjson } from './read/parse-ndjson.ts'
import { isArchive, Skipped, selectObjects } from './read/select-objects.ts'
import { readEndpoint } from './read/validate.ts'

/** What CreateImportJob checks before it answers. */
export interface PreflightSettings {
  /** Whether the first record of each object is read and checked (source: observed). */
  strict: boolean
  /** The quota of one job; undefined for no limit. */
  importSize: { bytes: number; objects: number } | undefined
}

/** Returns why a job must be refused, or undefined when it may be created. */
export type Preflight = (
  definition: Pick<ImportJobRequest, 'S3Url' | 'Format'>,
) => Promise<string | undefined>

/**
 * Makes the check of the objects that a job would read: of their number and size, of the first
 * record of each, or of both.
 *
 * @param signal aborts it, with its reason
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
      // Otherwise the job is created, and fails.
      return strict ? `${S3Url}: ${error.message}` : undefined
    }
    return strict && bytes === 0
      ? `${S3Url}: ${nothingToImport(Format, objects, selection.skipped)}`
      : undefined
  }
}

function tooLarge(
  found: { bytes: number; objects: number },
  max: PreflightSettings['importSize'],
): string | undefined {
  if (max === undefined) return undefined
  if (found.objects > max.objects) return `an import must read at most ${max.objects} files`
  return found.bytes > max.bytes ? `an import must read at most 1 GB (${max.bytes} bytes)` : undefined
}

/** What is wrong with the syntax, names or types of an object's first record, if anything. */
async function problemInFirstRecord(
  bucket: Bucket,
  object: BucketObject,
  format: ImportJobRequest['Format'],
  signal: AbortSignal,
): Promise<string | undefined> {
  const lines = decodeLines(readContent(bucket, object, 0, signal))
  /** Pinpoint answers with the message of its JSON parser, and nothing else (source: observed). */
  let syntaxError: string | undefined
  const describe = async ({ text }: Line) => {
    const { jacksonMessage } = await import('./read/json-syntax-error.ts')
    syntaxError = jacksonMessage(text)
    return syntaxError
  }
  try {
    for await (const [first] of format === 'JSON'
      ? parseNdjson(oneByOne(refuseDocuments(lines)), describe)
      : parseCsv(oneByOne(lines))) {
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

/** Puts each line into a batch of its own, so that no line after the first record is parsed. */
async function* oneByOne(batches: AsyncIterable<DecodedLine[]>): AsyncGenerator<DecodedLine[]> {
  for await (const batch of batches) for (const line of batch) yield [line]
}
