import type { FastifyInstance } from 'fastify'

/** The Content-Type of every answer of Pinpoint (source: observed). */
export const jsonType = 'application/json'

/** Removes the charset that Fastify adds to the Content-Type: Pinpoint sends none. */
export function sendBareJsonType(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    if (String(reply.getHeader('content-type')).startsWith(jsonType)) reply.header('content-type', jsonType)
  })
}
