import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { SegmentParams, SegmentsResponse } from '../../model/segment.ts'
import { findApp, findSegment } from '../find.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments-segment-id-versions.html
 */
export const getSegmentVersions: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/segments/:segmentId/versions',
    {
      config: { operation: 'GetSegmentVersions' },
      schema: { params: SegmentParams, querystring: PageQuery, response: { 200: SegmentsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      const { Id } = findSegment(app.store, found, request.params.segmentId)
      return answerPage(request.query, `segment-versions/${found.id}/${Id}`, page =>
        app.store.segments.listVersions(found, Id, page),
      )
    },
  )
}
