import type { Database } from 'better-sqlite3'
import type { AttributeNames } from './attribute-names.ts'

/** Runs one transaction: everything in it is written, or nothing. */
export type Transact = <T>(work: () => T) => T

/** Thrown out of a transaction of a job: the state that the job belongs to has been replaced by another. */
export class StateReplaced extends Error {
  override message = 'the state has been replaced'
}

/**
 * Makes the one way in which this connection writes; what it keeps in memory follows the database.
 *
 * @param checkState called in each transaction, throws what ends it
 */
export function createTransact(db: Database, names: AttributeNames, checkState: () => void): Transact {
  const immediate = db.transaction((work: () => unknown) => {
    checkState()
    names.refresh()
    return work()
  }).immediate
  return <T>(work: () => T): T => {
    try {
      return immediate(work) as T
    } catch (error) {
      names.forget()
      throw error
    }
  }
}
