import type { FastifyInstance } from 'fastify'
import { isSameStart, timingOf } from '../campaigns/schedule.ts'
import { schedulesOf } from '../campaigns/treatments.ts'
import { isWebTarget, webhookProblem } from '../delivery/call-hook.ts'
import { deliveryUriProblem } from '../delivery/check-custom.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import type { WriteCampaignRequest } from '../model/campaign.ts'
import { minute } from '../model/milliseconds.ts'
import { campaignLimits } from '../model/quotas.ts'
import type { CampaignBody } from '../store/campaigns/campaigns.ts'
import { findApp } from './find.ts'

/*
 * What Pinpoint refuses, and would stand in the way of most tests: it is checked with PREFLIGHT=strict
 * alone.
 */

/** The DeliveryUri of a custom channel, and the member that has it. */
type DeliveryUri = [member: string, uri: string | undefined]

/**
 * Checks that the web hooks of custom channels are this account's: they are called with HEAD, before
 * anything is written (source: guide).
 *
 * @param uris those of the custom channels; what is no web hook is left out
 * @param signal aborts the calls
 * @param prefix what the message of the exception begins with
 * @throws BadRequestException; NotFoundException
 */
export async function checkWebhooks(
  app: FastifyInstance,
  applicationId: string,
  uris: readonly DeliveryUri[],
  signal: AbortSignal,
  prefix = '',
): Promise<void> {
  if (app.strict === undefined) return
  const account = app.store.apps.accountOf(findApp(app.store, applicationId))
  const called = new Set<string>()
  for (const [member, uri] of uris) {
    if (uri === undefined || called.has(uri) || !isWebTarget(uri)) continue
    if (deliveryUriProblem(member, uri) !== undefined) continue
    called.add(uri)
    const problem = await webhookProblem({ ...app.strict.hooks, signal }, uri, account)
    if (problem !== undefined) throw badRequest(`${prefix}${member}: ${problem}`)
  }
}

/** The DeliveryUri of each treatment of a campaign. */
export const deliveryUrisOf = (campaign: WriteCampaignRequest): DeliveryUri[] =>
  [campaign, ...(campaign.AdditionalTreatments ?? [])].map(({ CustomDeliveryConfiguration }, number) => [
    `${number === 0 ? '' : `AdditionalTreatments.${number - 1}.`}CustomDeliveryConfiguration.DeliveryUri`,
    CustomDeliveryConfiguration?.DeliveryUri,
  ])

/**
 * Checks that event campaigns start 15 minutes from now, or later (source: guide).
 *
 * @param campaign one whose schedules are valid
 * @param before the campaign as it is, if it exists: only what starts at another time, or
 *   by events now, is checked
 * @throws BadRequestException
 */
export function checkEventStart(
  app: FastifyInstance,
  campaign: WriteCampaignRequest,
  before?: CampaignBody,
): void {
  if (app.strict === undefined) return
  const now = app.now().getTime()
  const { eventLeadMinutes } = campaignLimits
  for (const { member, schedule, before: known } of schedulesOf(campaign, before)) {
    if (schedule.Frequency !== 'EVENT') continue
    if (known?.Frequency === 'EVENT' && isSameStart(schedule, known)) continue
    const { wall, offset } = timingOf(schedule, now)
    if (wall - offset >= now + eventLeadMinutes * minute) continue
    throw badRequest(
      `${member}.StartTime must be at least ${eventLeadMinutes} minutes from now with the Frequency EVENT; got ${schedule.StartTime}`,
    )
  }
}
