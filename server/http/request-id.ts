import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** The header of every answer that has the request's id (source: observed). */
export const requestIdHeader = 'x-amzn-RequestId'

/** A new request id, a UUID as AWS uses. */
export const newRequestId = (): string => randomUUID()

/**
 * Sends the request's id with every answer. Errors set the header themselves: some skip all hooks.
 */
export function sendRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header(requestIdHeader, request.id)
  })
}
