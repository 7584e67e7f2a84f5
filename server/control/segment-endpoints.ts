import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { notFound } from '../http/errors/exceptions.ts'
import { beginPage, PageQuery } from '../http/paging.ts'
import { EndpointResponse } from '../model/endpoint.ts'
import { SegmentParams } from '../model/segment.ts'
import { findApp, findSegmentVersion } from '../resources/find.ts'
import { firstMember, isMemberCursor, type MemberCursor, memberEndpoint } from '../store/segments/members.ts'
import { pageInSteps } from './page-in-steps.ts'
import { refuseTooLarge } from './segment-query.ts'

const SegmentEndpointsQuery = Type.Object({
  ...PageQuery.properties,
  version: Type.Optional(Type.String({ description: 'An earlier version of the segment' })),
})

const SegmentEndpoints = Type.Object({
  items: Type.Array(EndpointResponse),
  nextToken: Type.Optional(Type.String()),
})

/**
 * Pages through the endpoints of a segment, which no call of Pinpoint does: in the current version, or
 * in the one that `version` names; with a token, in that of the first page. Those of a dimensional
 * segment are the ones that are as it says now. Each is as it is now; where an import registered none,
 * as the import defined it.
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
      const { store } = app
      const found = findApp(store, applicationId)
      const { Version } = findSegmentVersion(store, found, segmentId, given)
      const isCursor = (value: unknown) => isCursorIn(given === undefined ? undefined : Version, value)
      const start: ListCursor = [Version!, firstMember]
      const page = beginPage(request.query, list, start, isCursor)
      const [version] = page.after
      const members = store.segmentMembers.find(found, segmentId, version, app.now().toISOString())
      if (members === undefined) throw notFound(`Segment version not found: ${version}`)
      const step = refuseTooLarge(() => store.segmentMembers.prepareSteps(found, members))
      const at = (cursor: MemberCursor): ListCursor => [version, cursor]
      return pageInSteps(
        page,
        ([, from], limit) => {
          const some = refuseTooLarge(() => step(from, limit))
          const members = some.found.map(member => ({ member, at: at(member.cursor) }))
          return { found: members, next: some.next && at(some.next) }
        },
        ({ member }) => memberEndpoint(found, member),
        Number.POSITIVE_INFINITY,
      )
    },
  )
}

/** Pages go on in the version in which they began, also where the segment has a newer one by then. */
type ListCursor = [version: number, cursor: MemberCursor]

/** @param given the version that the caller names, if any: a token of another does not go with it */
const isCursorIn = (given: number | undefined, value: unknown): value is ListCursor =>
  Array.isArray(value) &&
  value.length === 2 &&
  Number.isSafeInteger(value[0]) &&
  value[0] === (given ?? value[0]) &&
  isMemberCursor(value[1])
