import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { newId } from '../../model/arn.ts'
import { ApplicationParams } from '../../model/common.ts'
import { SegmentResponse, WriteSegmentRequest } from '../../model/segment.ts'
import { appFirst, findApp, findSegment } from '../find.ts'
import { newTags } from '../tags/check-tags.ts'
import { checkDefinition } from './check-definition.ts'
import { checkSources } from './check-sources.ts'

/**
 * Creates a dimensional segment. Without Dimensions and SegmentGroups, it has all endpoints
 * (source: API reference). The definition is stored and answered as it was sent, without defaults
 * (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-segments.html
 */
export const createSegment: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/segments',
    {
      config: { operation: 'CreateSegment' },
      schema: { params: ApplicationParams, body: WriteSegmentRequest, response: { 201: SegmentResponse } },
      preValidation: appFirst,
    },
    async (request, reply) => {
      checkDefinition(request.body)
      const segment = { ...request.body, tags: newTags(request.body), Id: newId() }
      const created = await app.store.write(() => {
        const found = findApp(app.store, request.params.applicationId)
        checkSources(app.store, found, segment)
        app.store.segments.create(found, segment, app.now().toISOString())
        return findSegment(app.store, found, segment.Id)
      })
      return reply.code(201).send(created)
    },
  )
}
