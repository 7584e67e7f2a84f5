import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ImportJobsResponse } from '../../model/import-job.ts'
import { findApp, findSegment } from '../find.ts'
import { SegmentParams } from '../segments/shapes.ts'

/**
 * Lists the jobs that made or renewed a segment, are about to renew it, or failed to.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments-segment-id-jobs-import.html
 */
export const getSegmentImportJobs: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/segments/:segmentId/jobs/import',
    {
      config: { operation: 'GetSegmentImportJobs' },
      schema: { params: SegmentParams, querystring: PageQuery, response: { 200: ImportJobsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      const { Id } = findSegment(app.store, found, request.params.segmentId)
      return answerPage(request.query, `import-jobs/${found.id}/${Id}`, page =>
        app.store.importJobs.listOfSegment(found, Id, page),
      )
    },
  )
}
