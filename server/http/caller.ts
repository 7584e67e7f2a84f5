import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Caller } from '../model/arn.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
}

/**
 * Gives every request its `caller`: the account and region that its signature names. The signature
 * is not verified here.
 *
 * @param defaults where there is none; its account also where the access key id is no account's
 */
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
