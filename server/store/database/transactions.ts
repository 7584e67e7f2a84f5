import type { Database } from 'better-sqlite3'
import { type NoPromise, refusePromise } from './no-promise.ts'
import { withPragma } from './with-pragma.ts'
import type { WriteQueue } from './write-queue.ts'

/** The one way in which a connection writes. Each function that is given must be synchronous: a promise is refused. */
export interface Transactions {
  /** Runs one transaction: everything in it is written, or nothing. */
  transact<T>(work: () => NoPromise<T>): NoPromise<T>
  /** As `transact`; with all that was written before, it is on the disk when this returns. */
  transactToDisk<T>(work: () => NoPromise<T>): NoPromise<T>
  /**
   * Writes in a transaction that stays open for more of the same writer, until it is committed, or anything else is to
   * be written by this connection: what many writes change in the same page is written once. Where one of them fails,
   * all of them are taken back, and where the transaction cannot be committed, the writer is told by its next write.
   *
   * @param writer what stands in memory of the writes, and is of no use any more when they are lost
   * @param work is told whether the transaction begins with it
   */
  join<T>(writer: object, work: (begins: boolean) => NoPromise<T>): NoPromise<T>
  /** Commits a writer's open transaction, if there is one. */
  commit(writer: object): void
  /** As `commit`; where that fails, the next write or commit of the writer says so. Gives whether nothing was lost. */
  leave(writer: object): boolean
  /** Whether a writer's transaction is open for more, which any other would end. */
  isJoined(): boolean
  /** Lets callers write first, as `WriteQueue` says; whosever transaction is open would keep them from it. */
  letCallersGo(): void
}

/** Thrown out of a transaction of a job: the state that the job belongs to has been replaced by another. */
export class StateReplacedError extends Error {
  override message = 'the state has been replaced'
}

/**
 * Makes the way in which a connection writes.
 *
 * @param options.onBegin called within each transaction that begins: what others have written since may be read again
 * @param options.onRollback called when a transaction is rolled back: what was remembered of it is to be forgotten
 * @param options.checkState called where each transaction begins, throws what ends it
 * @param options.isKept whether what is written is to outlive a failure of power
 */
export function createTransactions(
  db: Database,
  {
    onBegin,
    onRollback,
    writeQueue,
    checkState,
    isKept,
  }: {
    onBegin: () => void
    onRollback: () => void
    writeQueue: WriteQueue
    checkState: () => void
    isKept: boolean
  },
): Transactions {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commitAll = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  /** Whose transaction is open. */
  let open: object | undefined
  /** What kept writers' transactions from being committed. */
  const lost = new WeakMap<object, unknown>()

  const takeBack = (): void => {
    open = undefined
    onRollback()
    // SQLite may have done it already.
    if (db.inTransaction) rollback.run()
  }

  const guarded = <T>(work: () => T): T => {
    try {
      return refusePromise(work())
    } catch (error) {
      takeBack()
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
    guarded(() => commitAll.run())
    open = undefined
  }

  /** Commits the transaction that is open; its writer is told later where that fails. */
  const endOpen = (): void => {
    const writer = open
    if (writer === undefined) return
    try {
      end()
    } catch (error) {
      lost.set(writer, error)
    }
  }

  const tellLoss = (writer: object): void => {
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
      tellLoss(writer)
      const begins = open !== writer
      if (begins) {
        endOpen()
        start()
        open = writer
      }
      return guarded(() => work(begins))
    },

    commit(writer) {
      tellLoss(writer)
      if (open === writer) end()
    },

    leave(writer) {
      if (open === writer) endOpen()
      return !lost.has(writer)
    },

    isJoined: () => open !== undefined,

    letCallersGo() {
      if (!writeQueue.isCallerWaiting) return
      endOpen()
      writeQueue.letCallersGo()
    },
  }
}
