import type { Endpoint, EndpointRequest } from '../shapes/endpoint.ts'
import type { AppRef } from '../store/apps.ts'
import type { AttributeName } from '../store/attribute-names.ts'
import type { Endpoints, Sibling, StoredEndpoint } from '../store/endpoints.ts'
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
): StoredEndpoint | string {
  const { app } = write
  const stored = endpoints.get(app, write.endpointId)
  const endpoint = mergeEndpoint(stored?.endpoint, change, write)
  const { UserId } = endpoint.User
  const others = UserId === undefined ? [] : endpoints.siblings(app, UserId, stored?.seq)
  const oldest =
    others.length >= endpointLimits.endpointsPerUser
      ? endpointToRelease(
          endpoint,
          others.map(({ seq }) => endpoints.at(app, seq)),
        )
      : undefined
  if (oldest === 'none') return `Exceeded maximum endpoint per user count: ${endpointLimits.endpointsPerUser}`
  const siblings = others.filter(({ seq }) => seq !== oldest?.seq)
  takeOnUserAttributes(endpoint, change, siblings[0]?.userAttributes ?? null)
  const toShareWith = siblingsToChange(endpoints, app, endpoint, siblings)
  const newNames = endpoints.newNames(app, change)
  const problem =
    checkMerged(endpoint, write) ?? checkSiblings(toShareWith) ?? checkNames(endpoints, app, newNames)
  if (problem !== undefined) return problem

  if (oldest !== undefined) {
    const released = { ...oldest.endpoint, EndpointStatus: 'INACTIVE', User: {} }
    endpoints.save(app, oldest, released, oldest.turn)
  }
  for (const { sibling, changed } of toShareWith) endpoints.save(app, sibling, changed, sibling.turn)
  if (endpoint.Address !== undefined) {
    for (const other of endpoints.activeAt(app, endpoint.Address, stored?.seq)) {
      endpoints.save(app, other, { ...other.endpoint, EndpointStatus: 'INACTIVE' }, other.turn)
    }
  }
  if (newNames.length > 0) endpoints.addNames(app, newNames)
  const turn = 1 + Math.max(stored?.turn ?? 0, ...others.map(other => other.turn))
  return { seq: endpoints.save(app, stored, endpoint, turn), endpoint, turn }
}

interface Completeness {
  /** Whether an endpoint may have neither an address nor a channel: Amplify creates them so (source: observed). */
  mayBeEmpty: boolean
}

/** What must be true of an endpoint as a whole, once a change is merged into it; gives what is not. */
export function checkMerged(endpoint: Endpoint, completeness: Completeness): string | undefined {
  return missingMember(endpoint, completeness) ?? checkSize(endpoint)
}

/** An endpoint has both an address and a channel (source: observed, with these texts). */
function missingMember({ Address, ChannelType }: Endpoint, { mayBeEmpty }: Completeness): string | undefined {
  if (Address === undefined && ChannelType === undefined && mayBeEmpty) return undefined
  if (Address === undefined) return 'Missing Address'
  return ChannelType === undefined ? 'Missing ChannelType' : undefined
}

/** The endpoints that get the user's attributes as well must not become too large by them. */
function checkSiblings(toShareWith: { changed: Endpoint }[]): string | undefined {
  for (const { changed } of toShareWith) {
    const problem = checkSize(changed)
    if (problem !== undefined) return `${problem} (${changed.Id}, which gets the attributes of its user)`
  }
  return undefined
}

function checkSize(endpoint: Endpoint): string | undefined {
  if (mostJsonBytes(endpoint) <= endpointLimits.endpointBytes) return undefined
  const { ApplicationId: _, CohortId: _cohort, CreationDate: _date, ...said } = endpoint
  const bytes = Buffer.byteLength(JSON.stringify(said))
  if (bytes <= endpointLimits.endpointBytes) return undefined
  return `an endpoint must be at most 15 KB (${endpointLimits.endpointBytes} bytes of JSON); this one would be ${bytes}`
}

/**
 * More bytes than an endpoint's JSON text can have, without making it: a character takes six at the most, and what is
 * not counted here less than 2,000 together.
 */
function mostJsonBytes({
  Id,
  Address = '',
  RequestId,
  User,
  Attributes,
  Metrics,
  Location,
  Demographic,
}: Endpoint) {
  let characters = Id.length + Address.length + RequestId.length + (User.UserId ?? '').length
  for (const attributes of [Attributes, User.UserAttributes]) {
    for (const name in attributes) {
      characters += name.length + 2
      for (const value of attributes[name]!) characters += value.length + 1
    }
  }
  for (const name in Metrics) characters += name.length + 5
  for (const members of [Location, Demographic]) {
    for (const name in members) {
      const value = (members as Record<string, unknown>)[name]
      characters += name.length + 5 + (typeof value === 'string' ? value.length : 0)
    }
  }
  return 2000 + 6 * characters
}

/** The heading of the text is from the guide; the full text was never seen. */
function checkNames(endpoints: Endpoints, app: AppRef, newNames: AttributeName[]): string | undefined {
  if (newNames.length === 0) return undefined
  const count = endpoints.countNames(app, newNames)
  if (count <= endpointLimits.customAttributes) return undefined
  const { map, name } = newNames[0]!
  return `Too many custom attributes: an application has at most ${endpointLimits.customAttributes} names of Attributes, Metrics and User.UserAttributes together; with ${map}.${name} there would be ${count}`
}

/** Which of a user's 15 endpoints gives way to one more: the longest unchanged push endpoint, for a push endpoint. */
function endpointToRelease(endpoint: Endpoint, others: StoredEndpoint[]): StoredEndpoint | 'none' {
  if (!makesRoom.has(endpoint.ChannelType ?? '')) return 'none'
  const [oldest] = others
    .filter(other => makesRoom.has(other.endpoint.ChannelType ?? ''))
    .sort(
      (a, b) =>
        Date.parse(a.endpoint.EffectiveDate) - Date.parse(b.endpoint.EffectiveDate) || a.turn - b.turn,
    )
  return oldest ?? 'none'
}

/** Gives an endpoint the attributes of its user: what the user had, changed by the change. */
function takeOnUserAttributes(endpoint: Endpoint, change: EndpointRequest, ofUser: string | null): void {
  if (ofUser === null) return
  const own = endpoint.User.UserAttributes
  endpoint.User.UserAttributes = mergeAttributes(
    { ...own, ...JSON.parse(ofUser) },
    change.User?.UserAttributes,
  )!
}

/** The user's other endpoints that have other attributes than the user has now, as they are and as they become. */
function siblingsToChange(
  endpoints: Endpoints,
  app: AppRef,
  { User: { UserAttributes } }: Endpoint,
  siblings: Sibling[],
): { sibling: StoredEndpoint; changed: Endpoint }[] {
  if (UserAttributes === undefined) return []
  const text = JSON.stringify(UserAttributes)
  return siblings
    .filter(({ userAttributes }) => userAttributes !== text)
    .map(({ seq }) => {
      const sibling = endpoints.at(app, seq)
      const { endpoint } = sibling
      return { sibling, changed: { ...endpoint, User: { ...endpoint.User, UserAttributes } } }
    })
}
