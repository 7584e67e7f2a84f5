import type { Recipient } from '../../delivery/deliver.ts'
import type { Endpoint } from '../../model/endpoint.ts'

/** An endpoint as the recipient of a message. */
export const endpointRecipient = (endpoint: Endpoint): Recipient => ({
  channel: endpoint.ChannelType,
  address: endpoint.Address,
  endpoint,
  user: endpoint.User.UserId,
})
