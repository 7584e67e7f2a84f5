/**
 * The statuses of a job, and its moves from one to another. Without schemas, which the worker's start would
 * load for them.
 */

/**
 * The statuses in the order in which AWS's model lists them, each with those that may come next (contract).
 * None is skipped but PENDING_JOB, where a slot is free.
 *
 *     CREATED → (PENDING_JOB →) PREPARING_FOR_INITIALIZATION → INITIALIZING → PROCESSING
 *       → COMPLETING → COMPLETED
 *
 * Each of these but the last may be followed by FAILING → FAILED.
 */
const moves = {
  CREATED: ['PENDING_JOB', 'PREPARING_FOR_INITIALIZATION', 'FAILING'],
  PREPARING_FOR_INITIALIZATION: ['INITIALIZING', 'FAILING'],
  INITIALIZING: ['PROCESSING', 'FAILING'],
  PROCESSING: ['COMPLETING', 'FAILING'],
  PENDING_JOB: ['PREPARING_FOR_INITIALIZATION', 'FAILING'],
  COMPLETING: ['COMPLETED', 'FAILING'],
  COMPLETED: [],
  FAILING: ['FAILED'],
  FAILED: [],
} as const

/** A status of a job (source: model). */
export type JobStatus = keyof typeof moves

/** All statuses, in the order of the model. */
export const modelStatuses = Object.keys(moves) as JobStatus[]

const nextOf = (status: JobStatus): readonly JobStatus[] => moves[status]

/** The statuses that a job can reach from another, directly or through others, in the order of its way. */
export const statusesAfter = (from: JobStatus): JobStatus[] => [
  ...new Set(nextOf(from).flatMap(next => [next, ...statusesAfter(next)])),
]

/** All statuses, in the order in which jobs reach them. */
export const jobStatuses: JobStatus[] = ['CREATED', ...statusesAfter('CREATED')]

/** Whether a job can go from one status directly to another. */
export const mayMove = (from: JobStatus, to: JobStatus): boolean => nextOf(from).includes(to)

/** Whether a job can reach a status from another, directly or through others. */
export const canReach = (from: JobStatus, to: JobStatus): boolean => statusesAfter(from).includes(to)

/** The statuses from which a job can reach a status. */
export const statusesBefore = (to: JobStatus): JobStatus[] => jobStatuses.filter(from => canReach(from, to))

/** Whether a status is final. */
export const isFinal = (status: JobStatus): boolean => nextOf(status).length === 0
