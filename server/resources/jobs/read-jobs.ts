import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { TSchema } from '@sinclair/typebox'
import { orNotFound } from '../../http/errors/exceptions.ts'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ApplicationParams } from '../../model/common.ts'
import { ExportJobResponse, ExportJobsResponse } from '../../model/export-job.ts'
import { ImportJobResponse, ImportJobsResponse } from '../../model/import-job.ts'
import { JobParams } from '../../model/job.ts'
import { type JobKind, type JobResponse, jobKinds, jobWords } from '../../model/job-kinds.ts'
import { SegmentParams } from '../../model/segment.ts'
import { findApp, findSegment } from '../find.ts'

/** What answers have of a job, and of a page of jobs. */
const schemas: Record<JobKind, { Job: TSchema; Jobs: TSchema }> = {
  import: { Job: ImportJobResponse, Jobs: ImportJobsResponse },
  export: { Job: ExportJobResponse, Jobs: ExportJobsResponse },
}

/**
 * Reads jobs of every kind:
 *
 * - GetImportJob and GetExportJob, `/v1/apps/:applicationId/jobs/(import|export)/:jobId`
 * - GetImportJobs and GetExportJobs, `/v1/apps/:applicationId/jobs/(import|export)`
 * - GetSegmentImportJobs and GetSegmentExportJobs,
 *   `/v1/apps/:applicationId/segments/:segmentId/jobs/(import|export)`: the jobs that made, renewed
 *   or exported a segment in any of its versions, those that are going to, and those that failed to
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-import.html
 */
export const readJobs: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  for (const kind of jobKinds) {
    const { name } = jobWords[kind]
    const { Job, Jobs } = schemas[kind]
    const jobs = store[`${kind}Jobs`]

    app.get(
      `/v1/apps/:applicationId/jobs/${kind}/:jobId`,
      { config: { operation: `Get${name}Job` }, schema: { params: JobParams, response: { 200: Job } } },
      async ({ params: { applicationId, jobId } }) => {
        const job = store.read(() => jobs.get(findApp(store, applicationId), jobId))
        return orNotFound(job, `${name} job not found: ${jobId}`)
      },
    )

    app.get(
      `/v1/apps/:applicationId/jobs/${kind}`,
      {
        config: { operation: `Get${name}Jobs` },
        schema: { params: ApplicationParams, querystring: PageQuery, response: { 200: Jobs } },
      },
      async ({ params, query }) => {
        const found = findApp(store, params.applicationId)
        return answerPage<JobResponse>(query, `${kind}-jobs/${found.id}`, page => jobs.list(found, page))
      },
    )

    app.get(
      `/v1/apps/:applicationId/segments/:segmentId/jobs/${kind}`,
      {
        config: { operation: `GetSegment${name}Jobs` },
        schema: { params: SegmentParams, querystring: PageQuery, response: { 200: Jobs } },
      },
      async ({ params, query }) => {
        const found = findApp(store, params.applicationId)
        const { Id } = findSegment(store, found, params.segmentId)
        return answerPage<JobResponse>(query, `${kind}-jobs/${found.id}/${Id}`, page =>
          jobs.listOfSegment(found, Id, page),
        )
      },
    )
  }
}
