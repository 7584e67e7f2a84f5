import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { SegmentResponse } from '../../model/segment.ts'
import { findApp, findSegment } from '../find.ts'
import { SegmentParams } from './shapes.ts'

/**
 * Answers a segment's current version. The segment of an import is there when its job is COMPLETED, not before
 * (source: guide).
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
