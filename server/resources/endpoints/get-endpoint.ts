import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { notFound } from '../../http/errors/exceptions.ts'
import { EndpointResponse } from '../../model/endpoint.ts'
import { findApp } from '../find.ts'
import { EndpointParams } from './shapes.ts'

/** @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-endpoints-endpoint-id.html */
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
      const stored = store.read(() => store.endpoints.get(findApp(store, applicationId), endpointId))
      if (stored === undefined) throw notFound(`Endpoint not found: ${endpointId}`)
      return stored.endpoint
    },
  )
}
