import type { FastifyInstance } from 'fastify'

/** The Content-Type of every body (source: observed). */
export const jsonType = 'application/json'

/** Takes away the charset that Fastify adds and Pinpoint does not have. */
export function sendBareJsonType(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    if (reply.hasHeader('content-type')) reply.header('content-type', jsonType)
  })
}
