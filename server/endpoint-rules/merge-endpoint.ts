import { crc32 } from 'node:zlib'
import type { Attributes, Endpoint, EndpointRequest } from '../shapes/endpoint.ts'
import type { AppRef } from '../store/apps.ts'

/** What identifies one write of one endpoint. */
export interface Write {
  app: AppRef
  endpointId: string
  requestId: string
  /** ISO 8601, UTC */
  now: string
}

/**
 * The endpoint that a write leaves behind. Demographic, Location and User are merged member by member, attributes
 * and metrics name by name; a name's new values replace its old ones, and an empty list removes it (source:
 * guide; the removal is assumed).
 *
 * @param current the endpoint as it is; undefined when the write creates it
 */
export function mergeEndpoint(
  current: Endpoint | undefined,
  change: EndpointRequest,
  write: Write,
): Endpoint {
  const address = change.Address ?? current?.Address
  const channelType = change.ChannelType ?? current?.ChannelType
  const userId = change.User?.UserId ?? current?.User.UserId
  const userAttributes = mergeAttributes(
    // Another user's attributes do not come along; those that were there before any user do.
    [userId, undefined].includes(current?.User.UserId) ? current?.User.UserAttributes : undefined,
    change.User?.UserAttributes,
  )
  return {
    ...(channelType !== undefined && { ChannelType: channelType }),
    ...(address !== undefined && { Address: address }),
    // Every write makes it ACTIVE again (source: API reference); saying INACTIVE outright is honoured (assumed).
    EndpointStatus: change.EndpointStatus ?? 'ACTIVE',
    // An endpoint that begins without an address has opted out (source: API reference).
    OptOut: change.OptOut ?? current?.OptOut ?? (address === undefined ? 'ALL' : 'NONE'),
    RequestId: change.RequestId ?? write.requestId,
    Location: { ...current?.Location, ...change.Location },
    Demographic: { ...current?.Demographic, ...change.Demographic },
    EffectiveDate: change.EffectiveDate ?? write.now,
    Attributes: mergeAttributes(current?.Attributes, change.Attributes) ?? {},
    Metrics: { ...current?.Metrics, ...change.Metrics },
    User: {
      ...(userAttributes !== undefined && { UserAttributes: userAttributes }),
      ...(userId !== undefined && { UserId: userId }),
    },
    ApplicationId: write.app.id,
    Id: current?.Id ?? write.endpointId,
    CohortId: current?.CohortId ?? cohortOf(write),
    CreationDate: current?.CreationDate ?? write.now,
  }
}

/** Merges attributes by name; gives undefined when there were none and none came. */
export function mergeAttributes(
  current: Attributes | undefined,
  change: Attributes | undefined,
): Attributes | undefined {
  if (change === undefined) return current
  const merged = { ...current, ...change }
  for (const name in change) if (change[name]!.length === 0) delete merged[name]
  return merged
}

/**
 * One of a hundred cohorts, "0" to "99" (source: guide). Pinpoint draws it at random; here the id decides, evenly
 * too, so that an import which was interrupted ends like one which was not.
 */
const cohortOf = ({ app, endpointId }: Write) => String(crc32(endpointId.toLowerCase(), crc32(app.id)) % 100)
