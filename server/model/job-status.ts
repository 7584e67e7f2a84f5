import { OneOf } from './common.ts'
import { modelStatuses, type JobStatus as Status } from './job-moves.ts'

/** The status of a job. */
export const JobStatus = OneOf(modelStatuses)
export type JobStatus = Status
