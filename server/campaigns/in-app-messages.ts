import { templateToSend } from '../delivery/load-template.ts'
import type { InAppMessageCampaign } from '../model/campaign.ts'
import type { EventFilter } from '../model/event-filter.ts'
import { campaignLimits } from '../model/quotas.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Store } from '../store/open-store.ts'
import { type Listening, listeningCampaigns } from './event-campaigns.ts'
import { timingIn } from './plan.ts'

/**
 * The in-app campaigns that an application may show to an endpoint, as GetInAppMessages answers them.
 * Caps are only told: applications count by themselves (assumed). A campaign whose template is gone is
 * left out (assumed).
 */
export const inAppMessagesFor = (
  store: Pick<Store, 'campaigns' | 'endpoints' | 'segmentMembers' | 'templates'>,
  app: AppRef,
  endpointId: string,
  now: Date,
): InAppMessageCampaign[] =>
  listeningCampaigns(store, app, 'IN_APP_EVENT', endpointId, now).flatMap(
    listening => answerOf(store, listening) ?? [],
  )

function answerOf(
  store: Pick<Store, 'templates'>,
  { campaign, treatment }: Listening,
): InAppMessageCampaign | undefined {
  const { id, body } = campaign
  const { schedule } = treatment
  const named = treatment.templates.InAppTemplate
  const template = named && templateToSend(store, 'INAPP', named.Name, named.Version)
  if (named !== undefined && template === undefined) return undefined
  const { Content, CustomConfig, Layout } = { ...template?.body, ...treatment.message.InAppMessage }
  const limit = (name: 'Daily' | 'Session' | 'Total') =>
    body.Limits?.[name] ?? body.inherited.Limits[name] ?? 0
  const { QuietTime = body.inherited.QuietTime } = schedule
  return {
    CampaignId: `${body.Name ?? ''}-${id}`,
    TreatmentId: String(treatment.number),
    Priority: body.Priority ?? campaignLimits.defaultPriority,
    DailyCap: limit('Daily'),
    SessionCap: limit('Session'),
    TotalCap: limit('Total'),
    InAppMessage: {
      Content: Content ?? [],
      ...(Layout !== undefined && { Layout }),
      ...(CustomConfig !== undefined && { CustomConfig }),
    },
    Schedule: {
      ...(schedule.EndTime && {
        EndDate: new Date(endOf(campaign, treatment.number)).toISOString().replace('.000Z', 'Z'),
      }),
      EventFilter: filterOf(schedule.EventFilter!),
      ...(Object.keys(QuietTime).length > 0 && { QuietTime }),
    },
  }
}

/** The end of a treatment that has one. */
const endOf = ({ treatments }: Listening['campaign'], number: number): number =>
  timingIn(treatments.find(({ treatment }) => treatment === number)!).end!

/** Clients read the maps without a check (source: observed). */
const filterOf = ({ FilterType, Dimensions }: EventFilter): EventFilter => ({
  FilterType,
  Dimensions: { Attributes: {}, Metrics: {}, ...Dimensions },
})
