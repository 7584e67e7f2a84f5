import { isDeepStrictEqual } from 'node:util'
import { isSameSchedule } from '../../campaigns/schedule.ts'
import { memberOf, type Treatment, treatmentsOf } from '../../campaigns/treatments.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import type { CampaignResponse, WriteCampaignRequest } from '../../model/campaign.ts'
import type { Campaign, CampaignBody } from '../../store/campaigns/campaigns.ts'

/**
 * Checks that a campaign is not too far on for a change (assumed, after the console).
 *
 * @param change the members that change
 * @throws BadRequestException
 */
export function checkChangeable({ State }: CampaignResponse, change: WriteCampaignRequest): void {
  const status = State?.CampaignStatus
  if (status === 'COMPLETED' || status === 'DELETED') {
    throw badRequest(`A campaign that is ${status} cannot be changed`)
  }
  const other = Object.keys(change).find(name => name !== 'IsPaused')
  if (status === 'EXECUTING' && other !== undefined) {
    throw badRequest(`${other} cannot be changed while the campaign is EXECUTING: only IsPaused can`)
  }
}

/**
 * Checks that a treatment that has sent all that it will stays as it was sent, and that no endpoint
 * moves from it to another one, or the other way (assumed: an endpoint gets the same treatment always).
 *
 * @throws BadRequestException that names the wrong member
 */
export function checkSentTreatments(campaign: Campaign, changed: CampaignBody): void {
  const sent = campaign.treatments.filter(({ phase, begun }) => phase === 'OVER' && begun > 0)
  if (sent.length === 0) return
  const [before, after] = [treatmentsOf(campaign.body), treatmentsOf(changed)]
  const member =
    changedSplit(campaign.body, changed) ??
    sent.map(({ treatment }) => changedContent(before[treatment]!, after[treatment]!)).find(Boolean)
  if (member === undefined) return
  const numbers = sent.map(({ treatment }) => treatment).join(' and ')
  throw badRequest(
    `${member} cannot be changed, as the campaign has sent treatment ${numbers}: create another campaign`,
  )
}

/** The member that says otherwise which endpoints get which treatment, if there is one. */
function changedSplit(before: CampaignBody, after: CampaignBody): string | undefined {
  if ((before.HoldoutPercent ?? 0) !== (after.HoldoutPercent ?? 0)) return 'HoldoutPercent'
  const [one, other] = [before.AdditionalTreatments ?? [], after.AdditionalTreatments ?? []]
  if (one.length !== other.length) return 'AdditionalTreatments'
  const index = one.findIndex(({ SizePercent }, index) => SizePercent !== other[index]!.SizePercent)
  return index === -1 ? undefined : `AdditionalTreatments.${index}.SizePercent`
}

/** The member that says otherwise what a treatment sends, or when, if there is one. */
function changedContent(before: Treatment, after: Treatment): string | undefined {
  const isSame = {
    MessageConfiguration: isDeepStrictEqual(before.message, after.message),
    TemplateConfiguration: isDeepStrictEqual(before.templates, after.templates),
    CustomDeliveryConfiguration: isDeepStrictEqual(before.custom, after.custom),
    Schedule: isSameSchedule(before.schedule, after.schedule),
  }
  const member = Object.entries(isSame).find(([, same]) => !same)?.[0]
  return member && memberOf(before.number, member)
}
