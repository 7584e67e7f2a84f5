import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ExportJobsResponse } from '../../model/export-job.ts'
import { findApp, findSegment } from '../find.ts'
import { SegmentParams } from '../segments/shapes.ts'

/**
 * Lists the jobs that exported a segment, in any of its versions, are about to, or failed to.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments-segment-id-jobs-export.html
 */
export const getSegmentExportJobs: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/segments/:segmentId/jobs/export',
    {
      config: { operation: 'GetSegmentExportJobs' },
      schema: { params: SegmentParams, querystring: PageQuery, response: { 200: ExportJobsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      const { Id } = findSegment(app.store, found, request.params.segmentId)
      return answerPage(request.query, `export-jobs/${found.id}/${Id}`, page =>
        app.store.exportJobs.listOfSegment(found, Id, page),
      )
    },
  )
}
