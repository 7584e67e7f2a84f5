import { Type } from '@sinclair/typebox'
import { ApplicationParams } from '../../model/common.ts'

/** Path of every operation on one segment. */
export const SegmentParams = Type.Object({
  ...ApplicationParams.properties,
  segmentId: Type.String({ description: 'Id of the segment' }),
})
