import type { NewOutboxMessage } from '../model/message.ts'
import { day } from '../model/milliseconds.ts'
import type { EndpointSends, Period, Sender, SendsKey } from '../store/audience/endpoint-sends.ts'
import { stepSlack } from '../store/campaigns/campaign-rates.ts'

/**
 * The days that a limit looks back on. What was sent much later than now is not in them: the clock was
 * set back. A little later counts, as steps may come out of order.
 *
 * @param now milliseconds since 1970
 */
export const preceding = (days: number, now: number): Period => ({
  after: now - days * day,
  upTo: now + stepSlack,
})

/** An endpoint that was targeted, and its message; undefined if none was made. */
export interface Targeted {
  key: SendsKey
  message: NewOutboxMessage | undefined
}

/**
 * Counts that a campaign or journey has targeted endpoints, for its limits and caps. A message counts
 * as sent also if it has failed (assumed): the attempt was made. To be called in the transaction that
 * writes the messages.
 */
export function countTargeted(
  endpointSends: EndpointSends,
  sender: Sender,
  targeted: readonly Targeted[],
  now: Date,
): void {
  for (const isSent of [true, false]) {
    const keys = targeted.filter(({ message }) => (message !== undefined) === isSent).map(({ key }) => key)
    if (keys.length > 0) endpointSends.add(sender, keys, now.getTime(), isSent)
  }
}
