import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import type { AttributeName, AttributeNames } from '../endpoints/attribute-names.ts'
import type { EndpointCounter } from '../endpoints/endpoint-counts.ts'
import type { EndpointRow } from '../endpoints/endpoint-row.ts'
import type { Endpoints, EndpointWriter } from '../endpoints/endpoints.ts'
import { createSoleWriter } from './sole-writer.ts'
import { createUndoLog, type Restored } from './undo-log.ts'

/** The endpoint writer of an import job. Its writes can be undone until the job is COMPLETED. */
export interface ImportWriter extends EndpointWriter {
  /**
   * Whether only this job has written endpoints of the application. To be called in a transaction,
   * for the first time before the job's records are read. Once it is false, it stays so.
   */
  isSoleWriter(app: AppRef): boolean
  /**
   * Announces the custom names in the records that are planned next. If all are stored already, the
   * changes need not be searched for new ones.
   */
  expectNames(app: AppRef, names: AttributeName[]): void
  /**
   * The first part of an undo: restores up to `limit` of the endpoints that the job changed. A row that
   * somebody else has written since is left alone, unless a caller wrote another one that only
   * concerned it. If it was another job, its undo log is changed, so that nothing of this job returns
   * if that one fails as well.
   *
   * @returns whether there were any
   */
  restore(app: AppRef, limit: number): boolean
  /**
   * The second part, once all are restored: has up to `limit` of them reconciled with what others have
   * written since, and removes them from the log.
   *
   * @returns whether there were any
   */
  reconcile(limit: number, reconcile: (restored: Restored[]) => void): boolean
  /**
   * When each of these rows was copied, in milliseconds since 1970 by `seq`. It has only those that an undo
   * which is under way has restored and has yet to reconcile, and that nobody has written again.
   */
  copiedAt(rows: EndpointRow[]): ReadonlyMap<number, number>
  /**
   * The last part: deletes up to `limit` of the endpoints that the job created, as far as nobody
   * else has written them since.
   *
   * @returns whether there may be more
   */
  removeCreated(app: AppRef, limit: number): boolean
  /**
   * How many endpoints of the job can be undone: those that it created, and those that it changed.
   */
  undoable(app: AppRef): { created: number; changed: number }
  /** Keeps the custom names that the job has used, as it is COMPLETED. */
  keepNames(app: AppRef): void
}

/** Creates the writers of import jobs. All of them share their statements. */
export function createImportWriters(
  db: Database,
  endpoints: Endpoints,
  names: AttributeNames,
  queue: WriteQueue,
  counter: EndpointCounter,
): (job: number) => ImportWriter {
  const requestIdOf = db.prepare<[number], string>('SELECT request_id FROM import_jobs WHERE seq = ?').pluck()
  const soleWriterOf = createSoleWriter(db, queue)
  const undoLogOf = createUndoLog(db, names, queue, counter)

  return job => {
    const writer = endpoints.writerOf({ job, requestId: requestIdOf.get(job) })
    const soleWriter = soleWriterOf()
    const undoLog = undoLogOf(job)
    let areNamesKnown = false
    return {
      ...writer,
      write(app, writes, newNames) {
        undoLog.keep(writes.flatMap(({ stored }) => stored ?? []))
        soleWriter.noteOwn(writes.length)
        writer.write(app, writes, newNames)
      },
      newNames: (app, change) => (areNamesKnown ? [] : writer.newNames(app, change)),
      isSoleWriter: soleWriter.isSole,
      expectNames(app, used) {
        areNamesKnown = names.newNames(app, used, job).length === 0
      },
      restore: undoLog.restore,
      reconcile: undoLog.reconcile,
      copiedAt: undoLog.copiedAt,
      removeCreated: undoLog.removeCreated,
      undoable: undoLog.undoable,
      keepNames: app => names.keepOfJob(app, job),
    }
  }
}
