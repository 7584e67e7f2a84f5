import type { Static } from '@sinclair/typebox'
import { OneOf } from './common.ts'

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

/**
 * The states that a job can go to from each of its states, in the order that the contract gives. None is skipped.
 *
 *     CREATED → (PENDING_JOB →) PREPARING_FOR_INITIALIZATION → INITIALIZING → PROCESSING → COMPLETING → COMPLETED
 *        └────────────┴───────────────────┴───────────────────────┴──────────────┴────────────┴→ FAILING → FAILED
 */
const moves: Record<JobStatus, readonly JobStatus[]> = {
  CREATED: ['PENDING_JOB', 'PREPARING_FOR_INITIALIZATION', 'FAILING'],
  PENDING_JOB: ['PREPARING_FOR_INITIALIZATION', 'FAILING'],
  PREPARING_FOR_INITIALIZATION: ['INITIALIZING', 'FAILING'],
  INITIALIZING: ['PROCESSING', 'FAILING'],
  PROCESSING: ['COMPLETING', 'FAILING'],
  COMPLETING: ['COMPLETED', 'FAILING'],
  COMPLETED: [],
  FAILING: ['FAILED'],
  FAILED: [],
}

/** Every state, in the order in which jobs come to them. */
export const jobStatuses = Object.keys(moves) as JobStatus[]

/** Whether a job may go from one state to another. */
export const mayMove = (from: JobStatus, to: JobStatus): boolean => moves[from].includes(to)

/** Whether a job can ever come from one state to another. */
export const canCome = (from: JobStatus, to: JobStatus): boolean =>
  moves[from].some(next => next === to || canCome(next, to))

/** The states from which a job can come to a state. */
export const statesBefore = (to: JobStatus): JobStatus[] =>
  (Object.keys(moves) as JobStatus[]).filter(from => canCome(from, to))

/** Whether a job in this state is over. */
export const isFinal = (status: JobStatus): boolean => moves[status].length === 0
