import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { inAppMessagesFor } from '../../campaigns/in-app-messages.ts'
import { InAppMessagesResponse } from '../../model/campaign.ts'
import { EndpointParams, findEndpoint } from '../endpoints/find-endpoint.ts'
import { findApp } from '../find.ts'

/**
 * The in-app messages that an application may show to an endpoint, whatever its ChannelType (the real
 * service wants IN_APP; source: guide).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-endpoints-endpoint-id-inappmessages.html
 */
export const getInAppMessages: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/endpoints/:endpointId/inappmessages',
    {
      config: { operation: 'GetInAppMessages' },
      schema: {
        params: EndpointParams,
        response: { 200: InAppMessagesResponse },
      },
    },
    async request => {
      const { applicationId, endpointId } = request.params
      const { store } = app
      const found = findApp(store, applicationId)
      return store.read(() => {
        findEndpoint(store, applicationId, endpointId)
        return { InAppMessageCampaigns: inAppMessagesFor(store, found, endpointId, app.now()) }
      })
    },
  )
}
