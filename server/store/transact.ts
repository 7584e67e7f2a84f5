import type { Database } from 'better-sqlite3'
import type { AttributeNames } from './attribute-names.ts'

/** Runs one transaction: everything in it is written, or nothing. */
export type Transact = <T>(work: () => T) => T

/** Makes the one way in which this connection writes; what it keeps in memory follows the database. */
export function createTransact(db: Database, names: AttributeNames): Transact {
  const immediate = db.transaction((work: () => unknown) => {
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
