import type { FastifyInstance } from 'fastify'

/** Seconds for which a browser may cache the answer to a preflight. */
const maxAge = 86_400

/**
 * Answers OPTIONS on every path with 200 (source: observed): the preflight that browsers send
 * before a request that a form could not send. The guard has already allowed or refused the origin.
 * (`@fastify/cors` would decide about origins a second time, and does not see requests that Fastify
 * refuses before its hooks.)
 */
export function answerPreflights(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'OPTIONS') return
    reply.header('access-control-allow-methods', 'GET, POST, PUT, DELETE')
    reply.header('access-control-max-age', String(maxAge))
    const headers = request.headers['access-control-request-headers']
    if (headers !== undefined) reply.header('access-control-allow-headers', headers)
    // Private Network Access: a page of the public web calls this machine or its network.
    if (request.headers['access-control-request-private-network'] === 'true') {
      reply.header('access-control-allow-private-network', 'true')
    }
    return reply.code(200).header('content-length', '0').send()
  })
}
