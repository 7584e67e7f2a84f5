import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'

/**
 * Prepares what tells whether a job is the sole writer of endpoints of its application, as most large imports are: then
 * nothing is stored but what the job itself has written, so it need not be looked up.
 *
 * @returns to be called where a job begins, or begins again
 */
export function createSoleWriter(db: Database, queue: WriteQueue) {
  const isAny = db.prepare<[number], 1>('SELECT 1 FROM endpoints WHERE app = ? LIMIT 1').pluck()

  return () => {
    /** Of the job, as the shared counter of the application's writes counts them. */
    let writes: number | undefined
    let isOver = false
    return {
      /** To be asked within each of the job's transactions. Once it is false, it stays so. */
      isSole(app: AppRef): boolean {
        if (isOver) return false
        if (writes === undefined) {
          isOver = isAny.get(app.seq) === 1
          writes = queue.endpointWrites(app.seq)
        } else isOver = writes !== queue.endpointWrites(app.seq)
        return !isOver
      },
      /** That the job itself writes endpoints. */
      noteOwn(count: number): void {
        if (writes !== undefined) writes = (writes + count) | 0
      },
    }
  }
}
