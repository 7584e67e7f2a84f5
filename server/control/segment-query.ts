import { badRequest, notFound } from '../http/errors/exceptions.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import type { Store } from '../store/open-store.ts'
import { type MemberRef, type Members, SegmentQueryError } from '../store/segments/members.ts'

/**
 * Runs a query of a segment's members. That a segment is too large for one is the caller's mistake.
 *
 * @throws BadRequestException
 */
export function refuseTooLarge<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof SegmentQueryError ? badRequest(error.message) : error
  }
}

/**
 * Finds an endpoint that may be a member of segments: it is registered, or an import defines
 * it without registering it.
 *
 * @returns its id as ids are compared, and its row if it is registered
 * @throws NotFoundException
 */
export function findMember(
  { endpoints, segmentMembers }: Store,
  app: AppRef,
  endpointId: string,
): { id: string; seq: number | undefined } {
  const ref = endpointRef(app.seq, endpointId)
  const seq = endpoints.find(app, ref)?.seq
  if (seq === undefined && !segmentMembers.isDefined(app, ref.folded)) {
    throw notFound(`Endpoint not found: ${endpointId}`)
  }
  return { id: ref.folded, seq }
}

/**
 * Whether an endpoint is among members.
 *
 * @param ref what it is in the segment that is asked about; undefined if it is no member there
 * @throws BadRequestException if the segment is too large for a query
 */
export const isAmong = (
  { segmentMembers }: Store,
  app: AppRef,
  members: Members | undefined,
  ref: MemberRef | undefined,
): boolean =>
  members !== undefined &&
  ref !== undefined &&
  refuseTooLarge(() => segmentMembers.among(app, members, [ref])).has(ref)
