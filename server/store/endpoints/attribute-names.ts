import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { EndpointChange } from './endpoint-row.ts'

/** The column of each map. */
const columns = {
  Attributes: 'attributes',
  Metrics: 'metrics',
  'User.UserAttributes': 'user_attributes',
} as const

/** The maps of an endpoint whose keys are custom names. */
export type AttributeMap = keyof typeof columns
export const attributeMaps = Object.keys(columns) as AttributeMap[]

/** Makes a value for each of the maps. */
export const perMap = <Value>(make: () => Value) =>
  Object.fromEntries(attributeMaps.map(map => [map, make()])) as Record<AttributeMap, Value>

/** A custom name in one of the maps. */
export interface AttributeName {
  map: AttributeMap
  name: string
}

/**
 * The custom names to which a change gives values. (An empty list of values removes an attribute.)
 */
export const namesIn = (change: EndpointChange): AttributeName[] =>
  attributeMaps.flatMap(map => {
    const text = change[columns[map]]
    if (text === null) return []
    const values: Record<string, unknown[] | number> = JSON.parse(text)
    return Object.entries(values).flatMap(([name, value]) =>
      Array.isArray(value) && value.length === 0 ? [] : { map, name },
    )
  })

/** The value of `import_job` for a name that is kept: a caller, or a COMPLETED job, has used it. */
const forGood = 0

/**
 * The repository of an application's custom names: all that were ever given to an endpoint (source:
 * guide, on the quota; that names outlive endpoints follows from RemoveAttributes, which removes
 * them). A name has a row for each unfinished job that uses it, so that a failed job can remove its
 * own, and one for everything else.
 */
export function createAttributeNames(db: Database) {
  const ofApp = db.prepare<[number], AttributeName & { job: number }>(
    'SELECT map, name, import_job AS job FROM attribute_names WHERE app = ?',
  )
  const insert = db.prepare(
    'INSERT OR IGNORE INTO attribute_names (app, map, name, import_job) VALUES (?, ?, ?, ?)',
  )
  const keepOfJob = db.prepare(
    `UPDATE OR REPLACE attribute_names SET import_job = ${forGood} WHERE app = ? AND import_job = ?`,
  )
  const remove = db
    .prepare<[number, AttributeMap, string, string], string>(
      'DELETE FROM attribute_names WHERE app = ? AND map = ? AND (name = ? OR name GLOB ?) RETURNING name',
    )
    .pluck()
  const removeOfJob = db.prepare('DELETE FROM attribute_names WHERE app = ? AND import_job = ?')
  const dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck()

  /**
   * A cache: the names of the application that was used last, each with the values of `import_job`.
   */
  let known: { app: number; maps: Record<AttributeMap, Map<string, Set<number>>> } | undefined
  let version: number | undefined

  const namesOf = (app: AppRef) => {
    if (known?.app === app.seq) return known.maps
    known = { app: app.seq, maps: perMap(() => new Map<string, Set<number>>()) }
    for (const { map, name, job } of ofApp.iterate(app.seq)) note(known.maps[map], name, job)
    return known.maps
  }

  const note = (names: Map<string, Set<number>>, name: string, job: number) => {
    const users = names.get(name)
    if (users === undefined) names.set(name, new Set([job]))
    else users.add(job)
  }

  const endJob = (end: typeof keepOfJob, app: AppRef, job: number): void => {
    if (end.run(app.seq, job).changes > 0) known = undefined
  }

  return {
    /**
     * Empties the cache if another connection has written. To be called when a transaction begins.
     */
    refresh(): void {
      const now = dataVersion.get()
      if (now !== version) known = undefined
      version = now
    },

    /** Empties the cache. To be called when a transaction is rolled back. */
    forget(): void {
      known = undefined
    },

    /** Those of some names that are neither kept nor, if a job writes, the job's already. */
    newNames: (app: AppRef, names: AttributeName[], job: number | null): AttributeName[] =>
      names.filter(({ map, name }) => {
        const users = namesOf(app)[map].get(name)
        return !users?.has(forGood) && !users?.has(job ?? forGood)
      }),

    /** How many names the application would have together with these. */
    count(app: AppRef, names: AttributeName[]): number {
      const maps = namesOf(app)
      const more = names.filter(({ map, name }) => !maps[map].has(name)).length
      return attributeMaps.reduce((count, map) => count + maps[map].size, more)
    },

    /** Adds names, of a job; without a job, names that are kept. */
    add(app: AppRef, names: AttributeName[], job: number | null): void {
      for (const { map, name } of names) {
        insert.run(app.seq, map, name, job ?? forGood)
        note(namesOf(app)[map], name, job ?? forGood)
      }
    },

    /**
     * Removes a name of one map, or all names that match a glob. A running job adds a name again
     * with the next record that has it, and removes it again if it fails.
     *
     * @returns the removed names
     */
    remove(app: AppRef, map: AttributeMap, pattern: string): string[] {
      known = undefined
      return [...new Set(remove.all(app.seq, map, pattern, pattern))]
    },

    /** Keeps the names of a job that is COMPLETED. */
    keepOfJob: (app: AppRef, job: number): void => endJob(keepOfJob, app, job),

    /** Removes the names that only a job has used. */
    removeOfJob: (app: AppRef, job: number): void => endJob(removeOfJob, app, job),
  }
}
export type AttributeNames = ReturnType<typeof createAttributeNames>
