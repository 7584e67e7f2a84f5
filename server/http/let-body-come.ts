import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Tells a client to send its body, if it waits for that (`Expect: 100-continue`). It is told only once that
 * its headers are right, so that it sends no body that is refused anyway.
 */
export function letBodyCome({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (!/^100-continue$/i.test(headers.expect ?? '')) return
  reply.raw.writeContinue()
  // It waits no longer.
  delete headers.expect
}
