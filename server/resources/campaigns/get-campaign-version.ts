import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { CampaignResponse } from '../../model/campaign.ts'
import { findApp } from '../find.ts'
import { answerCampaign } from './answer-campaign.ts'
import { findCampaignVersion } from './find-campaign.ts'
import { CampaignVersionParams } from './shapes.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns-campaign-id-versions-version.html
 */
export const getCampaignVersion: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/campaigns/:campaignId/versions/:version',
    {
      config: { operation: 'GetCampaignVersion' },
      schema: { params: CampaignVersionParams, response: { 200: CampaignResponse } },
    },
    async request => {
      const { applicationId, campaignId, version } = request.params
      const found = findApp(app.store, applicationId)
      return app.store.read(() =>
        answerCampaign(found, findCampaignVersion(app.store, found, campaignId, version)),
      )
    },
  )
}
