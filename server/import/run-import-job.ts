import { setImmediate } from 'node:timers/promises'
import { SqliteError } from 'better-sqlite3'
import type { JobStatus } from '../shapes/import-job.ts'
import { isFinal } from '../shapes/job-status.ts'
import { readS3Url } from '../shapes/s3-url.ts'
import { type ImportJob, JobGone } from '../store/import-progress.ts'
import type { Store } from '../store/open-store.ts'
import { importObject } from './import-object.ts'
import { listPieces } from './list-pieces.ts'
import type { OpenSource } from './sources/open-source.ts'
import { UnreadableError } from './sources/source.ts'

/** Rows taken back in one transaction. */
const rowsPerStep = 500

/** What a job needs from the world. */
export interface ImportContext {
  store: Store
  openSource: OpenSource
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

/**
 * Walks one job from the state that it is in to COMPLETED or FAILED. Everything that must survive is in the
 * database, so a job that was stopped or killed anywhere is run again from there.
 *
 * @throws JobGone when the job's application is deleted meanwhile; the signal's reason when it is aborted; errors
 *   of the database, which are not the job's fault
 */
export async function runImportJob(job: ImportJob, context: ImportContext): Promise<void> {
  const { store, signal } = context
  while (!isFinal(job.status)) {
    await context.rest(job.status)
    signal.throwIfAborted()
    const { to, within } = await nextMove(job, context)
    store.importProgress.write(job, () => {
      within?.()
      store.importProgress.move(job, to)
    })
    job.status = to
    context.onMove(job)
  }
}

async function nextMove(job: ImportJob, context: ImportContext): Promise<Move> {
  try {
    return await steps[job.status](job, context)
  } catch (error) {
    if (!(error instanceof UnreadableError)) {
      // What the database reports is not the job's fault, and a job that cannot even be failed is tried again.
      if (error instanceof JobGone || error instanceof SqliteError) throw error
      if (context.signal.aborted || job.status === 'FAILING') throw error
      context.onUnexpected(job, error)
    }
    const failure = { object: job.definition.S3Url, reason: (error as Error).message }
    return { to: 'FAILING', within: () => context.store.importProgress.addFailure(job, failure) }
  }
}

/** What is done in each state, and the state that comes next. */
const steps: Record<JobStatus, (job: ImportJob, context: ImportContext) => Move | Promise<Move>> = {
  CREATED: (_job, { slot }) => ({ to: slot.takeFree() ? 'PREPARING_FOR_INITIALIZATION' : 'PENDING_JOB' }),

  async PENDING_JOB(_job, { slot }) {
    await slot.take()
    return { to: 'PREPARING_FOR_INITIALIZATION' }
  },

  PREPARING_FOR_INITIALIZATION(job, context) {
    sourceOf(job, context)
    return { to: 'INITIALIZING' }
  },

  async INITIALIZING(job, context) {
    const { source, key } = sourceOf(job, context)
    const progress = context.store.importProgress
    await listPieces(job, source, key, { ...context, progress })
    return { to: 'PROCESSING', within: () => progress.beginProcessing(job) }
  },

  async PROCESSING(job, context) {
    const { source } = sourceOf(job, context)
    const progress = context.store.importProgress
    for (let object = progress.nextObject(job); object !== undefined; object = progress.nextObject(job)) {
      await importObject(job, object, source, context)
    }
    return { to: progress.failedPieces(job) > 0 ? 'FAILING' : 'COMPLETING' }
  },

  COMPLETING: (job, { store, now }) => ({
    to: 'COMPLETED',
    within() {
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

function sourceOf(job: ImportJob, { openSource }: ImportContext) {
  const location = readS3Url(job.definition.S3Url)
  if (location === undefined) throw new UnreadableError('S3Url must be s3://bucket/key')
  return { source: openSource(location.bucket), key: location.key }
}
