import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { orNotFound } from '../../http/errors/exceptions.ts'
import type { ApplicationParams } from '../../model/common.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Channel } from '../../store/applications/channels.ts'
import type { Store } from '../../store/open-store.ts'

/**
 * The message for an unknown application (source: observed), and for a channel that was never set
 * or was deleted (assumed).
 */
const noResource = 'Resource not found'

/**
 * Finds the application of a channel by its id.
 *
 * @throws NotFoundException
 */
export function findChannelApp(store: Store, id: string): AppRef {
  return orNotFound(store.apps.find(id), noResource)
}

/**
 * A `preValidation` hook: an unknown application is a 404, whatever is wrong with the body
 * (assumed).
 *
 * @throws NotFoundException
 */
export async function channelAppFirst({ server, params }: FastifyRequest): Promise<void> {
  findChannelApp(server.store, (params as Static<typeof ApplicationParams>).applicationId)
}

/**
 * Finds a channel of an application.
 *
 * @throws NotFoundException
 */
export function findChannel(store: Store, app: AppRef, platform: string): Channel {
  return orNotFound(store.channels.get(app, platform), noResource)
}
