import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { requestTimeout } from './errors/exceptions.ts'

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

/** A request of which the headers are complete, and its answer. */
interface Exchange {
  /** A request that is destroyed while it is read loses its own reference. */
  socket: Socket
  request: IncomingMessage
  response: ServerResponse
  isUpload: boolean
}

/** The latest exchange of each connection. */
const exchanges = new WeakMap<Socket, Exchange>()

/**
 * Ends uploads that have become silent. Every other request is timed by Node, which checks all
 * connections at an interval and emits `clientError`: see `endLateBody`.
 */
export function limitRequestTimes(app: FastifyInstance, { uploadIdle }: RequestTimeouts): void {
  const begin = (request: IncomingMessage, response: ServerResponse, isUpload: boolean): Exchange => {
    const exchange = { socket: request.socket, request, response, isUpload }
    exchanges.set(request.socket, exchange)
    return exchange
  }

  // No hook of Fastify's sees the requests that it refuses by itself.
  app.server.prependListener('request', (request, response) => begin(request, response, false))

  app.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    if (!routeOptions.config.isUpload) return
    const exchange = begin(raw, reply.raw, true)
    // Node restarts the time with every byte.
    reply.raw.setTimeout(uploadIdle, () => {
      // Bytes that wait to be read: the delay is ours, not the client's.
      if (raw.readableLength > 0) return
      endBody(exchange, `No more bytes of the request body arrived for ${uploadIdle / 1000} seconds`)
    })
  })
}

/**
 * Ends the request of which a connection has received the headers but, when the time was over, not
 * the whole body. An upload goes on until it is answered.
 *
 * @param timeout the milliseconds that it had
 * @returns whether there is such a request
 */
export function endLateBody(socket: Socket, timeout: number): boolean {
  const exchange = exchanges.get(socket)
  if (exchange === undefined || exchange.request.complete) return false
  const end = () => endBody(exchange, tooLate(timeout))
  if (!exchange.isUpload || exchange.response.headersSent) end()
  else exchange.response.once('finish', end)
  return true
}

/** What a request is told that took longer than so many milliseconds to arrive. */
export const tooLate = (timeout: number): string =>
  `The request did not arrive completely within ${timeout / 1000} seconds`

/** Waits until a connection's earlier request is answered, where there is one, and does something. */
export function afterAnswer(socket: Socket, act: () => void): void {
  const { request, response } = exchanges.get(socket) ?? {}
  const isAnswering = request?.complete || response?.headersSent
  if (isAnswering && !response?.writableFinished) response?.once('finish', act)
  else act()
}

/** Fails the reading of a body, which is then answered like any error; or ends the connection. */
function endBody({ socket, request, response }: Exchange, message: string): void {
  if (request.complete) return
  // Destroying the request would close the connection before it is answered.
  if (!response.headersSent && request.listenerCount('error') > 0) {
    request.emit('error', requestTimeout(message))
  } else socket.destroy()
}
