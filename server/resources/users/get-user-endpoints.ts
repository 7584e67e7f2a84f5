import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { EndpointsResponse } from '../../model/endpoint.ts'
import { findUserEndpoints, UserParams } from './find-user-endpoints.ts'

/**
 * Answers all endpoints of a user, including INACTIVE ones.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-users-user-id.html
 */
export const getUserEndpoints: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/users/:userId',
    {
      config: { operation: 'GetUserEndpoints' },
      schema: { params: UserParams, response: { 200: EndpointsResponse } },
    },
    async request => {
      const { applicationId, userId } = request.params
      const stored = findUserEndpoints(app.store, applicationId, userId)
      return { Item: stored.map(({ endpoint }) => endpoint) }
    },
  )
}
