import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ActivitiesResponse } from '../../model/campaign.ts'
import { findApp } from '../find.ts'
import { answerActivity } from './answer-activity.ts'
import { findCampaign } from './find-campaign.ts'
import { CampaignParams } from './shapes.ts'

/**
 * The runs of a campaign, the newest first (assumed), one for each of its treatments.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-campaigns-campaign-id-activities.html
 */
export const getCampaignActivities: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/apps/:applicationId/campaigns/:campaignId/activities',
    {
      config: { operation: 'GetCampaignActivities' },
      schema: { params: CampaignParams, querystring: PageQuery, response: { 200: ActivitiesResponse } },
    },
    async request => {
      const found = findApp(app.store, request.params.applicationId)
      const { id, seq } = findCampaign(app.store, found, request.params.campaignId)
      return answerPage(request.query, `campaign-activities/${found.id}/${id}`, page =>
        app.store.campaignActivities
          .list(seq, page)
          .map(({ seq, value }) => ({ seq, value: answerActivity(found, id, value) })),
      )
    },
  )
}
