import { type Bucket, UnreadableError } from '../buckets/bucket.ts'
import type { EndpointsOfImport } from '../store/endpoints.ts'
import type { ImportJob, ImportObject, Position } from '../store/import-progress.ts'
import { decodeLines } from './decode.ts'
import { parseCsv, readHeader } from './parse-csv.ts'
import { parseNdjson } from './parse-ndjson.ts'
import { readContent } from './read-object.ts'
import type { ImportContext } from './run-import-job.ts'
import { validateEndpoints } from './validate.ts'
import { writeRecords } from './write.ts'

/**
 * Imports an object from where its import has come to: source → decode → parse → validate → write. If it cannot be
 * read to its end, the pieces that it has left fail.
 */
export async function importObject(
  job: ImportJob,
  object: ImportObject & Position,
  bucket: Bucket,
  {
    store,
    ...context
  }: Pick<ImportContext, 'store' | 'counters' | 'now' | 'signal'> & {
    endpoints: EndpointsOfImport
  },
): Promise<void> {
  const { signal } = context
  const progress = store.importProgress
  try {
    const lines = decodeLines(readContent(bucket, object, object.byte, signal), object)
    const records =
      job.definition.Format === 'JSON'
        ? parseNdjson(lines)
        : parseCsv(lines, object.byte === 0 ? undefined : await readHeaderAgain(bucket, object, signal))
    await writeRecords(job, object, validateEndpoints(records), { ...context, progress })
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    progress.write(job, () => {
      progress.addFailure(job, { object: object.key, reason: error.message })
      progress.failRest(job, object.number)
    })
  }
}

/** The header of an object whose records are read from further on. */
async function readHeaderAgain(bucket: Bucket, object: ImportObject, signal: AbortSignal): Promise<string> {
  const header = await readHeader(decodeLines(readContent(bucket, object, 0, signal)))
  if (header === undefined) throw new UnreadableError('the CSV header cannot be read any more')
  return header
}
