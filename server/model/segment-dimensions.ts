import { type Static, Type } from '@sinclair/typebox'
import { ListOf, MapOf, OneOf } from './common.ts'
import { segmentLimits } from './quotas.ts'

const Values = ListOf(Type.String(), segmentLimits.values)

/**
 * How the values of an attribute are compared; the last four compare times (source: API reference).
 */
export const AttributeType = OneOf(['INCLUSIVE', 'EXCLUSIVE', 'CONTAINS', 'BEFORE', 'AFTER', 'ON', 'BETWEEN'])
export type AttributeType = Static<typeof AttributeType>

export const AttributeDimension = Type.Object({
  AttributeType: Type.Optional(AttributeType),
  Values,
})
export type AttributeDimension = Static<typeof AttributeDimension>

/** How a metric is compared (source: API reference; the model allows any text). */
export const comparisonOperators = [
  'GREATER_THAN',
  'LESS_THAN',
  'GREATER_THAN_OR_EQUAL',
  'LESS_THAN_OR_EQUAL',
  'EQUAL',
] as const

export const MetricDimension = Type.Object({ ComparisonOperator: Type.String(), Value: Type.Number() })
export type MetricDimension = Static<typeof MetricDimension>

export const SetDimension = Type.Object({
  DimensionType: Type.Optional(OneOf(['INCLUSIVE', 'EXCLUSIVE'])),
  Values,
})
export type SetDimension = Static<typeof SetDimension>

const optionalSet = Type.Optional(SetDimension)

export const SegmentDemographics = Type.Object({
  AppVersion: optionalSet,
  Channel: optionalSet,
  DeviceType: optionalSet,
  Make: optionalSet,
  Model: optionalSet,
  Platform: optionalSet,
})
export type SegmentDemographics = Static<typeof SegmentDemographics>

export const GPSPointDimension = Type.Object({
  Coordinates: Type.Object({ Latitude: Type.Number(), Longitude: Type.Number() }),
  RangeInKilometers: Type.Optional(Type.Number()),
})
export type GPSPointDimension = Static<typeof GPSPointDimension>

export const SegmentLocation = Type.Object({
  Country: optionalSet,
  GPSPoint: Type.Optional(GPSPointDimension),
})
export type SegmentLocation = Static<typeof SegmentLocation>

export const RecencyDimension = Type.Object({
  Duration: OneOf(['HR_24', 'DAY_7', 'DAY_14', 'DAY_30']),
  RecencyType: OneOf(['ACTIVE', 'INACTIVE']),
})
export type RecencyDimension = Static<typeof RecencyDimension>

/** The conditions that an endpoint of a segment meets. */
export const SegmentDimensions = Type.Object({
  Attributes: Type.Optional(MapOf(AttributeDimension, segmentLimits.dimensions)),
  Behavior: Type.Optional(Type.Object({ Recency: Type.Optional(RecencyDimension) })),
  Demographic: Type.Optional(SegmentDemographics),
  Location: Type.Optional(SegmentLocation),
  Metrics: Type.Optional(MapOf(MetricDimension, segmentLimits.dimensions)),
  UserAttributes: Type.Optional(MapOf(AttributeDimension, segmentLimits.dimensions)),
})
export type SegmentDimensions = Static<typeof SegmentDimensions>

/** A source segment: in a fixed version or, without one, in the current version (assumed). */
export const SegmentReference = Type.Object({
  Id: Type.String(),
  Version: Type.Optional(Type.Integer()),
})
export type SegmentReference = Static<typeof SegmentReference>

/** How several conditions are combined. */
const Include = OneOf(['ALL', 'ANY', 'NONE'])
export type Include = Static<typeof Include>

export const SegmentGroup = Type.Object({
  Dimensions: Type.Optional(ListOf(SegmentDimensions, segmentLimits.sets)),
  SourceSegments: Type.Optional(ListOf(SegmentReference, segmentLimits.sources)),
  SourceType: Type.Optional(Include),
  Type: Type.Optional(Include),
})
export type SegmentGroup = Static<typeof SegmentGroup>

export const SegmentGroupList = Type.Object({
  Groups: Type.Optional(ListOf(SegmentGroup, segmentLimits.groups)),
  Include: Type.Optional(Include),
})
export type SegmentGroupList = Static<typeof SegmentGroupList>
