import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { recordOf } from '../delivery/events/message-events.ts'
import { StoredEvent } from '../model/event-record.ts'
import type { EventFilters } from '../store/event-records/event-records.ts'
import { answerRecords, type RecordList, RecordQuery, readBound } from './find-records.ts'
import { readAddressId } from './read-address.ts'

const filter = (description: string) => Type.Optional(Type.String({ description }))

const Events = Type.Object({
  items: Type.Array(StoredEvent),
  nextToken: Type.Optional(Type.String()),
  last: Type.Integer({ description: 'The highest id that an event has had: `after` for what comes next' }),
})
export type Events = Static<typeof Events>

/** The records of the event stream, whether or not the application has one. */
export const events: FastifyPluginAsyncTypebox = async app => {
  const { eventRecords } = app.store
  const list: RecordList<EventFilters, StoredEvent> = {
    step(filters, page) {
      const { found, next } = eventRecords.step(filters, page)
      return { next, found: found.map(row => ({ id: row.id, app: row.app.id, event: recordOf(row) })) }
    },
    last: eventRecords.last,
  }

  app.get(
    '/_pinpoint/events',
    {
      config: { operation: 'events' },
      schema: {
        summary: 'Records of the event stream, newest first',
        querystring: Type.Object({
          app: filter('Id of the application'),
          type: filter('The event type; * stands for any text: _email.*'),
          endpoint: filter('Id of the endpoint; case does not matter in ASCII'),
          campaign: filter('Id of the campaign'),
          journey: filter('Id of the journey'),
          message: filter('Id of the message of the outbox'),
          after: filter('Only events with a greater id'),
          ...RecordQuery.properties,
        }),
        response: { 200: Events },
      },
    },
    async ({ query }, reply) => {
      const { wait, token, 'page-size': size, after, message, endpoint, ...others } = query
      const ofMessage = readBound('message', message, 'a message')
      const filters = { ...others, endpoint: readAddressId(endpoint), message: ofMessage }
      return answerRecords(
        app.bus,
        () => reply.disconnectSignal(),
        {
          list,
          name: 'events',
          kinds: ['messages', 'events'] as const,
          filters,
          after: readBound('after', after, 'an event') ?? 0,
        },
        { wait, token, 'page-size': size },
      )
    },
  )
}
