import type { Socket } from 'node:net'
import { errorBody, errorTypeHeader } from './error-handler.ts'
import { jsonType } from './json-type.ts'
import { newRequestId, requestIdHeader } from './request-id.ts'

/**
 * Answers what is not even an HTTP request, such as a broken header, in the same form as every other error. There is
 * no request yet that a handler could be given, so the answer is written to the socket.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const id = newRequestId()
  const body = errorBody(`The request is not valid HTTP: ${error.message}`, id)
  const headers = [
    'HTTP/1.1 400 Bad Request',
    `content-type: ${jsonType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `${requestIdHeader}: ${id}`,
    `${errorTypeHeader}: BadRequestException`,
    'connection: close',
  ]
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`)
}
