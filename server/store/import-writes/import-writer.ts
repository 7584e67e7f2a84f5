import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import type { AttributeName, AttributeNames } from '../endpoints/attribute-names.ts'
import type { Endpoints, EndpointWriter } from '../endpoints/endpoints.ts'
import { createSoleWriter } from './sole-writer.ts'
import { createUndoLog } from './undo-log.ts'

/** An import job's writes of endpoints, which can be undone as long as the job is not COMPLETED. */
export interface ImportWriter extends EndpointWriter {
  /**
   * Whether nobody but the job has written endpoints of the application. To be asked within a transaction, and first when
   * reading of the job's records begins; once it is false, it stays so.
   */
  isSoleWriter(app: AppRef): boolean
  /**
   * Says which custom names the records use that are planned next. Where the job knows them all, their changes need
   * not be searched for new ones.
   */
  expectNames(app: AppRef, names: AttributeName[]): void
  /**
   * Undoes up to `limit` of the job's writes: restores what it changed, then deletes what it created. A row that
   * somebody else has written since stays as it is. Where that was another job, its undo log is changed too, so that
   * nothing of this job returns if that one fails as well.
   *
   * @returns whether there is more to undo
   */
  undo(app: AppRef, limit: number): boolean
  /** How many of the job's writes could be undone: rows that it created, and rows that it changed. */
  undoable(app: AppRef): { created: number; changed: number }
  /** Keeps the custom names for good that the job has used. */
  keepNames(app: AppRef): void
}

/** Prepares the statements of import jobs on endpoints, once for every job of this connection. */
export function createImportWriters(
  db: Database,
  endpoints: Endpoints,
  names: AttributeNames,
  queue: WriteQueue,
): (job: number) => ImportWriter {
  const requestIdOf = db.prepare<[number], string>('SELECT request_id FROM import_jobs WHERE seq = ?').pluck()
  const soleWriterOf = createSoleWriter(db, queue)
  const undoLogOf = createUndoLog(db, names, queue)

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
      undo: undoLog.undo,
      undoable: undoLog.undoable,
      keepNames: app => names.keepOfJob(app, job),
    }
  }
}
