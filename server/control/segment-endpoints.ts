import { setImmediate } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { notFound } from '../http/errors/exceptions.ts'
import { beginPage, PageQuery } from '../http/paging.ts'
import { EndpointResponse } from '../model/endpoint.ts'
import { findApp, findSegmentVersion } from '../resources/find.ts'
import { SegmentParams } from '../resources/segments/shapes.ts'
import {
  firstMember,
  isMemberCursor,
  type MemberCursor,
  type MemberStep,
  memberEndpoint,
} from '../store/segments/members.ts'
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
      const { store } = app
      const found = findApp(store, applicationId)
      const { Version } = findSegmentVersion(store, found, segmentId, given)
      const isCursor = (value: unknown) => isCursorIn(given === undefined ? undefined : Version, value)
      const start: ListCursor = [Version!, null]
      const { limit, after, answer } = beginPage(request.query, list, start, isCursor)
      const [version, cursor] = after
      const members = store.segmentMembers.find(found, segmentId, version, app.now().toISOString())
      if (members === undefined) throw notFound(`Segment version not found: ${version}`)
      const step = refuseTooLarge(() => store.segmentMembers.prepareSteps(found, members))
      const entries: { at: ListCursor; value: EndpointResponse }[] = []
      let next: MemberCursor | undefined = cursor ?? firstMember
      while (next !== undefined && entries.length < limit) {
        const from: MemberCursor = next
        const some: MemberStep = refuseTooLarge(() => step(from, limit - entries.length))
        for (const member of some.found) {
          entries.push({ at: [version, member.cursor], value: memberEndpoint(found, member) })
        }
        next = some.next
        // Other calls go on between the steps.
        if (next !== undefined && entries.length < limit) await setImmediate()
      }
      const { values, token } = answer(entries)
      return { items: values, ...(token !== undefined && { nextToken: token }) }
    },
  )
}

/** Pages go on in the version in which they began, also where the segment has a newer one by then. */
type ListCursor = [version: number, cursor: MemberCursor | null]

/** @param given the version that the caller names, if any: a token of another does not go with it */
const isCursorIn = (given: number | undefined, value: unknown): value is ListCursor =>
  Array.isArray(value) &&
  value.length === 2 &&
  Number.isSafeInteger(value[0]) &&
  value[0] === (given ?? value[0]) &&
  isMemberCursor(value[1])
