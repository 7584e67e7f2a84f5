import type { FastifyInstance } from 'fastify'

/** The Content-Type of every body that Pinpoint answers (source: observed). */
export const jsonType = 'application/json'

/** Takes away the charset that Fastify adds and Pinpoint does not have. */
export function sendBareJsonType(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    const type = String(reply.getHeader('content-type') ?? '')
    if (type.startsWith(jsonType)) reply.header('content-type', jsonType)
  })
}
