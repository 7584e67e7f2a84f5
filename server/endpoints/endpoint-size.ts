import { endpointLimits } from '../model/quotas.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { type EndpointValues, mapColumns, toEndpoint } from '../store/endpoints/endpoint-row.ts'

const maxBytes = endpointLimits.endpointBytes

/**
 * Why an endpoint is too large.
 *
 * @param size the end of a sentence on how large it is
 */
export const tooLarge = (size: string): string =>
  `an endpoint must be at most ${maxBytes / 1024} KB (${maxBytes} bytes of JSON); this one ${size}`

/** Values that an endpoint can have without being too large: each takes at least three bytes of JSON. */
export const maxValues = Math.ceil(maxBytes / 3)

/**
 * Checks the size of an endpoint: that of all that GetEndpoint answers and a caller can set (assumed).
 *
 * @returns what is wrong; undefined when nothing is
 */
export function checkSize(app: AppRef, endpoint: EndpointValues): string | undefined {
  if (maxBytesOf(endpoint) <= maxBytes) return undefined
  const { ApplicationId: _, CohortId: _cohort, CreationDate: _date, ...settable } = toEndpoint(app, endpoint)
  const bytes = Buffer.byteLength(JSON.stringify(settable))
  return bytes <= maxBytes ? undefined : tooLarge(`would be ${bytes}`)
}

/**
 * An upper bound of the bytes of an endpoint's JSON text, without making it: a character takes three at most,
 * or six where it has to be escaped, and all that is not counted here takes less than 2,000.
 */
function maxBytesOf(endpoint: EndpointValues): number {
  const length = (text: string | null) => text?.length ?? 0
  const { id, address, request_id, user_id } = endpoint
  const texts = id.length + length(address) + request_id.length + length(user_id)
  let json = 0
  for (const column of mapColumns) json += length(endpoint[column])
  return 2000 + 6 * texts + 3 * json
}
