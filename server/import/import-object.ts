import { UnreadableError } from '../buckets/bucket.ts'
import type { ImportJob } from '../store/jobs/import-progress.ts'
import type { ObjectFrom, RecordReader } from './read/read-records.ts'
import { type WriteContext, writeRecords } from './write/write-records.ts'

/**
 * Imports the rest of an object, from the position that the last transaction saved: read → write.
 * If the object cannot be read to its end, its remaining pieces fail.
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
