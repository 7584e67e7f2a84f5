import type { NewOutboxMessage } from '../model/message.ts'
import type { EndpointKey, EndpointSends, Period, Sender } from '../store/audience/endpoint-sends.ts'
import { stepSlack } from '../store/campaigns/campaign-rates.ts'

const day = 86_400_000

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

/**
 * Counts that a campaign or journey has targeted an endpoint, for its limits and caps. A message
 * counts as sent also if it has failed (assumed): the attempt was made. To be called in the
 * transaction that writes the message.
 *
 * @param message undefined if none was made
 */
export const countTargeted = (
  endpointSends: EndpointSends,
  sender: Sender,
  endpoint: EndpointKey,
  message: NewOutboxMessage | undefined,
  now: Date,
): void => endpointSends.add(sender, endpoint, now.getTime(), message !== undefined)
