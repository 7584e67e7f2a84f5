import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { inAppMessagesFor } from '../../campaigns/in-app-messages.ts'
import { InAppMessagesResponse } from '../../model/campaign.ts'
import { EndpointParams, findEndpoint } from '../endpoints/find-endpoint.ts'
import { findApp } from '../find.ts'

/**
 * The in-app messages that an application may show to an endpoint. The real service wants its
 * ChannelType to be IN_APP (source: guide), which is asked for with PREFLIGHT=strict alone.
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
        const { endpoint } = findEndpoint(store, applicationId, endpointId)
        if (app.strict !== undefined && endpoint.ChannelType !== 'IN_APP')
          return { InAppMessageCampaigns: [] }
        return { InAppMessageCampaigns: inAppMessagesFor(store, found, endpointId, app.now()) }
      })
    },
  )
}
