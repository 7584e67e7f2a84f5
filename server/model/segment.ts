import { type Static, Type } from '@sinclair/typebox'
import { MapOf, OneOf, PageOf, paramsInApplication } from './common.ts'
import { Format } from './import-job.ts'
import { SegmentDimensions, SegmentGroupList } from './segment-dimensions.ts'
import { Tags } from './tags.ts'

/** Path parameters of an operation on a segment. */
export const SegmentParams = paramsInApplication({ segmentId: 'Id of the segment' })

/** The body of CreateSegment and UpdateSegment. A name must not be empty (assumed). */
export const WriteSegmentRequest = Type.Object({
  Dimensions: Type.Optional(SegmentDimensions),
  Name: Type.Optional(Type.String({ minLength: 1 })),
  SegmentGroups: Type.Optional(SegmentGroupList),
  tags: Type.Optional(Tags),
})
export type WriteSegmentRequest = Static<typeof WriteSegmentRequest>

/** The import that made a segment, and how many endpoints the segment has. */
export const SegmentImportResource = Type.Object({
  ChannelCounts: Type.Optional(MapOf(Type.Integer())),
  ExternalId: Type.String(),
  Format,
  RoleArn: Type.String(),
  S3Url: Type.String(),
  Size: Type.Integer(),
})
export type SegmentImportResource = Static<typeof SegmentImportResource>

export const SegmentResponse = Type.Object({
  ApplicationId: Type.String(),
  Arn: Type.String(),
  CreationDate: Type.String(),
  Dimensions: Type.Optional(SegmentDimensions),
  Id: Type.String(),
  ImportDefinition: Type.Optional(SegmentImportResource),
  LastModifiedDate: Type.Optional(Type.String()),
  Name: Type.Optional(Type.String()),
  SegmentGroups: Type.Optional(SegmentGroupList),
  SegmentType: OneOf(['DIMENSIONAL', 'IMPORT']),
  tags: Type.Optional(Tags),
  Version: Type.Optional(Type.Integer()),
})
export type SegmentResponse = Static<typeof SegmentResponse>

export const SegmentsResponse = PageOf(SegmentResponse)
