import { setImmediate } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { answerPage, PageQuery } from '../http/paging.ts'
import { paramsInApplication } from '../model/common.ts'
import { SegmentResponse } from '../model/segment.ts'
import { findApp } from '../resources/find.ts'
import { findMember, isAmong } from './segment-query.ts'

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
      const { segments, segmentMembers } = app.store
      const found = findApp(app.store, applicationId)
      const { id, seq } = findMember(app.store, found, endpointId)
      const now = app.now().toISOString()
      const { Item, NextToken } = answerPage(query, `endpoint-segments/${found.id}`, page =>
        segments.list(found, page),
      )
      const items = []
      for (const segment of Item) {
        const members = segmentMembers.find(found, segment.Id, segment.Version, now)
        const ref = members && segmentMembers.refIn(members, id, seq)
        items.push({ segment, member: isAmong(app.store, found, members, ref) })
        // Other calls go on between the queries.
        await setImmediate()
      }
      return { items, ...(NextToken !== undefined && { nextToken: NextToken }) }
    },
  )
}
