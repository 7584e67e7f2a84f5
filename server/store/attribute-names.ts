import type { Database } from 'better-sqlite3'
import type { EndpointRequest } from '../shapes/endpoint.ts'
import type { AppRef } from './apps.ts'

/** The maps of an endpoint whose names are the callers' own. */
export type AttributeMap = 'Attributes' | 'Metrics' | 'User.UserAttributes'

/** A custom name, as it stands in one of the maps. */
export interface AttributeName {
  map: AttributeMap
  name: string
}

/**
 * The custom names that an application knows: every one that an endpoint was ever given (source: guide, of the quota;
 * that a name outlives its endpoints follows from RemoveAttributes, which forgets it).
 */
export function createAttributeNames(db: Database) {
  const ofApp = db.prepare<[number], AttributeName & { job: number | null }>(
    'SELECT map, name, import_job AS job FROM attribute_names WHERE app = ?',
  )
  const insert = db.prepare(
    `INSERT INTO attribute_names (app, map, name, import_job) VALUES (?, ?, ?, ?)
     ON CONFLICT (app, map, name) DO UPDATE SET import_job = NULL`,
  )
  const removeOfJob = db.prepare('DELETE FROM attribute_names WHERE app = ? AND import_job = ?')
  const dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck()

  /** The names of the application that was asked for last, with the job that brought each, if one did. */
  let known:
    | { app: number; maps: Record<AttributeMap, Map<string, number | null>>; count: number }
    | undefined
  let version: number | undefined

  const namesOf = (app: AppRef) => {
    if (known?.app === app.seq) return known
    known = {
      app: app.seq,
      maps: { Attributes: new Map(), Metrics: new Map(), 'User.UserAttributes': new Map() },
      count: 0,
    }
    for (const { map, name, job } of ofApp.iterate(app.seq)) {
      known.maps[map].set(name, job)
      known.count++
    }
    return known
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

    /**
     * The names among those of a change that are new to the application, or that only another import has brought,
     * which may take them back.
     */
    newNames(app: AppRef, change: EndpointRequest, job: number | null): AttributeName[] {
      const found: AttributeName[] = []
      const look = (map: AttributeMap, members: Record<string, unknown> | undefined) => {
        for (const name in members) {
          // An empty list removes the attribute.
          if ((members[name] as unknown[]).length === 0) continue
          const by = namesOf(app).maps[map].get(name)
          if (by !== null && (by === undefined || by !== job)) found.push({ map, name })
        }
      }
      look('Attributes', change.Attributes)
      look('Metrics', change.Metrics)
      look('User.UserAttributes', change.User?.UserAttributes)
      return found
    },

    /** How many names the application would have with these. */
    count(app: AppRef, names: AttributeName[]): number {
      const { maps, count } = namesOf(app)
      return count + names.filter(({ map, name }) => !maps[map].has(name)).length
    },

    /** Makes names known: as a job's, or, where the job is null or the name is another's already, for good. */
    add(app: AppRef, names: AttributeName[], job: number | null): void {
      const known = namesOf(app)
      for (const { map, name } of names) {
        insert.run(app.seq, map, name, job)
        if (!known.maps[map].has(name)) known.count++
        known.maps[map].set(name, known.maps[map].has(name) ? null : job)
      }
    },

    /** Forgets the names that a job brought and nobody else has used. */
    removeOfJob(app: AppRef, job: number): void {
      removeOfJob.run(app.seq, job)
      known = undefined
    },
  }
}
export type AttributeNames = ReturnType<typeof createAttributeNames>
