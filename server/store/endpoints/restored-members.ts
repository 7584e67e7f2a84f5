import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { EndpointValues } from './endpoint-row.ts'

/** An endpoint that has just been created. */
interface CreatedEndpoint {
  readonly values: Pick<EndpointValues, 'id'>
  seq: number | undefined
}

/**
 * Makes endpoints that are created again members of the imported segments of which they were
 * members when they were deleted (assumed). The trigger `endpoint_deleted` records those.
 */
export function createRestoredMembers(db: Database) {
  const isAny = db
    .prepare<[number], number>('SELECT 1 FROM import_members_deleted WHERE app = ? LIMIT 1')
    .pluck()
  const restore = db.prepare(
    `INSERT INTO import_members (job, first, last)
     SELECT job, :seq, :seq FROM import_members_deleted WHERE app = :app AND endpoint_id = :id`,
  )
  const forget = db.prepare('DELETE FROM import_members_deleted WHERE app = ? AND endpoint_id = ?')

  return {
    restore(app: AppRef, created: CreatedEndpoint[]): void {
      if (created.length === 0 || isAny.get(app.seq) === undefined) return
      for (const { values, seq } of created) {
        if (restore.run({ app: app.seq, id: values.id, seq }).changes > 0) forget.run(app.seq, values.id)
      }
    },
  }
}
