import type { Database } from 'better-sqlite3'
import { type NoPromise, refusePromise } from './no-promise.ts'

/**
 * Runs something while a pragma of the connection has another value. All of a thread shares the connection, so the
 * value is back before anything else of the thread can run: what is run is synchronous.
 */
export function withPragma<T>(
  db: Database,
  name: 'synchronous' | 'wal_autocheckpoint',
  value: number | 'FULL',
  work: () => NoPromise<T>,
): NoPromise<T> {
  const before = db.pragma(name, { simple: true })
  db.pragma(`${name} = ${value}`)
  try {
    return refusePromise(work())
  } finally {
    db.pragma(`${name} = ${before}`)
  }
}
