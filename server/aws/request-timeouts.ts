import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { requestTimeout } from './exceptions.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is an upload: it may take any time, as long as bytes keep arriving. */
    isUpload?: boolean
  }
}

/** How long a request may take to arrive. All in milliseconds. */
export interface RequestTimeouts {
  /** From the first byte of a request to its last. The body of an upload is exempt. */
  request: number
  /** Between two bytes of an upload. */
  uploadIdle: number
  /** How often all connections are checked: a request is ended by at most so much too late. */
  checkInterval: number
}

export const defaultRequestTimeouts: Readonly<RequestTimeouts> = {
  request: 300_000,
  uploadIdle: 60_000,
  checkInterval: 5_000,
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  isUpload: boolean
}

/** The latest request of each connection of which the headers are complete. */
const exchanges = new WeakMap<Socket, Exchange>()

/**
 * Ends uploads that have become silent. Every other request is timed by Node, which checks all
 * connections at an interval and emits `clientError`: see `endLateBody`.
 */
export function limitRequestTimes(app: FastifyInstance, { uploadIdle }: RequestTimeouts): void {
  // No hook of Fastify's sees the requests that it refuses by itself.
  app.server.prependListener('request', (request, response) => {
    exchanges.set(request.socket, { request, response, isUpload: false })
  })

  app.addHook('preParsing', async (request, reply, payload) => {
    if (!request.routeOptions.config.isUpload) return payload
    const exchange = { request: request.raw, response: reply.raw, isUpload: true }
    exchanges.set(request.raw.socket, exchange)
    const timer = setTimeout(() => {
      // Bytes that wait to be read: the delay is ours, not the client's.
      if (payload.readableLength > 0 && !exchange.response.headersSent) timer.refresh()
      else endBody(exchange, `No more bytes of the request body arrived for ${uploadIdle / 1000} seconds`)
    }, uploadIdle).unref()
    payload.once('end', () => clearTimeout(timer))
    return Readable.from(refreshing(payload, timer), { objectMode: false })
  })
}

/** The bytes of a stream, each of which restarts the timer. Breaking off leaves the stream open. */
async function* refreshing(stream: Readable, timer: NodeJS.Timeout): AsyncGenerator<Buffer> {
  for await (const bytes of stream.iterator({ destroyOnReturn: false })) {
    timer.refresh()
    yield bytes
  }
}

/**
 * Ends the request of which a connection has received the headers but, when the time was over, not
 * the whole body. An upload that is still being read goes on.
 *
 * @param timeout the milliseconds that it had
 * @returns whether there is such a request
 */
export function endLateBody(socket: Socket, timeout: number): boolean {
  const exchange = exchanges.get(socket)
  if (exchange === undefined || exchange.request.complete) return false
  if (!exchange.isUpload || exchange.response.headersSent) endBody(exchange, tooLate(timeout))
  return true
}

/** What a request is told that took longer than so many milliseconds to arrive. */
export const tooLate = (timeout: number): string =>
  `The request did not arrive completely within ${timeout / 1000} seconds`

/** Whether an earlier request's answer is not sent yet, so that nothing else can be written. */
export function isAnswering(socket: Socket): boolean {
  const { request, response } = exchanges.get(socket) ?? {}
  return (request?.complete || response?.headersSent) === true && response?.writableFinished === false
}

/** Fails the reading of a body, which is then answered like any error; or ends the connection. */
function endBody({ request, response }: Exchange, message: string): void {
  if (request.complete) return
  // Destroying the request would close the connection before it is answered.
  if (!response.headersSent && request.listenerCount('error') > 0) {
    request.emit('error', requestTimeout(message))
  } else request.socket.destroy()
}
