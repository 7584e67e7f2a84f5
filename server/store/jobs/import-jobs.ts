import type { Database } from 'better-sqlite3'
import { failureText } from '../../model/failure-text.ts'
import type { ImportJobResource, ImportJobResponse } from '../../model/import-job.ts'
import type { Listed, Page } from '../../model/page.ts'
import { failuresShown } from '../../model/quotas.ts'
import type { AppRef } from '../applications/applications.ts'
import type { Failure, SkippedObjects } from './import-progress.ts'
import { type FoundJob, type JobRow, prepareCountByStatus, toFound, toJob } from './job-rows.ts'

/** Where a list of failures has come to: whether at those of records, which come last, and at which row. */
export type FailurePlace = [ofRecords: 0 | 1, seq: number]

/** A piece of an import, as it stands. */
export interface ImportPiece {
  index: number
  object: string
  /** The bytes of the object's content at which it begins and ends; where the size is unknown, no end. */
  start: number
  end?: number
  status: 'PENDING' | 'COMPLETED' | 'FAILED'
  processed: number
  failed: number
}

/** What the HTTP side does with import jobs: it records them and shows them. `import-progress.ts` does the rest. */
export function createImportJobs(db: Database) {
  const insert = db.prepare(
    `INSERT INTO import_jobs (app, id, status, definition, segment_id, request_id, creation_date, seed_entry)
     VALUES (:app, :id, 'CREATED', :definition, :segmentId, :requestId, :now, :seedEntry)`,
  )
  const get = db.prepare<[number, string], JobRow & { skipped: string }>(
    'SELECT * FROM import_jobs WHERE app = ? AND id = ?',
  )
  const ofSeed = db.prepare<[number, string], JobRow>(
    'SELECT * FROM import_jobs WHERE app = +? AND seed_entry = +? ORDER BY seq DESC LIMIT 1',
  )
  const list = db.prepare<[number, number, number], JobRow>(
    'SELECT * FROM import_jobs WHERE app = +? AND seq < +? ORDER BY seq DESC LIMIT +?',
  )
  const listOfSegment = db.prepare<[number, string, number, number], JobRow>(
    'SELECT * FROM import_jobs WHERE app = +? AND segment_id = +? AND seq < +? ORDER BY seq DESC LIMIT +?',
  )
  const countUnderWay = db
    .prepare<[string], number>(
      `SELECT count(*) FROM import_jobs j JOIN apps a ON a.seq = j.app
       WHERE j.status NOT IN ('COMPLETED', 'FAILED') AND a.id IS NOT NULL AND a.arn LIKE 'arn:%:' || ? || ':apps/%'`,
    )
    .pluck()
  const failures = db.prepare<[number, number], { object: string; line: number | null; reason: string }>(
    'SELECT object, line, reason FROM import_failures WHERE job = +? ORDER BY number IS NOT NULL, seq LIMIT +?',
  )
  const pieces = db.prepare<[number, number, number], ImportPiece & { end: number }>(
    `SELECT p.number AS 'index', o.key AS object, start_byte AS start, end_byte AS end, status, processed, failed
     FROM import_pieces p JOIN import_objects o ON o.job = p.job AND o.number = p.object
     WHERE p.job = +? AND p.number >= +? ORDER BY p.number LIMIT +?`,
  )
  const failuresBehind = db.prepare<[number, ...FailurePlace, number], FailureRow>(
    `SELECT number IS NOT NULL AS ofRecords, seq, object, line, number, id, record, reason FROM import_failures
     WHERE job = +? AND (number IS NOT NULL) = +? AND seq > +? ORDER BY seq LIMIT +?`,
  )

  const toResponse = (app: AppRef, row: JobRow): ImportJobResponse =>
    toJob(app, row, {
      type: 'IMPORT',
      failures: mayHaveFailures(row)
        ? failures
            .all(row.seq, failuresShown)
            .map(({ object, line, reason }) => failureText(object, line, reason))
        : [],
    })

  return {
    countByStatus: prepareCountByStatus(db, 'import_jobs'),

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

    find(
      app: AppRef,
      jobId: string,
    ): (FoundJob<ImportJobResponse> & { skipped: SkippedObjects }) | undefined {
      const row = get.get(app.seq, jobId)
      return row && { ...toFound(row, toResponse(app, row)), skipped: JSON.parse(row.skipped) }
    },

    /** The pieces of a job from one on. */
    pieces: (job: number, from: number, limit: number): ImportPiece[] =>
      pieces
        .all(job, from, limit)
        .map(({ end, ...piece }) => ({ ...piece, ...(end < Number.MAX_SAFE_INTEGER && { end }) })),

    /** Up to `limit` failures of a job behind a place: those of whole pieces, objects and the job, then those of records. */
    failures(
      job: number,
      [ofRecords, seq]: FailurePlace,
      limit: number,
    ): { at: FailurePlace; value: Failure }[] {
      const rows = failuresBehind.all(job, ofRecords, seq, limit)
      if (ofRecords === 0) rows.push(...failuresBehind.all(job, 1, 0, limit - rows.length))
      return rows.map(({ ofRecords, seq, object, line, number, id, record, reason }) => ({
        at: [ofRecords, seq],
        value: {
          ...{ object, line: line ?? undefined, number: number || undefined, id: id ?? undefined },
          ...{ record: record ?? undefined, reason },
        },
      }))
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

interface FailureRow {
  ofRecords: 0 | 1
  seq: number
  object: string
  line: number | null
  /** 0 where a record failed before it was written down which one. */
  number: number | null
  id: string | null
  record: string | null
  reason: string
}

/** Whether it is worth while to look for failures: most jobs have none. */
const mayHaveFailures = (row: JobRow): boolean =>
  row.total_failures > 0 || row.failed_pieces > 0 || row.status === 'FAILING' || row.status === 'FAILED'
