import { orNotFound } from '../../http/errors/exceptions.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Channel } from '../../store/applications/channels.ts'
import type { Store } from '../../store/open-store.ts'

/**
 * Finds a channel of an application.
 *
 * @throws NotFoundException for a channel that was never set or was deleted (text: assumed)
 */
export function findChannel(store: Store, app: AppRef, platform: string): Channel {
  return orNotFound(store.channels.get(app, platform), 'Resource not found')
}
