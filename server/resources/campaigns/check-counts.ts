import { statusesOf, statusOfAll } from '../../campaigns/plan.ts'
import { treatmentsOf } from '../../campaigns/treatments.ts'
import { badRequest } from '../../http/errors/exceptions.ts'
import { campaignCounts } from '../../model/quotas.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Campaign } from '../../store/campaigns/campaigns.ts'
import type { Store } from '../../store/open-store.ts'

/** The Frequencies of which an application may have so many campaigns. */
const eventCounts = { EVENT: campaignCounts.event, IN_APP_EVENT: campaignCounts.inApp }

/**
 * Checks that a campaign, as it was just written, has not made one too many: of the active campaigns
 * of the account, or of the event or in-app campaigns of its application. To be called in the
 * transaction that has written it.
 *
 * @param before the campaign as it was, if it existed: what it was then is no more by the change
 * @throws BadRequestException
 */
export function checkCounts(store: Store, app: AppRef, campaign: Campaign, before?: Campaign): void {
  const { active } = campaignCounts
  const isNewlyActive = isActive(campaign) && !(before && isActive(before))
  if (isNewlyActive && store.campaigns.unfinished().filter(isActive).length > active) {
    throw badRequest(`An account must have at most ${active} active campaigns`)
  }
  for (const [frequency, max] of Object.entries(eventCounts)) {
    const isNew = isOf(campaign, frequency) && !(before && isOf(before, frequency))
    if (!isNew || store.campaigns.countOf(app, frequency as keyof typeof eventCounts) <= max) continue
    throw badRequest(`An application must have at most ${max} ${frequency} campaigns`)
  }
}

/** Whether a campaign is one of those that the quota counts (source: quotas page). */
const isActive = (campaign: Parameters<typeof statusesOf>[0]): boolean =>
  ['SCHEDULED', 'EXECUTING', 'PENDING_NEXT_RUN'].includes(statusOfAll(statusesOf(campaign)))

const isOf = ({ body }: Campaign, frequency: string): boolean =>
  treatmentsOf(body).some(({ schedule }) => schedule.Frequency === frequency)
