import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { PageQuery, readPage } from '../http/paging.ts'
import { Flag, OneOf } from '../model/common.ts'
import { ExportJobResponse } from '../model/export-job.ts'
import { ImportJobResponse } from '../model/import-job.ts'
import { jobKinds, jobWords } from '../model/job-kinds.ts'
import { jobStatuses } from '../model/job-moves.ts'
import { findApp } from '../resources/find.ts'
import type { JobPage } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'
import { JobType } from './job-shapes.ts'

const JobsQuery = Type.Object({
  ...PageQuery.properties,
  app: Type.Optional(Type.String({ description: 'Only jobs of this application' })),
  type: Type.Optional(JobType),
  status: Type.Optional(OneOf(jobStatuses, { description: 'Only jobs in this state' })),
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

/** Of each kind of jobs, the row of the last one that was listed. */
type JobsCursor = number[]

const start: JobsCursor = jobKinds.map(() => Number.MAX_SAFE_INTEGER)

const isJobsCursor = (value: unknown): value is JobsCursor =>
  Array.isArray(value) && value.length === start.length && value.every(Number.isSafeInteger)

/** Merges the jobs of all kinds, each newest first, by the dates of their creation. */
function listJobs(
  store: Store,
  { type, ...of }: Omit<JobPage, 'before' | 'limit'> & { type: JobType | undefined },
  limit: number,
  after: JobsCursor,
) {
  const lists = jobKinds.map((kind, index) => {
    const own = jobWords[kind].type
    const isMeant = (type ?? own) === own
    const rows = isMeant ? store[`${kind}Jobs`].listAll({ ...of, before: after[index]!, limit }) : []
    return rows.map(({ seq, value }) => ({ index, seq, value: { type: own, ...value } }))
  })
  const dateOf = (job: (typeof lists)[number][number] | undefined) => job?.value.job.CreationDate ?? ''
  const listed = []
  let at = after
  while (listed.length < limit) {
    // Where two are of one time, that of the first kind comes first.
    const newest = lists.reduce((one, other) => (dateOf(other[0]) > dateOf(one[0]) ? other : one)).shift()
    if (newest === undefined) break
    at = at.with(newest.index, newest.seq)
    listed.push({ at, value: newest.value })
  }
  return listed
}
