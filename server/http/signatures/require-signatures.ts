import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body, if the request's signature was checked and is right. */
    signedBody: Buffer | undefined
  }
}

/**
 * Requires a Signature Version 4 by one of the keys for every call of Pinpoint, before any other
 * check of the call. Preflights are never signed.
 *
 * @param accessKeys secret access keys by key id
 */
export function requireSignatures(
  app: FastifyInstance,
  { accessKeys, now }: { accessKeys: ReadonlyMap<string, string>; now: () => Date },
): void {
  app.decorateRequest('signedBody', undefined)

  app.addHook('onRequest', async request => {
    if (request.method === 'OPTIONS' || request.api !== 'pinpoint') return
    // Loaded on the first request: most users do not have signatures checked.
    const { checkSignature } = await import('./check-signature.ts')
    request.signedBody = await checkSignature(request.raw, accessKeys, now())
  })

  app.addHook('preParsing', async (request, _reply, payload) =>
    request.signedBody === undefined ? payload : Readable.from([request.signedBody]),
  )
}
