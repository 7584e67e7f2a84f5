import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { paramsInApplication } from '../../model/common.ts'
import { SegmentResponse } from '../../model/segment.ts'
import { findApp, findSegmentVersion } from '../find.ts'

const SegmentVersionParams = paramsInApplication({
  segmentId: 'Id of the segment',
  version: 'Number of the version',
})

/**
 * Answers one version of a segment.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments-segment-id-versions-version.html
 */
export const getSegmentVersion: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/segments/:segmentId/versions/:version',
    {
      config: { operation: 'GetSegmentVersion' },
      schema: { params: SegmentVersionParams, response: { 200: SegmentResponse } },
    },
    async request => {
      const { applicationId, segmentId, version } = request.params
      return findSegmentVersion(app.store, findApp(app.store, applicationId), segmentId, version)
    },
  )
}
