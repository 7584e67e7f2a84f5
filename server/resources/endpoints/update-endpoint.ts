import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { listAttributeValues } from '../../endpoints/check-endpoint.ts'
import { writeEndpoints } from '../../endpoints/write-endpoint.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import { MessageBody } from '../../model/common.ts'
import { EndpointRequest } from '../../model/endpoint.ts'
import { appFirst, findApp } from '../find.ts'
import { EndpointParams } from './find-endpoint.ts'

/**
 * Creates an endpoint, or merges the body into an existing one.
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
        const [refusal] = writeEndpoints(app.store.endpoints, [{ id: endpointId, request: request.body }], {
          app: findApp(app.store, applicationId),
          idMember: 'EndpointId',
          requestId: request.id,
          now: app.now().getTime(),
        })
        if (refusal !== undefined) throw badRequest(refusal)
      })
      return reply.code(202).send({ RequestID: request.id, Message: 'Accepted' })
    },
  )
}
