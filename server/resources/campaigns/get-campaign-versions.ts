import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { CampaignsResponse } from '../../model/campaign.ts'
import { findApp } from '../find.ts'
import { answerCampaign } from './answer-campaign.ts'
import { findCampaign } from './find-campaign.ts'
import { CampaignParams } from './shapes.ts'

/**
 * The versions of a campaign, the newest first (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns-campaign-id-versions.html
 */
export const getCampaignVersions: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/campaigns/:campaignId/versions',
    {
      config: { operation: 'GetCampaignVersions' },
      schema: { params: CampaignParams, querystring: PageQuery, response: { 200: CampaignsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      const { id } = findCampaign(app.store, found, request.params.campaignId)
      return answerPage(request.query, `campaign-versions/${found.id}/${id}`, page =>
        app.store.read(() =>
          app.store.campaigns
            .listVersions(found, id, page)
            .map(({ seq, value }) => ({ seq, value: answerCampaign(found, value) })),
        ),
      )
    },
  )
}
