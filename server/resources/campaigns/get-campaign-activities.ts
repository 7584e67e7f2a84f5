import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { metricsOf } from '../../audience/counters.ts'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ActivitiesResponse, type ActivityResponse } from '../../model/campaign.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Activity } from '../../store/campaigns/activities.ts'
import { findApp } from '../find.ts'
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

function answerActivity(app: AppRef, campaign: string, activity: Activity): ActivityResponse {
  const { start_time, end_time, result } = activity
  return {
    ApplicationId: app.id,
    CampaignId: campaign,
    ...(end_time !== null && { End: new Date(end_time).toISOString() }),
    ExecutionMetrics: metricsOf(activity.counters),
    Id: activity.id,
    ...(result !== null && { Result: result }),
    ScheduledStart: new Date(activity.scheduled_start).toISOString(),
    ...(start_time !== null && { Start: new Date(start_time).toISOString() }),
    State: activity.state,
    SuccessfulEndpointCount: activity.successful,
    TimezonesCompletedCount: activity.timezones_completed,
    TimezonesTotalCount: activity.timezones_total,
    TotalEndpointCount: activity.total,
    TreatmentId: String(activity.treatment),
  }
}
