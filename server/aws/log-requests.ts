import type { FastifyBaseLogger } from 'fastify'
import type { Call } from './record-requests.ts'

/**
 * Logs one line for an answer: what was called, how it ended, how long it took. A health check is told at debug alone,
 * as a container asks every other second.
 */
export function logCall(
  log: FastifyBaseLogger,
  { operation, method, path, status, milliseconds }: Call,
): void {
  const level = operation === 'health' && status === 200 ? 'debug' : 'info'
  log[level](
    { method, path, status, ms: Math.round(milliseconds) },
    `${operation ?? 'unknown operation'} ${status}`,
  )
}
