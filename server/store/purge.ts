import type { Database } from 'better-sqlite3'
import type { TemplateKey } from '../model/template.ts'
import { prepareDelete, prepareMemberDelete } from './database/batched-delete.ts'
import { CascadingDelete } from './database/cascading-delete.ts'
import type { Transactions } from './database/transactions.ts'
import { isRunning } from './jobs/job-rows.ts'
import type { DeletedTemplates } from './templates/deleted-templates.ts'

/**
 * Prepares purging the rows that nobody can see any more: deleted applications and documents with
 * all that refers to them, the undo logs of import jobs that are over, messages and events beyond their
 * limit, and deleted templates that nothing sends any more.
 *
 * @param limited what has a limit, which may be lower than when it was written
 * @returns a function that deletes up to `limit` rows in one transaction, a row counting as several where it
 *   is in indexes, or fires triggers. It returns whether there may be more, so that the caller decides for
 *   how long the database is busy
 */
export function createPurge(
  db: Database,
  { transact, letCallersGo }: Transactions,
  deletedTemplates: Pick<DeletedTemplates, 'removeUnused'>,
  limited: readonly { trim(max: number): boolean }[],
): (limit: number) => boolean {
  // An application waits for its unfinished exports: they first discard their drafts, of which
  // their pieces are the only record, and then delete these pieces.
  const deletedApp = db
    .prepare<[], number>(
      `SELECT seq FROM apps WHERE id IS NULL AND NOT EXISTS (
         SELECT 1 FROM export_jobs j JOIN export_pieces p ON p.job = j.seq
         WHERE j.app = apps.seq AND ${isRunning})
       LIMIT 1`,
    )
    .pluck()
  const deletedDocument = db.prepare<[], { seq: number; kind: string }>(
    'SELECT seq, kind FROM documents WHERE id IS NULL LIMIT 1',
  )
  const importOf = db
    .prepare<[number], number>('SELECT job FROM segment_imports WHERE document = ? LIMIT 1')
    .pluck()
  const nextUndoLog = db
    .prepare<[number], number | null>('SELECT min(job) FROM endpoints_before_import WHERE job > ?')
    .pluck()
  const isOver = db
    .prepare<[number], number>(`SELECT NOT (${isRunning}) FROM import_jobs j WHERE seq = ?`)
    .pluck()
  const deleteUndoLog = prepareDelete(db, 'endpoints_before_import', 'job')
  const deleteMembers = prepareMemberDelete(db)
  const deleteSegmentImports = prepareDelete(db, 'segment_imports', 'job')
  let cascade: CascadingDelete | undefined

  const deleteWithAll = (table: 'apps' | 'documents', seq: number, limit: number): true => {
    // Most processes purge nothing: the schema is not read before.
    cascade ??= new CascadingDelete(db)
    cascade.step(table, { seq }, limit)
    return true
  }

  const purgeDocument = (document: number, limit: number): boolean => {
    // A segment's members refer to the import job, which stays. They go before the rows that name
    // it, as nothing else would find them.
    const job = importOf.get(document)
    if (job === undefined) return deleteWithAll('documents', document, limit)
    return deleteMembers(job, limit) > 0 || deleteSegmentImports(job, limit) > 0
  }

  const purgeUndoLogs = (limit: number): boolean => {
    for (let job = nextUndoLog.get(0); typeof job === 'number'; job = nextUndoLog.get(job)) {
      if (isOver.get(job) === 1) return deleteUndoLog(job, limit) > 0
    }
    return false
  }

  /**
   * The last deleted template that was checked since a campaign or journey was purged; `done` if all were.
   */
  let checked: TemplateKey | undefined | 'done'

  return limit => {
    const app = deletedApp.get()
    letCallersGo()
    return transact(() => {
      const document = app === undefined ? deletedDocument.get() : undefined
      if (app !== undefined || document?.kind === 'campaign' || document?.kind === 'journey') {
        checked = undefined
      }
      if (app !== undefined) return deleteWithAll('apps', app, limit)
      if (document !== undefined) return purgeDocument(document.seq, limit)
      if (purgeUndoLogs(limit) || limited.some(({ trim }) => trim(limit))) return true
      if (checked !== 'done') checked = deletedTemplates.removeUnused(checked, limit)
      return checked !== 'done'
    })
  }
}
