import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyReply {
    /** A signal for what may take long: it is aborted when the caller has left, or the server closes. */
    untilGone(): AbortSignal
  }
}

/** Lets what may take long end when nobody waits for it any more. A call that does not ask pays nothing for it. */
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
