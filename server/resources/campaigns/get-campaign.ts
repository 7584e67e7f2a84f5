import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { CampaignResponse } from '../../model/campaign.ts'
import { findApp } from '../find.ts'
import { answerCampaign } from './answer-campaign.ts'
import { findCampaign } from './find-campaign.ts'
import { CampaignParams } from './shapes.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns-campaign-id.html
 */
export const getCampaign: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/campaigns/:campaignId',
    {
      config: { operation: 'GetCampaign' },
      schema: { params: CampaignParams, response: { 200: CampaignResponse } },
    },
    async request => {
      const { applicationId, campaignId } = request.params
      const found = findApp(app.store, applicationId)
      return app.store.read(() => answerCampaign(found, findCampaign(app.store, found, campaignId)))
    },
  )
}
