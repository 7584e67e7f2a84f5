import type { Database } from 'better-sqlite3'
import type { ExportJobResource, ExportJobResponse } from '../../model/export-job.ts'
import type { Listed, Page } from '../../model/page.ts'
import type { AppRef } from '../applications/applications.ts'
import {
  type FoundJob,
  type JobPage,
  type JobRow,
  prepareCountByStatus,
  prepareListAll,
  toFound,
  toJob,
} from './job-rows.ts'

/** A piece of an export, as it stands. */
export interface ExportPieceRow {
  index: number
  /** How many endpoints it is to contain; the last piece takes the rest. */
  endpoints: number
  status: 'PENDING' | 'COMPLETED' | 'FAILED'
}

/**
 * The repository of export jobs for callers, who create and read them. The worker uses
 * `export-progress.ts`.
 */
export function createExportJobs(db: Database) {
  const insert = db.prepare(
    `INSERT INTO export_jobs (app, id, status, definition, segment_id, segment_version, creation_date)
     VALUES (:app, :id, 'CREATED', :definition, :segmentId, :segmentVersion, :now)`,
  )
  const select = 'SELECT * FROM export_jobs WHERE app = +?'
  const get = db.prepare<[number, string], ExportJobRow>(`${select} AND id = ?`)
  const list = db.prepare<[number, number, number], ExportJobRow>(
    `${select} AND seq < +? ORDER BY seq DESC LIMIT +?`,
  )
  const listOfSegment = db.prepare<[number, string, number, number], ExportJobRow>(
    `${select} AND segment_id = +? AND seq < +? ORDER BY seq DESC LIMIT +?`,
  )
  const pieces = db.prepare<[number, number, number], ExportPieceRow>(
    `SELECT number AS 'index', endpoints, status FROM export_pieces WHERE job = +? AND number >= +?
     ORDER BY number LIMIT +?`,
  )

  const listAll = prepareListAll<ExportJobRow>(db, 'export')

  const toResponse = (app: AppRef, row: ExportJobRow): ExportJobResponse =>
    toJob(app, row, { type: 'EXPORT', failures: JSON.parse(row.failures) })
  const toListed = (app: AppRef) => (row: ExportJobRow) => ({ seq: row.seq, value: toResponse(app, row) })

  return {
    countByStatus: prepareCountByStatus(db, 'export'),

    /** Records a new job as CREATED, which the worker finds when it is woken. */
    create(job: {
      app: AppRef
      id: string
      definition: ExportJobResource
      /** The exported segment; null for the whole application. */
      segmentId: string | null
      segmentVersion: number | null
      now: string
    }): void {
      insert.run({ ...job, app: job.app.seq, definition: JSON.stringify(job.definition) })
    },

    get(app: AppRef, jobId: string): ExportJobResponse | undefined {
      const row = get.get(app.seq, jobId)
      return row && toResponse(app, row)
    },

    find(app: AppRef, jobId: string): FoundJob<ExportJobResponse> | undefined {
      const row = get.get(app.seq, jobId)
      return row && toFound(row, toResponse(app, row))
    },

    /** The pieces of a job, from the index `from` on. */
    pieces: (job: number, from: number, limit: number): ExportPieceRow[] => pieces.all(job, from, limit),

    list: (app: AppRef, page: Page): Listed<ExportJobResponse>[] =>
      list.all(app.seq, page.before, page.limit).map(toListed(app)),

    /** The jobs of all applications. */
    listAll: (page: JobPage) => listAll(page, toResponse),

    /** The jobs that export a segment, in whichever version. */
    listOfSegment: (app: AppRef, segmentId: string, page: Page): Listed<ExportJobResponse>[] =>
      listOfSegment.all(app.seq, segmentId, page.before, page.limit).map(toListed(app)),
  }
}

interface ExportJobRow extends JobRow {
  failures: string
}
