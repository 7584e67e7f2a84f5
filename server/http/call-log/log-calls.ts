import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { redact } from '../../process/redact.ts'
import type { PinpointException } from '../errors/exceptions.ts'
import type { Call } from './call.ts'

/**
 * Logs one line for a call: operation, status, milliseconds, and the reason if it failed. An
 * internal error is logged with its stack.
 *
 * @param failure the exception that was answered, if any
 * @param isRoutine logs it at debug level only if it succeeds: a container makes a health check every
 *   two seconds, and a page of the console loads a dozen files
 */
export function logCall(
  log: FastifyBaseLogger,
  call: Omit<Call, 'exchange'>,
  failure: PinpointException | undefined,
  isRoutine: boolean,
): void {
  const { operation, method, path, status, exception, milliseconds } = call
  const ms = Math.round(milliseconds)
  const where = `${method} ${path}`
  const how = `${status} in ${ms} ms`
  log[levelOf(call, isRoutine)](
    { operation, method, path, status, ms, exception, err: failure?.cause },
    failure === undefined
      ? `${operation ?? where} ${how}`
      : `${operation ?? 'no operation'} ${how}: ${failure.exception}: ${failure.message} (${where})`,
  )
}

function levelOf(
  { operation, status }: Pick<Call, 'operation' | 'status'>,
  isRoutine: boolean,
): 'debug' | 'info' | 'warn' | 'error' {
  if (status >= 500) return operation === 'health' ? 'warn' : 'error'
  if (status >= 400) return 'warn'
  return isRoutine ? 'debug' : 'info'
}

/**
 * Logs one line for a call whose client disconnected before the answer, as SDKs do after a timeout.
 */
export function logAbandoned({ log, method, originalUrl, routeOptions: { config } }: FastifyRequest): void {
  const { operation } = config
  const path = redact(originalUrl)
  log.warn(
    { operation, method, path },
    `${operation ?? `${method} ${path}`}: the caller left before it was answered`,
  )
}
