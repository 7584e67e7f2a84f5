import type { Database } from 'better-sqlite3'
import type { ImportJobResponse } from '../../model/import-job.ts'
import type { JobKind, JobType } from '../../model/job-kinds.ts'
import type { JobStatus } from '../../model/job-moves.ts'
import { jobStatuses } from '../../model/job-moves.ts'
import type { Listed, Page } from '../../model/page.ts'
import type { AppRef } from '../applications/applications.ts'

/** The table of each kind of job, and SQL: whether a job `j` of it is of the seed. */
export const jobTables: Record<JobKind, { table: string; isOfSeed: string }> = {
  import: { table: 'import_jobs', isOfSeed: 'j.seed_entry IS NOT NULL' },
  export: { table: 'export_jobs', isOfSeed: 'false' },
}

/** A job of any kind, as the worker sees it. */
export interface Job {
  seq: number
  /**
   * Not 0 for an import of the seed. The start waits for it, so neither job control nor faults
   * apply.
   */
  ofSeed?: number
  id: string
  app: AppRef
  status: JobStatus
  /**
   * Not 0 if it has come to PREPARING_FOR_INITIALIZATION, and so has had a slot, in this run or an
   * earlier one. A job that fails before that has nothing to undo, and never takes one.
   */
  hadSlot?: number
}

/** Deaths of the worker with a job under way, and the error of the last one. */
export interface Deaths {
  count: number
  reason: string | null
}

/** Statuses in which a job has counters: running totals from PROCESSING on (contract). */
const countedStatuses = new Set<JobStatus>(['PROCESSING', 'COMPLETING', 'COMPLETED', 'FAILING', 'FAILED'])

/** The columns that the tables of all kinds of jobs have. */
export interface JobRow {
  seq: number
  id: string
  status: JobStatus
  definition: string
  creation_date: string
  completion_date: string | null
  total_pieces: number
  completed_pieces: number
  failed_pieces: number
  total_processed: number
  /** Not there for exports: an endpoint of an export does not fail by itself. */
  total_failures?: number
  /** JSON, of the statuses after CREATED. */
  history: string
  held_in: JobStatus | null
}

/** A move of a job to a status. */
export interface JobMove {
  status: JobStatus
  /** ISO 8601. */
  at: string
}

/** A job with what no operation of Pinpoint shows. */
export interface FoundJob<Answer> {
  seq: number
  /** The job as Pinpoint answers it. */
  job: Answer
  /** Its statuses, oldest first. */
  history: JobMove[]
  /** Whether it has done all its work in its status, and waits to be let go on. */
  held: boolean
}

/** Makes a FoundJob of a row. */
export const toFound = <Answer>(row: JobRow, job: Answer): FoundJob<Answer> => ({
  seq: row.seq,
  job,
  history: [{ status: 'CREATED', at: row.creation_date }, ...JSON.parse(row.history)],
  held: row.held_in === row.status,
})

/** Makes of a row what Pinpoint answers. */
export function toJob<Definition>(
  app: AppRef,
  row: JobRow,
  { type, failures }: { type: JobType; failures: string[] },
): Omit<ImportJobResponse, 'Definition'> & { Definition: Definition } {
  return {
    ApplicationId: app.id,
    Id: row.id,
    JobStatus: row.status,
    ...(countedStatuses.has(row.status) && {
      CompletedPieces: row.completed_pieces,
      FailedPieces: row.failed_pieces,
      TotalPieces: row.total_pieces,
      TotalFailures: row.total_failures ?? 0,
      TotalProcessed: row.total_processed,
    }),
    CreationDate: row.creation_date,
    ...(row.completion_date !== null && { CompletionDate: row.completion_date }),
    Type: type,
    ...(failures.length > 0 && { Failures: failures }),
    Definition: JSON.parse(row.definition),
  }
}

/** A page of the jobs of one kind. */
export interface JobPage extends Page {
  /** Only jobs of this application. */
  app: AppRef | undefined
  /** Only jobs in this status. */
  status: JobStatus | undefined
  /** Only jobs that are not over yet, or only those that are. */
  running: boolean | undefined
}

/** SQL: whether a job `j` is not over yet, as the index of such jobs says it. */
export const isRunning = `j.status NOT IN ('COMPLETED', 'FAILED')`

/** SQL: the import jobs `j` whose writes are undone now; a further condition may follow. */
export const fromUndone = `FROM import_jobs j INDEXED BY import_jobs_unfinished WHERE ${isRunning} AND j.status = 'FAILING'`

/** SQL: `hadSlot` of a job `j`. */
export const hadSlot = `EXISTS (SELECT 1 FROM json_each(j.history)
  WHERE value ->> 'status' = 'PREPARING_FOR_INITIALIZATION')`

/** Prepares listing the jobs of one kind, newest first, without those of deleted applications. */
export function prepareListAll<Row extends JobRow>(db: Database, kind: JobKind) {
  const { table } = jobTables[kind]
  const prepare = <Keys extends number[]>(where: string) => {
    const prepareFrom = (jobs: string, isMeant: string) =>
      db.prepare<[...Keys, number, string | null, number], Row & { app: number; app_id: string }>(
        `SELECT j.*, a.id AS app_id FROM ${jobs} CROSS JOIN apps a ON a.seq = j.app
         WHERE ${where} AND ${isMeant} AND j.seq < ? AND j.status = coalesce(?, j.status)
         ORDER BY j.seq DESC LIMIT ?`,
      )
    return {
      all: prepareFrom(`${table} j`, '1'),
      running: prepareFrom(`${table} j INDEXED BY ${table}_unfinished`, isRunning),
      over: prepareFrom(`${table} j`, `NOT ${isRunning}`),
    }
  }
  const list = prepare<[]>('a.id IS NOT NULL')
  const listOfApp = prepare<[number]>('j.app = ?')
  return <Answer>(
    { app, before, status, running, limit }: JobPage,
    toResponse: (app: AppRef, row: Row) => Answer,
  ): Listed<{ app: string; job: Answer }>[] => {
    const page = [before, status ?? null, limit] as const
    const which = running === undefined ? 'all' : running ? 'running' : 'over'
    const rows = app === undefined ? list[which].all(...page) : listOfApp[which].all(app.seq, ...page)
    return rows.map(row => ({
      seq: row.seq,
      value: { app: row.app_id, job: toResponse({ seq: row.app, id: row.app_id }, row) },
    }))
  }
}

/**
 * Prepares counting the jobs of one kind by their statuses, without those of deleted applications.
 */
export function prepareCountByStatus(db: Database, kind: JobKind) {
  const { table } = jobTables[kind]
  const count = db
    .prepare<[], [JobStatus, number]>(
      `SELECT j.status, count(*) FROM ${table} j JOIN apps a ON a.seq = j.app WHERE a.id IS NOT NULL GROUP BY j.status`,
    )
    .raw()
  return (): Map<JobStatus, number> =>
    new Map([...jobStatuses.map((status): [JobStatus, number] => [status, 0]), ...count.all()])
}
