import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { notFound } from '../aws/exceptions.ts'
import { PageQuery, readPage } from '../aws/paging.ts'
import { findApp, findSegmentVersion } from '../resources/find.ts'
import { SegmentParams } from '../resources/segments/shapes.ts'
import { EndpointResponse } from '../shapes/endpoint.ts'
import { isMemberPlace, memberEndpoint, startOf } from '../store/segment-members.ts'

const SegmentEndpointsQuery = Type.Object({
  ...PageQuery.properties,
  version: Type.Optional(Type.String()),
})

const SegmentEndpoints = Type.Object({
  items: Type.Array(EndpointResponse),
  nextToken: Type.Optional(Type.String()),
})

/**
 * Pages through the endpoints of a segment, which no call of Pinpoint does: in the current version, or in the one that
 * `version` names. Those of a dimensional segment are the ones that are as it says now. Each is as it is now; where an
 * import registered none, as the import defined it.
 */
export const segmentEndpoints: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/segments/:segmentId/endpoints',
    {
      config: { operation: 'segmentEndpoints' },
      schema: {
        params: SegmentParams,
        querystring: SegmentEndpointsQuery,
        response: { 200: SegmentEndpoints },
      },
    },
    async request => {
      const { applicationId, segmentId } = request.params
      const found = findApp(app.store, applicationId)
      const { Version: version } = findSegmentVersion(app.store, found, segmentId, request.query.version)
      const list = `segment-endpoints/${found.id}/${segmentId}/${version}`
      const { segmentMembers } = app.store
      const members = segmentMembers.find(found, segmentId, version, app.now().toISOString())
      if (members === undefined) throw notFound(`Segment version not found: ${version}`)
      await app.store.indexDimensions(found, segmentMembers.dimensionsToIndex(found, members))
      const { values, token } = readPage(
        request.query,
        list,
        startOf(members),
        isMemberPlace,
        (limit, after) =>
          segmentMembers
            .list(found, members, { after, limit })
            .map(member => ({ at: member.at, value: memberEndpoint(found, member) })),
      )
      return { items: values, ...(token !== undefined && { nextToken: token }) }
    },
  )
}
