import { type EventFacts, matchesFilter } from '../audience/event-filter.ts'
import { newId } from '../model/arn.ts'
import type { EventFilter } from '../model/event-filter.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Campaign } from '../store/campaigns/campaigns.ts'
import type { Store } from '../store/open-store.ts'
import { timingIn } from './plan.ts'
import { isOfCohort, type Treatment, treatmentsOf } from './treatments.ts'

/** A campaign that an event, or a look into an application, concerns, and the endpoint's treatment. */
export interface Listening {
  campaign: Campaign
  treatment: Treatment
}

type Parts = Pick<Store, 'campaigns' | 'endpoints' | 'segmentMembers'>

/**
 * The event or in-app campaigns that count for an endpoint now: between their start and their end,
 * not paused, with the endpoint in their segment, and not held out.
 *
 * @param campaigns those of the application, `store.campaigns.ofEvents`, where the caller has them
 */
export function listeningCampaigns(
  store: Parts,
  app: AppRef,
  frequency: 'EVENT' | 'IN_APP_EVENT',
  endpointId: string,
  now: Date,
  campaigns: readonly Campaign[] = store.campaigns.ofEvents(app, frequency),
  isMeant: (treatment: Treatment, campaign: Campaign) => boolean = () => true,
): Listening[] {
  if (campaigns.length === 0) return []
  const stored = store.endpoints.get(app, endpointId)
  if (stored === undefined) return []
  const cohort = Number(stored.endpoint.CohortId)
  return campaigns.flatMap(campaign => {
    const { SegmentId, SegmentVersion, IsPaused = false } = campaign.body
    const treatment = treatmentsOf(campaign.body).find(each => isOfCohort(each, cohort))
    if (treatment === undefined || IsPaused || !isMeant(treatment, campaign)) return []
    const state = campaign.treatments.find(each => each.treatment === treatment.number)
    if (state === undefined || (state.phase !== 'LISTENING' && state.phase !== 'WAITING')) return []
    // The worker may not have come to its start or end yet.
    const { wall, offset, isImmediate, end = Number.POSITIVE_INFINITY, frequency: own } = timingIn(state)
    // What starts as soon as it can is open also before its creation, where the clock was set back.
    const isOpen = (isImmediate || wall - offset <= now.getTime()) && now.getTime() < end
    if (own !== frequency || !isOpen) return []
    const time = now.toISOString()
    const isMember = store.segmentMembers.contains(app, SegmentId, SegmentVersion, time, stored)
    return isMember ? [{ campaign, treatment }] : []
  })
}

/**
 * The event campaigns that an event starts for its endpoint, which the same event may have updated
 * before. An event of a campaign's own message does not start that campaign (assumed: else its
 * messages would start it again without end).
 *
 * @param source ENDPOINT for an event of PutEvents, SYSTEM for one of Pinpoint itself
 * @param campaigns `store.campaigns.ofEvents(app, 'EVENT')`, read once for several events
 */
export const eventCampaignsFor = (
  store: Parts,
  app: AppRef,
  event: EventFacts,
  endpointId: string,
  now: Date,
  source: EventFilter['FilterType'] = 'ENDPOINT',
  campaigns?: readonly Campaign[],
): Listening[] => {
  const sender = event.sentBy?.campaign
  return listeningCampaigns(
    store,
    app,
    'EVENT',
    endpointId,
    now,
    campaigns,
    ({ schedule: { EventFilter } }, { id }) =>
      EventFilter !== undefined && sender !== id && matchesFilter(EventFilter, event, source),
  )
}

/**
 * Enqueues what event campaigns send to an endpoint: one run each, due now. To be called in a
 * transaction that writes; the worker is to be woken afterwards.
 */
export function startEventRuns(
  { campaignActivities }: Pick<Store, 'campaignActivities'>,
  listening: readonly Listening[],
  endpointId: string,
  now: Date,
): void {
  for (const { campaign, treatment } of listening) {
    campaignActivities.create({
      id: newId(),
      campaign: campaign.seq,
      version: campaign.version,
      treatment: treatment.number,
      scheduled_start: now.getTime(),
      endpoint: endpointId,
      member_cursor: null,
      due: now.getTime(),
    })
  }
}
