import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** The header in which every answer carries its request's id (source: observed). */
export const requestIdHeader = 'x-amzn-RequestId'

/** A new request id, of the form that AWS uses. */
export const newRequestId = (): string => randomUUID()

/** Puts the request's id on every answer. Errors set it themselves, as some of them skip all hooks. */
export function sendRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header(requestIdHeader, request.id)
  })
}
