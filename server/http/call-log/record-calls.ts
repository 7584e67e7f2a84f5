import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { wallClock } from '../../clock/clock.ts'
import { redact } from '../../process/redact.ts'
import { errorTypeHeader } from '../errors/error-handler.ts'
import type { Call } from './call.ts'
import { logAbandoned, logCall } from './log-calls.ts'

/** Takes note of a request that is answered. */
export type RecordRequest = (request: FastifyRequest, reply: FastifyReply) => void

/**
 * Makes what logs every call, whatever becomes of it.
 *
 * @param record is told as well of those that are Pinpoint's, and were let in
 */
export function createRecorder(record: (call: Call) => void): RecordRequest {
  return (request, reply) => {
    const call = {
      operation: request.routeOptions.config.operation,
      method: request.method,
      path: redact(request.url),
      status: reply.statusCode,
      exception: reply.getHeader(errorTypeHeader) as string | undefined,
      milliseconds: reply.elapsedTime,
      answeredAt: wallClock().getTime(),
      requestId: request.id,
    }
    logCall(request.log, call, reply.failure)
    if (request.api === 'pinpoint') record(call)
  }
}

/** Records what comes so far as to be routed. What Fastify refuses before skips every hook; see `app.ts`. */
export function recordRequests(app: FastifyInstance, record: RecordRequest): void {
  app.decorateReply('failure', undefined)
  // A request is aborted as well where its body does not come to its end after the answer.
  const answered = new WeakSet<FastifyRequest>()
  app.addHook('onResponse', (request, reply, done) => {
    record(request, reply)
    if (reply.raw.writableFinished) answered.add(request)
    done()
  })
  app.addHook('onRequestAbort', (request, done) => {
    if (!answered.has(request)) logAbandoned(request)
    done()
  })
}
