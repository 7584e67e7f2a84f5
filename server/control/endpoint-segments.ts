import { setImmediate } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { notFound } from '../http/errors/exceptions.ts'
import { answerPage, PageQuery } from '../http/paging.ts'
import { paramsInApplication } from '../model/common.ts'
import { SegmentResponse } from '../model/segment.ts'
import { findApp } from '../resources/find.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import { refuseTooLarge } from './segment-query.ts'

const EndpointSegments = Type.Object({
  items: Type.Array(
    Type.Object({
      segment: Type.Pick(SegmentResponse, ['Id', 'Name', 'SegmentType', 'Version']),
      member: Type.Boolean({ description: 'Whether the endpoint is in it' }),
    }),
  ),
  nextToken: Type.Optional(Type.String()),
})
export type EndpointSegments = Static<typeof EndpointSegments>

/** Lists the segments of an application, and says of each whether an endpoint is in it. */
export const endpointSegments: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/endpoints/:endpointId/segments',
    {
      config: { operation: 'endpointSegments' },
      schema: {
        summary: 'The segments of an application, and whether an endpoint is in them',
        params: paramsInApplication({ endpointId: 'Id of the endpoint' }),
        querystring: PageQuery,
        response: { 200: EndpointSegments },
      },
    },
    async ({ params: { applicationId, endpointId }, query }) => {
      const { endpoints, segments, segmentMembers } = app.store
      const found = findApp(app.store, applicationId)
      const id = endpointRef(found.seq, endpointId)
      const seq = endpoints.find(found, id)?.seq
      if (seq === undefined && !segmentMembers.isDefined(found, id.folded)) {
        throw notFound(`Endpoint not found: ${endpointId}`)
      }
      const now = app.now().toISOString()
      const { Item, NextToken } = answerPage(query, `endpoint-segments/${found.id}`, page =>
        segments.list(found, page),
      )
      const items = []
      for (const segment of Item) {
        const members = segmentMembers.find(found, segment.Id, segment.Version, now)
        const ref = members && segmentMembers.refIn(members, id.folded, seq)
        const member =
          members !== undefined &&
          ref !== undefined &&
          refuseTooLarge(() => segmentMembers.among(found, members, [ref])).has(ref)
        items.push({ segment, member })
        // Other calls go on between the queries.
        await setImmediate()
      }
      return { items, ...(NextToken !== undefined && { nextToken: NextToken }) }
    },
  )
}
