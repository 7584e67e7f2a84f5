import { UnreadableError } from '../../buckets/bucket.ts'
import type { OpenBucket } from '../../buckets/open-bucket.ts'
import type { Format } from '../../model/import-job.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { ImportObject, Position } from '../../store/jobs/import-progress.ts'
import { decodeLines } from './decode-lines.ts'
import { refuseDocuments } from './json-document.ts'
import { readContent } from './object-content.ts'
import { parseCsv, readHeader } from './parse-csv.ts'
import { parseNdjson } from './parse-ndjson.ts'
import { createPreparation, type PreparedBatch } from './prepare.ts'
import { pack, RecordBatch } from './record-batch.ts'
import { validateEndpoints } from './validate.ts'

/** What the stages of reading know of a job. */
export interface ReadingJob {
  app: AppRef
  /** Whether the application has no endpoints when reading begins. */
  isSoleWriter: boolean
  format: Format
  bucket: string
}

/** An object, and the position in it from which to read. */
export type ObjectFrom = ImportObject & Position

/** Reads the records of one job, one object after the other. */
export interface RecordReader {
  /**
   * Returns the records of an object from a position on.
   *
   * @throws UnreadableError when the object cannot be read to its end
   */
  read(object: ObjectFrom, signal: AbortSignal): AsyncIterable<RecordBatch>
  /** Must be called when nothing more is read. */
  close(): void
}

/** Reads records in this thread. */
export function createRecordReader(job: ReadingJob, openBucket: OpenBucket): RecordReader {
  const read = createStages(job, openBucket)
  return {
    async *read(object, signal) {
      for await (const batch of read(object, signal)) yield new RecordBatch(pack([batch]))
    },
    close() {},
  }
}

/** Connects the stages of reading: content → lines → records → validated → prepared. */
export function createStages(job: ReadingJob, openBucket: OpenBucket) {
  const prepare = createPreparation(job.app, job)
  return async function* (object: ObjectFrom, signal: AbortSignal): AsyncGenerator<PreparedBatch> {
    const bucket = openBucket(job.bucket)
    const linesFrom = ({ byte, line }: Position) =>
      decodeLines(readContent(bucket, object, byte, signal), { byte, line })
    const readHeaderAgain = async () => {
      const header = await readHeader(linesFrom({ byte: 0, line: 1 }))
      if (header === undefined) throw new UnreadableError('the CSV header cannot be read any more')
      return header
    }
    const lines = linesFrom(object)
    const records =
      job.format === 'JSON'
        ? parseNdjson(object.byte === 0 ? refuseDocuments(lines) : lines)
        : parseCsv(lines, object.byte === 0 ? undefined : await readHeaderAgain())
    yield* prepare(validateEndpoints(records))
  }
}
