import { notFound } from '../../http/errors/exceptions.ts'
import { paramsInApplication } from '../../model/common.ts'
import type { Store } from '../../store/open-store.ts'
import { findApp } from '../find.ts'

/** Path parameters of an operation on a user. */
export const UserParams = paramsInApplication({ userId: 'Id of the user' })

/**
 * Finds all endpoints of a user, the oldest first (assumed). Users exist only as a member of
 * endpoints, so a user without endpoints is unknown. The case of user ids matters (assumed: the
 * documentation says only of endpoint ids that theirs does not).
 *
 * @throws NotFoundException, which clients catch and treat as a user without endpoints (source:
 *   observed; its text is assumed)
 */
export function findUserEndpoints(store: Store, applicationId: string, userId: string) {
  const stored = store.endpoints.ofUser(findApp(store, applicationId), userId)
  if (stored.length === 0) throw notFound(`User not found: ${userId}`)
  return stored
}
