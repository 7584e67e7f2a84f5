import type { Database } from 'better-sqlite3'
import type { ImportJobResource, ImportJobResponse } from '../shapes/import-job.ts'
import type { Listed, Page } from '../shapes/page.ts'
import type { AppRef } from './apps.ts'
import { type JobRow, toJob } from './job-rows.ts'

/** How many failures GetImportJob names at most (source: guide). All of them are kept. */
const failuresShown = 100

/** What the HTTP side does with import jobs: it records them and shows them. `import-progress.ts` does the rest. */
export function createImportJobs(db: Database) {
  const insert = db.prepare(
    `INSERT INTO import_jobs (app, id, status, definition, segment_id, request_id, creation_date, seed_entry)
     VALUES (:app, :id, 'CREATED', :definition, :segmentId, :requestId, :now, :seedEntry)`,
  )
  const get = db.prepare<[number, string], JobRow>('SELECT * FROM import_jobs WHERE app = ? AND id = ?')
  const ofSeed = db.prepare<[number, string], JobRow>(
    'SELECT * FROM import_jobs WHERE app = ? AND seed_entry = ? ORDER BY seq DESC LIMIT 1',
  )
  const list = db.prepare<[number, number, number], JobRow>(
    'SELECT * FROM import_jobs WHERE app = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  )
  const listOfSegment = db.prepare<[number, string, number, number], JobRow>(
    'SELECT * FROM import_jobs WHERE app = ? AND segment_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  )
  const countUnderWay = db
    .prepare<[string], number>(
      `SELECT count(*) FROM import_jobs j JOIN apps a ON a.seq = j.app
       WHERE j.status NOT IN ('COMPLETED', 'FAILED') AND a.id IS NOT NULL AND a.arn LIKE 'arn:%:' || ? || ':apps/%'`,
    )
    .pluck()
  const failures = db.prepare<[number, number], { object: string; line: number | null; reason: string }>(
    'SELECT object, line, reason FROM import_failures WHERE job = ? ORDER BY line IS NOT NULL, seq LIMIT ?',
  )

  const toResponse = (app: AppRef, row: JobRow): ImportJobResponse =>
    toJob(app, row, {
      type: 'IMPORT',
      failures: failures
        .all(row.seq, failuresShown)
        .map(({ object, line, reason }) =>
          line === null ? `${object}: ${reason}` : `${object} line ${line}: ${reason}`,
        ),
    })

  return {
    /** Records a new job as CREATED; the worker finds it there. */
    create(job: {
      app: AppRef
      id: string
      definition: ImportJobResource
      /** The segment that the job will make or renew, if any. */
      segmentId: string | null
      requestId: string
      now: string
      /** Names the import of the seed that asks for the job, if one does. */
      seedEntry?: string
    }): void {
      const definition = JSON.stringify(job.definition)
      insert.run({ seedEntry: null, ...job, app: job.app.seq, definition })
    },

    /** The last job that an import of the seed has asked for. */
    ofSeed(app: AppRef, seedEntry: string): ImportJobResponse | undefined {
      const row = ofSeed.get(app.seq, seedEntry)
      return row && toResponse(app, row)
    },

    get(app: AppRef, jobId: string): ImportJobResponse | undefined {
      const row = get.get(app.seq, jobId)
      return row && toResponse(app, row)
    },

    list: (app: AppRef, page: Page): Listed<ImportJobResponse>[] =>
      list.all(app.seq, page.before, page.limit).map(row => ({ seq: row.seq, value: toResponse(app, row) })),

    /** How many jobs are not over in the applications of an account: the one in their ARNs. */
    countUnderWay: (accountId: string): number => countUnderWay.get(accountId)!,

    /** The jobs that made or renewed a segment, or are about to. */
    listOfSegment: (app: AppRef, segmentId: string, page: Page): Listed<ImportJobResponse>[] =>
      listOfSegment
        .all(app.seq, segmentId, page.before, page.limit)
        .map(row => ({ seq: row.seq, value: toResponse(app, row) })),
  }
}
