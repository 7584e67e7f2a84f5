import { setImmediate } from 'node:timers/promises'
import { UnreadableError } from '../buckets/bucket.ts'
import type { OpenBucket } from '../buckets/open-bucket.ts'
import type { JobCounters } from '../jobs/record-counters.ts'
import { type JobContext, type JobProcedure, runJob } from '../jobs/run-job.ts'
import { readS3Url } from '../model/s3-url.ts'
import type { ImportJob } from '../store/jobs/import-progress.ts'
import type { Store } from '../store/open-store.ts'
import { isSegmentDeleted } from './deleted-segment.ts'
import { importObject } from './import-object.ts'
import { listPieces } from './list-pieces.ts'
import type { ReadingJob, RecordReader } from './read/read-records.ts'
import { createUndo } from './undo.ts'

/** Rows that are undone in one transaction. */
const rowsPerStep = 500

/** What an import job is run with. */
export interface ImportContext extends JobContext {
  store: Store
  openBucket: OpenBucket
  /** @param bytes of all objects of the job, as stored */
  openReader: (job: ReadingJob, bytes: number) => RecordReader
  /** Maximum bytes of a piece. */
  pieceBytes: number
  /** Whether compressed objects under a prefix are read. */
  compressed: boolean
  counters: JobCounters
}

/** The segment that a job updates is gone. The message is a sentence for the job's Failures. */
class SegmentDeletedError extends Error {}

/** Takes an import job from status to status until its end, as `runJob` describes. */
export function runImportJob(job: ImportJob, context: ImportContext): Promise<void> {
  const progress = context.store.importProgress
  const procedure: JobProcedure<ImportJob> = {
    steps: stepsOf(context),
    progress,
    isReason: error => error instanceof UnreadableError || error instanceof SegmentDeletedError,
    addFailure: (job, { message }) =>
      progress.addFailure(job, { object: job.definition.S3Url, reason: message }),
    describeRest(job) {
      const { created, changed } = context.store.importWriter(job.seq).undoable(job.app)
      return `${created} endpoints that the job created and ${changed} that it changed could not be undone`
    },
  }
  return runJob(job, procedure, context)
}

/** What an import does in each status, and the status that follows. */
const stepsOf = (context: ImportContext): JobProcedure<ImportJob>['steps'] => ({
  PREPARING_FOR_INITIALIZATION(job) {
    checkSegment(job, context)
    context.openBucket(locationOf(job).bucket)
    return { to: 'INITIALIZING' }
  },

  async INITIALIZING(job) {
    const { bucket, key } = locationOf(job)
    const progress = context.store.importProgress
    await listPieces(job, context.openBucket(bucket), key, { ...context, progress })
    return { to: 'PROCESSING', within: () => progress.beginProcessing(job) }
  },

  async PROCESSING(job) {
    const progress = context.store.importProgress
    const writer = context.store.importWriter(job.seq)
    const writing = { ...context, progress, writer }
    const { bucket } = locationOf(job)
    context.openBucket(bucket)
    const isSoleWriter = progress.write(job, () => writer.isSoleWriter(job.app))
    const reading = { app: job.app, isSoleWriter, bucket, format: job.definition.Format }
    const reader = context.openReader(reading, progress.bytes(job))
    try {
      for (let object = progress.nextObject(job); object !== undefined; object = progress.nextObject(job)) {
        await importObject(job, object, reader, writing)
      }
    } finally {
      reader.close()
    }
    return { to: progress.failedPieces(job) > 0 ? 'FAILING' : 'COMPLETING' }
  },

  COMPLETING: job => ({
    to: 'COMPLETED',
    within(date) {
      const { store } = context
      // Checked again within the transaction, as it may have been deleted meanwhile.
      checkSegment(job, context)
      if (job.segmentId !== null) store.segments.defineFromImport({ ...job, segmentId: job.segmentId }, date)
      store.importWriter(job.seq).keepNames(job.app)
    },
  }),

  async FAILING(job) {
    const { store, signal } = context
    const undo = createUndo(job, store, rowsPerStep)
    while (store.importProgress.write(job, undo)) {
      await setImmediate()
      signal.throwIfAborted()
    }
    return { to: 'FAILED' }
  },
})

function locationOf({ definition }: ImportJob): { bucket: string; key: string } {
  const location = readS3Url(definition.S3Url)
  if (location === undefined) throw new UnreadableError('S3Url must be s3://bucket/key')
  return location
}

/**
 * Checks that the segment which a job updates still exists. Creating it again would bring back what
 * somebody has deleted (assumed).
 *
 * @throws SegmentDeletedError
 */
function checkSegment(job: ImportJob, { store }: ImportContext): void {
  if (!isSegmentDeleted(job, store.segments)) return
  throw new SegmentDeletedError(`the segment ${job.segmentId}, which the job was to renew, has been deleted`)
}
