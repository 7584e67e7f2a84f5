import { metricsOf } from '../../audience/counters.ts'
import type { ActivityResponse } from '../../model/campaign.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { CampaignActivity } from '../../store/campaigns/activities.ts'

/**
 * A run of a campaign as it is answered.
 *
 * @param campaign its id
 */
export function answerActivity(app: AppRef, campaign: string, activity: CampaignActivity): ActivityResponse {
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
