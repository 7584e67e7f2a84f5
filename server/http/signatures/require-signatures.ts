import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body of a request whose signature is right. */
    signedBody: Buffer | undefined
  }
}

/**
 * Refuses every call of Pinpoint that is not signed with one of the keys by Signature Version 4, before anything else is
 * said about it. Preflights are never signed.
 *
 * @param accessKeys secrets by the ids of their keys
 */
export function requireSignatures(
  app: FastifyInstance,
  { accessKeys, now }: { accessKeys: ReadonlyMap<string, string>; now: () => Date },
): void {
  app.decorateRequest('signedBody', undefined)

  app.addHook('onRequest', async request => {
    if (request.method === 'OPTIONS' || request.api !== 'pinpoint') return
    // Loaded by the first request: most who start the emulator check no signatures.
    const { checkSignature } = await import('./check-signature.ts')
    request.signedBody = await checkSignature(request.raw, accessKeys, now())
  })

  app.addHook('preParsing', async (request, _reply, payload) =>
    request.signedBody === undefined ? payload : Readable.from([request.signedBody]),
  )
}
