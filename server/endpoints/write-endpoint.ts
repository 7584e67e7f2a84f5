import type { EndpointRequest } from '../model/endpoint.ts'
import type { EndpointRef } from '../store/endpoints/endpoint-key.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import { changeOf, type EndpointChange } from '../store/endpoints/endpoint-row.ts'
import type { EndpointWriter } from '../store/endpoints/endpoints.ts'
import { checkEndpoint, checkId } from './check-endpoint.ts'
import { type EndpointLookups, loadEndpoints } from './load-endpoints.ts'
import type { Write } from './merge-endpoint.ts'
import { EndpointPlan } from './plan-endpoints.ts'

/** An endpoint to be written for a caller of the API. */
export interface RequestedEndpoint {
  id: string
  /** Has the right types; its values are brought to the form in which Pinpoint keeps them. */
  request: EndpointRequest
}

/**
 * Creates or changes endpoints as UpdateEndpoint does with its one, and UpdateEndpointsBatch with each of
 * its own, in their order. To be called within a transaction. One that is refused does not keep the
 * others from being written.
 *
 * @param write.idMember where the caller has written the ids, for messages
 * @returns for each, why it is refused; undefined where it is written
 */
export function writeEndpoints(
  writer: EndpointWriter,
  requested: RequestedEndpoint[],
  { app, idMember, requestId, now }: Omit<Write, 'endpoint'> & { idMember: string },
): (string | undefined)[] {
  const checked = requested.map(({ id, request }) => {
    const problem = checkId(idMember, id) ?? checkEndpoint(request)
    return problem ?? { endpoint: endpointRef(app.seq, id), change: changeOf(request) }
  })
  const changes = checked.filter(one => typeof one !== 'string')
  const plan = new EndpointPlan(app, loadEndpoints(app, writer, lookupsOf(changes)), writer)
  const refusals = checked.map(one => {
    if (typeof one === 'string') return one
    const { endpoint, change } = one
    // Amplify creates endpoints with neither an address nor a channel (source: observed).
    const put = plan.put(change, { endpoint, requestId, now, explainEmpty: () => undefined })
    return typeof put === 'string' ? put : undefined
  })
  writer.write(app, plan.writes, plan.newNames)
  return refusals
}

const lookupsOf = (changes: { endpoint: EndpointRef; change: EndpointChange }[]): EndpointLookups => ({
  endpoints: changes.map(({ endpoint }) => endpoint),
  userIds: changes.map(({ change }) => change.user_id).filter(user => user !== null),
  addresses: changes.map(({ change }) => change.address).filter(address => address !== null),
})
