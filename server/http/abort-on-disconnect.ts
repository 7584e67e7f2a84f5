import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyReply {
    /** An AbortSignal that fires when the client disconnects or the server closes. */
    untilGone(): AbortSignal
  }
}

/**
 * Gives replies `untilGone`, by which a handler that takes long can stop when nobody waits for it.
 */
export function endWithCallers(app: FastifyInstance): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  app.decorateReply('untilGone', function () {
    const left = new AbortController()
    if (this.raw.destroyed) left.abort()
    this.raw.once('close', () => left.abort())
    return AbortSignal.any([closing.signal, left.signal])
  })
}
