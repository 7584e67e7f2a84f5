import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { endCampaigns } from '../../campaigns/end-campaigns.ts'
import { CampaignResponse } from '../../model/campaign.ts'
import { findApp } from '../find.ts'
import { answerCampaign } from './answer-campaign.ts'
import { findCampaign } from './find-campaign.ts'
import { CampaignParams } from './shapes.ts'

/**
 * Deletes a campaign, and answers it as DELETED. For callers it is gone at once, and what it has not
 * sent yet is not sent (all assumed). Its messages stay in the outbox.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns-campaign-id.html
 */
export const deleteCampaign: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/apps/:applicationId/campaigns/:campaignId',
    {
      config: { operation: 'DeleteCampaign' },
      schema: { params: CampaignParams, response: { 200: CampaignResponse } },
    },
    async request => {
      const { applicationId, campaignId } = request.params
      const { store } = app
      const deleted = await store.write(() => {
        const found = findApp(store, applicationId)
        endCampaigns(store, [findCampaign(store, found, campaignId)], app.now())
        const answer = answerCampaign(found, findCampaign(store, found, campaignId))
        store.campaigns.delete(found, campaignId)
        return answer
      })
      app.jobWorker.wake()
      app.bus.emit({ kind: 'removed', what: 'campaign', app: applicationId, id: campaignId })
      return deleted
    },
  )
}
