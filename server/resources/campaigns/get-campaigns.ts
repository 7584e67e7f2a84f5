import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { CampaignsResponse } from '../../model/campaign.ts'
import { ApplicationParams } from '../../model/common.ts'
import { findApp } from '../find.ts'
import { answerCampaign } from './answer-campaign.ts'

/**
 * The campaigns of an application, the newest first (source: observed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns.html
 */
export const getCampaigns: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/campaigns',
    {
      config: { operation: 'GetCampaigns' },
      schema: { params: ApplicationParams, querystring: PageQuery, response: { 200: CampaignsResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      return answerPage(request.query, `campaigns/${found.id}`, page =>
        app.store.read(() =>
          app.store.campaigns
            .list(found, page)
            .map(({ seq, value }) => ({ seq, value: answerCampaign(found, value) })),
        ),
      )
    },
  )
}
