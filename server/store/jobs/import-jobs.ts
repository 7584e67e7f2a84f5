import type { Database } from 'better-sqlite3'
import { failureText } from '../../model/failure-text.ts'
import type { ImportJobResource, ImportJobResponse } from '../../model/import-job.ts'
import type { Listed, Page } from '../../model/page.ts'
import { failuresShown } from '../../model/quotas.ts'
import type { AppRef } from '../applications/applications.ts'
import type { Failure, SkippedObjects } from './import-progress.ts'
import {
  type FoundJob,
  isRunning,
  type JobPage,
  type JobRow,
  prepareCountByStatus,
  prepareListAll,
  toFound,
  toJob,
} from './job-rows.ts'

/**
 * A cursor in a job's failures: whether it is among those of records, which come last, and the
 * row's `seq`.
 */
export type FailureCursor = [ofRecords: 0 | 1, seq: number]

/** A piece of an import, as it stands. */
export interface ImportPiece {
  index: number
  object: string
  /** Its span in the bytes of the object's content; without an end if the size is unknown. */
  start: number
  end?: number
  status: 'PENDING' | 'COMPLETED' | 'FAILED'
  processed: number
  failed: number
}

/**
 * The repository of import jobs for callers, who create and read them. The worker uses
 * `import-progress.ts`.
 */
export function createImportJobs(db: Database) {
  const insert = db.prepare(
    `INSERT INTO import_jobs (app, id, status, definition, segment_id, request_id, creation_date, seed_entry)
     VALUES (:app, :id, 'CREATED', :definition, :segmentId, :requestId, :now, :seedEntry)`,
  )
  const get = db.prepare<[number, string], ImportJobRow>('SELECT * FROM import_jobs WHERE app = ? AND id = ?')
  const ofSeed = db.prepare<[number, string], ImportJobRow>(
    'SELECT * FROM import_jobs WHERE app = +? AND seed_entry = +? ORDER BY seq DESC LIMIT 1',
  )
  const list = db.prepare<[number, number, number], ImportJobRow>(
    'SELECT * FROM import_jobs WHERE app = +? AND seq < +? ORDER BY seq DESC LIMIT +?',
  )
  const listOfSegment = db.prepare<[number, string, number, number], ImportJobRow>(
    'SELECT * FROM import_jobs WHERE app = +? AND segment_id = +? AND seq < +? ORDER BY seq DESC LIMIT +?',
  )
  const countUnderWay = db
    .prepare<[string], number>(
      `SELECT count(*) FROM import_jobs j JOIN apps a ON a.seq = j.app
       WHERE ${isRunning} AND a.id IS NOT NULL AND a.arn LIKE 'arn:%:' || ? || ':apps/%'`,
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
  const failuresBehind = db.prepare<[number, ...FailureCursor, number], FailureRow>(
    `SELECT number IS NOT NULL AS ofRecords, seq, object, line, number, id, record, reason FROM import_failures
     WHERE job = +? AND (number IS NOT NULL) = +? AND seq > +? ORDER BY seq LIMIT +?`,
  )

  const newestFailure = db
    .prepare<[number, 0 | 1], number | null>(
      'SELECT max(seq) FROM import_failures WHERE job = +? AND (number IS NOT NULL) = +?',
    )
    .pluck()
  const bytes = db
    .prepare<[number, number, number], number>(
      'SELECT coalesce(sum(size), 0) FROM import_objects WHERE job = +? AND number >= +? AND number < +?',
    )
    .pluck()
  // How far the reader has come in a compressed object says nothing of the bytes that are stored.
  const reading = db.prepare<[number, number], { object: number; bytes: number }>(
    `SELECT o.number AS object, iif(p.end_byte < ?, min(o.next_byte, o.size), 0) AS bytes
     FROM import_pieces p INDEXED BY import_pieces_pending JOIN import_objects o ON o.job = p.job AND o.number = p.object
     WHERE p.job = +? AND p.status = 'PENDING' ORDER BY p.object LIMIT 1`,
  )

  const listAll = prepareListAll<ImportJobRow>(db, 'import')

  const toResponse = (app: AppRef, row: ImportJobRow): ImportJobResponse =>
    toJob(app, row, {
      type: 'IMPORT',
      failures: mayHaveFailures(row)
        ? failures
            .all(row.seq, failuresShown)
            .map(({ object, line, reason }) => failureText(object, line, reason))
        : [],
    })

  return {
    countByStatus: prepareCountByStatus(db, 'import'),

    /** Records a new job as CREATED, which the worker finds when it is woken. */
    create(job: {
      app: AppRef
      id: string
      definition: ImportJobResource
      /** The segment that the job creates or renews, if any. */
      segmentId: string | null
      requestId: string
      now: string
      /** Identifies the import of the seed that the job is for, if it is for one. */
      seedEntry?: string
    }): void {
      const definition = JSON.stringify(job.definition)
      insert.run({ seedEntry: null, ...job, app: job.app.seq, definition })
    },

    /** The last job that an import of the seed has asked for. */
    ofSeed(app: AppRef, seedEntry: string): FoundJob<ImportJobResponse> | undefined {
      const row = ofSeed.get(app.seq, seedEntry)
      return row && toFound(row, toResponse(app, row))
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

    /** The pieces of a job, from the index `from` on. */
    pieces: (job: number, from: number, limit: number): ImportPiece[] =>
      pieces
        .all(job, from, limit)
        .map(({ end, ...piece }) => ({ ...piece, ...(end < Number.MAX_SAFE_INTEGER && { end }) })),

    /**
     * Up to `limit` failures of a job behind a cursor: first those of pieces, objects and the job,
     * then those of records.
     */
    failures(
      job: number,
      [ofRecords, seq]: FailureCursor,
      limit: number,
    ): { at: FailureCursor; value: Failure }[] {
      const rows = failuresBehind.all(job, ofRecords, seq, limit)
      if (ofRecords === 0) rows.push(...failuresBehind.all(job, 1, 0, limit - rows.length))
      return rows.map(row => ({ at: [row.ofRecords, row.seq], value: toFailure(row) }))
    },

    /**
     * The first failures of a job that are newer than the row `after`, those of pieces, objects and
     * the job before those of records.
     *
     * @returns up to `limit` of them, and the row of the newest of all
     */
    newFailures(job: number, after: number, limit: number): { items: Failure[]; newest: number } {
      const rows = ([0, 1] as const).flatMap(ofRecords => failuresBehind.all(job, ofRecords, after, limit))
      const newest = Math.max(newestFailure.get(job, 0) ?? 0, newestFailure.get(job, 1) ?? 0)
      return { items: rows.slice(0, limit).map(toFailure), newest }
    },

    /** Bytes, as stored, of the objects of a job with numbers between the two. */
    bytes: (job: number, from: number, before: number): number => bytes.get(job, from, before)!,

    /** The object that a job is reading, and how many of its stored bytes were read. */
    reading: (job: number): { object: number; bytes: number } | undefined =>
      reading.get(Number.MAX_SAFE_INTEGER, job),

    list: (app: AppRef, page: Page): Listed<ImportJobResponse>[] =>
      list.all(app.seq, page.before, page.limit).map(row => ({ seq: row.seq, value: toResponse(app, row) })),

    /** The jobs of all applications. */
    listAll: (page: JobPage) => listAll(page, toResponse),

    /**
     * The number of unfinished jobs in the applications of an account, which is the one in their
     * ARNs.
     */
    countUnderWay: (accountId: string): number => countUnderWay.get(accountId)!,

    /** The jobs that create or renew a segment. */
    listOfSegment: (app: AppRef, segmentId: string, page: Page): Listed<ImportJobResponse>[] =>
      listOfSegment
        .all(app.seq, segmentId, page.before, page.limit)
        .map(row => ({ seq: row.seq, value: toResponse(app, row) })),
  }
}

interface ImportJobRow extends JobRow {
  total_failures: number
  /** JSON, of SkippedObjects. */
  skipped: string
}

interface FailureRow {
  ofRecords: 0 | 1
  seq: number
  object: string
  line: number | null
  /** 0 if a record failed whose number is not known. */
  number: number | null
  id: string | null
  record: string | null
  reason: string
}

const toFailure = ({ object, line, number, id, record, reason }: FailureRow): Failure => ({
  object,
  line: line ?? undefined,
  number: number || undefined,
  id: id ?? undefined,
  record: record ?? undefined,
  reason,
})

/** Whether a job may have failures. Most have none, and need not be searched for them. */
const mayHaveFailures = (row: ImportJobRow): boolean =>
  row.total_failures > 0 || row.failed_pieces > 0 || row.status === 'FAILING' || row.status === 'FAILED'
