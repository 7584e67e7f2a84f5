import { setTimeout } from 'node:timers/promises'
import { SqliteError } from 'better-sqlite3'
import type { JobStatus } from '../model/job-moves.ts'
import { isFinal } from '../model/job-moves.ts'
import { diskTrouble } from '../process/disk-errors.ts'
import { JobGoneError, type JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'
import { checkFaults, InjectedFaultError } from './faults.ts'

/**
 * Deaths of the worker at the same point of a job after which the job fails, or ends at once if it
 * is FAILING already.
 */
const maxDeaths = 3

/**
 * Milliseconds until a write that the disk refused is retried: doubled each time, up to the
 * maximum.
 */
const retryDelay = { first: 200, max: 30_000 }

/** What a job of any kind needs from its runner. */
export interface JobContext {
  /** The time of the emulator's clock. */
  now: () => Date
  /** Waits for the time that a job rests in each status before it does anything. */
  rest: () => Promise<unknown>
  /**
   * Waits until a job may leave its status. To be called when all its work there is done. A job that
   * is held in PENDING_JOB gives its slot back, and then joins the queue again. Returns whether it
   * was held.
   */
  hold: () => Promise<boolean>
  /** The slot that a job needs from PREPARING_FOR_INITIALIZATION on. Their number is limited. */
  slot: {
    /**
     * Takes a slot if one is free, and joins the queue for one otherwise. Returns whether it has
     * one.
     */
    tryAcquire: () => boolean
    /** Waits for the slot. */
    acquire: () => Promise<void>
    /** Has a job go on without a slot: one that fails before it has had one. */
    doWithout: () => void
  }
  /** Stops the job at its next safe point, from which a later run goes on. */
  signal: AbortSignal
  /** Called when a job has reached a status. */
  onMove: (job: Job) => void
  /** Called with an unexpected error, or one of the disk, which fails the job. */
  onUnexpected: (job: Job, error: unknown) => void
}

/** A move to another status. */
export interface Move {
  to: JobStatus
  /** Writes whatever belongs into the same transaction; its date is `now`, in ISO 8601. */
  within?: (now: string) => void
}

/** The statuses in which each kind of job has work of its own. */
type OwnStatus = Exclude<JobStatus, 'CREATED' | 'PENDING_JOB' | 'COMPLETED' | 'FAILED'>

/** What a kind of job does. */
export interface JobProcedure<J extends Job> {
  /** The work of each status; returns the next move. */
  steps: Record<OwnStatus, (job: J) => Move | Promise<Move>>
  progress: Pick<JobProgress, 'isAlive' | 'write' | 'writeToDisk' | 'move' | 'deaths' | 'faults'>
  /** Whether an error is an expected reason to fail the job, with a message for its Failures. */
  isReason: (error: unknown) => error is Error
  /** Records such a reason. */
  addFailure: (job: J, reason: Error) => void
  /** A sentence for the Failures of a job that ends without being undone: what is left of it. */
  describeRest: (job: J) => string
}

/**
 * Runs one job from its current status to COMPLETED or FAILED. Everything that must survive is in
 * the database, so a job that was stopped or killed anywhere can be run again from there.
 *
 * @throws JobGoneError when the job's application is deleted meanwhile; the signal's reason when it
 *   is aborted; errors of the database that are not the job's fault. Errors of the disk fail the
 *   job
 */
export async function runJob<J extends Job>(
  job: J,
  procedure: JobProcedure<J>,
  context: JobContext,
): Promise<void> {
  if (job.hadSlot) await context.slot.acquire()
  while (!isFinal(job.status)) {
    if (!procedure.progress.isAlive(job)) throw new JobGoneError()
    if (job.status === 'FAILING' && !job.hadSlot) context.slot.doWithout()
    await context.rest()
    context.signal.throwIfAborted()
    if (!procedure.progress.isAlive(job)) throw new JobGoneError()
    job.status = await takeStep(job, procedure, context)
    if (job.status === 'PREPARING_FOR_INITIALIZATION') job.hadSlot = 1
    context.onMove(job)
  }
}

/** Whether a job is past the statuses in which it waits for its slot. */
export const isPastQueue = ({ status }: Job): boolean => status !== 'CREATED' && status !== 'PENDING_JOB'

/** The error that fails a job of which the worker has died too often. */
function tooManyDeaths<J extends Job>(job: J, { progress }: JobProcedure<J>): Error | undefined {
  const { count, reason } = progress.deaths(job)
  if (count < maxDeaths) return undefined
  return new Error(
    `the job worker died ${count} times at the same point of this job, the last time of: ${reason}`,
  )
}

/**
 * Does the work of a job's status, and writes the next status, which it returns. While the disk
 * refuses that, it retries.
 */
async function takeStep<J extends Job>(
  job: J,
  procedure: JobProcedure<J>,
  context: JobContext,
): Promise<JobStatus> {
  let reason = tooManyDeaths(job, procedure)
  let delay = retryDelay.first
  for (;;) {
    try {
      if (reason === undefined) checkFaults(job, procedure.progress)
      // Without a slot, the only work is to get one, which is to leave the status.
      if (!isPastQueue(job)) await context.hold()
      const { to, within } =
        reason === undefined ? await nextMove(job, procedure, context) : failing(job, procedure, reason)
      if (isPastQueue(job)) await context.hold()
      // A rule may have been added since.
      if (reason === undefined) checkFaults(job, procedure.progress)
      const write = isFinal(to) ? procedure.progress.writeToDisk : procedure.progress.write
      write(job, () => {
        const now = context.now().toISOString()
        within?.(now)
        procedure.progress.move(job, to, now)
      })
      return to
    } catch (error) {
      if (error instanceof JobGoneError) throw error
      const trouble = diskTrouble(error)
      if (trouble !== undefined) context.onUnexpected(job, error)
      if (reason === undefined && job.status !== 'FAILING') {
        reason = trouble === undefined ? reasonOf(error, job, procedure, context) : new Error(trouble)
      } else {
        if (trouble === undefined) throw error
        await setTimeout(delay, undefined, { signal: context.signal })
        delay = Math.min(2 * delay, retryDelay.max)
      }
    }
  }
}

/**
 * Returns the error if it fails the job.
 *
 * @throws the error if it does not
 */
function reasonOf<J extends Job>(
  error: unknown,
  job: J,
  procedure: JobProcedure<J>,
  context: JobContext,
): Error {
  // Other errors of the database are not the job's fault: the worker ends, and the job is run
  // again.
  if (error instanceof SqliteError) throw error
  if (!(error instanceof InjectedFaultError) && !procedure.isReason(error)) {
    if (context.signal.aborted) throw error
    context.onUnexpected(job, error)
  }
  return error as Error
}

/** The move of a job that fails. One that is FAILING already ends as it is. */
function failing<J extends Job>(job: J, procedure: JobProcedure<J>, reason: Error): Move {
  if (job.status !== 'FAILING') return { to: 'FAILING', within: () => procedure.addFailure(job, reason) }
  const rest = new Error(`${procedure.describeRest(job)}, as ${reason.message}`)
  return { to: 'FAILED', within: () => procedure.addFailure(job, rest) }
}

async function nextMove<J extends Job>(
  job: J,
  { steps }: JobProcedure<J>,
  { hold, slot }: JobContext,
): Promise<Move> {
  switch (job.status) {
    case 'CREATED':
      return { to: slot.tryAcquire() ? 'PREPARING_FOR_INITIALIZATION' : 'PENDING_JOB' }
    case 'PENDING_JOB':
      // It may have been held since, while it waited.
      do await slot.acquire()
      while (await hold())
      return { to: 'PREPARING_FOR_INITIALIZATION' }
    case 'COMPLETED':
    case 'FAILED':
      throw new Error(`job ${job.id} is ${job.status} already`)
    default:
      return steps[job.status](job)
  }
}
