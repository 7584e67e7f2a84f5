import type { Database } from 'better-sqlite3'
import type { JobControl } from '../../model/job-control.ts'
import { jobTables } from './job-rows.ts'

/**
 * How jobs advance. It stands in the database, so that both threads and the next process know it.
 *
 * @param jobStateDelayMs what holds as long as no caller has said anything else
 */
export function createJobControl(db: Database, jobStateDelayMs: number) {
  const bySetting: JobControl =
    jobStateDelayMs === 0 ? { mode: 'immediate' } : { mode: 'timed', delayMs: jobStateDelayMs }
  const get = db.prepare<[], JobControl & { delayMs: number | null }>(
    'SELECT mode, delay_ms AS delayMs FROM job_control',
  )
  const put = db.prepare('INSERT OR REPLACE INTO job_control (only_row, mode, delay_ms) VALUES (1, ?, ?)')
  const takeBackLeave = Object.values(jobTables).map(table =>
    db.prepare(`UPDATE ${table} SET may_leave = '[]' WHERE status NOT IN ('COMPLETED', 'FAILED')`),
  )

  const read = (): JobControl => {
    const row = get.get()
    if (row === undefined) return bySetting
    return { mode: row.mode, ...(row.delayMs !== null && { delayMs: row.delayMs }) }
  }

  return {
    get: read,

    /** What callers have said, where it is other than what the settings say. */
    override(): JobControl | undefined {
      const control = read()
      const isSetting = control.mode === bySetting.mode && control.delayMs === bySetting.delayMs
      return isSetting ? undefined : control
    },

    /** Changes it, for running jobs as well. Jobs that are held from now on wait for a leave of their own. */
    put({ mode, delayMs }: JobControl): void {
      if (read().mode !== mode) for (const statement of takeBackLeave) statement.run()
      put.run(mode, delayMs ?? null)
    },
  }
}
