import { notFound } from '../aws/exceptions.ts'
import type { SegmentResponse } from '../shapes/segment.ts'
import type { Store } from '../store/open-store.ts'

/** An application that a path names, with the number under which its rows stand. */
export interface FoundApp {
  seq: number
  id: string
}

/**
 * Finds the application that a path names.
 *
 * @throws NotFoundException with the text that test suites in the wild compare (source: observed)
 */
export function findApp(store: Store, id: string): FoundApp {
  const seq = store.apps.seqOf(id)
  if (seq === undefined) throw notFound('Application not found')
  return { seq, id }
}

/**
 * Finds a segment of an application.
 *
 * @throws NotFoundException
 */
export function findSegment(store: Store, app: FoundApp, segmentId: string): SegmentResponse {
  const segment = store.segments.get(app, segmentId)
  if (segment === undefined) throw notFound(`Segment not found: ${segmentId}`)
  return segment
}
