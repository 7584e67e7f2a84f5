import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { wallClock } from '../../clock/clock.ts'
import { redact } from '../../process/redact.ts'
import { isOpenRoute, isUnroutedControlCall } from '../control-path.ts'
import { errorTypeHeader } from '../errors/error-handler.ts'
import type { Call } from './call.ts'
import { exchangeOf } from './exchange.ts'
import { logAbandoned, logCall } from './log-calls.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer has no end of its own: the client leaves when it has had enough. */
    isStream?: boolean
  }
}

/** Logs and records a request that has been answered. */
export type RecordRequest = (request: FastifyRequest, reply: FastifyReply) => void

/**
 * Makes the function that logs every call.
 *
 * @param record called as well for calls of Pinpoint's API that the guard has let pass
 */
export function createRecorder(record: (call: Call) => void): RecordRequest {
  return (request, reply) => {
    const call = {
      operation: request.routeOptions.config.operation,
      method: request.method,
      path: redact(request.originalUrl),
      status: reply.statusCode,
      exception: reply.getHeader(errorTypeHeader) as string | undefined,
      milliseconds: reply.elapsedTime,
      answeredAt: wallClock().getTime(),
      requestId: request.id,
    }
    logCall(request.log, call, reply.failure, isOpenRoute(request.routeOptions.url))
    if (request.api === 'pinpoint' && !isUnroutedControlCall(request))
      record({ ...call, exchange: exchangeOf(request, reply) })
  }
}

/**
 * Records all requests that are routed. Those that Fastify refuses before skip all hooks; see
 * `app.ts`.
 */
export function recordRequests(app: FastifyInstance, record: RecordRequest): void {
  app.decorateReply('failure', undefined)
  // A request whose body is still incomplete after the answer is aborted as well.
  const answered = new WeakSet<FastifyRequest>()
  app.addHook('onResponse', (request, reply, done) => {
    record(request, reply)
    if (reply.raw.writableFinished) answered.add(request)
    done()
  })
  app.addHook('onRequestAbort', (request, done) => {
    if (!answered.has(request) && !request.routeOptions.config.isStream) logAbandoned(request)
    done()
  })
}
