import type { FastifyInstance } from 'fastify'
import { conflict } from './errors/exceptions.ts'

declare module 'fastify' {
  interface FastifyReply {
    /**
     * An AbortSignal that fires when the client disconnects or the server closes. Its reason is a
     * ConflictException, so a handler that throws the reason answers 409.
     */
    disconnectSignal(): AbortSignal
  }
}

/**
 * Gives replies `disconnectSignal`, by which a handler that takes long can stop when nobody waits for it.
 */
export function endWithCallers(app: FastifyInstance): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort(conflict('the emulator stops: the call is aborted')))
  app.decorateReply('disconnectSignal', function () {
    const left = new AbortController()
    const leave = () => left.abort(conflict('the client has disconnected: the call is aborted'))
    if (this.raw.destroyed) leave()
    this.raw.once('close', leave)
    return AbortSignal.any([closing.signal, left.signal])
  })
}
