import { setTimeout } from 'node:timers/promises'
import { SqliteError } from 'better-sqlite3'
import type { JobStatus } from '../model/job-states.ts'
import { isFinal } from '../model/job-states.ts'
import { diskTrouble } from '../process/disk-errors.ts'
import { JobGoneError, type JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'
import { checkFaults, InjectedFaultError } from './faults.ts'

/** Times that the worker may die of a job that comes no further; then the job fails, or ends if it is failing. */
const maxDeaths = 3

/** Milliseconds until a write that the disk has refused is tried again: twice as many each time, up to the longest. */
const writeAgain = { first: 200, max: 30_000 }

/** What a job of any kind needs from the world. */
export interface JobContext {
  now: () => Date
  /** Waits for as long as a job that has come to a state is to rest there before it does anything. */
  rest: () => Promise<unknown>
  /** Waits until a job may leave its state, all that is to be done there being done. */
  hold: () => Promise<unknown>
  /** A job takes a slot before it is prepared; there are only so many. */
  slot: {
    /** Takes a slot if one is free; else takes a place in the queue. Gives whether there was one. */
    tryAcquire: () => boolean
    /** Waits for the slot. */
    acquire: () => Promise<void>
  }
  /** Stops the job at the next safe point; it goes on from there when it is run again. */
  signal: AbortSignal
  /** Told of every state that a job has reached. */
  onMove: (job: Job) => void
  /** Told of an error that nothing here expects, or that is the disk's. It fails the job. */
  onUnexpected: (job: Job, error: unknown) => void
}

/** Where a job goes next, and what is written in the same transaction, at a time that is given in ISO 8601. */
export interface Move {
  to: JobStatus
  within?: (now: string) => void
}

/** The states in which a kind of job has something of its own to do. */
type OwnState = Exclude<JobStatus, 'CREATED' | 'PENDING_JOB' | 'COMPLETED' | 'FAILED'>

/** What makes a kind of job. */
export interface JobKind<J extends Job> {
  /** What is done in each state, and the state that comes next. */
  steps: Record<OwnState, (job: J) => Move | Promise<Move>>
  progress: Pick<JobProgress, 'isAlive' | 'write' | 'writeToDisk' | 'move' | 'deaths' | 'faults'>
  /** Whether an error says why the job cannot go on, in a sentence for its Failures. */
  isReason: (error: unknown) => error is Error
  /** Writes that down. */
  addFailure: (job: J, reason: Error) => void
  /** What is left of a job that ends without being taken back, in a sentence for its Failures. */
  whatIsLeft: (job: J) => string
}

/**
 * Walks one job from the state that it is in to COMPLETED or FAILED. Everything that must survive is in the
 * database, so a job that was stopped or killed anywhere is run again from there.
 *
 * @throws JobGoneError when the job's application is deleted meanwhile; the signal's reason when it is aborted; errors
 *   of the database, which are not the job's fault, but for those of the disk, which fail it
 */
export async function runJob<J extends Job>(job: J, kind: JobKind<J>, context: JobContext): Promise<void> {
  if (hadSlot(job)) await context.slot.acquire()
  while (!isFinal(job.status)) {
    if (!kind.progress.isAlive(job)) throw new JobGoneError()
    await context.rest()
    context.signal.throwIfAborted()
    if (!kind.progress.isAlive(job)) throw new JobGoneError()
    job.status = await takeStep(job, kind, context)
    context.onMove(job)
  }
}

/** Whether a job has taken its slot, in this run or an earlier one. */
export const hadSlot = ({ status }: Job): boolean => status !== 'CREATED' && status !== 'PENDING_JOB'

/** Why a job is not to be tried once more, where the worker has died of it again and again. */
function killsItsWorker<J extends Job>(job: J, { progress }: JobKind<J>): Error | undefined {
  const { count, reason } = progress.deaths(job)
  if (count < maxDeaths) return undefined
  return new Error(
    `the job worker died ${count} times at the same point of this job, the last time of: ${reason}`,
  )
}

/**
 * Does what is to be done in a job's state, and writes the state that comes next; gives it. Where the disk keeps that
 * from being written, it is tried until it can be.
 */
async function takeStep<J extends Job>(job: J, kind: JobKind<J>, context: JobContext): Promise<JobStatus> {
  let reason = killsItsWorker(job, kind)
  let pause = writeAgain.first
  for (;;) {
    try {
      if (reason === undefined) checkFaults(job, kind.progress)
      // Without a slot, all that there is to do is to take one, which is to leave the state.
      if (!hadSlot(job)) await context.hold()
      const { to, within } =
        reason === undefined ? await nextMove(job, kind, context) : failing(job, kind, reason)
      if (hadSlot(job)) await context.hold()
      // There may be new ones since.
      if (reason === undefined) checkFaults(job, kind.progress)
      const write = isFinal(to) ? kind.progress.writeToDisk : kind.progress.write
      write(job, () => {
        const now = context.now().toISOString()
        within?.(now)
        kind.progress.move(job, to, now)
      })
      return to
    } catch (error) {
      if (error instanceof JobGoneError) throw error
      const trouble = diskTrouble(error)
      if (trouble !== undefined) context.onUnexpected(job, error)
      if (reason === undefined && job.status !== 'FAILING') {
        reason = trouble === undefined ? reasonOf(error, job, kind, context) : new Error(trouble)
      } else {
        if (trouble === undefined) throw error
        await setTimeout(pause, undefined, { signal: context.signal })
        pause = Math.min(2 * pause, writeAgain.max)
      }
    }
  }
}

/** Why an error fails a job; throws it where it does not. */
function reasonOf<J extends Job>(error: unknown, job: J, kind: JobKind<J>, context: JobContext): Error {
  // What else the database reports is not the job's fault: the worker ends, and the job is tried again.
  if (error instanceof SqliteError) throw error
  if (!(error instanceof InjectedFaultError) && !kind.isReason(error)) {
    if (context.signal.aborted) throw error
    context.onUnexpected(job, error)
  }
  return error as Error
}

/** Fails a job; one that is failing already ends as it is. */
function failing<J extends Job>(job: J, kind: JobKind<J>, reason: Error): Move {
  if (job.status !== 'FAILING') return { to: 'FAILING', within: () => kind.addFailure(job, reason) }
  const left = new Error(`${kind.whatIsLeft(job)}, as ${reason.message}`)
  return { to: 'FAILED', within: () => kind.addFailure(job, left) }
}

async function nextMove<J extends Job>(job: J, { steps }: JobKind<J>, { slot }: JobContext): Promise<Move> {
  switch (job.status) {
    case 'CREATED':
      return { to: slot.tryAcquire() ? 'PREPARING_FOR_INITIALIZATION' : 'PENDING_JOB' }
    case 'PENDING_JOB':
      await slot.acquire()
      return { to: 'PREPARING_FOR_INITIALIZATION' }
    case 'COMPLETED':
    case 'FAILED':
      throw new Error(`job ${job.id} is ${job.status} already`)
    default:
      return steps[job.status](job)
  }
}
