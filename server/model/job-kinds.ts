import type { ExportJobResponse } from './export-job.ts'
import type { ImportJobResponse } from './import-job.ts'

/**
 * The kinds of jobs, each with what Pinpoint calls it: in the names of operations, and as the Type of a
 * job. A further kind begins here; the type check then names what else it needs.
 */
export const jobWords = {
  import: { name: 'Import', type: 'IMPORT' },
  export: { name: 'Export', type: 'EXPORT' },
} as const

/** A kind of job, as code, the paths of calls, and metrics name it. */
export type JobKind = keyof typeof jobWords

/** All kinds of jobs. */
export const jobKinds = Object.keys(jobWords) as JobKind[]

/** The Type of a job. */
export type JobType = (typeof jobWords)[JobKind]['type']

/** All types, in the order of the kinds. */
export const jobTypes: JobType[] = jobKinds.map(kind => jobWords[kind].type)

/** Jobs as Pinpoint answers them, by kind. */
export interface JobResponses {
  import: ImportJobResponse
  export: ExportJobResponse
}

/** A job of any kind, as Pinpoint answers it. */
export type JobResponse = JobResponses[JobKind]
