import { checkEndpoint, checkId } from '../../endpoint-rules/check-endpoint.ts'
import type { Write } from '../../endpoint-rules/merge-endpoint.ts'
import { putEndpoint } from '../../endpoint-rules/put-endpoint.ts'
import type { EndpointRequest } from '../../shapes/endpoint.ts'
import type { Endpoints } from '../../store/endpoints.ts'

/**
 * What UpdateEndpoint does with its endpoint, and UpdateEndpointsBatch with each of its own: checks it, and creates
 * or changes it. To be called inside a transaction; nothing is written when it is refused.
 *
 * @param change has the right types; its values are brought to the form in which Pinpoint keeps them
 * @returns why it is refused; undefined when it is written
 */
export function writeEndpoint(
  endpoints: Endpoints,
  change: EndpointRequest,
  write: Write & {
    /** Where the caller has written the id. */
    idMember: string
  },
): string | undefined {
  const problem = checkId(write.idMember, write.endpointId) ?? checkEndpoint(change)
  if (problem !== undefined) return problem
  const endpoint = putEndpoint(endpoints, change, { ...write, mayBeEmpty: true })
  return typeof endpoint === 'string' ? endpoint : undefined
}
