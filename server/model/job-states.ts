/**
 * The states of a job, and how it moves from one to another. Without schemas, which the worker's start would load for them.
 */

/**
 * The next states of each state (contract). No state is skipped.
 *
 *     CREATED → (PENDING_JOB →) PREPARING_FOR_INITIALIZATION → INITIALIZING → PROCESSING → COMPLETING → COMPLETED
 *        └────────────┴───────────────────┴───────────────────────┴──────────────┴────────────┴→ FAILING → FAILED
 */
const moves = {
  CREATED: ['PENDING_JOB', 'PREPARING_FOR_INITIALIZATION', 'FAILING'],
  PENDING_JOB: ['PREPARING_FOR_INITIALIZATION', 'FAILING'],
  PREPARING_FOR_INITIALIZATION: ['INITIALIZING', 'FAILING'],
  INITIALIZING: ['PROCESSING', 'FAILING'],
  PROCESSING: ['COMPLETING', 'FAILING'],
  COMPLETING: ['COMPLETED', 'FAILING'],
  COMPLETED: [],
  FAILING: ['FAILED'],
  FAILED: [],
} as const

/** A state of a job (source: model). */
export type JobStatus = keyof typeof moves

const nextOf = (status: JobStatus): readonly JobStatus[] => moves[status]

/** All states, in the order in which jobs reach them. */
export const jobStatuses = Object.keys(moves) as JobStatus[]

/** Whether a job can go from one state directly to another. */
export const mayMove = (from: JobStatus, to: JobStatus): boolean => nextOf(from).includes(to)

/** Whether a job can reach a state from another, directly or through others. */
export const canCome = (from: JobStatus, to: JobStatus): boolean =>
  nextOf(from).some(next => next === to || canCome(next, to))

/** The states from which a job can reach a state. */
export const statesBefore = (to: JobStatus): JobStatus[] =>
  (Object.keys(moves) as JobStatus[]).filter(from => canCome(from, to))

/** Whether a state is final. */
export const isFinal = (status: JobStatus): boolean => nextOf(status).length === 0
