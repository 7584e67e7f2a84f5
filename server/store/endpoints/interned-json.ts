import type { Database } from 'better-sqlite3'

/** The columns that have a map as JSON, or the number of one that is kept once. */
export const sharedColumns: ReadonlySet<string> = new Set(['location', 'demographic'])

/** SQL of what such a column says, as JSON. */
export const sharedMap = (column: string): string =>
  `iif(${column} >= '{', ${column}, (SELECT json FROM endpoint_maps WHERE seq = CAST(${column} AS INTEGER)))`

/** SQL of what all of them say, each under its own name. @param prefix `e.`, where the row is `e` */
export const sharedMapsAs = (prefix = ''): string =>
  [...sharedColumns].map(column => `${sharedMap(prefix + column)} AS ${column}`).join(', ')

/** Characters of the shortest map that is worth it. */
const shortest = 16

/** How often a map has to come for that; each that is kept stands in an index, too. */
const oftenEnough = 12

/** Maps that are remembered; where there are more, nearly each is another one. */
const mostKnown = 2000

/** Locations and demographics that many endpoints have alike, each kept once for its application, for as long as that is there. */
export interface SharedMaps {
  /**
   * What a row is to have for a map: its number, where the same has come some times in this transaction; else its JSON.
   *
   * @param count of rows that are written together and have it
   */
  stored(app: number, json: string, count: number): string
  /** To be called where a transaction begins: what another one was to keep may never have been written. */
  forget(): void
}

export function createSharedMaps(db: Database): SharedMaps {
  const find = db
    .prepare<[number, string], string>(
      'SELECT CAST(seq AS TEXT) FROM endpoint_maps WHERE app = +? AND json = +?',
    )
    .pluck()
  const keep = db.prepare('INSERT INTO endpoint_maps (app, json) VALUES (?, ?)')
  let of: number | undefined
  /** The number of a map, as rows have it; or how often it has come. */
  const known = new Map<string, string | number>()

  return {
    stored(app, json, count) {
      if (json.length < shortest) return json
      if (of !== app || known.size >= mostKnown) known.clear()
      of = app
      const stored = known.get(json) ?? 0
      if (typeof stored === 'string') return stored
      if (stored + count < oftenEnough) {
        known.set(json, stored + count)
        return json
      }
      const number = find.get(app, json) ?? String(keep.run(app, json).lastInsertRowid)
      known.set(json, number)
      return number
    },

    forget: () => known.clear(),
  }
}
