import { paramsInApplication } from '../../model/common.ts'

/** Path of an operation on one segment. */
export const SegmentParams = paramsInApplication({ segmentId: 'Id of the segment' })
