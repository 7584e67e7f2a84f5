import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest, notFound } from '../http/errors/exceptions.ts'
import { PageQuery, readPage, readPlace } from '../http/paging.ts'
import { EndpointResponse } from '../model/endpoint.ts'
import { findApp, findSegmentVersion } from '../resources/find.ts'
import { tooManySources } from '../resources/segments/check-sources.ts'
import { SegmentParams } from '../resources/segments/shapes.ts'
import {
  firstPlace,
  isMemberPlace,
  type MemberPlace,
  memberEndpoint,
  mostSources,
  SegmentQueryError,
} from '../store/segments/members.ts'

const SegmentEndpointsQuery = Type.Object({
  ...PageQuery.properties,
  version: Type.Optional(Type.String({ description: 'An earlier version of the segment' })),
})

const SegmentEndpoints = Type.Object({
  items: Type.Array(EndpointResponse),
  nextToken: Type.Optional(Type.String()),
})

/**
 * Pages through the endpoints of a segment, which no call of Pinpoint does: in the current version, or in the one that
 * `version` names; with a token, in that of the first page. Those of a dimensional segment are the ones that are as it
 * says now. Each is as it is now; where an import registered none, as the import defined it.
 */
export const segmentEndpoints: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/segments/:segmentId/endpoints',
    {
      config: { operation: 'segmentEndpoints' },
      schema: {
        summary: 'The endpoints of a segment',
        params: SegmentParams,
        querystring: SegmentEndpointsQuery,
        response: { 200: SegmentEndpoints },
      },
    },
    async request => {
      const { applicationId, segmentId } = request.params
      const given = request.query.version
      const list = `segment-endpoints/${applicationId}/${segmentId}`
      const { segmentMembers } = app.store
      const findMembers = () => {
        const found = findApp(app.store, applicationId)
        const { Version } = findSegmentVersion(app.store, found, segmentId, given)
        const start: Place = [Version!, null]
        const isPlace = (value: unknown) => isPlaceIn(given === undefined ? undefined : Version, value)
        const [version] = readPlace(request.query, list, start, isPlace)
        const members = segmentMembers.find(found, segmentId, version, app.now().toISOString())
        if (members === undefined) throw notFound(`Segment version not found: ${version}`)
        // Its sources may have been changed since it was written.
        if ('sources' in members && members.sources.length > mostSources) throw tooManySources()
        return { found, start, isPlace, version, members }
      }
      const first = findMembers()
      const dimensions = segmentMembers.dimensionsToIndex(first.found, first.members)
      await app.store.indexDimensions(first.found, dimensions)
      // Again: all of it may have been replaced meanwhile.
      const { found, start, isPlace, version, members } = dimensions.length === 0 ? first : findMembers()
      const { values, token } = readPage(request.query, list, start, isPlace, (limit, [, place]) =>
        refuseTooLarge(() => segmentMembers.list(found, members, { after: place ?? firstPlace, limit })).map(
          member => ({ at: [version, member.at] as Place, value: memberEndpoint(found, member) }),
        ),
      )
      return { items: values, ...(token !== undefined && { nextToken: token }) }
    },
  )
}

/** A segment that is too large is the caller's own mistake. @throws BadRequestException */
function refuseTooLarge<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof SegmentQueryError ? badRequest(error.message) : error
  }
}

/** Pages go on in the version in which they began, also where the segment has a newer one by then. */
type Place = [version: number, place: MemberPlace | null]

/** @param given the version that the caller names, if any: a token of another does not go with it */
const isPlaceIn = (given: number | undefined, value: unknown): value is Place =>
  Array.isArray(value) &&
  value.length === 2 &&
  Number.isSafeInteger(value[0]) &&
  value[0] === (given ?? value[0]) &&
  isMemberPlace(value[1])
