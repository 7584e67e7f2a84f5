import { setImmediate } from 'node:timers/promises'
import { SqliteError } from 'better-sqlite3'
import { UnreadableError } from '../buckets/bucket.ts'
import type { OpenBucket } from '../buckets/open-bucket.ts'
import type { JobStatus } from '../shapes/import-job.ts'
import { isFinal } from '../shapes/job-status.ts'
import { readS3Url } from '../shapes/s3-url.ts'
import { type ImportJob, JobGone } from '../store/import-progress.ts'
import type { Store } from '../store/open-store.ts'
import { importObject } from './import-object.ts'
import { listPieces } from './list-pieces.ts'

/** Rows taken back in one transaction. */
const rowsPerStep = 500

/** What a job needs from the world. */
export interface ImportContext {
  store: Store
  openBucket: OpenBucket
  /** Most bytes of a piece. */
  pieceBytes: number
  /** Whether compressed objects under a prefix are read. */
  compressed: boolean
  now: () => Date
  /** Waits for as long as a job is to rest in a state. */
  rest: (status: JobStatus) => Promise<unknown>
  /** A job takes a slot before it is prepared; there are only so many. */
  slot: {
    /** Takes a slot if one is free; else takes a place in the queue. Gives whether there was one. */
    takeFree: () => boolean
    /** Waits for the slot. */
    take: () => Promise<void>
  }
  /** Stops the job at the next safe point; it goes on from there when it is run again. */
  signal: AbortSignal
  /** Told of every state that a job has reached. */
  onMove: (job: ImportJob) => void
  /** Told of an error that nothing here expects, which fails the job. */
  onUnexpected: (job: ImportJob, error: unknown) => void
}

/** Where a job goes next, and what is written in the same transaction. */
interface Move {
  to: JobStatus
  within?: () => void
}

/** Why a job that renews a segment cannot go on: a sentence for its Failures. */
class SegmentDeleted extends Error {}

/**
 * Walks one job from the state that it is in to COMPLETED or FAILED. Everything that must survive is in the
 * database, so a job that was stopped or killed anywhere is run again from there.
 *
 * @throws JobGone when the job's application is deleted meanwhile; the signal's reason when it is aborted; errors
 *   of the database, which are not the job's fault
 */
export async function runImportJob(job: ImportJob, context: ImportContext): Promise<void> {
  while (!isFinal(job.status)) {
    await context.rest(job.status)
    context.signal.throwIfAborted()
    job.status = await takeStep(job, context)
    context.onMove(job)
  }
}

/** Does what is to be done in a job's state, and writes the state that comes next; gives it. */
async function takeStep(job: ImportJob, context: ImportContext): Promise<JobStatus> {
  try {
    return writeMove(job, await steps[job.status](job, context), context)
  } catch (error) {
    // What the database reports is not the job's fault, and a job that cannot even be failed is tried again.
    if (error instanceof JobGone || error instanceof SqliteError) throw error
    if (!(error instanceof UnreadableError || error instanceof SegmentDeleted)) {
      if (context.signal.aborted || job.status === 'FAILING') throw error
      context.onUnexpected(job, error)
    }
    const failure = { object: job.definition.S3Url, reason: (error as Error).message }
    const within = () => context.store.importProgress.addFailure(job, failure)
    return writeMove(job, { to: 'FAILING', within }, context)
  }
}

function writeMove(job: ImportJob, { to, within }: Move, { store }: ImportContext): JobStatus {
  store.importProgress.write(job, () => {
    within?.()
    store.importProgress.move(job, to)
  })
  return to
}

/** What is done in each state, and the state that comes next. */
const steps: Record<JobStatus, (job: ImportJob, context: ImportContext) => Move | Promise<Move>> = {
  CREATED: (_job, { slot }) => ({ to: slot.takeFree() ? 'PREPARING_FOR_INITIALIZATION' : 'PENDING_JOB' }),

  async PENDING_JOB(_job, { slot }) {
    await slot.take()
    return { to: 'PREPARING_FOR_INITIALIZATION' }
  },

  PREPARING_FOR_INITIALIZATION(job, context) {
    checkSegment(job, context)
    bucketOf(job, context)
    return { to: 'INITIALIZING' }
  },

  async INITIALIZING(job, context) {
    const { bucket, key } = bucketOf(job, context)
    const progress = context.store.importProgress
    await listPieces(job, bucket, key, { ...context, progress })
    return { to: 'PROCESSING', within: () => progress.beginProcessing(job) }
  },

  async PROCESSING(job, context) {
    const { bucket } = bucketOf(job, context)
    const progress = context.store.importProgress
    for (let object = progress.nextObject(job); object !== undefined; object = progress.nextObject(job)) {
      await importObject(job, object, bucket, context)
    }
    return { to: progress.failedPieces(job) > 0 ? 'FAILING' : 'COMPLETING' }
  },

  COMPLETING: (job, context) => ({
    to: 'COMPLETED',
    within() {
      const { store, now } = context
      // Here, in the transaction: it may be deleted at any moment before.
      checkSegment(job, context)
      const date = now().toISOString()
      if (job.segmentId !== null) store.segments.defineFromImport({ ...job, segmentId: job.segmentId }, date)
      store.endpoints.byImport(job.seq).keepNames(job.app)
      store.importProgress.setCompletionDate(job, date)
    },
  }),

  async FAILING(job, { store, now, signal }) {
    const endpoints = store.endpoints.byImport(job.seq)
    const takeBack = () =>
      endpoints.takeBack(job.app, rowsPerStep) || store.importProgress.dropMembers(job, rowsPerStep)
    while (store.importProgress.write(job, takeBack)) {
      await setImmediate()
      signal.throwIfAborted()
    }
    return { to: 'FAILED', within: () => store.importProgress.setCompletionDate(job, now().toISOString()) }
  },

  COMPLETED: over,
  FAILED: over,
}

function over(job: ImportJob): never {
  throw new Error(`job ${job.id} is ${job.status} already`)
}

function bucketOf(job: ImportJob, { openBucket }: ImportContext) {
  const location = readS3Url(job.definition.S3Url)
  if (location === undefined) throw new UnreadableError('S3Url must be s3://bucket/key')
  return { bucket: openBucket(location.bucket), key: location.key }
}

/**
 * Checks that the segment that a job renews is still there. A job that makes a segment gives it its own id; any other
 * segment was there when the job was created, and to make it anew would bring back what somebody has deleted (assumed).
 *
 * @throws SegmentDeleted
 */
function checkSegment({ id, app, segmentId }: ImportJob, { store }: ImportContext): void {
  if (segmentId === null || segmentId === id || store.segments.get(app, segmentId) !== undefined) return
  throw new SegmentDeleted(`the segment ${segmentId}, which the job was to renew, has been deleted`)
}
