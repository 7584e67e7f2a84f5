import type { FastifyInstance } from 'fastify'

/** Logs one line for each answer: what was called, how it ended, how long it took. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { operation = 'unknown operation' } = request.routeOptions.config
    request.log.info(
      {
        method: request.method,
        path: request.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      `${operation} ${reply.statusCode}`,
    )
  })
}
