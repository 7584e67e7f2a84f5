import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { notFound } from '../../http/errors/exceptions.ts'
import { ApplicationParams } from '../../model/common.ts'
import { ImportJobResponse } from '../../model/import-job.ts'
import { findApp } from '../find.ts'

const ImportJobParams = Type.Object({
  ...ApplicationParams.properties,
  jobId: Type.String({ description: 'Id of the job' }),
})

/** @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-import-job-id.html */
export const getImportJob: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/jobs/import/:jobId',
    {
      config: { operation: 'GetImportJob' },
      schema: { params: ImportJobParams, response: { 200: ImportJobResponse } },
    },
    async request => {
      const { applicationId, jobId } = request.params
      const { store } = app
      const job = store.read(() => store.importJobs.get(findApp(store, applicationId), jobId))
      if (job === undefined) throw notFound(`Import job not found: ${jobId}`)
      return job
    },
  )
}
