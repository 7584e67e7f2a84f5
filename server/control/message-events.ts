import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { simulateEvent } from '../delivery/simulate-event.ts'
import { badRequest } from '../http/errors/exceptions.ts'
import { MapOf } from '../model/common.ts'
import { StoredEvent } from '../model/event-record.ts'
import { messageLimits } from '../model/quotas.ts'
import { findMessage, MessageParams } from './message-filters.ts'

const Happening = Type.Object({
  eventType: Type.String({ description: '_email.open, _SMS.FAILURE, _campaign.opened_notification, …' }),
  attributes: Type.Optional({
    ...MapOf(Type.String(), messageLimits.names),
    description: 'Attributes of the event, over those that it has by itself; of a click, `link`',
  }),
})

/** What recipients and carriers do with messages, as a test says it. */
export const messageEvents: FastifyPluginAsyncTypebox = async app => {
  const { store } = app

  app.post(
    '/_pinpoint/messages/:messageId/events',
    {
      config: { operation: 'addMessageEvent' },
      schema: {
        summary: 'Records an event of a message, as if its recipient or carrier had done it',
        params: MessageParams,
        body: Happening,
        response: { 201: StoredEvent },
      },
    },
    async ({ params, body }, reply) => {
      const { eventType, attributes } = body
      const event = await store.write(() => {
        const message = findMessage(store, params)
        const recorded = simulateEvent(store, message, eventType, attributes, app.now())
        if (typeof recorded === 'string') throw badRequest(recorded)
        return recorded
      })
      app.bus.emit({ kind: 'events', app: event.app })
      app.jobWorker.wake()
      return reply.code(201).send(event)
    },
  )
}
