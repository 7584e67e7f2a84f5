import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { maxBodyBytes } from '../../model/quotas.ts'
import { diskTrouble } from '../../process/disk-errors.ts'
import { jsonType } from '../content-type.ts'
import { requestIdHeader } from '../request-id.ts'
import { PinpointException } from './exceptions.ts'

/** The header in which AWS SDKs look for the name of the exception (source: observed). */
export const errorTypeHeader = 'x-amzn-ErrorType'

/** What a browser may read of an answer besides its body. */
export const exposedHeaders = [requestIdHeader, errorTypeHeader]

declare module 'fastify' {
  interface FastifyReply {
    /** What the call was answered with, if it failed. Its `cause` is what nobody expected, for the log alone. */
    failure?: PinpointException
  }
}

/**
 * Answers anything thrown, in Pinpoint's wire form. Errors leave the server by several doors (handlers and
 * validation, unknown routes, Fastify's own refusals, which skip every hook) and all of them end here, so this
 * function sets every header itself.
 */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const exception = toException(error)
  reply.failure = exception
  // Where the caller has left, the call is not logged by what it was answered.
  if (exception.cause !== undefined && reply.raw.destroyed) {
    request.log.error({ err: exception.cause }, `unexpected error: ${exception.message}`)
  }
  // Fastify would cut the connection at a body that is too large, which a client that is still sending sees as a
  // reset; Node reads the rest of it instead.
  if (exception.statusCode === 413) reply.removeHeader('connection')
  // The rest of the request must not be taken for the next one.
  if (exception.statusCode === 408) reply.header('connection', 'close')
  if (exception.statusCode === 401) reply.header('www-authenticate', 'Bearer')
  // Some SDKs wait for as long as it says; a second is also the window in which requests are counted.
  if (exception.statusCode === 429) reply.header('retry-after', '1')
  reply
    .code(exception.statusCode)
    .header('content-type', jsonType)
    .header(requestIdHeader, request.id)
    .header(errorTypeHeader, exception.exception)
    .send(Buffer.from(errorBody(exception.message, request.id)))
}

/** The body of every error, as text (source: model; a real error was seen without RequestID, SDKs take both). */
export const errorBody = (message: string, requestId: string): string =>
  JSON.stringify({ Message: message, RequestID: requestId })

/** Turns what Fastify or a handler threw into one of Pinpoint's exceptions; the unexpected is told briefly. */
function toException(error: unknown): PinpointException {
  if (error instanceof PinpointException) return error
  const { code, message, statusCode } = (error ?? {}) as Partial<FastifyError>
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PinpointException(
        'PayloadTooLargeException',
        `The request body must be at most ${maxBodyBytes} bytes (7 MB)`,
      )
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new PinpointException(
        'BadRequestException',
        'The request body does not have the length that Content-Length says',
      )
    case 'FST_ERR_BAD_URL':
      return new PinpointException(
        'BadRequestException',
        'The path is not a valid URL: each % must be followed by two hexadecimal digits of UTF-8 text',
      )
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new PinpointException(
        'BadRequestException',
        `A part of the path is too long: it must be at most ${maxPathParameterLength} characters`,
      )
    default:
      if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
        return new PinpointException('BadRequestException', message ?? 'The request is not valid')
      }
      return new PinpointException(
        'InternalServerErrorException',
        diskTrouble(error) ?? 'Internal error; the log of pinpoint-local tells more',
        { cause: error },
      )
  }
}

/** Longest path parameter in characters. Fastify's own limit of 100 is shorter than a segment's ARN. */
export const maxPathParameterLength = 2048
