import type { Database } from 'better-sqlite3'
import { type NoPromise, refusePromise } from './no-promise.ts'

/**
 * Runs a function with another value of a pragma. The whole thread shares the connection, so the
 * function must be synchronous: the old value is restored before anything else can run.
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
