import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { SegmentParams, SegmentResponse } from '../../model/segment.ts'
import { findApp, findSegment } from '../find.ts'

/**
 * Answers the current version of a segment. The segment of an import exists from the moment when
 * its job is COMPLETED (source: guide).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments-segment-id.html
 */
export const getSegment: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/segments/:segmentId',
    {
      config: { operation: 'GetSegment' },
      schema: { params: SegmentParams, response: { 200: SegmentResponse } },
    },
    async request => {
      const { applicationId, segmentId } = request.params
      const { store } = app
      return store.read(() => findSegment(store, findApp(store, applicationId), segmentId))
    },
  )
}
