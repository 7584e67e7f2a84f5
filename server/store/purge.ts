import type { Database } from 'better-sqlite3'
import { prepareMemberRemoval, prepareRemoval } from './database/batched-delete.ts'
import type { Transactions } from './database/transactions.ts'

/**
 * Prepares the removal of what nobody can see any more: all that was in deleted applications, deleted
 * documents, segments with their members, and what jobs that are over had kept to be able to take themselves back.
 *
 * @returns a function that removes up to `limit` rows in one transaction and says whether there may be more, so
 *   that its caller decides how long the database is kept busy
 */
export function createPurge(
  db: Database,
  { transact, letCallersGo }: Transactions,
): (limit: number) => boolean {
  // An export that is under way first removes what it has put into its bucket; then it forgets its pieces.
  const deletedApp = db
    .prepare<[], number>(
      `SELECT seq FROM apps WHERE id IS NULL AND NOT EXISTS (
         SELECT 1 FROM export_jobs j JOIN export_pieces p ON p.job = j.seq
         WHERE j.app = apps.seq AND j.status NOT IN ('COMPLETED', 'FAILED'))
       LIMIT 1`,
    )
    .pluck()
  const deletedDocument = db.prepare<[], number>('SELECT seq FROM documents WHERE id IS NULL LIMIT 1').pluck()
  const importOf = db
    .prepare<[number], number>('SELECT job FROM segment_imports WHERE document = ? LIMIT 1')
    .pluck()
  const importJobOf = db
    .prepare<[number], number>('SELECT seq FROM import_jobs WHERE app = ? LIMIT 1')
    .pluck()
  const exportJobOf = db
    .prepare<[number], number>('SELECT seq FROM export_jobs WHERE app = ? LIMIT 1')
    .pluck()
  const keptBy = db
    .prepare<[number], number | null>('SELECT min(job) FROM endpoints_before_import WHERE job > ?')
    .pluck()
  const isOver = db
    .prepare<[number], number>(`SELECT status IN ('COMPLETED', 'FAILED') FROM import_jobs WHERE seq = ?`)
    .pluck()

  const remover = (table: string, key: string, owner: string, owners?: string) =>
    prepareRemoval(db, table, key, owner, owners)
  const members = prepareMemberRemoval(db)
  const ofSegmentImport = [...members, remover('segment_imports', 'document, version', 'job')]
  const ofDocument = [
    remover('document_versions', 'document, version', 'document'),
    remover('documents', 'seq', 'seq'),
  ]
  const endpoints = remover('endpoints', 'seq', 'app')
  const documentsOfApp = 'SELECT seq FROM documents WHERE app = ?'
  const ofApp = [
    remover('segment_imports', 'document, version', 'document', documentsOfApp),
    remover('document_versions', 'document, version', 'document', documentsOfApp),
    remover('documents', 'seq', 'app'),
    // A fifth, as each is in four indexes.
    (app: number, limit: number) => endpoints(app, Math.ceil(limit / 5)),
    remover('attribute_names', 'app, map, name, import_job', 'app'),
    remover('application_settings', 'app', 'app'),
    remover('event_streams', 'app', 'app'),
  ]
  const kept = remover('endpoints_before_import', 'job, seq', 'job')
  const ofExportJob = [remover('export_pieces', 'job, number', 'job'), remover('export_jobs', 'seq', 'seq')]
  const ofImportJob = [
    kept,
    ...members,
    remover('import_failures', 'seq', 'job'),
    remover('import_pieces', 'job, number', 'job'),
    remover('import_objects', 'job, number', 'job'),
    remover('import_jobs', 'seq', 'seq'),
  ]
  const removeApp = remover('apps', 'seq', 'seq')

  const clearApp = (app: number, limit: number): boolean => {
    for (const remove of ofApp) if (remove(app, limit) > 0) return true
    const importJob = importJobOf.get(app)
    if (importJob !== undefined) return ofImportJob.some(remove => remove(importJob, limit) > 0)
    const exportJob = exportJobOf.get(app)
    if (exportJob !== undefined) return ofExportJob.some(remove => remove(exportJob, limit) > 0)
    return removeApp(app, 1) > 0
  }

  /** An import's members go first: a row that refers to the import is what finds them. */
  const clearDocument = (document: number, limit: number): boolean => {
    const job = importOf.get(document)
    return job === undefined
      ? ofDocument.some(remove => remove(document, limit) > 0)
      : ofSegmentImport.some(remove => remove(job, limit) > 0)
  }

  const step = (app: number | undefined, limit: number): boolean => {
    if (app !== undefined) return clearApp(app, limit)
    const document = deletedDocument.get()
    if (document !== undefined) return clearDocument(document, limit)
    for (let job = keptBy.get(0); typeof job === 'number'; job = keptBy.get(job)) {
      if (isOver.get(job) === 1) return kept(job, limit) > 0
    }
    return false
  }
  return limit => {
    const app = deletedApp.get()
    letCallersGo()
    return transact(() => step(app, limit))
  }
}
