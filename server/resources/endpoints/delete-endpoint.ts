import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { notFound } from '../../http/errors/exceptions.ts'
import { EndpointResponse } from '../../model/endpoint.ts'
import { findApp } from '../find.ts'
import { EndpointParams } from './shapes.ts'

/**
 * Deletes an endpoint and answers it as it was.
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
        const stored = app.store.endpoints.get(findApp(app.store, applicationId), endpointId)
        if (stored === undefined) throw notFound(`Endpoint not found: ${endpointId}`)
        app.store.endpoints.delete(stored.seq)
        return stored.endpoint
      })
      return reply.code(202).send(deleted)
    },
  )
}
