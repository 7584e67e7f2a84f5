import { paramsInApplication } from '../../model/common.ts'

/** Path parameters of an operation on a segment. */
export const SegmentParams = paramsInApplication({ segmentId: 'Id of the segment' })
