import type { Database } from 'better-sqlite3'
import type { JobControl } from '../../model/job-control.ts'
import { isRunning, jobTables } from './job-rows.ts'

/**
 * The job control: how jobs advance. It is in the database, for both threads and the next process.
 *
 * @param jobStateDelayMs the setting, which applies until a caller changes it
 */
export function createJobControl(db: Database, jobStateDelayMs: number) {
  const bySetting: JobControl =
    jobStateDelayMs === 0 ? { mode: 'immediate' } : { mode: 'timed', delayMs: jobStateDelayMs }
  const get = db.prepare<[], JobControl & { delayMs: number | null }>(
    'SELECT mode, delay_ms AS delayMs FROM job_control',
  )
  const put = db.prepare('INSERT OR REPLACE INTO job_control (only_row, mode, delay_ms) VALUES (1, ?, ?)')
  const revokeLeave = Object.values(jobTables).map(({ table }) =>
    db.prepare(`UPDATE ${table} AS j SET may_leave = '[]' WHERE ${isRunning}`),
  )

  const read = (): JobControl => {
    const row = get.get()
    if (row === undefined) return bySetting
    return { mode: row.mode, ...(row.delayMs !== null && { delayMs: row.delayMs }) }
  }

  return {
    get: read,

    /** The job control, if a caller has made it other than the setting. */
    override(): JobControl | undefined {
      const control = read()
      const isSetting = control.mode === bySetting.mode && control.delayMs === bySetting.delayMs
      return isSetting ? undefined : control
    },

    /**
     * Changes it, for running jobs as well. In another mode, no job has permission to leave its
     * status.
     */
    put({ mode, delayMs }: JobControl): void {
      if (read().mode !== mode) for (const statement of revokeLeave) statement.run()
      put.run(mode, delayMs ?? null)
    },
  }
}
