import { modelledExceptions } from '../../model/exception.ts'

/**
 * Exceptions and their statuses: Pinpoint's own; those of all AWS services, about signatures and
 * requests that arrive too slowly (source: guide, common errors); and UnauthorizedException, which is
 * the emulator's own, for control calls.
 */
export const statusOf = {
  ...modelledExceptions,
  UnauthorizedException: 401,
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  UnrecognizedClientException: 403,
  RequestTimeoutException: 408,
} as const

export type ExceptionName = keyof typeof statusOf

/** Longest message, in characters. A message may quote parts of a request, which can have 7 MB. */
const maxMessageLength = 16_384

/** An error whose name, status and message are answered as they are. */
export class PinpointException extends Error {
  // Must be writable: after a failed validation, Fastify sets the status of the error.
  statusCode: number
  readonly exception: ExceptionName

  constructor(exception: ExceptionName, message: string, options?: ErrorOptions) {
    super(message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message, options)
    this.exception = exception
    this.statusCode = statusOf[exception]
  }
}

/** 400: the request is wrong. The message names the member and says what it must be. */
export const badRequest = (message: string) => new PinpointException('BadRequestException', message)

/** 404: the resource that the path, or a member such as SegmentId, names does not exist. */
export const notFound = (message: string) => new PinpointException('NotFoundException', message)

/** The result of a look-up. @throws NotFoundException with this message if it is undefined */
export function orNotFound<T>(found: T | undefined, message: string): T {
  if (found === undefined) throw notFound(message)
  return found
}

/** 408: the request arrives too slowly. The connection is closed after the answer. */
export const requestTimeout = (message: string) => new PinpointException('RequestTimeoutException', message)

/** 409: the request conflicts with the state of a resource. */
export const conflict = (message: string) => new PinpointException('ConflictException', message)

/** 429: a quota is used up. Clients may retry later. */
export const tooManyRequests = (message: string) => new PinpointException('TooManyRequestsException', message)
