import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EndpointResponse } from '../../model/endpoint.ts'
import { EndpointParams, findEndpoint } from './find-endpoint.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-endpoints-endpoint-id.html
 */
export const getEndpoint: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/endpoints/:endpointId',
    {
      config: { operation: 'GetEndpoint' },
      schema: { params: EndpointParams, response: { 200: EndpointResponse } },
    },
    async request => {
      const { applicationId, endpointId } = request.params
      const { store } = app
      return store.read(() => findEndpoint(store, applicationId, endpointId)).endpoint
    },
  )
}
