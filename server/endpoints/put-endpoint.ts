import { endpointLimits } from '../endpoint-rules/limits.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { AttributeName } from '../store/endpoints/attribute-names.ts'
import type { EndpointRef } from '../store/endpoints/endpoint-key.ts'
import {
  type EndpointChange,
  type EndpointMaps,
  type EndpointRow,
  type EndpointValues,
  toEndpoint,
} from '../store/endpoints/endpoint-row.ts'
import type { Endpoints, Sibling } from '../store/endpoints/endpoints.ts'
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
  change: EndpointChange,
  write: Write & Completeness,
): { seq: number; endpoint: EndpointValues } | string {
  const { app } = write
  const stored = endpoints.find(app, write.endpoint)
  const endpoint = mergeEndpoint(stored, change, write)
  const { address } = endpoint
  const { others, turn } = othersOf(endpoints, app, endpoint, stored)
  const oldest =
    others.length >= endpointLimits.endpointsPerUser
      ? endpointToRelease(endpoints, endpoint, others)
      : undefined
  if (oldest === 'none') return `Exceeded maximum endpoint per user count: ${endpointLimits.endpointsPerUser}`
  const siblings = others.filter(({ seq }) => seq !== oldest?.seq)
  takeOnUserAttributes(endpoint, change, siblings[0]?.user_attributes ?? null)
  const toShareWith = siblingsToChange(endpoints, endpoint, siblings)
  const newNames = endpoints.newNames(app, change)
  const problem =
    checkMerged(app, endpoint, write) ??
    checkSiblings(app, toShareWith) ??
    checkNames(endpoints, app, newNames)
  if (problem !== undefined) return problem

  if (oldest !== undefined) {
    const released = { ...oldest, endpoint_status: 'INACTIVE', user_id: null, user_attributes: null }
    endpoints.save(app, oldest, released, oldest.turn)
  }
  for (const { sibling, changed } of toShareWith) endpoints.save(app, sibling, changed, sibling.turn)
  if (address !== null) {
    for (const other of endpoints.activeAt(app, address, stored?.seq)) {
      endpoints.save(app, other, { ...other, endpoint_status: 'INACTIVE' }, other.turn)
    }
  }
  if (newNames.length > 0) endpoints.addNames(app, newNames)
  return { seq: endpoints.save(app, stored, endpoint, 1 + Math.max(turn, stored?.turn ?? 0)), endpoint }
}

/**
 * Whether an endpoint that is created by a change is just as the change says: it has what it must have, the change holds
 * nothing that does not come to be in it, and it is far from too large. Then nothing but what else there is can keep it from
 * being created.
 */
export function isWhole({ id }: EndpointRef, change: EndpointChange): boolean {
  const { address, channel_type, endpoint_status, request_id, user_id } = change
  return (
    address !== null &&
    channel_type !== null &&
    endpoint_status === null &&
    // Others are kept as another text.
    address.isWellFormed() &&
    (user_id === null || user_id.isWellFormed()) &&
    isKept(change.user_attributes) &&
    isKept(change.attributes) &&
    isKept(change.metrics) &&
    isKept(change.location) &&
    isKept(change.demographic) &&
    mostJsonBytes({ ...change, id, request_id: request_id ?? '' }) < endpointLimits.endpointBytes - 1000
  )
}

/** Whether a new endpoint has a map as a change says it. */
const isKept = (map: string | null): boolean => map === null || (map !== '{}' && !map.includes('[]'))

/** The other endpoints of a user, as far as a write has to do with them, and the newest turn of them all. */
function othersOf(
  endpoints: Endpoints,
  app: AppRef,
  { user_id, user_attributes }: EndpointValues,
  stored: EndpointRow | undefined,
): { others: Sibling[]; turn: number } {
  if (user_id === null) return { others: [], turn: 0 }
  // In most writes they are few and as the write leaves them, and to read them takes twice as long.
  const like = { user_attributes, most: endpointLimits.endpointsPerUser - 1 }
  const turn = endpoints.turnOfAlike(app, user_id, like, stored?.seq)
  if (turn !== undefined) return { others: [], turn }
  const others = endpoints.siblings(app, user_id, stored?.seq)
  return { others, turn: Math.max(0, ...others.map(other => other.turn)) }
}

interface Completeness {
  /** Whether an endpoint may have neither an address nor a channel: Amplify creates them so (source: observed). */
  mayBeEmpty: boolean
}

/** What must be true of an endpoint as a whole, once a change is merged into it; gives what is not. */
export function checkMerged(
  app: AppRef,
  endpoint: EndpointValues,
  completeness: Completeness,
): string | undefined {
  return missingMember(endpoint, completeness) ?? checkSize(app, endpoint)
}

/** An endpoint has both an address and a channel (source: observed, with these texts). */
export function missingMember(
  { address, channel_type }: EndpointValues,
  { mayBeEmpty }: Completeness,
): string | undefined {
  if (address === null && channel_type === null && mayBeEmpty) return undefined
  if (address === null) return 'Missing Address'
  return channel_type === null ? 'Missing ChannelType' : undefined
}

/** The endpoints that get the user's attributes as well must not become too large by them. */
function checkSiblings(app: AppRef, toShareWith: { changed: EndpointRow }[]): string | undefined {
  for (const { changed } of toShareWith) {
    const problem = checkSize(app, changed)
    if (problem !== undefined)
      return `${problem} (${changed.spelling ?? changed.id}, which gets the attributes of its user)`
  }
  return undefined
}

function checkSize(app: AppRef, endpoint: EndpointValues): string | undefined {
  if (mostJsonBytes(endpoint) <= endpointLimits.endpointBytes) return undefined
  const { ApplicationId: _, CohortId: _cohort, CreationDate: _date, ...said } = toEndpoint(app, endpoint)
  const bytes = Buffer.byteLength(JSON.stringify(said))
  if (bytes <= endpointLimits.endpointBytes) return undefined
  return `an endpoint must be at most 15 KB (${endpointLimits.endpointBytes} bytes of JSON); this one would be ${bytes}`
}

/**
 * More bytes than an endpoint's JSON text can have, without making it: a character takes three at the most, or six
 * where it has to be escaped, and what is not counted here less than 2,000 together.
 */
function mostJsonBytes(
  endpoint: Pick<EndpointValues, 'id' | 'request_id' | 'address' | 'user_id' | keyof EndpointMaps>,
): number {
  const { id, address, request_id, user_id } = endpoint
  const { user_attributes, attributes, metrics, location, demographic } = endpoint
  const texts = id.length + lengthOf(address) + request_id.length + lengthOf(user_id)
  const json =
    lengthOf(user_attributes) +
    lengthOf(attributes) +
    lengthOf(metrics) +
    lengthOf(location) +
    lengthOf(demographic)
  return 2000 + 6 * texts + 3 * json
}

const lengthOf = (text: string | null) => text?.length ?? 0

/** The heading of the text is from the guide; the full text was never seen. */
function checkNames(endpoints: Endpoints, app: AppRef, newNames: AttributeName[]): string | undefined {
  if (newNames.length === 0) return undefined
  const count = endpoints.countNames(app, newNames)
  if (count <= endpointLimits.customAttributes) return undefined
  const { map, name } = newNames[0]!
  return `Too many custom attributes: an application has at most ${endpointLimits.customAttributes} names of Attributes, Metrics and User.UserAttributes together; with ${map}.${name} there would be ${count}`
}

/** Which of a user's 15 endpoints gives way to one more: the longest unchanged push endpoint, for a push endpoint. */
function endpointToRelease(
  endpoints: Endpoints,
  { channel_type }: EndpointValues,
  others: Sibling[],
): EndpointRow | 'none' {
  if (!makesRoom.has(channel_type ?? '')) return 'none'
  const [oldest] = others
    .map(({ seq }) => endpoints.at(seq))
    .filter(other => makesRoom.has(other.channel_type ?? ''))
    .sort((a, b) => instantOf(a.effective_date) - instantOf(b.effective_date) || a.turn - b.turn)
  return oldest ?? 'none'
}

const instantOf = (date: string | number): number => (typeof date === 'number' ? date : Date.parse(date))

/** Gives an endpoint the attributes of its user: what the user had, changed by the change. */
function takeOnUserAttributes(endpoint: EndpointValues, change: EndpointChange, ofUser: string | null): void {
  if (ofUser === null) return
  endpoint.user_attributes = mergeAttributes(
    mergeAttributes(endpoint.user_attributes, ofUser),
    change.user_attributes,
  )
}

/** The user's other endpoints that have other attributes than the user has now, as they are and as they become. */
function siblingsToChange(
  endpoints: Endpoints,
  { user_attributes }: EndpointValues,
  siblings: Sibling[],
): { sibling: EndpointRow; changed: EndpointRow }[] {
  if (user_attributes === null) return []
  return siblings
    .filter(sibling => sibling.user_attributes !== user_attributes)
    .map(({ seq }) => {
      const sibling = endpoints.at(seq)
      return { sibling, changed: { ...sibling, user_attributes } }
    })
}
