import { notFound } from '../../http/errors/exceptions.ts'
import { paramsInApplication } from '../../model/common.ts'
import type { Store } from '../../store/open-store.ts'
import { findApp } from '../find.ts'

/** Path of an operation on one user. */
export const UserParams = paramsInApplication({ userId: 'Id of the user' })

/**
 * Finds all endpoints of a user, the oldest first (assumed). A user is nothing but what endpoints say, so one without
 * endpoints is unknown. User ids are compared letter by letter (assumed: of endpoint ids alone it is said that their
 * case does not matter).
 *
 * @throws NotFoundException: clients catch it where they take an unknown user for one without endpoints (source:
 *   observed; its text is assumed)
 */
export function findUserEndpoints(store: Store, applicationId: string, userId: string) {
  const stored = store.endpoints.ofUser(findApp(store, applicationId), userId)
  if (stored.length === 0) throw notFound(`User not found: ${userId}`)
  return stored
}
