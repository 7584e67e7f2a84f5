import type { JobKind, JobResponse } from '../model/job-kinds.ts'

/** A line of the log: fields for programs, a text for people. */
export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error'
  fields: Record<string, unknown>
  text: string
}

/** What the jobs of each kind count. */
const counted: Record<JobKind, string> = { import: 'record', export: 'endpoint' }

const nameOf = (kind: JobKind, { Id }: JobResponse): string => `${kind} job ${Id}`
const fieldsOf = (job: JobResponse) => ({ job: job.Id, app: job.ApplicationId, jobStatus: job.JobStatus })

/** The line for a job that the worker starts, or resumes. */
export function describeStart(kind: JobKind, job: JobResponse): LogLine {
  const { Definition, ApplicationId, JobStatus } = job
  const what =
    'S3Url' in Definition
      ? `${Definition.S3Url} into application ${ApplicationId}`
      : `application ${ApplicationId} to ${Definition.S3UrlPrefix}`
  const how = JobStatus === 'CREATED' ? 'starts' : `goes on from ${JobStatus}`
  return { level: 'info', fields: fieldsOf(job), text: `${nameOf(kind, job)} ${how}: ${what}` }
}

/**
 * The line for a job that has reached a status. For the last status: its counters, and why it FAILED.
 */
export function describeMove(kind: JobKind, job: JobResponse): LogLine {
  const { JobStatus, TotalProcessed = 0, TotalFailures = 0, TotalPieces = 0 } = job
  if (JobStatus !== 'COMPLETED' && JobStatus !== 'FAILED') {
    return { level: 'debug', fields: fieldsOf(job), text: `${nameOf(kind, job)} ${JobStatus}` }
  }
  const hasFailed = JobStatus === 'FAILED'
  const ms = Date.parse(job.CompletionDate!) - Date.parse(job.CreationDate)
  const counts = [
    count(TotalProcessed, counted[kind]),
    ...(TotalFailures > 0 ? [`${TotalFailures} refused`] : []),
    count(TotalPieces, 'piece'),
  ].join(', ')
  const [first, ...more] = job.Failures ?? []
  const reasons = first === undefined ? [] : [more.length > 0 ? `${first} (more in Failures)` : first]
  return {
    level: hasFailed ? 'warn' : 'info',
    fields: { ...fieldsOf(job), processed: TotalProcessed, failed: TotalFailures, pieces: TotalPieces, ms },
    text: `${nameOf(kind, job)} ${JobStatus} in ${ms} ms: ${(hasFailed ? [...reasons, counts] : [counts, ...reasons]).join('; ')}`,
  }
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
