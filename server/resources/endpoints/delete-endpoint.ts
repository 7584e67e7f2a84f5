import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EndpointResponse } from '../../model/endpoint.ts'
import { EndpointParams, findEndpoint } from './find-endpoint.ts'

/**
 * Deletes an endpoint. The answer is the deleted endpoint.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-endpoints-endpoint-id.html
 */
export const deleteEndpoint: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/apps/:applicationId/endpoints/:endpointId',
    {
      config: { operation: 'DeleteEndpoint' },
      schema: { params: EndpointParams, response: { 202: EndpointResponse } },
    },
    async (request, reply) => {
      const { applicationId, endpointId } = request.params
      const deleted = await app.store.write(() => {
        const { seq, endpoint } = findEndpoint(app.store, applicationId, endpointId)
        app.store.endpoints.delete(seq)
        return endpoint
      })
      return reply.code(202).send(deleted)
    },
  )
}
