import { OneOf } from './common.ts'
import type { JobStatus as Status } from './job-states.ts'

/** The state of a job, as the model lists them. */
export const JobStatus = OneOf<Status>([
  'CREATED',
  'PREPARING_FOR_INITIALIZATION',
  'INITIALIZING',
  'PROCESSING',
  'PENDING_JOB',
  'COMPLETING',
  'COMPLETED',
  'FAILING',
  'FAILED',
])
export type JobStatus = Status
