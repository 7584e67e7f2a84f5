import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { redact } from '../../process/redact.ts'
import type { PinpointException } from '../errors/exceptions.ts'
import type { Call } from './call.ts'

/**
 * Logs one line for a call: what was called, how it ended and in how many milliseconds, and why it failed. What failed
 * for a reason that only the emulator can know is logged with its stack. A health check that finds nothing is told at
 * debug alone, as a container asks every other second.
 *
 * @param failure what the call was answered with, if it failed
 */
export function logCall(log: FastifyBaseLogger, call: Call, failure: PinpointException | undefined): void {
  const { operation, method, path, status, exception, milliseconds } = call
  const ms = Math.round(milliseconds)
  const where = `${method} ${path}`
  const how = `${status} in ${ms} ms`
  log[levelOf(call)](
    { operation, method, path, status, ms, exception, err: failure?.cause },
    failure === undefined
      ? `${operation ?? where} ${how}`
      : `${operation ?? 'no operation'} ${how}: ${failure.exception}: ${failure.message} (${where})`,
  )
}

/** What is not served yet is no error of the emulator, but its caller has to know. */
function levelOf({ operation, status }: Call): 'debug' | 'info' | 'warn' | 'error' {
  if (status >= 500 && status !== 501) return operation === 'health' ? 'warn' : 'error'
  if (status >= 400) return 'warn'
  return operation === 'health' ? 'debug' : 'info'
}

/** Logs one line for a call whose caller left before there was an answer, as SDKs do after their timeouts. */
export function logAbandoned({ log, method, url, routeOptions: { config } }: FastifyRequest): void {
  const { operation } = config
  const path = redact(url)
  log.warn(
    { operation, method, path },
    `${operation ?? `${method} ${path}`}: the caller left before it was answered`,
  )
}
