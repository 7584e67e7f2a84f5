import { Type } from '@sinclair/typebox'
import { ApplicationParams } from '../../model/common.ts'

/** Path of every operation on one endpoint. */
export const EndpointParams = Type.Object({
  ...ApplicationParams.properties,
  endpointId: Type.String({ description: 'Id of the endpoint' }),
})
