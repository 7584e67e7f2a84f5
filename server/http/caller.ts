import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** The account and region that a request's signature names. The signature is not verified here. */
export interface Caller {
  /** The region of the credential scope, or the configured one without a scope. */
  region: string
  /** The access key id if it has 12 digits, else the configured account. */
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
 * Reads `Credential=<key id>/<date>/<region>/<service>/aws4_request` from a Signature Version 4
 * header, or the X-Amz-Credential parameter of a presigned request. Text in any other form is
 * ignored.
 */
function callerOf(headers: IncomingHttpHeaders, query: unknown, defaults: Caller): Caller {
  const presigned = (query as Record<string, unknown>)['X-Amz-Credential']
  const credential =
    typeof presigned === 'string' ? presigned : headers.authorization?.match(/Credential=([^,\s]+)/)?.[1]
  const [, keyId, region] = credential?.match(/^([^/]+)\/\d{8}\/([a-z0-9-]+)\/[^/]+\/aws4_request$/) ?? []
  if (keyId === undefined || region === undefined) return defaults
  return { region, accountId: /^\d{12}$/.test(keyId) ? keyId : defaults.accountId }
}
