import type { Database } from 'better-sqlite3'
import type { Fault } from '../../model/fault.ts'
import type { JobStatus } from '../../model/job-states.ts'
import { isFinal, mayMove } from '../../model/job-states.ts'
import type { NoPromise } from '../database/no-promise.ts'
import type { Transactions } from '../database/transactions.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import type { createJobFaults } from './job-faults.ts'
import type { Deaths, Job, JobTable } from './job-rows.ts'

/** Thrown out of a write for a job whose application has been deleted: there is nothing left to do for it. */
export class JobGoneError extends Error {}

/** What the worker does with jobs of every kind. Each write is part of a transaction made by `write`. */
export function createJobProgress(
  db: Database,
  { transact, transactToDisk, join, commit, leave, letCallersGo }: Transactions,
  writeQueue: WriteQueue,
  {
    table,
    slots,
    faults,
  }: {
    table: JobTable
    slots: number
    faults: ReturnType<typeof createJobFaults>
  },
) {
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
  const isLet = `EXISTS (SELECT 1 FROM json_each(j.may_leave) WHERE value = j.status)`
  const mayLeave = db.prepare<[number], number>(`SELECT ${isLet} FROM ${table} j WHERE seq = ?`).pluck()
  const noteHeld = db.prepare(`UPDATE ${table} SET held_in = status WHERE seq = ?`)
  const letLeave = db.prepare(`UPDATE ${table} SET may_leave = ? WHERE seq = ?`)
  const holders = db.prepare<[{ seq: number }], { id: string; mayLeave: number }>(
    `SELECT j.id, ${isLet} AS mayLeave FROM ${table} j JOIN apps a ON a.seq = j.app
     WHERE j.status NOT IN ('CREATED', 'COMPLETED', 'FAILED') AND j.seq <> :seq AND a.id IS NOT NULL
       AND (j.status <> 'PENDING_JOB' OR j.seq < :seq)
     ORDER BY j.seq`,
  )
  // What a job has come to is seen in its state and its counters, which grow with all that it keeps.
  const place = `status || ' ' || total_processed || ' ' || completed_pieces || ' ' || failed_pieces`
  const deaths = db.prepare<[number], Deaths>(
    `SELECT iif(death_place IS ${place}, deaths, 0) AS count, death_reason AS reason FROM ${table} WHERE seq = ?`,
  )
  const countDeath = db.prepare(
    `UPDATE ${table} SET deaths = iif(death_place IS ${place}, deaths + 1, 1), death_place = ${place},
       death_reason = :reason
     WHERE seq = :seq`,
  )

  /**
   * Runs one transaction on behalf of a job: everything in it is written, or nothing.
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
    /** Whether a job's application is still there. */
    isAlive: (job: Job): boolean => isAlive.get(job.seq) !== undefined,

    write,

    /** As `write`; with all that was written before, it is on the disk when this returns. */
    writeToDisk: <T>(job: Job, work: () => NoPromise<T>): NoPromise<T> => write(job, work, transactToDisk),

    /** The rules by which a job is to fail or to hang, of those that matter now. To be part of no transaction. */
    faults: (job: Job, matters: (rule: Fault) => boolean): Fault[] =>
      !job.ofSeed && faults.isAny() ? write(job, () => faults.applying(job, matters)) : [],

    /** The rule that keeps a job in its state, if one does. */
    hanging: faults.hanging,

    /**
     * As `write`, in a transaction that stays open for more of the same job's, until it is committed or anything else is
     * written by this connection. It keeps all callers from writing, so it is to be left soon.
     *
     * @param begin called where the transaction begins, so that all that the job wrote before is committed
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

    /** Commits what `writeOn` has left open. */
    commit: (job: Job): void => commit(job),

    /** As `commit`; where that fails, the next `writeOn` says so. Gives whether nothing was lost. */
    leave: (job: Job): boolean => leave(job),

    /** Whether a caller waits for a transaction of this thread to end. */
    isCallerWaiting: (): boolean => writeQueue.isCallerWaiting,

    /**
     * Moves a job to its next state, in the database; whoever holds the job changes it once that is written.
     *
     * @param now ISO 8601: what its history says, and its CompletionDate where the state is its last
     */
    move(job: Job, to: JobStatus, now: string): void {
      if (!mayMove(job.status, to)) throw new Error(`a job cannot go from ${job.status} to ${to}`)
      const completed = isFinal(to) ? now : null
      if (setStatus.run({ seq: job.seq, from: job.status, to, now, completed }).changes !== 1) {
        throw new Error(`job ${job.id} is not in the state ${job.status} that it should be in`)
      }
    },

    /** Whether a job may leave its state, where jobs are held in each. */
    mayLeave: (job: Pick<Job, 'seq'>): boolean => mayLeave.get(job.seq) === 1,

    /** Writes down that a job is held in the state that it is in. */
    noteHeld: (job: Job): void => void noteHeld.run(job.seq),

    /** Lets a job leave these states and no others. To be part of a transaction, but of no `write`. */
    letLeave: (seq: number, states: JobStatus[]): void => void letLeave.run(JSON.stringify(states), seq),

    /**
     * The jobs that have the slots for which a job waits, or wait before it: where all of them are held, so that none
     * of them will ever give its slot by itself; else undefined.
     */
    holdersOfSlots(seq: number): string[] | undefined {
      const all = holders.all({ seq })
      return all.length >= slots && all.every(({ mayLeave }) => mayLeave === 0)
        ? all.map(({ id }) => id)
        : undefined
    },

    /** How often the worker has died of a job, or beside it, since the job last came any further. */
    deaths: (job: Job): Deaths => deaths.get(job.seq) ?? { count: 0, reason: null },

    /** Writes down that the worker has died while it did a job. To be part of a transaction, but of no `write`. */
    countDeath: (seq: number, reason: string): void => void countDeath.run({ seq, reason }),
  }
}
export type JobProgress = ReturnType<typeof createJobProgress>
