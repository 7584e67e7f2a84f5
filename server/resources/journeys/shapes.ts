import { paramsInApplication } from '../../model/common.ts'

const journeyId = 'Id of the journey'

/** Path parameters of an operation on a journey. */
export const JourneyParams = paramsInApplication({ journeyId })
