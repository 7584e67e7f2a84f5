import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteTurns } from '../database/write-queue.ts'
import type { AttributeNames } from '../endpoints/attribute-names.ts'
import { writtenColumns } from '../endpoints/endpoint-row.ts'
import type { RowRange } from '../jobs/import-progress.ts'

/** What an import job keeps of endpoints as they were before it, as long as it is not COMPLETED, and goes back to. */
export interface BeforeImport {
  /**
   * Keeps an endpoint as it is, before the job writes it.
   *
   * @param isAnyWrittenOver as `isAnyWrittenOver` said in the same transaction
   */
  keep(seq: number, isAnyWrittenOver: boolean): void
  /** Keeps endpoints that the job writes now for the first time since anybody else did. */
  keepAll(range: RowRange): void
  /** Whether any other job has written over what this one wrote, and keeps that. */
  isAnyWrittenOver(): boolean
  /** As `EndpointsOfImport` says. */
  takeBack(app: AppRef, limit: number): boolean
  /** As `EndpointsOfImport` says. */
  left(app: AppRef): { created: number; changed: number }
}

/** Prepares the statements on what import jobs keep. */
export function createBeforeImport(
  db: Database,
  names: AttributeNames,
  writeTurns: WriteTurns,
): (job: number) => BeforeImport {
  /**
   * Prepares keeping some rows. Some may be kept already, and somebody else may have written those since: it is what they
   * wrote that is to be put back then. But mostly none is, and to replace rows SQLite copies each page that it changes.
   */
  const prepareKeep = (rows: string) => {
    const [keepNew, keepAgain] = ['IGNORE', 'REPLACE'].map(orElse =>
      db.prepare(
        `INSERT OR ${orElse} INTO endpoints_before_import (job, seq, app, ${writtenColumns})
         SELECT :job, seq, app, ${writtenColumns} FROM endpoints WHERE ${rows} AND import_job IS NOT :job`,
      ),
    )
    return (count: number, of: object): void => {
      if (keepNew!.run(of).changes < count) keepAgain!.run(of)
    }
  }
  const keep = prepareKeep('seq = :seq')
  const kept = db.prepare<[number, number], { seq: number }>(
    'SELECT seq FROM endpoints_before_import WHERE job = ? LIMIT ?',
  )
  const putBack = db.prepare(
    `UPDATE endpoints SET (${writtenColumns}) = (SELECT ${writtenColumns} FROM endpoints_before_import WHERE job = :job AND seq = :seq)
     WHERE seq = :seq AND import_job = :job`,
  )
  const putBackInLater = db.prepare(
    `UPDATE endpoints_before_import SET (${writtenColumns}) = (SELECT ${writtenColumns} FROM endpoints_before_import WHERE job = :job AND seq = :seq)
     WHERE seq = :seq AND import_job = :job`,
  )
  const isKept = db
    .prepare<[number, number], number>('SELECT 1 FROM endpoints_before_import WHERE job = ? AND seq = ?')
    .pluck()
  const isWrittenOver = db
    .prepare<[number, number], number>(
      'SELECT 1 FROM endpoints_before_import WHERE import_job = ? AND seq = ?',
    )
    .pluck()
  const isAnyOver = db
    .prepare<[number], number>('SELECT 1 FROM endpoints_before_import WHERE import_job = ? LIMIT 1')
    .pluck()
  const passOnRow = db.prepare(
    `UPDATE import_jobs SET newest_endpoint =
       min(newest_endpoint, (SELECT newest_endpoint FROM import_jobs WHERE seq = :job))
     WHERE seq IN (SELECT job FROM endpoints_before_import WHERE import_job = :job AND seq = :seq)`,
  )
  const forgetRowInLater = db.prepare(
    'DELETE FROM endpoints_before_import WHERE import_job = :job AND seq = :seq',
  )
  // A later job that wrote over what this one created becomes the one that created it, and looks as far back.
  const passOn = db.prepare(
    `UPDATE import_jobs SET newest_endpoint =
       min(newest_endpoint, (SELECT newest_endpoint FROM import_jobs WHERE seq = :job))
     WHERE seq IN (SELECT job FROM endpoints_before_import WHERE import_job = :job)`,
  )
  const forgetInLater = db.prepare(
    `DELETE FROM endpoints_before_import WHERE (job, seq) IN
       (SELECT job, seq FROM endpoints_before_import WHERE import_job = ? LIMIT ?)`,
  )
  const newestBefore = db
    .prepare<[number], number | null>('SELECT newest_endpoint FROM import_jobs WHERE seq = ?')
    .pluck()
  const forget = db.prepare('DELETE FROM endpoints_before_import WHERE job = ? AND seq = ?')
  const removeCreated = db.prepare(
    // In the order of rows, from where the last step ended; +app keeps SQLite from going by the ids instead.
    `DELETE FROM endpoints WHERE seq IN
       (SELECT seq FROM endpoints WHERE seq > ? AND +app = ? AND import_job = ? ORDER BY seq LIMIT ?) RETURNING seq`,
  )
  const countCreated = db
    .prepare<[number, number, number], number>(
      'SELECT count(*) FROM endpoints WHERE seq > ? AND +app = ? AND import_job = ?',
    )
    .pluck()
  const countKept = db
    .prepare<[number], number>('SELECT count(*) FROM endpoints_before_import WHERE job = ?')
    .pluck()

  const keepAll = prepareKeep('seq >= :from AND seq <= :to')
  /**
   * Hands what a job would go back to over to the jobs that have written over it, before it writes the same row again:
   * then it goes back to what they wrote, and they to what was there before. Otherwise two jobs that fail would each
   * put back what the other wrote.
   */
  const handOver = (job: number, seq: number): void => {
    if (isKept.get(job, seq) === 1) putBackInLater.run({ job, seq })
    else {
      // It has created the row.
      passOnRow.run({ job, seq })
      forgetRowInLater.run({ job, seq })
    }
  }

  return job => {
    /** Rows up to this one are older than the job, or have been looked at. */
    let lookedAt: number | undefined
    return {
      keep(seq, isAnyWrittenOver) {
        if (isAnyWrittenOver && isWrittenOver.get(job, seq) === 1) handOver(job, seq)
        keep(1, { job, seq })
      },
      keepAll: ({ from, to }) => keepAll(to - from + 1, { job, from, to }),
      isAnyWrittenOver: () => isAnyOver.get(job) !== undefined,
      left: app => ({
        created: countCreated.get(newestBefore.get(job) ?? Number.MAX_SAFE_INTEGER, app.seq, job)!,
        changed: countKept.get(job)!,
      }),
      takeBack(app, limit) {
        const rows = kept.all(job, limit)
        for (const { seq } of rows) {
          writeTurns.noteEndpointWrites(app.seq)
          putBack.run({ job, seq })
          putBackInLater.run({ job, seq })
          forget.run(job, seq)
        }
        if (rows.length > 0) return true
        names.removeOfJob(app, job)
        passOn.run({ job })
        if (forgetInLater.run(job, limit).changes > 0) return true
        lookedAt ??= newestBefore.get(job) ?? Number.MAX_SAFE_INTEGER
        const created = removeCreated.all(lookedAt, app.seq, job, limit) as { seq: number }[]
        lookedAt = Math.max(lookedAt, ...created.map(row => row.seq))
        return created.length > 0
      },
    }
  }
}
