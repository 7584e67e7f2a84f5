import type { ImportJob } from '../../api/types.ts'

export type JobStatus = ImportJob['JobStatus']

/** The states of a job, in the order in which they are reached. */
export const jobPath: JobStatus[] = [
  'CREATED',
  'PENDING_JOB',
  'PREPARING_FOR_INITIALIZATION',
  'INITIALIZING',
  'PROCESSING',
  'COMPLETING',
  'COMPLETED',
  'FAILING',
  'FAILED',
]

export const isOver = (status: JobStatus): boolean => status === 'COMPLETED' || status === 'FAILED'

/** The one of two states that a job reaches later. */
export const later = (one: JobStatus, other: JobStatus | undefined): JobStatus =>
  other !== undefined && jobPath.indexOf(other) > jobPath.indexOf(one) ? other : one
