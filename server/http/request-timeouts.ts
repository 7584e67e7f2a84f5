import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { requestTimeout } from './errors/exceptions.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is an upload: it may take any time as long as bytes keep arriving. */
    isUpload?: boolean
  }
}

/** How long a request may take to arrive, in milliseconds. */
export interface RequestTimeouts {
  /** From the first byte of a request to its last. The body of an upload is exempt. */
  request: number
  /** Between two bytes of an upload. */
  uploadIdle: number
  /**
   * How often connections are checked, which is also by how much a request may be ended too late.
   */
  checkInterval: number
}

export const defaultRequestTimeouts: Readonly<RequestTimeouts> = {
  request: 300_000,
  uploadIdle: 60_000,
  checkInterval: 5_000,
}

/** A request whose headers are complete, and its answer. */
interface OpenExchange {
  /** Kept here because a request that is destroyed while it is read loses its own reference. */
  socket: Socket
  request: IncomingMessage
  response: ServerResponse
  isUpload: boolean
}

/** The latest exchange of each connection. */
const exchanges = new WeakMap<Socket, OpenExchange>()

/**
 * Ends uploads that have stopped sending. Node times every other request: it checks all connections
 * at an interval and emits `clientError`, see `endLateBody`.
 */
export function limitRequestTimes(app: FastifyInstance, { uploadIdle }: RequestTimeouts): void {
  const begin = (request: IncomingMessage, response: ServerResponse, isUpload: boolean): OpenExchange => {
    const exchange = { socket: request.socket, request, response, isUpload }
    exchanges.set(request.socket, exchange)
    return exchange
  }

  // Fastify's hooks do not see the requests that Fastify itself refuses.
  app.server.prependListener('request', (request, response) => begin(request, response, false))

  app.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    if (!routeOptions.config.isUpload) return
    const exchange = begin(raw, reply.raw, true)
    // Node restarts this timer with every byte.
    reply.raw.setTimeout(uploadIdle, () => {
      // Bytes are waiting to be read, so the delay is ours, not the client's.
      if (raw.readableLength > 0) return
      endBody(exchange, `No more bytes of the request body arrived for ${uploadIdle / 1000} seconds`)
    })
  })
}

/**
 * Ends a connection's request whose headers have arrived in time but whose body has not. An upload
 * goes on until it is answered.
 *
 * @param timeout the milliseconds that the request had
 * @returns whether the connection has such a request
 */
export function endLateBody(socket: Socket, timeout: number): boolean {
  const exchange = exchanges.get(socket)
  if (exchange === undefined || exchange.request.complete) return false
  const end = () => endBody(exchange, tooLate(timeout))
  if (!exchange.isUpload || exchange.response.headersSent) end()
  else exchange.response.once('finish', end)
  return true
}

/** The message for a request that took longer than `timeout` milliseconds to arrive. */
export const tooLate = (timeout: number): string =>
  `The request did not arrive completely within ${timeout / 1000} seconds`

/** Calls `act` when the connection's earlier request, if there is one, has been answered. */
export function afterAnswer(socket: Socket, act: () => void): void {
  const { request, response } = exchanges.get(socket) ?? {}
  const isAnswering = request?.complete || response?.headersSent
  if (isAnswering && !response?.writableFinished) response?.once('finish', act)
  else act()
}

/** Makes reading the body fail, which is answered like any error, or else ends the connection. */
function endBody({ socket, request, response }: OpenExchange, message: string): void {
  if (request.complete) return
  // Destroying the request would close the connection before the answer is sent.
  if (!response.headersSent && request.listenerCount('error') > 0) {
    request.emit('error', requestTimeout(message))
  } else socket.destroy()
}
