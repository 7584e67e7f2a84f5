import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { SegmentParams, SegmentResponse, WriteSegmentRequest } from '../../model/segment.ts'
import { findApp, findSegment, segmentFirst } from '../find.ts'
import { checkDefinition } from './check-definition.ts'
import { checkSources } from './check-sources.ts'

/**
 * Creates the next version of a segment. Dimensions or SegmentGroups replace the definition,
 * without both the segment has all endpoints, and without a Name the name stays (all assumed).
 * `tags` are ignored, as Pinpoint has done since May 2023 (source: guide).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments-segment-id.html
 */
export const updateSegment: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/apps/:applicationId/segments/:segmentId',
    {
      config: { operation: 'UpdateSegment' },
      schema: { params: SegmentParams, body: WriteSegmentRequest, response: { 200: SegmentResponse } },
      preValidation: segmentFirst,
    },
    async request => {
      const { applicationId, segmentId } = request.params
      checkDefinition(request.body)
      const updated = await app.store.write(() => {
        // Checked again: it may have been deleted meanwhile.
        const found = findApp(app.store, applicationId)
        const segment = findSegment(app.store, found, segmentId)
        if (segment.SegmentType === 'IMPORT') checkNameAlone(request.body)
        checkSources(app.store, found, request.body, segmentId)
        app.store.segments.update(found, segmentId, request.body, app.now().toISOString())
        return findSegment(app.store, found, segmentId)
      })
      // Journeys may refresh on it.
      app.jobWorker.wake()
      return updated
    },
  )
}

/** @throws BadRequestException for a definition: an imported segment cannot get one (assumed) */
function checkNameAlone({ Dimensions, SegmentGroups }: WriteSegmentRequest): void {
  const given =
    Dimensions !== undefined ? 'Dimensions' : SegmentGroups !== undefined ? 'SegmentGroups' : undefined
  if (given === undefined) return
  throw badRequest(`${given} must not be given for an imported segment: only its Name can be changed`)
}
