import { type AudienceCounter, type AudienceRules, whyNotTargeted } from '../audience/counters.ts'
import { minute } from '../model/milliseconds.ts'
import { campaignLimits } from '../model/quotas.ts'
import type { EndpointSends } from '../store/audience/endpoint-sends.ts'
import type { CampaignActivity, DueActivity, Target } from '../store/campaigns/activities.ts'
import type { Batch, Candidate } from './batch.ts'
import { type CampaignLimitsInForce, whyDropped } from './limits.ts'
import { type Run, senderOf } from './open-run.ts'
import type { Results } from './results.ts'
import { isOfCohort } from './treatments.ts'

/** Who of a batch gets a message, and why the others do not. */
export interface Selection {
  open: Candidate[]
  results: Results
}

/**
 * Decides who of a batch gets a message.
 *
 * @param time at which the messages are sent, in milliseconds since 1970
 */
export function selectRecipients(
  endpointSends: EndpointSends,
  activity: DueActivity,
  { treatment, limits, hasMessage }: Run,
  batch: Batch,
  time: number,
): Selection {
  const results: Results = new Map()
  const open: Candidate[] = []
  const sender = senderOf(activity)
  const rules: AudienceRules = {
    hasMessage,
    isLocalTime: treatment.schedule.IsLocalTime === true,
    isOfCohort: cohort => isOfCohort(treatment, cohort),
  }
  for (const [index, candidate] of batch.candidates.entries()) {
    const { endpoint, key } = candidate
    const why = whyNoTarget(candidate, rules)
    if (why !== undefined) {
      results.set(candidate, { why, isTargeted: false })
      continue
    }
    const dropped =
      time >= deadlineOf(activity, limits, batch.targets[index])
        ? 'EXPIRED'
        : whyDropped(limits, endpointSends, sender, key, endpoint, time)
    if (dropped === undefined) open.push(candidate)
    else results.set(candidate, { why: dropped, isTargeted: true })
  }
  return { open, results }
}

/** Why a candidate is not targeted; undefined if it is. */
export const whyNoTarget = (
  { endpoint, isDuplicate }: Candidate,
  rules: AudienceRules,
): AudienceCounter | undefined => (isDuplicate ? 'DUPLICATE_ENDPOINT' : whyNotTargeted(endpoint, rules))

/**
 * When a message is not sent any more.
 *
 * @param target of a run by local time
 */
function deadlineOf(
  { endpoint, scheduled_start }: CampaignActivity,
  { maxDuration }: CampaignLimitsInForce,
  target: Target | undefined,
): number {
  if (endpoint !== null) return scheduled_start + campaignLimits.eventDeadlineMinutes * minute
  if (maxDuration === undefined) return Number.POSITIVE_INFINITY
  return (target?.due ?? scheduled_start) + maxDuration * 1000
}
