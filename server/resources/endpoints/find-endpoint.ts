import { orNotFound } from '../../http/errors/exceptions.ts'
import { paramsInApplication } from '../../model/common.ts'
import type { Store } from '../../store/open-store.ts'
import { findApp } from '../find.ts'

/** Path parameters of an operation on an endpoint. */
export const EndpointParams = paramsInApplication({ endpointId: 'Id of the endpoint' })

/**
 * Finds an endpoint.
 *
 * @throws NotFoundException for an unknown application or endpoint
 */
export function findEndpoint(store: Store, applicationId: string, endpointId: string) {
  const stored = store.endpoints.get(findApp(store, applicationId), endpointId)
  return orNotFound(stored, `Endpoint not found: ${endpointId}`)
}
