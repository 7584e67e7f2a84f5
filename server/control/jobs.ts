import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { PageQuery, readPage } from '../http/paging.ts'
import { Flag, OneOf } from '../model/common.ts'
import { ExportJobResponse } from '../model/export-job.ts'
import { ImportJobResponse } from '../model/import-job.ts'
import { jobStatuses } from '../model/job-states.ts'
import { findApp } from '../resources/find.ts'
import type { JobPage } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'
import { JobType } from './job-shapes.ts'

const JobsQuery = Type.Object({
  ...PageQuery.properties,
  app: Type.Optional(Type.String({ description: 'Only jobs of this application' })),
  type: Type.Optional(JobType),
  status: Type.Optional(OneOf([...jobStatuses], { description: 'Only jobs in this state' })),
  running: Flag('Only jobs that are not COMPLETED or FAILED yet, or only those that are'),
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

/** Lists the jobs of all applications, or of one, newest first. */
export const jobs: FastifyPluginAsyncTypebox = async fastify => {
  fastify.get(
    '/_pinpoint/jobs',
    {
      config: { operation: 'jobs' },
      schema: {
        summary: 'The jobs of all applications, or of one, newest first',
        querystring: JobsQuery,
        response: { 200: Jobs },
      },
    },
    async ({ query }) => {
      const { type, status } = query
      const running = query.running === undefined ? undefined : query.running === 'true'
      const app = query.app === undefined ? undefined : findApp(fastify.store, query.app)
      const list = `jobs/${type ?? ''}/${status ?? ''}/${query.running ?? ''}/${app?.id ?? ''}`
      const { values: items, token } = readPage(query, list, start, isJobsCursor, (limit, after) =>
        fastify.store.read(() => listJobs(fastify.store, { app, type, status, running }, limit, after)),
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
  { type, ...of }: Omit<JobPage, 'before' | 'limit'> & { type: string | undefined },
  limit: number,
  [importJob, exportJob]: JobsCursor,
) {
  const imports = type === 'EXPORT' ? [] : importJobs.listAll({ ...of, before: importJob, limit })
  const exports = type === 'IMPORT' ? [] : exportJobs.listAll({ ...of, before: exportJob, limit })
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
