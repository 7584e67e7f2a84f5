import type { AppRef } from '../store/applications/applications.ts'
import type { EndpointRef } from '../store/endpoints/endpoint-key.ts'
import type { EndpointRow } from '../store/endpoints/endpoint-row.ts'
import type { EndpointWriter } from '../store/endpoints/endpoints.ts'

/** What some changes name: endpoints, users and addresses. */
export interface EndpointLookups {
  endpoints: Pick<EndpointRef, 'key' | 'folded'>[]
  userIds: string[]
  addresses: string[]
  /** Whether no two endpoints are ACTIVE at one address: true unless an import is being undone. */
  areAddressesUnique?: boolean
}

/**
 * Loads the endpoints that are needed to plan some changes: those that the changes name, all endpoints of the
 * users that these have or get, and the ACTIVE ones at the addresses that these have or get.
 */
export function loadEndpoints(
  app: AppRef,
  writer: EndpointWriter,
  { endpoints, userIds, addresses, areAddressesUnique = false }: EndpointLookups,
): EndpointRow[] {
  const named = writer.withIds(app, endpoints)
  const users = new Set(userIds)
  const sought = new Set(addresses)
  for (const { user_id, address, endpoint_status } of named) {
    if (user_id !== null) users.add(user_id)
    if (address === null) continue
    // No other endpoint is ACTIVE where this one is.
    if (areAddressesUnique && endpoint_status === 'ACTIVE') sought.delete(address)
    else sought.add(address)
  }
  return [...named, ...writer.withUsersOrAddresses(app, { userIds: users, addresses: sought, loaded: named })]
}
