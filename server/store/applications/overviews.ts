import type { Database } from 'better-sqlite3'
import type { AppRef } from './applications.ts'

/** How much there is of what an application holds. */
export interface ResourceCounts {
  segments: number
  campaigns: number
  journeys: number
  importJobs: number
  exportJobs: number
  messages: number
}

/** Prepares counting what an application holds besides endpoints, each in an index. */
export function createResourceCounts(db: Database): (app: AppRef) => ResourceCounts {
  const documents = (kind: string) =>
    `(SELECT count(*) FROM documents WHERE app = :seq AND kind = '${kind}' AND id IS NOT NULL)`
  const rows = (table: string) => `(SELECT count(*) FROM ${table} WHERE app = :seq)`
  const count = db.prepare<[{ seq: number }], ResourceCounts>(
    `SELECT ${documents('segment')} AS segments, ${documents('campaign')} AS campaigns,
       ${documents('journey')} AS journeys,
       ${rows('import_jobs')} AS importJobs, ${rows('export_jobs')} AS exportJobs,
       ${rows('messages')} AS messages`,
  )
  return ({ seq }) => count.get({ seq })!
}
