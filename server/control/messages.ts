import { setTimeout } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { badRequest, notFound, orNotFound } from '../http/errors/exceptions.ts'
import { beginPage, PageQuery } from '../http/paging.ts'
import { OneOf, pathParams } from '../model/common.ts'
import { OutboxMessage } from '../model/message.ts'
import type { MessagePage } from '../store/messages/messages.ts'
import type { Store } from '../store/open-store.ts'
import { describe } from '../validation/explain.ts'
import { findMessages, newest, waitForMessages } from './find-messages.ts'
import { MessagesQuery, readFilters, readId } from './message-filters.ts'

/** The longest wait, in seconds (contract). */
const maxWait = 60

/** Messages that are deleted in one transaction. */
const deletedAtOnce = 500

const Messages = Type.Object({
  items: Type.Array(OutboxMessage),
  nextToken: Type.Optional(Type.String()),
  last: Type.Integer({ description: 'The highest id that a message has had: `after` for what comes next' }),
  dropped: Type.Integer({ description: 'How many messages OUTBOX_LIMIT has removed' }),
})

const Params = pathParams({ messageId: 'Id of the message' })

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
          ...PageQuery.properties,
          wait: Type.Optional(
            Type.String({
              description: `Seconds to wait for a message that matches, at most ${maxWait}; without one by then, there are no items`,
            }),
          ),
        }),
        response: { 200: Messages },
      },
    },
    async ({ query }, reply) => {
      const { wait, token: given, 'page-size': size, ...selected } = query
      const paged = {
        ...(given !== undefined && { token: given }),
        ...(size !== undefined && { 'page-size': size }),
      }
      const { filters, after } = readFilters(selected)
      const seconds = readWait(wait)
      const list = `messages/${JSON.stringify(filters)}`
      const { limit, after: before, answer } = beginPage(paged, list, newest, Number.isSafeInteger)
      let found: OutboxMessage[]
      if (seconds === 0 || given !== undefined) {
        found = await findMessages(app, filters, { limit, before, after })
      } else {
        const wait = (signal: AbortSignal) => waitForMessages(app, filters, { limit, after }, signal)
        found = (await within(seconds, reply.untilGone(), wait)) ?? []
      }
      const { values, token } = answer(found.map(message => ({ at: message.id, value: message })))
      return {
        items: values,
        ...(token !== undefined && { nextToken: token }),
        ...{ last: store.messages.last(), dropped: store.messages.dropped() },
      }
    },
  )

  app.get(
    '/_pinpoint/messages/:messageId',
    {
      config: { operation: 'message' },
      schema: { summary: 'One message', params: Params, response: { 200: OutboxMessage } },
    },
    async ({ params }) => findMessage(store, params),
  )

  app.get(
    '/_pinpoint/messages/:messageId/html',
    {
      config: { operation: 'messageHtml' },
      schema: {
        summary: 'The HTML of an e-mail, which a browser shows without running or fetching anything',
        params: Params,
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
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/_pinpoint/messages/:messageId',
    {
      config: { operation: 'deleteMessage' },
      schema: { summary: 'Removes one message', params: Params, response: { 204: Nothing } },
    },
    async ({ params }, reply) => {
      const { id } = findMessage(store, params)
      await store.write(() => store.messages.delete(id))
      return reply.code(204).send(null)
    },
  )
}

/** @throws NotFoundException */
function findMessage(store: Store, { messageId }: Static<typeof Params>): OutboxMessage {
  const id = readId(messageId)
  const found = id === undefined ? undefined : store.messages.get(id)
  return orNotFound(found, `Message not found: ${messageId}`)
}

/** @throws BadRequestException */
function readWait(text: string | undefined): number {
  if (text === undefined) return 0
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (seconds <= maxWait) return seconds
  throw badRequest(`wait must be a number of seconds from 0 to ${maxWait}; got ${describe(text)}`)
}

/**
 * Waits for something, but no longer than some seconds.
 *
 * @param gone ends the wait, too
 * @param wait rejects once its signal fires
 * @returns undefined where the wait has ended before
 */
async function within<T>(
  seconds: number,
  gone: AbortSignal,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController()
  const timer = new AbortController()
  setTimeout(seconds * 1000, undefined, { signal: timer.signal }).then(
    () => over.abort(),
    () => {},
  )
  const signal = AbortSignal.any([gone, over.signal])
  try {
    return await wait(signal)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  } finally {
    timer.abort()
  }
}
