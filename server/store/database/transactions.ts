import type { Database } from 'better-sqlite3'
import { type NoPromise, refusePromise } from './no-promise.ts'
import { withPragma } from './with-pragma.ts'
import type { WriteQueue } from './write-queue.ts'

/**
 * The one way in which a connection writes. A transaction's function must be synchronous: a promise
 * is refused.
 */
export interface Transactions {
  /** Runs one transaction: all of it is written, or nothing. */
  transact<T>(work: () => NoPromise<T>): NoPromise<T>
  /** Like `transact`. Once it returns, this and all earlier writes are on the disk. */
  transactToDisk<T>(work: () => NoPromise<T>): NoPromise<T>
  /**
   * Writes in a transaction that stays open for further writes of the same writer, until it is
   * committed, or this connection writes anything else. So a page that many writes change is
   * written once. If one of them fails, all of them are rolled back. If the transaction cannot be
   * committed, the writer's next write throws the error.
   *
   * @param writer identifies the writer
   * @param work is told whether the transaction begins with it
   */
  join<T>(writer: object, work: (begins: boolean) => NoPromise<T>): NoPromise<T>
  /** Commits a writer's open transaction, if there is one. */
  commit(writer: object): void
  /**
   * Like `commit`, but if that fails, the writer's next write or commit throws the error. Returns
   * whether it has not failed.
   */
  tryCommit(writer: object): boolean
  /** Commits an open transaction, of whichever writer. If that fails, the writer is told later. */
  endOpen(): void
  /** Whether a writer's transaction is open, which any other write would end. */
  isJoined(): boolean
  /**
   * Lets waiting callers write first (see `WriteQueue`), for which it commits an open transaction.
   */
  letCallersGo(): void
}

/** Thrown by a job's transaction when the state that the job belongs to has been replaced. */
export class StateReplacedError extends Error {
  override message = 'the state has been replaced'
}

/**
 * @param options.onBegin called at the beginning of each transaction, to drop caches that another
 *   connection's writes have made stale
 * @param options.onEnd called before each commit, to write what was left for it
 * @param options.onRollback called after each rollback, to drop caches of what was rolled back
 * @param options.checkState called at the beginning of each transaction; if it throws, that ends
 * @param options.isKept whether writes have to survive a power failure
 */
export function createTransactions(
  db: Database,
  {
    onBegin,
    onEnd,
    onRollback,
    writeQueue,
    checkState,
    isKept,
  }: {
    onBegin: () => void
    onEnd: () => void
    onRollback: () => void
    writeQueue: WriteQueue
    checkState: () => void
    isKept: boolean
  },
): Transactions {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commitAll = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  /** The writer whose transaction is open. */
  let open: object | undefined
  /** The errors of transactions that could not be committed, until their writers are told. */
  const lost = new WeakMap<object, unknown>()

  const rollBack = (): void => {
    open = undefined
    onRollback()
    // SQLite may have rolled back already.
    if (db.inTransaction) rollback.run()
  }

  const guarded = <T>(work: () => T): T => {
    try {
      return refusePromise(work())
    } catch (error) {
      rollBack()
      throw error
    }
  }

  const start = (): void => {
    begin.run()
    guarded(() => {
      checkState()
      onBegin()
    })
  }

  const end = (): void => {
    guarded(() => {
      onEnd()
      commitAll.run()
    })
    open = undefined
  }

  /** Commits the open transaction. If that fails, its writer is told later. */
  const endOpen = (): void => {
    const writer = open
    if (writer === undefined) return
    try {
      end()
    } catch (error) {
      lost.set(writer, error)
    }
  }

  const throwLoss = (writer: object): void => {
    if (!lost.has(writer)) return
    const error = lost.get(writer)
    lost.delete(writer)
    throw error
  }

  const transact = <T>(work: () => NoPromise<T>): NoPromise<T> => {
    endOpen()
    start()
    const result = guarded(work)
    end()
    return result
  }

  return {
    transact,

    transactToDisk(work) {
      if (!isKept) return transact(work)
      endOpen()
      return withPragma(db, 'synchronous', 'FULL', () => transact(work))
    },

    join(writer, work) {
      throwLoss(writer)
      const begins = open !== writer
      if (begins) {
        endOpen()
        start()
        open = writer
      }
      return guarded(() => work(begins))
    },

    commit(writer) {
      throwLoss(writer)
      if (open === writer) end()
    },

    tryCommit(writer) {
      if (open === writer) endOpen()
      return !lost.has(writer)
    },

    endOpen,

    isJoined: () => open !== undefined,

    letCallersGo() {
      if (!writeQueue.isCallerWaiting) return
      endOpen()
      writeQueue.letCallersGo()
    },
  }
}
