import type { Static } from '@sinclair/typebox'
import { OneOf } from '../model/common.ts'

/** Every state of a job that the model knows. */
export const JobStatus = OneOf([
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
export type JobStatus = Static<typeof JobStatus>
