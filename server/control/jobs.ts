import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { PageQuery, readPage } from '../http/paging.ts'
import { OneOf } from '../model/common.ts'
import { ExportJobResponse } from '../model/export-job.ts'
import { ImportJobResponse } from '../model/import-job.ts'
import { type JobStatus, jobStatuses } from '../model/job-states.ts'
import type { Store } from '../store/open-store.ts'

const JobType = OneOf(['IMPORT', 'EXPORT'], { description: 'The type of the job' })

const JobsQuery = Type.Object({
  ...PageQuery.properties,
  type: Type.Optional(JobType),
  status: Type.Optional(OneOf([...jobStatuses], { description: 'Only jobs in this state' })),
})

const Jobs = Type.Object({
  items: Type.Array(
    Type.Object({
      app: Type.String({ description: 'Id of the application' }),
      type: JobType,
      job: Type.Union([ImportJobResponse, ExportJobResponse]),
    }),
  ),
  nextToken: Type.Optional(Type.String()),
})
export type Jobs = Static<typeof Jobs>

/** Lists the jobs of all applications, newest first. */
export const jobs: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/jobs',
    {
      config: { operation: 'jobs' },
      schema: {
        summary: 'The jobs of all applications, newest first',
        querystring: JobsQuery,
        response: { 200: Jobs },
      },
    },
    async ({ query }) => {
      const { type, status } = query
      const list = `jobs/${type ?? ''}/${status ?? ''}`
      const { values: items, token } = readPage(query, list, start, isJobsCursor, (limit, after) =>
        app.store.read(() => listJobs(app.store, { type, status }, limit, after)),
      )
      return { items, ...(token !== undefined && { nextToken: token }) }
    },
  )
}

/** The rows of the last import and the last export that were listed. */
type JobsCursor = [importJob: number, exportJob: number]

const start: JobsCursor = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]

const isJobsCursor = (value: unknown): value is JobsCursor =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)

/** Merges imports and exports, each newest first, by the dates of their creation. */
function listJobs(
  { importJobs, exportJobs }: Store,
  { type, status }: { type: string | undefined; status: JobStatus | undefined },
  limit: number,
  [importJob, exportJob]: JobsCursor,
) {
  const imports = type === 'EXPORT' ? [] : importJobs.listAll({ before: importJob, status, limit })
  const exports = type === 'IMPORT' ? [] : exportJobs.listAll({ before: exportJob, status, limit })
  const merged = []
  let cursor: JobsCursor = [importJob, exportJob]
  for (let i = 0, e = 0; merged.length < limit && (i < imports.length || e < exports.length); ) {
    const [nextImport, nextExport] = [imports[i], exports[e]]
    const isImport =
      nextExport === undefined ||
      (nextImport !== undefined && nextImport.value.job.CreationDate >= nextExport.value.job.CreationDate)
    const next = isImport ? imports[i++]! : exports[e++]!
    cursor = isImport ? [next.seq, cursor[1]] : [cursor[0], next.seq]
    merged.push({
      at: cursor,
      value: { type: isImport ? ('IMPORT' as const) : ('EXPORT' as const), ...next.value },
    })
  }
  return merged
}
