/** The kinds of jobs: each with its name in operations, and its Type as Pinpoint answers it. */
export const jobKinds = {
  import: { name: 'Import', type: 'IMPORT' },
  export: { name: 'Export', type: 'EXPORT' },
} as const

export type JobKindName = keyof typeof jobKinds

/** Their names in code, and in the paths of calls. */
export const jobKindNames = Object.keys(jobKinds) as JobKindName[]

/** The Type of a job. */
export type JobTypeName = (typeof jobKinds)[JobKindName]['type']

/** All types, in the order of the kinds. */
export const jobTypes: JobTypeName[] = jobKindNames.map(kind => jobKinds[kind].type)
