import { setImmediate } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { paramsInApplication } from '../model/common.ts'
import type { SegmentResponse } from '../model/segment.ts'
import type { SegmentDimensions } from '../model/segment-dimensions.ts'
import { findApp, findSegmentVersion } from '../resources/find.ts'
import type { Members } from '../store/segments/members.ts'
import { findMember, isAmong } from './segment-query.ts'

const Condition = Type.Object({
  group: Type.Optional(Type.Integer({ description: 'The index of its group in SegmentGroups, from 0' })),
  dimension: Type.Optional(
    Type.Integer({
      description: 'Its index in Dimensions of the group, from 0; all conditions with the same must be met',
    }),
  ),
  name: Type.String({
    description: 'Attributes.Plan, Location.Country and so on; SourceSegments; ImportDefinition',
  }),
  requires: Type.Unknown({ description: 'What the segment says there' }),
  met: Type.Boolean({ description: 'Whether the endpoint meets it' }),
})

const SegmentMember = Type.Object({
  version: Type.Integer(),
  member: Type.Boolean({ description: 'Whether the endpoint is in the segment' }),
  groups: Type.Optional(
    Type.Array(Type.Object({ met: Type.Boolean({ description: 'Whether the endpoint fits the group' }) }), {
      description: 'The groups of SegmentGroups, in their order',
    }),
  ),
  conditions: Type.Array(Condition, { description: 'The conditions of the segment, 500 at most' }),
})
export type SegmentMember = Static<typeof SegmentMember>

/** Most conditions of an answer: each is a query. */
const maxConditions = 500

/** Says whether an endpoint is in a segment, and which of the segment's groups and conditions it meets. */
export const segmentMember: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/apps/:applicationId/segments/:segmentId/endpoints/:endpointId',
    {
      config: { operation: 'segmentMember' },
      schema: {
        summary: 'Whether an endpoint is in a segment, and why',
        params: paramsInApplication({ segmentId: 'Id of the segment', endpointId: 'Id of the endpoint' }),
        querystring: Type.Object({
          version: Type.Optional(Type.String({ description: 'An earlier version of the segment' })),
        }),
        response: { 200: SegmentMember },
      },
    },
    async ({ params: { applicationId, segmentId, endpointId }, query }) => {
      const { segmentMembers } = app.store
      const found = findApp(app.store, applicationId)
      const segment = findSegmentVersion(app.store, found, segmentId, query.version)
      const now = app.now().toISOString()
      const membersOf = (segment: string, version?: number) =>
        segmentMembers.find(found, segment, version, now)
      const ofSegment = membersOf(segmentId, segment.Version)!
      const { id, seq } = findMember(app.store, found, endpointId)
      const ref = segmentMembers.refIn(ofSegment, id, seq)
      const isMet = (members: Members | undefined) => isAmong(app.store, found, members, ref)

      const conditions = []
      for (const { source, dimensions, ...condition } of conditionsOf(segment).slice(0, maxConditions)) {
        const members = dimensions
          ? segmentMembers.ofBody(found, { Dimensions: dimensions }, now)
          : membersOf(...source)
        conditions.push({ ...condition, met: isMet(members) })
        // Other calls go on between the queries.
        await setImmediate()
      }
      const groups = segment.SegmentGroups?.Groups?.map(group => ({
        met: isMet(segmentMembers.ofBody(found, { SegmentGroups: { Groups: [group] } }, now)),
      }))
      return {
        version: segment.Version!,
        member: isMet(ofSegment),
        ...(groups !== undefined && { groups }),
        conditions,
      }
    },
  )
}

/** A condition of a segment: a single dimension, or a segment that must, or must not, have the endpoint. */
type SegmentCondition = { group?: number; dimension?: number; name: string; requires: unknown } & (
  | { dimensions: SegmentDimensions; source?: undefined }
  | { source: [id: string, version: number | undefined]; dimensions?: undefined }
)

function conditionsOf({
  Id,
  Version,
  Dimensions = {},
  ImportDefinition,
  SegmentGroups,
}: SegmentResponse): SegmentCondition[] {
  if (ImportDefinition !== undefined) {
    return [{ name: 'ImportDefinition', requires: ImportDefinition, source: [Id, Version] }]
  }
  if (SegmentGroups === undefined) return singleDimensions(Dimensions)
  return (SegmentGroups.Groups ?? []).flatMap((group, index) =>
    [
      ...(group.SourceSegments ?? []).map(
        (reference): SegmentCondition => ({
          name: 'SourceSegments',
          requires: reference,
          source: [reference.Id, reference.Version],
        }),
      ),
      ...(group.Dimensions ?? []).flatMap((dimensions, dimension) =>
        singleDimensions(dimensions).map(condition => ({ dimension, ...condition })),
      ),
    ].map(condition => ({ group: index, ...condition })),
  )
}

/** The dimensions one by one, each as dimensions of its own. */
const singleDimensions = (dimensions: SegmentDimensions): SegmentCondition[] =>
  Object.entries(dimensions).flatMap(([kind, byName]) =>
    Object.entries(byName).map(([name, requires]) => ({
      name: `${kind}.${name}`,
      requires,
      dimensions: { [kind]: { [name]: requires } } as SegmentDimensions,
    })),
  )
