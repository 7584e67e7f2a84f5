import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { notFound } from '../../http/errors/exceptions.ts'
import { ApplicationParams } from '../../model/common.ts'
import { ExportJobResponse } from '../../model/export-job.ts'
import { findApp } from '../find.ts'

const ExportJobParams = Type.Object({
  ...ApplicationParams.properties,
  jobId: Type.String({ description: 'Id of the job' }),
})

/** @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-export-job-id.html */
export const getExportJob: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/jobs/export/:jobId',
    {
      config: { operation: 'GetExportJob' },
      schema: { params: ExportJobParams, response: { 200: ExportJobResponse } },
    },
    async request => {
      const { applicationId, jobId } = request.params
      const { store } = app
      const job = store.read(() => store.exportJobs.get(findApp(store, applicationId), jobId))
      if (job === undefined) throw notFound(`Export job not found: ${jobId}`)
      return job
    },
  )
}
