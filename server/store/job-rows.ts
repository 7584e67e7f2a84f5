import type { ImportJobResponse } from '../shapes/import-job.ts'
import type { JobStatus } from '../shapes/job-status.ts'
import type { AppRef } from './apps.ts'

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
}

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
