import { orNotFound } from '../../http/errors/exceptions.ts'
import type { EventStream } from '../../model/event-stream.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'

/**
 * Finds the event stream of an application.
 *
 * @throws NotFoundException with the text that existing test suites expect (source: observed)
 */
export function findEventStream(store: Store, app: AppRef): EventStream {
  return orNotFound(store.eventStreams.get(app), 'Resource not found')
}
