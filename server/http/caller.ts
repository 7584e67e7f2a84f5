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

function callerOf(headers: IncomingHttpHeaders, query: unknown, defaults: Caller): Caller {
  const credential = credentialOf(headers, query)
  if (credential === undefined) return defaults
  const { keyId, region } = credential
  return { region, accountId: /^\d{12}$/.test(keyId) ? keyId : defaults.accountId }
}

/** What a request is signed with, and for. */
export interface Credential {
  keyId: string
  region: string
  /** As in signatures: `mobiletargeting` for Pinpoint. */
  service: string
}

/**
 * Reads `Credential=<key id>/<date>/<region>/<service>/aws4_request` from a Signature Version 4
 * header, or the X-Amz-Credential parameter of a presigned request. The signature is not verified.
 *
 * @returns undefined where there is none, and for text in any other form
 */
export function credentialOf(headers: IncomingHttpHeaders, query: unknown): Credential | undefined {
  const presigned = (query as Record<string, unknown>)['X-Amz-Credential']
  const text =
    typeof presigned === 'string' ? presigned : headers.authorization?.match(/Credential=([^,\s]+)/)?.[1]
  const [, keyId, region, service] =
    text?.match(/^([^/]+)\/\d{8}\/([a-z0-9-]+)\/([^/]+)\/aws4_request$/) ?? []
  return keyId && region && service ? { keyId, region, service } : undefined
}
