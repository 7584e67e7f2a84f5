import type { FastifyInstance } from 'fastify'

/** The Content-Type of every answer of Pinpoint (source: observed). */
export const jsonType = 'application/json'

/** Removes the charset that Fastify adds to the Content-Type: Pinpoint sends none. */
export function sendBareJsonType(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (String(reply.getHeader('content-type')).startsWith(jsonType)) reply.header('content-type', jsonType)
    done()
  })
}
