import { modelledExceptions } from '../../model/exception.ts'

/**
 * The errors that Pinpoint answers with; those that all AWS services have in common, for signatures and for requests
 * that arrive too slowly (source: guide, common errors); and two that are ours alone: NotImplementedException for
 * operations that are not served yet, UnauthorizedException for control calls.
 */
export const statusOf = {
  ...modelledExceptions,
  UnauthorizedException: 401,
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  UnrecognizedClientException: 403,
  RequestTimeoutException: 408,
  NotImplementedException: 501,
} as const

export type ExceptionName = keyof typeof statusOf

/** The longest message, in characters. One may quote much of a request, which can have 7 MB. */
const maxMessageLength = 16_384

/** An error with a name, a status and a message that go to the caller as they are. */
export class PinpointException extends Error {
  // A plain, writable property: Fastify writes the status of a failed validation back onto the error.
  statusCode: number
  readonly exception: ExceptionName

  constructor(exception: ExceptionName, message: string, options?: ErrorOptions) {
    super(message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message, options)
    this.exception = exception
    this.statusCode = statusOf[exception]
  }
}

/** 400: the request is wrong; the message names the member and what it should have been. */
export const badRequest = (message: string) => new PinpointException('BadRequestException', message)

/** 404: what the path, or a member such as SegmentId, names does not exist. */
export const notFound = (message: string) => new PinpointException('NotFoundException', message)

/** What was looked up. @throws NotFoundException with the message where there is nothing */
export function orNotFound<T>(found: T | undefined, message: string): T {
  if (found === undefined) throw notFound(message)
  return found
}

/** 408: the request does not come to its end; the connection is closed after the answer. */
export const requestTimeout = (message: string) => new PinpointException('RequestTimeoutException', message)

/** 409: the request does not go with the state that something is in. */
export const conflict = (message: string) => new PinpointException('ConflictException', message)

/** 429: a quota is used up; clients may try again later. */
export const tooManyRequests = (message: string) => new PinpointException('TooManyRequestsException', message)
