import type { Targeted } from '../audience/count-sends.ts'
import { type AudienceCounter, type Counters, count } from '../audience/counters.ts'
import type { SentMessage } from '../delivery/events/message-events.ts'
import type { UnsentMessage } from '../delivery/events/send-events.ts'
import type { SendStatus } from '../model/event-record.ts'
import type { NewOutboxMessage } from '../model/message.ts'
import type { CampaignActivity } from '../store/campaigns/activities.ts'
import type { Batch, Candidate } from './batch.ts'
import type { DropReason } from './limits.ts'
import { isCustom, type Run } from './open-run.ts'

/** What has become of a candidate: why it gets no message, or its message. */
export interface Result {
  why?: AudienceCounter | DropReason
  message?: NewOutboxMessage
  isTargeted: boolean
  /** Whether a custom channel was called with it. */
  wasCalled?: boolean
}
export type Results = Map<Candidate, Result>

/** What is to be written of a step. */
interface Tally {
  sent: SentMessage[]
  unsent: UnsentMessage[]
  /** Who was targeted, as limits count it. */
  targeted: Targeted[]
}

/**
 * Counts in an activity what has become of the first candidates of a batch.
 *
 * @param areCounted whether they are targets of a run by local time, which were counted before
 */
export function tallyResults(
  { sending: { origin }, treatment }: Run,
  after: CampaignActivity,
  batch: Batch,
  upTo: number,
  results: Results,
  areCounted: boolean,
): Tally {
  const tally: Tally = { sent: [], unsent: [], targeted: [] }
  if (!areCounted) countProduced(after.counters, batch, upTo)
  if (batch.gone.length > 0) count(after.counters, 'ENDPOINT_DELETED', batch.gone.length)
  for (const candidate of batch.candidates.slice(0, upTo)) {
    const { why, message, isTargeted, wasCalled = false } = results.get(candidate)!
    if (why !== undefined) count(after.counters, why)
    if (!isTargeted) {
      // It was targeted for its local time, and has opted out since, for example.
      if (areCounted) after.total--
      continue
    }
    if (!areCounted) after.total++
    if (why !== 'TOTAL_CAP' && why !== 'EXPIRED') tally.targeted.push({ key: candidate.key, message })
    const { endpoint } = candidate
    if (message !== undefined) {
      tally.sent.push({ record: message, endpoint, isCustom: wasCalled })
      if (message.status === 'SUCCESSFUL') after.successful++
    } else if (isSendStatus(why)) {
      const channel = endpoint.ChannelType ?? ''
      const record = { ...origin, channel }
      tally.unsent.push({ record, endpoint, status: why, isCustom: isCustom(treatment, channel) })
    }
  }
  return tally
}

/** Counts the first candidates of a batch as found in the segment. */
export function countProduced(counters: Counters, { ofUsers, candidates }: Batch, upTo: number): void {
  // Those of users come last.
  const fromUsers = Math.max(0, upTo - (candidates.length - ofUsers))
  count(counters, 'ENDPOINT_PRODUCED', upTo - fromUsers)
  if (fromUsers > 0) count(counters, 'ENDPOINTS_FROM_USER', fromUsers)
}

/** The reasons that `_campaign.send` events tell; the others leave none (assumed). */
const isSendStatus = (why: string | undefined): why is SendStatus =>
  why === 'DAILY_CAP' || why === 'EXPIRED' || why === 'QUIET_TIME' || why === 'HOOK_FAILURE'
