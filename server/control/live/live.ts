import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from '@sinclair/typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { describe } from '../../validation/explain.ts'
import type { LiveFeed } from './live-feed.ts'
import { type LiveKind, liveEvents } from './shapes.ts'

const kinds = Object.keys(liveEvents) as LiveKind[]

const LiveQuery = Type.Object({
  kinds: Type.Optional(
    Type.String({
      description: `The kinds of events, with commas between them: ${kinds.join(', ')}. hello, state and resync always come. By default all`,
    }),
  ),
  app: Type.Optional(
    Type.String({ description: 'Id of an application: without events of other applications' }),
  ),
  'last-event-id': Type.Optional(
    Type.String({ description: 'The id of the last event that was received, without the header' }),
  ),
})

const Events = Type.Unsafe<unknown>({
  description:
    'Server-sent events. Each has a line `id`, a line `event` with its kind, and a line `data` with JSON',
  oneOf: Object.entries<TSchema>(liveEvents).map(([kind, data]) =>
    Type.Object({ id: Type.Integer(), event: Type.Literal(kind), data }),
  ),
})

/**
 * Streams what happens, as server-sent events, until the client leaves or the emulator stops.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const live: FastifyPluginAsyncTypebox = async app => {
  let feed: Promise<LiveFeed> | undefined

  app.addHook('preClose', async () => (await feed)?.close())

  app.get(
    '/_pinpoint/live',
    {
      config: { operation: 'live', isStream: true },
      schema: {
        summary: 'What happens, as server-sent events: jobs, messages, calls and whatever else changes',
        querystring: LiveQuery,
        headers: Type.Object({
          'last-event-id': Type.Optional(
            Type.String({ description: 'The id of the last event that was received: goes on after it' }),
          ),
        }),
        produces: ['text/event-stream'],
        response: { 200: Events },
      },
    },
    async (request, reply) => {
      const { query, headers } = request
      const selection = {
        kinds: readKinds(query.kinds),
        app: query.app,
        // The header is newer: a browser that connects again sends the query as it was.
        lastId: headers['last-event-id'] || query['last-event-id'],
      }
      feed ??= import('./live-feed.ts').then(({ LiveFeed }) => new LiveFeed(app))
      const stream = (await feed).open(selection, reply.disconnectSignal())
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream)
    },
  )
}

/**
 * Reads the kinds of a query.
 *
 * @throws BadRequestException
 */
function readKinds(text: string | undefined): ReadonlySet<LiveKind> {
  if (text === undefined) return new Set(kinds)
  const named = text.split(',').map(name => name.trim())
  const unknown = named.find(name => !(kinds as string[]).includes(name))
  if (unknown !== undefined) {
    throw badRequest(
      `kinds must be some of ${kinds.join(', ')}, with commas between them; got ${describe(unknown)}`,
    )
  }
  return new Set(named as LiveKind[])
}
