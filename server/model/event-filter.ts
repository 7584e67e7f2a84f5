import { type Static, Type } from '@sinclair/typebox'
import { MapOf, OneOf } from './common.ts'
import { segmentLimits } from './quotas.ts'
import { AttributeDimension, MetricDimension, SetDimension } from './segment-dimensions.ts'

/**
 * The conditions that an event must meet to start a campaign or a journey, or to decide a split that waits
 * for it.
 */
export const EventDimensions = Type.Object({
  Attributes: Type.Optional(MapOf(AttributeDimension, segmentLimits.dimensions)),
  EventType: Type.Optional(SetDimension),
  Metrics: Type.Optional(MapOf(MetricDimension, segmentLimits.dimensions)),
})
export type EventDimensions = Static<typeof EventDimensions>

/**
 * Which events start a campaign. Those of the type ENDPOINT come through PutEvents, those of the type
 * SYSTEM from Pinpoint itself, such as `_email.delivered` (source: API reference).
 */
export const EventFilter = Type.Object({
  Dimensions: EventDimensions,
  FilterType: OneOf(['SYSTEM', 'ENDPOINT']),
})
export type EventFilter = Static<typeof EventFilter>
