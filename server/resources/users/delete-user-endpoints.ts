import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EndpointsResponse } from '../../model/endpoint.ts'
import { findUserEndpoints, UserParams } from './find-user-endpoints.ts'

/**
 * Deletes all endpoints of a user, and thereby the user. The answer has the deleted endpoints.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-users-user-id.html
 */
export const deleteUserEndpoints: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/apps/:applicationId/users/:userId',
    {
      config: { operation: 'DeleteUserEndpoints' },
      schema: { params: UserParams, response: { 202: EndpointsResponse } },
    },
    async (request, reply) => {
      const { applicationId, userId } = request.params
      const deleted = await app.store.write(() => {
        const stored = findUserEndpoints(app.store, applicationId, userId)
        for (const { seq } of stored) app.store.endpoints.delete(seq)
        return stored.map(({ endpoint }) => endpoint)
      })
      return reply.code(202).send({ Item: deleted })
    },
  )
}
