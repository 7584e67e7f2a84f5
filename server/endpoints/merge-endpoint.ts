import type { Attributes } from '../model/endpoint.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { EndpointRef } from '../store/endpoints/endpoint-key.ts'
import { type EndpointChange, type EndpointValues, nullIfEmpty } from '../store/endpoints/endpoint-row.ts'

/** What one write of one endpoint is about. */
export interface Write {
  app: AppRef
  endpoint: EndpointRef
  requestId: string
  /** Milliseconds since 1970. */
  now: number
}

/**
 * The endpoint that a change leaves behind. Demographic, Location and User are merged member by member,
 * attributes and metrics name by name; a name's new values replace its old ones, and an empty list removes it
 * (source: guide; the removal is assumed).
 *
 * @param current the endpoint as it is; undefined when the change creates it
 */
export function mergeEndpoint(
  current: EndpointValues | undefined,
  change: EndpointChange,
  { endpoint: { id, folded, key }, requestId, now }: Omit<Write, 'app'>,
): EndpointValues {
  const address = change.address ?? current?.address ?? null
  const user = change.user_id ?? current?.user_id ?? null
  // Another user's attributes do not come along; those that were there before any user do.
  const isSameUser = current !== undefined && (current.user_id === null || current.user_id === user)
  return {
    id: folded,
    key,
    spelling: current === undefined ? (id === folded ? null : id) : current.spelling,
    channel_type: change.channel_type ?? current?.channel_type ?? null,
    address,
    // Every write makes it ACTIVE again (source: API reference); saying INACTIVE
    // outright is honoured (assumed).
    endpoint_status: change.endpoint_status ?? 'ACTIVE',
    // An endpoint that begins without an address has opted out (source: API reference).
    opt_out: change.opt_out ?? current?.opt_out ?? (address === null ? 'ALL' : 'NONE'),
    request_id: change.request_id ?? requestId,
    creation_date: current?.creation_date ?? now,
    effective_date: change.effective_date ?? now,
    user_id: user,
    user_attributes: mergeAttributes(isSameUser ? current.user_attributes : null, change.user_attributes),
    attributes: nullIfEmpty(mergeAttributes(current?.attributes ?? null, change.attributes)),
    metrics: mergeMembers(current?.metrics ?? null, change.metrics),
    location: mergeMembers(current?.location ?? null, change.location),
    demographic: mergeMembers(current?.demographic ?? null, change.demographic),
    revision: (current?.revision ?? 0) + 1,
  }
}

/** Merges attributes, which are JSON, by name; gives null when there were none and none came. */
export function mergeAttributes(current: string | null, change: string | null): string | null {
  // The most frequent cases need no parsing; `[]` may be an empty list, which removes a name.
  if (change === null || (current === change && !change.includes('[]'))) return current
  if (current === null && !change.includes('[]')) return change
  const changed: Attributes = JSON.parse(change)
  const merged: Attributes = { ...(current !== null && JSON.parse(current)), ...changed }
  for (const name in changed) if (changed[name]!.length === 0) delete merged[name]
  return JSON.stringify(merged)
}

function mergeMembers(current: string | null, change: string | null): string | null {
  if (change === null || change === current) return current
  if (current === null) return nullIfEmpty(change)
  return JSON.stringify({ ...JSON.parse(current), ...JSON.parse(change) })
}
