import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ApplicationParams } from '../../model/common.ts'
import { ExportJobsResponse } from '../../model/export-job.ts'
import { findApp } from '../find.ts'

/** @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-jobs-export.html */
export const getExportJobs: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/jobs/export',
    {
      config: { operation: 'GetExportJobs' },
      schema: { params: ApplicationParams, querystring: PageQuery, response: { 200: ExportJobsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      return answerPage(request.query, `export-jobs/${found.id}`, page =>
        app.store.exportJobs.list(found, page),
      )
    },
  )
}
