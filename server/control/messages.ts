import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { isSentEmail, mimeOf } from '../delivery/mime.ts'
import { notFound } from '../http/errors/exceptions.ts'
import { OneOf } from '../model/common.ts'
import { OutboxMessage } from '../model/message.ts'
import type { MessagePage } from '../store/messages/messages.ts'
import { answerRecords, RecordQuery } from './find-records.ts'
import { findMessage, MessageParams, MessagesQuery, readFilters } from './message-filters.ts'

/** Messages that are deleted in one transaction. */
const deletedAtOnce = 500

const Messages = Type.Object({
  items: Type.Array(OutboxMessage),
  nextToken: Type.Optional(Type.String()),
  last: Type.Integer({ description: 'The highest id that a message has had: `after` for what comes next' }),
  dropped: Type.Integer({ description: 'How many messages OUTBOX_LIMIT has removed' }),
})
export type Messages = Static<typeof Messages>

/**
 * What a browser may do with the HTML of an e-mail, which anybody may have written: show it. It is
 * in an origin of its own, so it reads nothing of the emulator; it runs no scripts, sends no forms
 * and fetches nothing. Links open elsewhere.
 *
 * @param remote whether it may fetch images, styles and fonts
 */
const policy = (remote: boolean): string => {
  const from = remote ? 'https: http: data:' : 'data:'
  return [
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    `img-src ${from}`,
    `font-src ${from}`,
    `style-src 'unsafe-inline'${remote ? ' https: http:' : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}

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
        }),
        response: { 200: Messages },
      },
    },
    async ({ query }, reply) => {
      const { wait, token, 'page-size': size, ...selected } = query
      const { filters, after } = readFilters(selected)
      const page = await answerRecords(
        app.bus,
        () => reply.untilGone(),
        { list: store.messages, name: 'messages', kinds: ['messages'], filters, after },
        {
          ...(wait !== undefined && { wait }),
          ...(token !== undefined && { token }),
          ...(size !== undefined && { 'page-size': size }),
        },
      )
      return { ...page, dropped: store.messages.dropped() }
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
        querystring: Type.Object({
          remote: Type.Optional(
            OneOf(['true', 'false'], { description: 'Whether it may fetch images, styles and fonts' }),
          ),
        }),
        produces: ['text/html'],
        response: { 200: Type.String({ description: 'The HTML part, as it was sent' }) },
      },
    },
    async ({ params, query }, reply) => {
      const { id, html } = findMessage(store, params)
      if (html === undefined) throw notFound(`Message ${id} has no HTML part`)
      return reply
        .header('content-security-policy', policy(query.remote === 'true'))
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(html)
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
            ...{ type: 'string', format: 'binary' },
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
      const { filters, after } = readFilters(query)
      // Messages that are sent from now on stay.
      let before: number | undefined = store.messages.last() + 1
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

/** Why a message has no MIME. */
function whyNoEmail({ id, channel, renderingFailure, statusMessage }: OutboxMessage): string {
  if (channel !== 'EMAIL') return `Message ${id} is not an e-mail`
  return `The e-mail of message ${id} was not sent: ${renderingFailure ?? statusMessage}`
}
