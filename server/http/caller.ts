import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Who calls, and where, as the request's signature says. It is read here, not verified. */
export interface Caller {
  /** The region of the credential scope, else the configured one. */
  region: string
  /** A 12-digit access key id stands for the account of that number; any other means the configured account. */
  accountId: string
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
}

/** Gives every request its `caller`. */
export function readCallers(app: FastifyInstance, defaults: Caller): void {
  app.decorateRequest('caller', null as unknown as Caller)
  app.addHook('onRequest', async request => {
    request.caller = callerOf(request.headers, request.query, defaults)
  })
}

/**
 * Reads `Credential=<key id>/<date>/<region>/<service>/aws4_request` from a Signature Version 4 header, or from
 * the X-Amz-Credential parameter of a presigned request. Whatever is not in that form counts as not sent.
 */
function callerOf(headers: IncomingHttpHeaders, query: unknown, defaults: Caller): Caller {
  const presigned = (query as Record<string, unknown>)['X-Amz-Credential']
  const credential =
    typeof presigned === 'string' ? presigned : headers.authorization?.match(/Credential=([^,\s]+)/)?.[1]
  const [, keyId, region] = credential?.match(/^([^/]+)\/\d{8}\/([a-z0-9-]+)\/[^/]+\/aws4_request$/) ?? []
  if (keyId === undefined || region === undefined) return defaults
  return { region, accountId: /^\d{12}$/.test(keyId) ? keyId : defaults.accountId }
}
