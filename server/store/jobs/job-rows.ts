import type { Database } from 'better-sqlite3'
import type { ImportJobResponse } from '../../model/import-job.ts'
import type { JobStatus } from '../../model/job-states.ts'
import { jobStatuses } from '../../model/job-states.ts'
import type { AppRef } from '../applications/applications.ts'

/** The table of each kind of job. */
export const jobTables = { import: 'import_jobs', export: 'export_jobs' } as const
export type JobKindName = keyof typeof jobTables
export type JobTable = (typeof jobTables)[JobKindName]

/** A job of any kind, as the worker sees it. */
export interface Job {
  seq: number
  /** Not 0 for an import of the seed: the start waits for it, so nothing that callers said holds it or fails it. */
  ofSeed?: number
  id: string
  app: AppRef
  status: JobStatus
}

/** How often the worker has died while it did a job, and what it died of the last time. */
export interface Deaths {
  count: number
  reason: string | null
}

/** States in which the counters say something: from PROCESSING on, they are running totals (contract). */
const countedStates = new Set<JobStatus>(['PROCESSING', 'COMPLETING', 'COMPLETED', 'FAILING', 'FAILED'])

/** What the tables of both kinds of jobs have. */
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
  total_failures: number
  /** JSON, of the states after CREATED. */
  history: string
  held_in: JobStatus | null
}

/** When a job came to a state. */
export interface JobMove {
  status: JobStatus
  /** ISO 8601. */
  at: string
}

/** A job with what no call of Pinpoint tells of it. */
export interface FoundJob<Answer> {
  seq: number
  /** As it is answered. */
  job: Answer
  /** Its states in the order in which it came to them. */
  history: JobMove[]
  /** Whether all that there is to do in its state is done, and it waits until it is let go on. */
  held: boolean
}

/** What a row says of a job. */
export const toFound = <Answer>(row: JobRow, job: Answer): FoundJob<Answer> => ({
  seq: row.seq,
  job,
  history: [{ status: 'CREATED', at: row.creation_date }, ...JSON.parse(row.history)],
  held: row.held_in === row.status,
})

/** A row as it is answered. */
export function toJob<Definition>(
  app: AppRef,
  row: JobRow,
  { type, failures }: { type: 'IMPORT' | 'EXPORT'; failures: string[] },
): Omit<ImportJobResponse, 'Definition'> & { Definition: Definition } {
  return {
    ApplicationId: app.id,
    Id: row.id,
    JobStatus: row.status,
    ...(countedStates.has(row.status) && {
      CompletedPieces: row.completed_pieces,
      FailedPieces: row.failed_pieces,
      TotalPieces: row.total_pieces,
      TotalFailures: row.total_failures,
      TotalProcessed: row.total_processed,
    }),
    CreationDate: row.creation_date,
    ...(row.completion_date !== null && { CompletionDate: row.completion_date }),
    Type: type,
    ...(failures.length > 0 && { Failures: failures }),
    Definition: JSON.parse(row.definition),
  }
}

/** Makes what counts the jobs of one kind that are in each state, of the applications that are there. */
export function prepareCountByStatus(db: Database, table: JobTable) {
  const count = db
    .prepare<[], [JobStatus, number]>(
      `SELECT j.status, count(*) FROM ${table} j JOIN apps a ON a.seq = j.app WHERE a.id IS NOT NULL GROUP BY j.status`,
    )
    .raw()
  return (): Map<JobStatus, number> =>
    new Map([...jobStatuses.map((status): [JobStatus, number] => [status, 0]), ...count.all()])
}
