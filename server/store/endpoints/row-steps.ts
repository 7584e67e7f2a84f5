import type { Database } from 'better-sqlite3'

/** Endpoints that a step scans, which takes some milliseconds. */
const endpointsPerStep = 4000

/**
 * Prepares scanning the endpoints of an application in steps, in the order of their rows.
 *
 * @returns a function that gives the last row of the step behind a row, `upTo` at most; null if
 *   there are no more
 */
export function prepareEndOfStep(db: Database) {
  const find = db
    .prepare<[number, number, number], number | null>(
      `SELECT max(seq) FROM (
         SELECT seq FROM endpoints WHERE app = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ${endpointsPerStep})`,
    )
    .pluck()
  return (app: number, after: number, upTo = Number.MAX_SAFE_INTEGER): number | null =>
    find.get(app, after, upTo) ?? null
}
