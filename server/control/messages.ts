import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { isSentEmail, mimeOf } from '../delivery/mime.ts'
import { notFound } from '../http/errors/exceptions.ts'
import { Flag } from '../model/common.ts'
import { OutboxMessage } from '../model/message.ts'
import type { MessagePage } from '../store/messages/messages.ts'
import { answerRecords, RecordQuery } from './find-records.ts'
import { Remote, sendHtml } from './html-preview.ts'
import { findMessage, MessageParams, MessagesQuery, readFilters } from './message-filters.ts'

/** Messages that are deleted in one transaction. */
const deletedAtOnce = 500

/** What a brief list has of a body. */
const briefCharacters = 200

const Messages = Type.Object({
  items: Type.Array(OutboxMessage),
  nextToken: Type.Optional(Type.String()),
  last: Type.Integer({ description: 'The highest id that a message has had: `after` for what comes next' }),
  dropped: Type.Integer({ description: 'How many messages OUTBOX_LIMIT has removed' }),
})
export type Messages = Static<typeof Messages>

const Nothing = Type.Null({ description: 'No body' })

/** The outbox: what each recipient got, or why not. Reading it changes nothing. */
export const messages: FastifyPluginAsyncTypebox = async app => {
  const { store } = app

  app.get(
    '/_pinpoint/messages',
    {
      config: { operation: 'messages' },
      schema: {
        summary: 'Messages that were sent, newest first, failures too',
        querystring: Type.Object({
          ...MessagesQuery.properties,
          ...RecordQuery.properties,
          brief: Flag(
            `Whether html, raw, headers and payload are left out, and body and text cut after ${briefCharacters} characters`,
          ),
        }),
        response: { 200: Messages },
      },
    },
    async ({ query }, reply) => {
      const { wait, token, 'page-size': size, brief, ...selected } = query
      const { filters, after, before } = readFilters(selected)
      const page = await answerRecords(
        app.bus,
        () => reply.disconnectSignal(),
        { list: store.messages, name: 'messages', kinds: ['messages'], filters, after, before },
        { wait, token, 'page-size': size },
      )
      const items = brief === 'true' ? page.items.map(briefly) : page.items
      return { ...page, items, dropped: store.messages.dropped() }
    },
  )

  app.get(
    '/_pinpoint/messages/:messageId',
    {
      config: { operation: 'message' },
      schema: { summary: 'One message', params: MessageParams, response: { 200: OutboxMessage } },
    },
    async ({ params }) => findMessage(store, params),
  )

  app.get(
    '/_pinpoint/messages/:messageId/html',
    {
      config: { operation: 'messageHtml' },
      schema: {
        summary: 'The HTML of an e-mail, which a browser shows without running or fetching anything',
        params: MessageParams,
        querystring: Type.Object({ remote: Remote }),
        produces: ['text/html'],
        response: { 200: Type.String({ description: 'The HTML part, as it was sent' }) },
      },
    },
    async ({ params, query }, reply) => {
      const { id, html } = findMessage(store, params)
      if (html === undefined) throw notFound(`Message ${id} has no HTML part`)
      return sendHtml(reply, html, query.remote === 'true')
    },
  )

  app.get(
    '/_pinpoint/messages/:messageId/raw',
    {
      config: { operation: 'messageRaw' },
      schema: {
        summary: 'An e-mail as a mail server would get it',
        params: MessageParams,
        produces: ['message/rfc822'],
        response: {
          200: Type.Unsafe<unknown>({
            type: 'string',
            format: 'binary',
            description: 'The MIME of the e-mail; a RawEmail as it was sent',
          }),
        },
      },
    },
    async ({ params }, reply) => {
      const message = findMessage(store, params)
      if (!isSentEmail(message)) throw notFound(whyNoEmail(message))
      return reply
        .header('content-disposition', `attachment; filename="message-${message.id}.eml"`)
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'no-store')
        .type('message/rfc822')
        .send(await mimeOf(message))
    },
  )

  app.delete(
    '/_pinpoint/messages',
    {
      config: { operation: 'deleteMessages' },
      schema: {
        summary: 'Removes all messages, or those that match',
        querystring: MessagesQuery,
        response: { 204: Nothing },
      },
    },
    async ({ query }, reply) => {
      const { filters, after, ...bounds } = readFilters(query)
      // Messages that are sent from now on stay.
      let before: number | undefined = Math.min(store.messages.last() + 1, bounds.before)
      while (before !== undefined) {
        const page: MessagePage = { limit: deletedAtOnce, before, after }
        before = await store.write(() => store.messages.deleteStep(filters, page))
      }
      app.bus.emit({ kind: 'removed', what: 'messages' })
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/_pinpoint/messages/:messageId',
    {
      config: { operation: 'deleteMessage' },
      schema: { summary: 'Removes one message', params: MessageParams, response: { 204: Nothing } },
    },
    async ({ params }, reply) => {
      const { id } = findMessage(store, params)
      await store.write(() => store.messages.delete(id))
      app.bus.emit({ kind: 'removed', what: 'messages' })
      return reply.code(204).send(null)
    },
  )
}

/** A message as a brief list has it: enough for a row, whatever size the message is. */
function briefly({ html, raw, headers, payload, body, text, ...message }: OutboxMessage): OutboxMessage {
  return {
    ...message,
    ...(body !== undefined && { body: body.slice(0, briefCharacters) }),
    ...(text !== undefined && { text: text.slice(0, briefCharacters) }),
  }
}

/** Why a message has no MIME. */
function whyNoEmail({ id, channel, renderingFailure, statusMessage }: OutboxMessage): string {
  if (channel !== 'EMAIL') return `Message ${id} is not an e-mail`
  return `The e-mail of message ${id} was not sent: ${renderingFailure ?? statusMessage}`
}
