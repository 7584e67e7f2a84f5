import type { Database } from 'better-sqlite3'
import { wallClock } from '../../clock/clock.ts'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import type { AttributeNames } from '../endpoints/attribute-names.ts'
import type { EndpointCounter } from '../endpoints/endpoint-counts.ts'
import type { EndpointRef } from '../endpoints/endpoint-key.ts'
import { type EndpointRow, mutableColumns } from '../endpoints/endpoint-row.ts'
import { fromUndone } from '../jobs/job-rows.ts'

/** An endpoint that was restored. */
export interface Restored extends Pick<EndpointRef, 'key' | 'folded'> {
  seq: number
}

/** The undo log of a job: copies of the endpoints that it overwrote, kept until it is COMPLETED. */
export interface UndoLog {
  /**
   * Copies endpoints that the job is about to change, unless it was the job that wrote them last.
   */
  keep(rows: EndpointRow[]): void
  /** See `ImportWriter`. */
  restore(app: AppRef, limit: number): boolean
  /** See `ImportWriter`. */
  reconcile(limit: number, reconcile: (restored: Restored[]) => void): boolean
  /** See `ImportWriter`. */
  copiedAt(rows: EndpointRow[]): ReadonlyMap<number, number>
  /** See `ImportWriter`. */
  removeCreated(app: AppRef, limit: number): boolean
  /** See `ImportWriter`. */
  undoable(app: AppRef): { created: number; changed: number }
}

/**
 * SQL: whether an endpoint `e` is as the copy `u` says, which has restored it: nobody has
 * written it by its id since.
 */
const isAsRestored = 'u.is_restored AND u.revision = e.revision'

/** Prepares the statements on undo logs. */
export function createUndoLog(
  db: Database,
  names: AttributeNames,
  queue: WriteQueue,
  counter: EndpointCounter,
): (job: number) => UndoLog {
  // A row that somebody else has written since it was copied is copied again: what they wrote is
  // to be restored. One that another job has restored, and that is yet to be reconciled, is as it
  // was when that job copied it.
  const copy = db.prepare<[{ job: number; seqs: string; undone: string | null; now: number }]>(
    `INSERT OR REPLACE INTO endpoints_before_import (job, seq, ${mutableColumns}, copied_at)
     SELECT :job, e.seq, ${mutableColumns.map(column => `e.${column}`)}, coalesce(
       CASE WHEN :undone IS NOT NULL THEN
         (SELECT min(u.copied_at) FROM json_each(:undone) j CROSS JOIN endpoints_before_import u
          WHERE u.job = j.value AND u.seq = e.seq AND ${isAsRestored})
       END, :now)
     FROM json_each(:seqs) k CROSS JOIN endpoints e WHERE e.seq = k.value`,
  )
  const failingJobs = db.prepare<[], number>(`SELECT j.seq ${fromUndone}`).pluck()
  const toRestore = db.prepare<[number, number, number], { seq: number; channel: string | null }>(
    `SELECT k.seq, e.channel_type AS channel
     FROM endpoints_before_import k LEFT JOIN endpoints e ON e.seq = k.seq
     WHERE k.job = +? AND k.seq > +? AND NOT k.is_restored ORDER BY k.seq LIMIT +?`,
  )
  const restoreIn = (table: string, columns: readonly string[]) =>
    `UPDATE ${table} SET (${columns}) =
       (SELECT ${columns} FROM endpoints_before_import WHERE job = :job AND seq = :seq)
     WHERE seq = :seq AND import_job = :job`
  const restore = db
    .prepare<[{ job: number; seq: number }], string | null>(
      `${restoreIn('endpoints', mutableColumns)} RETURNING channel_type`,
    )
    .pluck()
  const restoreInLater = db.prepare<[{ job: number; seq: number }]>(
    restoreIn('endpoints_before_import', [...mutableColumns, 'copied_at']),
  )
  const noteRestored = db.prepare(
    'UPDATE endpoints_before_import SET is_restored = 1 WHERE job = ? AND seq = ?',
  )
  const restored = db.prepare<[number, number], Restored | { seq: number; key: null }>(
    `SELECT k.seq, e.key, e.id AS folded
     FROM endpoints_before_import k LEFT JOIN endpoints e ON e.seq = k.seq WHERE k.job = ? AND k.is_restored LIMIT ?`,
  )
  const copiedAt = db
    .prepare<[string, string], [seq: number, copiedAt: number]>(
      `SELECT e.seq, min(u.copied_at)
       FROM json_each(?) j CROSS JOIN json_each(?) s CROSS JOIN endpoints_before_import u CROSS JOIN endpoints e
       WHERE u.job = j.value AND u.seq = s.value AND e.seq = s.value AND ${isAsRestored} GROUP BY e.seq`,
    )
    .raw()
  const isKept = db
    .prepare<[number, number], number>('SELECT 1 FROM endpoints_before_import WHERE job = ? AND seq = ?')
    .pluck()
  const isOverwritten = db
    .prepare<[number, number], number>(
      'SELECT 1 FROM endpoints_before_import WHERE import_job = ? AND seq = ?',
    )
    .pluck()
  const isAnyOverwritten = db
    .prepare<[number], number>('SELECT 1 FROM endpoints_before_import WHERE import_job = ? LIMIT 1')
    .pluck()
  // A later job that overwrote endpoints which this one created is taken for their creator, and
  // undoes from the same row on.
  const passOnCreation = (rows: string) =>
    db.prepare<[{ job: number; seq?: number }]>(
      `UPDATE import_jobs SET newest_endpoint =
         min(newest_endpoint, (SELECT newest_endpoint FROM import_jobs WHERE seq = :job))
       WHERE seq IN (SELECT job FROM endpoints_before_import WHERE ${rows})`,
    )
  const passOnRow = passOnCreation('import_job = :job AND seq = :seq')
  const passOnAll = passOnCreation('import_job = :job')
  const forgetRowInLater = db.prepare(
    'DELETE FROM endpoints_before_import WHERE import_job = :job AND seq = :seq',
  )
  const forgetInLater = db.prepare(
    `DELETE FROM endpoints_before_import WHERE (job, seq) IN
       (SELECT job, seq FROM endpoints_before_import WHERE import_job = ? LIMIT ?)`,
  )
  const newestBefore = db
    .prepare<[number], number | null>('SELECT newest_endpoint FROM import_jobs WHERE seq = ?')
    .pluck()
  const forget = db.prepare('DELETE FROM endpoints_before_import WHERE job = ? AND seq = ?')
  const deleteCreated = db.prepare<[number, number, number, number], { seq: number; channel: string | null }>(
    `DELETE FROM endpoints WHERE seq IN
       (SELECT seq FROM endpoints WHERE app = ? AND seq > ? AND import_job = ? ORDER BY seq LIMIT ?)
     RETURNING seq, channel_type AS channel`,
  )
  const countCreated = db
    .prepare<[number, number, number], number>(
      'SELECT count(*) FROM endpoints WHERE app = ? AND seq > ? AND import_job = ?',
    )
    .pluck()
  const countKept = db
    .prepare<[number], number>('SELECT count(*) FROM endpoints_before_import WHERE job = ?')
    .pluck()

  /**
   * Hands the job's copy of a row over to the jobs that overwrote the row, before this job writes
   * it again. Then this job restores what they wrote, and they restore what was there before.
   * Otherwise two failing jobs would each restore what the other wrote.
   */
  const handOver = (job: number, seq: number): void => {
    if (isKept.get(job, seq) === 1) restoreInLater.run({ job, seq })
    else {
      // It has no copy, as it created the row.
      passOnRow.run({ job, seq })
      forgetRowInLater.run({ job, seq })
    }
  }

  /** When the last copies were made: those of another time are of another millisecond. */
  let lastCopies = 0

  return job => {
    /** Rows up to this one are restored. */
    let restoredTo = 0
    /** Rows up to this one are older than the job, or are undone already. */
    let undoneTo: number | undefined
    return {
      keep(rows) {
        if (rows.length === 0) return
        if (isAnyOverwritten.get(job) !== undefined) {
          for (const { seq } of rows) if (isOverwritten.get(job, seq) === 1) handOver(job, seq)
        }
        const seqs = rows.filter(row => row.import_job !== job).map(({ seq }) => seq)
        if (seqs.length === 0) return
        const failing = failingJobs.all()
        lastCopies = Math.max(lastCopies + 1, wallClock().getTime())
        const undone = failing.length === 0 ? null : JSON.stringify(failing)
        copy.run({ job, seqs: JSON.stringify(seqs), undone, now: lastCopies })
      },
      undoable: app => ({
        created: countCreated.get(app.seq, newestBefore.get(job) ?? Number.MAX_SAFE_INTEGER, job)!,
        changed: countKept.get(job)!,
      }),
      restore(app, limit) {
        const rows = toRestore.all(job, restoredTo, limit)
        for (const { seq, channel } of rows) {
          queue.noteEndpointWrites(app.seq)
          const after = restore.get({ job, seq })
          restoreInLater.run({ job, seq })
          if (after === undefined) forget.run(job, seq)
          else {
            counter.note(app.seq, [{ before: channel, after }])
            noteRestored.run(job, seq)
          }
          restoredTo = seq
        }
        // What is restored is not to be looked through again in each of the steps that follow.
        if (rows.length === 0) restoredTo = Number.MAX_SAFE_INTEGER
        return rows.length > 0
      },
      reconcile(limit, reconcile) {
        const rows = restored.all(job, limit)
        // Others may have been deleted since.
        reconcile(rows.filter(row => row.key !== null))
        for (const { seq } of rows) forget.run(job, seq)
        return rows.length > 0
      },
      copiedAt: rows =>
        new Map(copiedAt.all(JSON.stringify(failingJobs.all()), JSON.stringify(rows.map(({ seq }) => seq)))),
      removeCreated(app, limit) {
        names.removeOfJob(app, job)
        passOnAll.run({ job })
        if (forgetInLater.run(job, limit).changes > 0) return true
        undoneTo ??= newestBefore.get(job) ?? Number.MAX_SAFE_INTEGER
        const deleted = deleteCreated.all(app.seq, undoneTo, job, limit)
        undoneTo = Math.max(undoneTo, ...deleted.map(row => row.seq))
        counter.note(
          app.seq,
          deleted.map(({ channel }) => ({ before: channel, after: undefined })),
        )
        return deleted.length > 0
      },
    }
  }
}
