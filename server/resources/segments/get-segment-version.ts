import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { badRequest, notFound } from '../../aws/exceptions.ts'
import { SegmentResponse } from '../../shapes/segment.ts'
import { findApp, findSegment } from '../find.ts'
import { SegmentParams } from './shapes.ts'

const SegmentVersionParams = Type.Object({ ...SegmentParams.properties, version: Type.String() })

/**
 * Answers a segment as it was in one of its versions.
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
      const found = findApp(app.store, applicationId)
      findSegment(app.store, found, segmentId)
      // 400, as no segment can ever have it: a 404 would send the caller to look for a version that is gone (assumed).
      if (!/^[1-9]\d*$/.test(version)) {
        throw badRequest(`version must be a whole number from 1; got ${JSON.stringify(version)}`)
      }
      const segment = app.store.segments.getVersion(found, segmentId, Number(version))
      if (segment === undefined) throw notFound(`Segment version not found: ${version}`)
      return segment
    },
  )
}
