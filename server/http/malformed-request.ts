import type { Socket } from 'node:net'
import { jsonType } from './content-type.ts'
import { errorBody, errorTypeHeader } from './errors/error-handler.ts'
import { badRequest, type PinpointException, requestTimeout } from './errors/exceptions.ts'
import { newRequestId, requestIdHeader } from './request-id.ts'
import { afterAnswer, endLateBody, tooLate } from './request-timeouts.ts'

/**
 * Answers bytes that are not a valid HTTP request, or a request that does not arrive in time, in
 * the form of every other error, and closes the connection. Fastify has no request object for it,
 * so the answer is written to the socket, after that of an earlier request.
 *
 * @param timeout the milliseconds that a request may take to arrive
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, timeout: number): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (isLate && endLateBody(socket, timeout)) return
  if (error.code === 'ECONNRESET') return void socket.destroy()
  const exception = isLate
    ? requestTimeout(tooLate(timeout))
    : badRequest(`The request is not valid HTTP: ${error.message}`)
  afterAnswer(socket, () => {
    if (socket.writable) socket.write(answerOf(exception))
    // Not end(): a client that keeps its half of the connection open would keep all of it open.
    socket.destroySoon()
  })
}

/** The bytes of the HTTP response. */
function answerOf({ statusCode, exception, message }: PinpointException): string {
  // Not imported: to import node:http also loads Node's fetch, a fifth of the start.
  const { STATUS_CODES } = process.getBuiltinModule('node:http')
  const id = newRequestId()
  const body = errorBody(message, id)
  const headers = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    `content-type: ${jsonType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `${requestIdHeader}: ${id}`,
    `${errorTypeHeader}: ${exception}`,
    'connection: close',
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}
