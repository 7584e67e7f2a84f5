import type { Database } from 'better-sqlite3'
import type { Fault } from '../../model/fault.ts'
import type { JobKind } from '../../model/job-kinds.ts'
import type { JobStatus } from '../../model/job-moves.ts'
import { isFinal, mayMove } from '../../model/job-moves.ts'
import type { NoPromise } from '../database/no-promise.ts'
import type { Transactions } from '../database/transactions.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import type { createJobFaults } from './job-faults.ts'
import { type Deaths, hadSlot, isRunning, type Job, jobTables } from './job-rows.ts'

/** Thrown by a write for a job whose application has been deleted. */
export class JobGoneError extends Error {}

/** A job that has a slot, for which others may wait. */
export interface SlotHolder {
  seq: number
  id: string
  /** Id of its application. */
  app: string
  /** Not 0 if it has been held in its status. */
  held: number
}

/**
 * What the worker does with jobs of any kind. Each write is part of a transaction made by `write`.
 */
export function createJobProgress(
  db: Database,
  { transact, transactToDisk, join, commit, tryCommit, letCallersGo }: Transactions,
  writeQueue: WriteQueue,
  kind: JobKind,
  { slots, faults }: { slots: number; faults: ReturnType<typeof createJobFaults> },
) {
  const { table, isOfSeed } = jobTables[kind]
  const isAlive = db
    .prepare<[number], number>(
      `SELECT 1 FROM ${table} j JOIN apps a ON a.seq = j.app WHERE j.seq = ? AND a.id IS NOT NULL`,
    )
    .pluck()
  const setStatus = db.prepare(
    `UPDATE ${table} SET status = :to, completion_date = :completed,
       history = json_insert(history, '$[#]', json_object('status', :to, 'at', :now))
     WHERE seq = :seq AND status = :from`,
  )
  const hasLeave = `EXISTS (SELECT 1 FROM json_each(j.may_leave) WHERE value = j.status)`
  const mayLeave = db.prepare<[number], number>(`SELECT ${hasLeave} FROM ${table} j WHERE seq = ?`).pluck()
  const noteHeld = db.prepare(`UPDATE ${table} SET held_in = status WHERE seq = ?`)
  const letLeave = db.prepare(`UPDATE ${table} SET may_leave = ? WHERE seq = ?`)
  const waitsForSlot = db.prepare(
    `SELECT 1 FROM ${table} j WHERE j.seq = ? AND j.status = 'PENDING_JOB' AND NOT ${isOfSeed}`,
  )
  const holders = db.prepare<[{ seq: number }], SlotHolder & { waits: number; mayLeave: number }>(
    `SELECT j.seq, j.id, a.id AS app, j.held_in IS j.status AS held,
       j.status = 'PENDING_JOB' AS waits, ${hasLeave} AS mayLeave
     FROM ${table} j JOIN apps a ON a.seq = j.app
     WHERE ${isRunning} AND j.seq <> :seq AND a.id IS NOT NULL AND NOT ${isOfSeed}
       AND (${hadSlot} OR j.status = 'PENDING_JOB' AND j.seq < :seq AND ${hasLeave})
     ORDER BY waits, j.seq`,
  )
  // The progress of a job: its status and its counters, which grow with everything that it writes.
  const progress = `status || ' ' || total_processed || ' ' || completed_pieces || ' ' || failed_pieces`
  const deaths = db.prepare<[number], Deaths>(
    `SELECT iif(death_progress IS ${progress}, deaths, 0) AS count, death_reason AS reason FROM ${table} WHERE seq = ?`,
  )
  const countDeath = db.prepare(
    `UPDATE ${table} SET deaths = iif(death_progress IS ${progress}, deaths + 1, 1), death_progress = ${progress},
       death_reason = :reason
     WHERE seq = :seq`,
  )

  /**
   * Runs one transaction for a job: all of it is written, or nothing.
   *
   * @throws JobGoneError when the job's application has been deleted
   */
  const write = <T>(job: Job, work: () => NoPromise<T>, run = transact): NoPromise<T> => {
    letCallersGo()
    return run<T>((): NoPromise<T> => {
      if (isAlive.get(job.seq) === undefined) throw new JobGoneError()
      return work()
    })
  }

  return {
    /** Whether a job's application still exists. */
    isAlive: (job: Job): boolean => isAlive.get(job.seq) !== undefined,

    write,

    /** Like `write`. Once it returns, this and all earlier writes are on the disk. */
    writeToDisk: <T>(job: Job, work: () => NoPromise<T>): NoPromise<T> => write(job, work, transactToDisk),

    /**
     * The fault rules that apply to a job, of those that `matters` selects. To be called outside
     * transactions.
     */
    faults: (job: Job, matters: (rule: Fault) => boolean): Fault[] =>
      !job.ofSeed && faults.isAny() ? write(job, () => faults.applying(job, matters)) : [],

    /** Like `faults`, of a job that is not of the seed, in a transaction other than `write`. */
    faultsWithin: (job: Job, matters: (rule: Fault) => boolean): Fault[] => faults.applying(job, matters),

    /** The id of the fault rule that makes a job hang in its status, if there is one. */
    hanging: faults.hanging,

    /**
     * Like `write`, in a transaction that stays open for further writes of the same job, until it
     * is committed, or this connection writes anything else. No caller can write meanwhile, so it
     * must be committed soon.
     *
     * @param begin called when a transaction begins: all earlier writes of the job are committed
     *   then
     * @throws JobGoneError when the job's application has been deleted
     */
    writeOn<T>(job: Job, begin: () => void, work: () => NoPromise<T>): NoPromise<T> {
      letCallersGo()
      return join<T>(job, (begins): NoPromise<T> => {
        if (begins) begin()
        if (isAlive.get(job.seq) === undefined) throw new JobGoneError()
        return work()
      })
    },

    /** Commits the transaction that `writeOn` has left open. */
    commit: (job: Job): void => commit(job),

    /**
     * Like `commit`, but if that fails, the next `writeOn` throws the error. Returns whether it has
     * not failed.
     */
    tryCommit: (job: Job): boolean => tryCommit(job),

    /** Whether a caller is waiting to write. */
    isCallerWaiting: (): boolean => writeQueue.isCallerWaiting,

    /**
     * Moves a job to its next status in the database. Whoever has the object in memory changes it
     * when the transaction is committed.
     *
     * @param now ISO 8601, for the history, and for CompletionDate if it is the last status
     */
    move(job: Job, to: JobStatus, now: string): void {
      if (!mayMove(job.status, to)) throw new Error(`a job cannot go from ${job.status} to ${to}`)
      const completed = isFinal(to) ? now : null
      if (setStatus.run({ seq: job.seq, from: job.status, to, now, completed }).changes !== 1) {
        throw new Error(`job ${job.id} is not in the state ${job.status} that it should be in`)
      }
    },

    /** Whether a job has permission to leave its status, which it needs in the mode `manual`. */
    mayLeave: (job: Pick<Job, 'seq'>): boolean => mayLeave.get(job.seq) === 1,

    /** Records that a job is held in its current status. */
    noteHeld: (job: Job): void => void noteHeld.run(job.seq),

    /**
     * Permits a job to leave these statuses, and no others. To be called in a transaction other than
     * `write`.
     */
    letLeave: (seq: number, statuses: JobStatus[]): void => void letLeave.run(JSON.stringify(statuses), seq),

    /**
     * The jobs that keep a job waiting for a slot in the mode `manual`: those that have the slots,
     * and those that get one before it, which jobs that are held in PENDING_JOB do not. Undefined
     * unless all that have one are held, so that none will give its slot back by itself.
     */
    holdersOfSlots(seq: number): { having: string[]; before: string[] } | undefined {
      const all = holders.all({ seq }).filter(job => job.waits === 0 || faults.hanging(job.seq) === undefined)
      const having = all.slice(0, slots)
      if (having.length < slots || having.some(({ mayLeave }) => mayLeave === 1)) return undefined
      return { having: having.map(({ id }) => id), before: all.slice(slots).map(({ id }) => id) }
    },

    /**
     * The jobs that have the slots while a job waits as PENDING_JOB for one, oldest first. None if a
     * slot is free, and for a job of the seed, which has a slot of its own.
     */
    waitsFor(seq: number): SlotHolder[] {
      if (waitsForSlot.get(seq) === undefined) return []
      const having = holders.all({ seq }).filter(({ waits }) => waits === 0)
      return having.length < slots ? [] : having.slice(0, slots)
    },

    /** How often the worker died with a job under way since the job last made progress. */
    deaths: (job: Job): Deaths => deaths.get(job.seq) ?? { count: 0, reason: null },

    /**
     * Counts a death of the worker with a job under way. To be called in a transaction other than
     * `write`.
     */
    countDeath: (seq: number, reason: string): void => void countDeath.run({ seq, reason }),
  }
}
export type JobProgress = ReturnType<typeof createJobProgress>
