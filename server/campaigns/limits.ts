import { preceding } from '../audience/count-sends.ts'
import { isQuiet, type QuietTime } from '../audience/quiet-time.ts'
import type { Schedule } from '../model/campaign.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import { isTimeZone } from '../model/time-zone.ts'
import type { EndpointSends, Sender, SendsKey } from '../store/audience/endpoint-sends.ts'
import type { CampaignBody } from '../store/campaigns/campaigns.ts'

/**
 * Why an endpoint that was targeted gets no message (names: those of `_campaign.send` events, as far
 * as these have one, else assumed).
 */
export type DropReason =
  | 'EXPIRED'
  | 'TOTAL_CAP'
  | 'DAILY_CAP'
  | 'QUIET_TIME'
  | 'HOOK_FAILURE'
  | 'HOOK_FILTERED'
  | 'ENDPOINT_DELETED'

/** The limits of a campaign: its own, and for what it does not say, those of its application. */
export interface CampaignLimitsInForce {
  /** Messages to an endpoint in 24 hours: from this campaign, or from all of the application. */
  daily: { max: number; ofAll: boolean } | undefined
  /** How often this campaign may target an endpoint. */
  total: number | undefined
  /** Messages in a second. */
  perSecond: number | undefined
  /** Seconds after the scheduled start. */
  maxDuration: number | undefined
  quietTime: QuietTime
}

/**
 * The limits in force. A limit of the application counts all campaigns and journeys (source: guide),
 * one of the campaign itself only that campaign (assumed). 0 is no limit. A quiet time of the campaign
 * replaces the application's as a whole; an empty one is none (assumed).
 */
export function limitsOf(
  { Limits = {}, inherited }: CampaignBody,
  { QuietTime = inherited.QuietTime }: Schedule,
): CampaignLimitsInForce {
  const of = (name: 'Daily' | 'Total' | 'MessagesPerSecond' | 'MaximumDuration') =>
    (Limits[name] ?? inherited.Limits[name]) || undefined
  const daily = of('Daily')
  return {
    daily: daily === undefined ? undefined : { max: daily, ofAll: Limits.Daily === undefined },
    total: of('Total'),
    perSecond: of('MessagesPerSecond'),
    maxDuration: of('MaximumDuration'),
    quietTime: QuietTime,
  }
}

/**
 * Why an endpoint that is targeted gets no message: it has got enough (TOTAL_CAP, DAILY_CAP), or it
 * is QUIET_TIME where it is, which is known of endpoints with a valid time zone alone (source:
 * guide). Undefined if it gets one.
 *
 * @param sender the campaign
 * @param now milliseconds since 1970
 */
export function whyDropped(
  { daily, total, quietTime }: CampaignLimitsInForce,
  sends: EndpointSends,
  sender: Sender,
  key: SendsKey,
  { Demographic }: Pick<EndpointResponse, 'Demographic'>,
  now: number,
): DropReason | undefined {
  if (total !== undefined && sends.bySender(sender, key).targeted >= total) return 'TOTAL_CAP'
  if (daily !== undefined) {
    const lastDay = preceding(1, now)
    const sent = daily.ofAll
      ? sends.byAll(sender.app, key, lastDay)
      : sends.bySender(sender, key, lastDay).sent
    if (sent >= daily.max) return 'DAILY_CAP'
  }
  const zone = Demographic?.Timezone
  return zone && isTimeZone(zone) && isQuiet(quietTime, now, zone) ? 'QUIET_TIME' : undefined
}
