import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../aws/exceptions.ts'
import { checkEndpoint, checkId, listAttributeValues } from '../../endpoint-rules/check-endpoint.ts'
import { putEndpoint } from '../../endpoint-rules/put-endpoint.ts'
import { MessageBody } from '../../shapes/common.ts'
import { EndpointRequest } from '../../shapes/endpoint.ts'
import { appFirst, findApp } from '../find.ts'
import { EndpointParams } from './shapes.ts'

/**
 * Creates an endpoint, or merges the change into the one that is there.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-endpoints-endpoint-id.html
 */
export const updateEndpoint: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/apps/:applicationId/endpoints/:endpointId',
    {
      config: { operation: 'UpdateEndpoint' },
      schema: { params: EndpointParams, body: EndpointRequest, response: { 202: MessageBody } },
      preValidation: [appFirst, async request => listAttributeValues(request.body)],
    },
    async (request, reply) => {
      const { applicationId, endpointId } = request.params
      await app.store.write(() => {
        const found = findApp(app.store, applicationId)
        const problem = checkId('EndpointId', endpointId) ?? checkEndpoint(request.body)
        if (problem !== undefined) throw badRequest(problem)
        const now = app.now().toISOString()
        const write = { app: found, endpointId, requestId: request.id, now, mayBeEmpty: true }
        const endpoint = putEndpoint(app.store.endpoints, request.body, write)
        if (typeof endpoint === 'string') throw badRequest(endpoint)
      })
      return reply.code(202).send({ RequestID: request.id, Message: 'Accepted' })
    },
  )
}
