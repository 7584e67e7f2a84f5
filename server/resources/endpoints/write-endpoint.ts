import { checkEndpoint, checkId } from '../../endpoint-rules/check-endpoint.ts'
import type { Write } from '../../endpoint-rules/merge-endpoint.ts'
import { putEndpoint } from '../../endpoint-rules/put-endpoint.ts'
import type { EndpointRequest } from '../../shapes/endpoint.ts'
import type { AppRef } from '../../store/apps.ts'
import { endpointRef } from '../../store/endpoint-key.ts'
import { changeOf } from '../../store/endpoint-row.ts'
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
  {
    app,
    endpointId,
    idMember,
    ...write
  }: Pick<Write, 'requestId' | 'now'> & {
    app: AppRef
    endpointId: string
    /** Where the caller has written the id. */
    idMember: string
  },
): string | undefined {
  const problem = checkId(idMember, endpointId) ?? checkEndpoint(change)
  if (problem !== undefined) return problem
  const endpoint = putEndpoint(endpoints, changeOf(change), {
    ...write,
    app,
    endpoint: endpointRef(app.seq, endpointId),
    mayBeEmpty: true,
  })
  return typeof endpoint === 'string' ? endpoint : undefined
}
