import type { NewOutboxMessage } from '../model/message.ts'
import type { EndpointKey, EndpointSends } from '../store/campaigns/endpoint-sends.ts'

/**
 * Counts that a campaign or journey has targeted an endpoint, for its limits and caps. A message
 * counts as sent also if it has failed (assumed): the attempt was made. To be called in the
 * transaction that writes the message.
 *
 * @param sender its row in `documents`
 * @param message undefined if none was made
 */
export const countTargeted = (
  endpointSends: EndpointSends,
  sender: number,
  endpoint: EndpointKey,
  message: NewOutboxMessage | undefined,
  now: Date,
): void => endpointSends.add(sender, endpoint, now.getTime(), message !== undefined)
