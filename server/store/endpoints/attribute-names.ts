import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { EndpointChange } from './endpoint-row.ts'

/** The maps of an endpoint whose names are the callers' own. */
export const attributeMaps = ['Attributes', 'Metrics', 'User.UserAttributes'] as const
export type AttributeMap = (typeof attributeMaps)[number]

/** A custom name, as it stands in one of the maps. */
export interface AttributeName {
  map: AttributeMap
  name: string
}

/** The custom names that a change gives values to: an empty list of them removes an attribute. */
export function namesIn(change: EndpointChange): AttributeName[] {
  const names = (map: AttributeMap, text: string | null): AttributeName[] =>
    text === null
      ? []
      : Object.entries(JSON.parse(text) as Record<string, unknown[] | number>).flatMap(([name, value]) =>
          Array.isArray(value) && value.length === 0 ? [] : { map, name },
        )
  return [
    ...names('Attributes', change.attributes),
    ...names('Metrics', change.metrics),
    ...names('User.UserAttributes', change.user_attributes),
  ]
}

/** Stands where a job would for a name that was used for good: by a caller, or by a job that is COMPLETED. */
const forGood = 0

/**
 * The custom names that an application knows: every one that an endpoint was ever given (source: guide, of the quota;
 * that a name outlives its endpoints follows from RemoveAttributes, which forgets it). Each is kept once for every job
 * under way that has used it, and once for all that is done, so that a job which fails can take its own back.
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

  /** The names of the application that was asked for last, with who has used them. */
  let known: { app: number; maps: Record<AttributeMap, Map<string, Set<number>>> } | undefined
  let version: number | undefined

  const namesOf = (app: AppRef) => {
    if (known?.app === app.seq) return known.maps
    known = {
      app: app.seq,
      maps: { Attributes: new Map(), Metrics: new Map(), 'User.UserAttributes': new Map() },
    }
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
    /** To be called where a transaction begins: what another connection has written since is read again. */
    refresh(): void {
      const now = dataVersion.get()
      if (now !== version) known = undefined
      version = now
    },

    /** To be called when a transaction is rolled back. */
    forget(): void {
      known = undefined
    },

    /** The names among some that nobody has used for good, nor the job itself, if one writes. */
    newNames: (app: AppRef, names: AttributeName[], job: number | null): AttributeName[] =>
      names.filter(({ map, name }) => {
        const users = namesOf(app)[map].get(name)
        return !users?.has(forGood) && !users?.has(job ?? forGood)
      }),

    /** How many names the application would have with these. */
    count(app: AppRef, names: AttributeName[]): number {
      const maps = namesOf(app)
      const more = names.filter(({ map, name }) => !maps[map].has(name)).length
      return maps.Attributes.size + maps.Metrics.size + maps['User.UserAttributes'].size + more
    },

    /** Makes names known: as a job's, or for good where there is none. */
    add(app: AppRef, names: AttributeName[], job: number | null): void {
      for (const { map, name } of names) {
        insert.run(app.seq, map, name, job ?? forGood)
        note(namesOf(app)[map], name, job ?? forGood)
      }
    },

    /**
     * Forgets a name of one map, or all that fit a glob, whoever brought them. A job that is under way brings a name
     * anew with the next record that holds it, and still takes it back if it fails.
     *
     * @returns the names that were known
     */
    remove(app: AppRef, map: AttributeMap, pattern: string): string[] {
      known = undefined
      return [...new Set(remove.all(app.seq, map, pattern, pattern))]
    },

    /** Keeps for good what a job has used, as it is COMPLETED. */
    keepOfJob: (app: AppRef, job: number): void => endJob(keepOfJob, app, job),

    /** Forgets what a job has used and nobody else. */
    removeOfJob: (app: AppRef, job: number): void => endJob(removeOfJob, app, job),
  }
}
export type AttributeNames = ReturnType<typeof createAttributeNames>
