import { badRequest } from '../http/errors/exceptions.ts'
import { SegmentQueryError } from '../store/segments/members.ts'

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
