import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { withoutPayloadTooLarge } from '../../model/exception.ts'
import { maxBodyBytes, maxPathParameterLength } from '../../model/quotas.ts'
import { diskTrouble } from '../../process/disk-errors.ts'
import { jsonType } from '../content-type.ts'
import { requestIdHeader } from '../request-id.ts'
import { PinpointException } from './exceptions.ts'

/** The header from which AWS SDKs read the name of the exception (source: observed). */
export const errorTypeHeader = 'x-amzn-ErrorType'

/** Headers of an answer that a browser may show to a page of another origin. */
export const exposedHeaders = [requestIdHeader, errorTypeHeader]

declare module 'fastify' {
  interface FastifyReply {
    /**
     * The exception that was answered, if any. Its `cause` is an unexpected error, only for the
     * log.
     */
    failure?: PinpointException
  }
}

/**
 * Answers any error in Pinpoint's wire form. Errors come from handlers and validation, from unknown
 * routes, and from Fastify's own checks, which skip all hooks; so this function sets every header
 * itself.
 */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const exception = toException(error, request.routeOptions?.config?.operation)
  reply.failure = exception
  // If the client has disconnected, the call's log line does not have the error.
  if (exception.cause !== undefined && reply.raw.destroyed) {
    request.log.error({ err: exception.cause }, `unexpected error: ${exception.message}`)
  }
  // Fastify would close the connection on a body that is too large, which a client that is still
  // sending sees as a reset. Without the header, Node reads the rest of the body.
  if (exception.statusCode === 413 || isTooLarge(error)) reply.removeHeader('connection')
  // The rest of this request must not be read as the next request.
  if (exception.statusCode === 408) reply.header('connection', 'close')
  if (exception.statusCode === 401) reply.header('www-authenticate', 'Bearer')
  // Some SDKs wait for that long. One second is also the window of the rate limit.
  if (exception.statusCode === 429) reply.header('retry-after', '1')
  const body = Buffer.from(errorBody(exception.message, request.id))
  // For requests that Fastify refuses, which skip the hook that sets it.
  reply.sentBody = body
  reply
    .code(exception.statusCode)
    .header('content-type', jsonType)
    .header(requestIdHeader, request.id)
    .header(errorTypeHeader, exception.exception)
    .send(body)
}

/**
 * The body of every error (source: model; a real one was observed without RequestID, SDKs accept
 * both).
 */
export const errorBody = (message: string, requestId: string): string =>
  JSON.stringify({ Message: message, RequestID: requestId })

const isTooLarge = (error: unknown): boolean =>
  (error as Partial<FastifyError> | null)?.code === 'FST_ERR_CTP_BODY_TOO_LARGE'

/**
 * Turns an error into one of Pinpoint's exceptions. The message for an unexpected error has no
 * details.
 */
function toException(error: unknown, operation: string | undefined): PinpointException {
  if (error instanceof PinpointException) return error
  const { code, message, statusCode } = (error ?? {}) as Partial<FastifyError>
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PinpointException(
        withoutPayloadTooLarge.has(operation) ? 'BadRequestException' : 'PayloadTooLargeException',
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
        diskTrouble(error) ?? 'Internal error; see the log of pinpoint-local',
        { cause: error },
      )
  }
}
