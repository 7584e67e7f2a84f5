import { UnreadableError } from '../buckets/bucket.ts'
import type { ImportJob } from '../store/jobs/import-progress.ts'
import type { ObjectFrom, RecordReader } from './read/read-records.ts'
import { type WriteContext, writeRecords } from './write/write-records.ts'

/**
 * Imports an object from where its import has come to: read → write. If it cannot be read to its end, the pieces that it
 * has left fail.
 */
export async function importObject(
  job: ImportJob,
  object: ObjectFrom,
  reader: RecordReader,
  context: WriteContext,
): Promise<void> {
  const { progress, signal } = context
  try {
    await writeRecords(job, object, reader.read(object, signal), context)
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    progress.write(job, () => {
      progress.addFailure(job, { object: object.key, line: error.line, reason: error.message })
      progress.failRest(job, object.number)
    })
  }
}
