import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { RowRange } from '../jobs/import-progress.ts'

/** Rows whose numbers are the same before these bits are a stretch; its table says in which there are an application's. */
const bitsOfStretch = 8

const stretchOf = (row: number): number => Math.floor(row / 2 ** bitsOfStretch)

const rowsOfStretch = `s.stretch << ${bitsOfStretch} AND (s.stretch + 1 << ${bitsOfStretch}) - 1`

/** SQL of an application's endpoints `e` in a range of rows, in the order of their rows; its parameters are `rangeOfApp`. */
export const selectOfApp = (select: string): string =>
  `SELECT ${select} FROM endpoint_stretches s
   CROSS JOIN endpoints e ON e.seq BETWEEN ${rowsOfStretch} AND +e.app = s.app
   WHERE s.app = ? AND s.stretch BETWEEN ? >> ${bitsOfStretch} AND ? >> ${bitsOfStretch} AND +e.seq > ? AND +e.seq <= ?
   ORDER BY s.stretch, e.seq`

/** The parameters of `selectOfApp`. */
export type RangeOfApp = [app: number, number, number, after: number, upTo: number]

/** The application's rows behind one, up to another. */
export const rangeOfApp = (app: AppRef, after: number, upTo = Number.MAX_SAFE_INTEGER): RangeOfApp => [
  app.seq,
  after,
  upTo,
  after,
  upTo,
]

/** Prepares what makes known of rows that are created whose they are. */
export function createStretchNotes(db: Database) {
  const note = db.prepare('INSERT OR IGNORE INTO endpoint_stretches (app, stretch) VALUES (?, ?)')
  return (app: number, { from, to }: RowRange): void => {
    for (let stretch = stretchOf(from); stretch <= stretchOf(to); stretch++) note.run(app, stretch)
  }
}

/** Rows that take as long to remove as a stretch takes to look through. */
const rowsPerStretch = 16

/**
 * Prepares the removal of a deleted application's endpoints, in the order of their rows: in any other, nearly each would be
 * in another page of the table, and a step would keep others from writing for longer.
 */
export function createEndpointRemoval(db: Database) {
  const first = db
    .prepare<[number], number>(
      'SELECT stretch FROM endpoint_stretches WHERE app = +? ORDER BY stretch LIMIT 1',
    )
    .pluck()
  const removeSome = db.prepare<[number, number, number]>(
    `DELETE FROM endpoints WHERE seq IN (
       SELECT e.seq FROM endpoint_stretches s CROSS JOIN endpoints e ON e.seq BETWEEN ${rowsOfStretch} AND +e.app = s.app
       WHERE s.app = +? AND s.stretch = +? ORDER BY e.seq LIMIT ?)`,
  )
  const forget = db.prepare<[number, number]>('DELETE FROM endpoint_stretches WHERE app = ? AND stretch = ?')

  /** Removes up to `limit` endpoints; gives how many rows, which may be more. To be called in a transaction. */
  return (app: number, limit: number): number => {
    let endpoints = 0
    let stretches = 0
    while (endpoints + stretches * rowsPerStretch < limit) {
      const stretch = first.get(app)
      if (stretch === undefined) break
      endpoints += removeSome.run(app, stretch, limit - endpoints).changes
      if (endpoints < limit) stretches += forget.run(app, stretch).changes
    }
    return endpoints + stretches
  }
}
