import type { FastifyInstance } from 'fastify'

/**
 * Logs one line for each answer: what was called, how it ended, how long it took. A health check is told at debug
 * alone, as a container asks every other second.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { operation = 'unknown operation' } = request.routeOptions.config
    const level = operation === 'health' && reply.statusCode === 200 ? 'debug' : 'info'
    request.log[level](
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
