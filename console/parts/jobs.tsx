import type { JobRow, JobType } from '../api/types.ts'
import { count } from '../format.ts'
import { to } from '../router.ts'
import { Id } from './copy.tsx'
import { Icon } from './icon.tsx'
import { Status } from './status.tsx'
import type { Column } from './table.tsx'
import { Time } from './time.tsx'

/** What a type of jobs is called, its icon, where the pages of its jobs are, and what they count. */
interface JobWords {
  name: string
  icon: string
  path: string
  unit: string
}

const jobWords: Record<JobType, JobWords> = {
  IMPORT: { name: 'Import', icon: 'download', path: 'import-jobs', unit: 'record' },
  EXPORT: { name: 'Export', icon: 'upload', path: 'export-jobs', unit: 'endpoint' },
}

/** All types of jobs. */
export const jobTypes = Object.keys(jobWords)

/** @param type of a job, as Pinpoint answers it */
export const jobWordsOf = (type: string): JobWords => jobWords[type as JobType]

/** The address of a job's page. */
export const jobAddress = ({ app, type, id }: { app: string; type: string; id: string }): string =>
  to`apps/${app}/${jobWordsOf(type).path}/${id}`

/** Where a job reads from, or writes to. */
const s3UrlOf = ({ Definition }: JobRow['job']): string =>
  'S3Url' in Definition ? Definition.S3Url : Definition.S3UrlPrefix

/** What follows `Import` or `Export` in the name of a job: people know it by its object. */
export function objectWords({ Definition }: Pick<JobRow['job'], 'Definition'>): string {
  if ('S3UrlPrefix' in Definition) return ` to ${Definition.S3UrlPrefix}`
  const name = Definition.S3Url.replace(/\/$/, '').split('/').at(-1)!
  // Several files were uploaded: their prefix has no name of its own.
  return ` of ${/^[0-9a-f-]{36}$/.test(name) ? 'several files' : name}`
}

/** The columns of a list of jobs. */
export const jobColumns: Column<JobRow>[] = [
  {
    head: 'Job',
    cell: row => (
      <a href={jobAddress({ ...row, id: row.job.Id })}>
        <Icon name={jobWords[row.type].icon} /> {jobWords[row.type].name}
        <span class="sr-only">{objectWords(row.job)}</span>
      </a>
    ),
  },
  { head: 'Id', minor: true, cell: ({ job }) => <Id id={job.Id} /> },
  { head: 'Object', wide: true, cell: ({ job }) => <span title={s3UrlOf(job)}>{s3UrlOf(job)}</span> },
  { head: 'Records', number: true, cell: ({ job }) => count(job.TotalProcessed ?? 0) },
  { head: 'Failed', number: true, cell: ({ job }) => count(job.TotalFailures ?? 0) },
  { head: 'Status', cell: ({ job }) => <Status status={job.JobStatus} /> },
  { head: 'Created', number: true, cell: ({ job }) => <Time at={job.CreationDate} /> },
]

/** Names a job among others. */
export const jobKey = ({ type, job }: JobRow): string => type + job.Id
