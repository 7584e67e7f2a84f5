import type { FastifyInstance } from 'fastify'

/** The Content-Type of every body of Pinpoint's (source: observed). */
export const jsonType = 'application/json'

/** Takes away the charset that Fastify adds to JSON and Pinpoint does not have. */
export function sendBareJsonType(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    if (String(reply.getHeader('content-type')).startsWith(jsonType)) reply.header('content-type', jsonType)
  })
}
