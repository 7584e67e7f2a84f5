import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { endCampaigns } from '../../campaigns/end-campaigns.ts'
import { SegmentParams, SegmentResponse } from '../../model/segment.ts'
import { findApp, findSegment } from '../find.ts'

/**
 * Deletes a segment with all its versions. For callers it is gone at once; the worker then purges
 * its rows. The import jobs that made it stay, a job that is about to renew it becomes FAILED, and
 * segments that have it as a source keep their definitions (all assumed). Its campaigns become
 * DELETED (source: API reference), and send no more.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments-segment-id.html
 */
export const deleteSegment: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/apps/:applicationId/segments/:segmentId',
    {
      config: { operation: 'DeleteSegment' },
      schema: { params: SegmentParams, response: { 200: SegmentResponse } },
    },
    async request => {
      const { applicationId, segmentId } = request.params
      const deleted = await app.store.write(() => {
        const found = findApp(app.store, applicationId)
        const segment = findSegment(app.store, found, segmentId)
        app.store.segments.delete(found, segmentId)
        endCampaigns(app.store, app.store.campaigns.ofSegment(found, segmentId), app.now())
        return segment
      })
      app.jobWorker.wake()
      return deleted
    },
  )
}
