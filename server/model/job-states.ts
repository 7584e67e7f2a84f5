import type { Static } from '@sinclair/typebox'
import { OneOf } from './common.ts'

/** The states of a job (source: model). */
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
 * The next states of each state (contract). No state is skipped.
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

/** All states, in the order in which jobs reach them. */
export const jobStatuses = Object.keys(moves) as JobStatus[]

/** Whether a job can go from one state directly to another. */
export const mayMove = (from: JobStatus, to: JobStatus): boolean => moves[from].includes(to)

/** Whether a job can reach a state from another, directly or through others. */
export const canCome = (from: JobStatus, to: JobStatus): boolean =>
  moves[from].some(next => next === to || canCome(next, to))

/** The states from which a job can reach a state. */
export const statesBefore = (to: JobStatus): JobStatus[] =>
  (Object.keys(moves) as JobStatus[]).filter(from => canCome(from, to))

/** Whether a state is final. */
export const isFinal = (status: JobStatus): boolean => moves[status].length === 0
