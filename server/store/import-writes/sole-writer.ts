import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'

/**
 * Tells whether a job is the sole writer of its application's endpoints, as most large imports are.
 * Then only its own writes are stored, and nothing else need be looked up.
 *
 * @returns a function to be called when a job starts or resumes
 */
export function createSoleWriter(db: Database, queue: WriteQueue) {
  const isAny = db.prepare<[number], 1>('SELECT 1 FROM endpoints WHERE app = ? LIMIT 1').pluck()

  return () => {
    /** The application's counter of writes, as it is if nobody but the job has written. */
    let writes: number | undefined
    let isOver = false
    return {
      /** To be called in each of the job's transactions. Once it is false, it stays so. */
      isSole(app: AppRef): boolean {
        if (isOver) return false
        if (writes === undefined) {
          isOver = isAny.get(app.seq) === 1
          writes = queue.endpointWrites(app.seq)
        } else isOver = writes !== queue.endpointWrites(app.seq)
        return !isOver
      },
      /** Notes that the job itself writes endpoints. */
      noteOwn(count: number): void {
        if (writes !== undefined) writes = (writes + count) | 0
      },
    }
  }
}
