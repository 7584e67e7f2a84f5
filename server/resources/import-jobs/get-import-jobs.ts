import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ApplicationParams } from '../../model/common.ts'
import { ImportJobsResponse } from '../../model/import-job.ts'
import { findApp } from '../find.ts'

/** @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-import.html */
export const getImportJobs: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/jobs/import',
    {
      config: { operation: 'GetImportJobs' },
      schema: { params: ApplicationParams, querystring: PageQuery, response: { 200: ImportJobsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      return answerPage(request.query, `import-jobs/${found.id}`, page =>
        app.store.importJobs.list(found, page),
      )
    },
  )
}
