import type { EndpointRequest } from '../model/endpoint.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import { changeOf } from '../store/endpoints/endpoint-row.ts'
import type { Endpoints } from '../store/endpoints/endpoints.ts'
import { checkEndpoint, checkId } from './check-endpoint.ts'
import type { Write } from './merge-endpoint.ts'
import { putEndpoint } from './put-endpoint.ts'

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
