import type { Endpoint, EndpointRequest } from '../shapes/endpoint.ts'
import type { AppRef } from '../store/apps.ts'
import type { Endpoints, StoredEndpoint } from '../store/endpoints.ts'
import { endpointLimits } from './limits.ts'
import { mergeAttributes, mergeEndpoint, type Write } from './merge-endpoint.ts'

/** Channels of which a user's oldest endpoint makes room for one too many (source: guide). */
const makesRoom = new Set(['ADM', 'GCM', 'APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX', 'BAIDU'])

/**
 * Creates or changes one endpoint, with all that Pinpoint does beside it: other endpoints of the same address
 * become INACTIVE, the user's attributes are the same on all of the user's endpoints, and a user has at most 15.
 * To be called inside a transaction; nothing is written when the change is refused.
 *
 * @param change has passed `checkEndpoint`
 * @returns the endpoint as it is now, or why the change is refused (texts as observed where there are any)
 */
export function putEndpoint(
  endpoints: Endpoints,
  change: EndpointRequest,
  write: Write & Completeness,
): Endpoint | string {
  const { app } = write
  const stored = endpoints.get(app, write.endpointId)
  const endpoint = mergeEndpoint(stored?.endpoint, change, write)
  const incomplete = missingMember(endpoint, write)
  if (incomplete !== undefined) return incomplete

  const { User: user, Address: address } = endpoint
  if (user.UserId !== undefined) {
    const others = endpoints.ofUser(app, user.UserId).filter(other => other.seq !== stored?.seq)
    const oldest =
      others.length >= endpointLimits.endpointsPerUser ? endpointToRelease(endpoint, others) : undefined
    if (oldest === 'none')
      return `Exceeded maximum endpoint per user count: ${endpointLimits.endpointsPerUser}`
    if (oldest !== undefined) {
      endpoints.save(app, oldest.seq, { ...oldest.endpoint, EndpointStatus: 'INACTIVE', User: {} })
    }
    shareUserAttributes(
      endpoints,
      app,
      endpoint,
      change,
      others.filter(other => other !== oldest),
    )
  }
  if (address !== undefined) {
    for (const other of endpoints.activeAt(app, address)) {
      if (other.seq !== stored?.seq)
        endpoints.save(app, other.seq, { ...other.endpoint, EndpointStatus: 'INACTIVE' })
    }
  }
  endpoints.save(app, stored?.seq, endpoint)
  return endpoint
}

interface Completeness {
  /** Whether an endpoint may have neither an address nor a channel: Amplify creates them so (source: observed). */
  mayBeEmpty: boolean
}

/** An endpoint has both an address and a channel (source: observed, with these texts). */
export function missingMember(
  { Address, ChannelType }: Endpoint,
  { mayBeEmpty }: Completeness,
): string | undefined {
  if (Address === undefined && ChannelType === undefined && mayBeEmpty) return undefined
  if (Address === undefined) return 'Missing Address'
  return ChannelType === undefined ? 'Missing ChannelType' : undefined
}

/** Which of a user's 15 endpoints gives way to one more: the longest unchanged push endpoint, for a push endpoint. */
function endpointToRelease(endpoint: Endpoint, others: StoredEndpoint[]): StoredEndpoint | 'none' {
  if (!makesRoom.has(endpoint.ChannelType ?? '')) return 'none'
  const [oldest] = others
    .filter(other => makesRoom.has(other.endpoint.ChannelType ?? ''))
    .sort((a, b) => Date.parse(a.endpoint.EffectiveDate) - Date.parse(b.endpoint.EffectiveDate))
  return oldest ?? 'none'
}

/** Makes the user's attributes the same on all of the user's endpoints: what the user had, changed by the change. */
function shareUserAttributes(
  endpoints: Endpoints,
  app: AppRef,
  endpoint: Endpoint,
  change: EndpointRequest,
  others: StoredEndpoint[],
): void {
  const own = endpoint.User.UserAttributes
  const users = others[0]?.endpoint.User.UserAttributes
  if (own === undefined && users === undefined) return
  const shared = mergeAttributes({ ...own, ...users }, change.User?.UserAttributes)!
  endpoint.User.UserAttributes = shared
  const text = JSON.stringify(shared)
  for (const { seq, endpoint: other } of others) {
    if (JSON.stringify(other.User.UserAttributes) === text) continue
    endpoints.save(app, seq, { ...other, User: { ...other.User, UserAttributes: shared } })
  }
}
