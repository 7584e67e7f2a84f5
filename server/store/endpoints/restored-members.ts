import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'

/** The segments that endpoints were in when they were deleted; they are in them again as soon as they are created again (assumed). */
export interface DeletedMembers {
  /** Whether there are any of an application. */
  isAny(app: AppRef): boolean
  /**
   * Makes an endpoint that has been created a member where it was one before.
   *
   * @param id as it is compared
   * @param created its row
   */
  joinAgain(app: AppRef, id: string, created: number): void
}

export function createDeletedMembers(db: Database): DeletedMembers {
  const isAny = db
    .prepare<[number], number>('SELECT 1 FROM import_members_deleted WHERE app = ? LIMIT 1')
    .pluck()
  const isLeft = db
    .prepare<[number, string], number>(
      'SELECT 1 FROM import_members_deleted WHERE app = ? AND endpoint_id = ? LIMIT 1',
    )
    .pluck()
  const join = db
    .prepare<unknown[], number>(
      `INSERT INTO import_members (job, first, last)
       SELECT job, :created, :created FROM import_members_deleted WHERE app = :app AND endpoint_id = :id RETURNING job`,
    )
    .pluck()
  const joinTerms = db.prepare(
    `UPDATE endpoint_terms SET value = 1 WHERE endpoint = :created AND value = 0 AND block = CAST(:created AS INTEGER) >> 14
       AND dimension = (SELECT seq FROM indexed_dimensions WHERE app = :app AND name = 'Import.' || CAST(:job AS INTEGER))`,
  )
  const forget = db.prepare('DELETE FROM import_members_deleted WHERE app = ? AND endpoint_id = ?')

  return {
    isAny: app => isAny.get(app.seq) !== undefined,

    joinAgain(app, id, created) {
      if (isLeft.get(app.seq, id) === undefined) return
      for (const job of join.all({ app: app.seq, id, created })) joinTerms.run({ app: app.seq, job, created })
      forget.run(app.seq, id)
    },
  }
}
