import type { IncomingHttpHeaders } from 'node:http'
import { PinpointException } from '../errors/exceptions.ts'

/** A request's signature and what it was made with. */
export interface Signature {
  keyId: string
  /** The credential scope. */
  scope: { date: string; region: string; service: string; terminator: string }
  /** Names of the signed headers, in lower case. */
  signedHeaders: string[]
  /** Hexadecimal. */
  signature: string
  signedAt: Date
  /** Milliseconds for which a presigned request is valid; undefined for any other. */
  expiresAfter: number | undefined
}

export const algorithm = 'AWS4-HMAC-SHA256'

const incomplete = (message: string) => new PinpointException('IncompleteSignatureException', message)

/**
 * Reads the Signature Version 4 of a request from the Authorization header or, without one, from
 * the query. Names and texts of the errors are those of AWS's services.
 *
 * @param query the query of the URL
 * @throws MissingAuthenticationTokenException without a signature, IncompleteSignatureException if
 *   a part of it is missing or malformed
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function readSignature(headers: IncomingHttpHeaders, query: URLSearchParams): Signature {
  if (headers.authorization !== undefined) return readHeader(headers.authorization, headers)
  if ([...query.keys()].some(name => presignedNames.includes(name))) return readQuery(query)
  throw new PinpointException('MissingAuthenticationTokenException', 'Missing Authentication Token')
}

function readHeader(authorization: string, headers: IncomingHttpHeaders): Signature {
  const [scheme, text = ''] = authorization.split(/\s+(.*)/s)
  const part = (name: string) =>
    (scheme === algorithm && text.match(new RegExp(`(?:^|[,\\s])${name}=([^,\\s]+)`))?.[1]) || undefined
  const [credential, signedHeaders, signature] = [
    part('Credential'),
    part('SignedHeaders'),
    part('Signature'),
  ]
  const date = [headers['x-amz-date'] ?? headers.date].flat()[0]
  const missing = [
    ...(credential === undefined ? ["'Credential' parameter"] : []),
    ...(signature === undefined ? ["'Signature' parameter"] : []),
    ...(signedHeaders === undefined ? ["'SignedHeaders' parameter"] : []),
    ...(date === undefined ? ["existence of either a 'X-Amz-Date' or a 'Date' header"] : []),
  ]
  if (missing.length > 0) {
    throw incomplete(missing.map(what => `Authorization header requires ${what}.`).join(' '))
  }
  return {
    ...readCredential(credential!),
    signedHeaders: signedHeaders!.toLowerCase().split(';'),
    signature: signature!,
    signedAt: readDate(date!),
    expiresAfter: undefined,
  }
}

const presignedNames = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
]

/**
 * Most seconds for which a presigned request may be valid (source: guide of Signature Version 4).
 */
const maxExpiry = 604_800

function readQuery(query: URLSearchParams): Signature {
  const [, credential, signature, signedHeaders, date] = presignedNames.map(name => {
    const value = query.get(name)
    if (value) return value
    throw incomplete(
      `AWS query-string parameters must include '${name}'. Re-examine the query-string parameters.`,
    )
  })
  if (query.get('X-Amz-Algorithm') !== algorithm) throw incomplete(`X-Amz-Algorithm must be ${algorithm}.`)
  const expires = query.get('X-Amz-Expires') ?? '900'
  if (!/^\d+$/.test(expires) || Number(expires) > maxExpiry) {
    throw incomplete(`X-Amz-Expires must be a number of seconds from 0 to ${maxExpiry}.`)
  }
  return {
    ...readCredential(credential!),
    signedHeaders: signedHeaders!.toLowerCase().split(';'),
    signature: signature!,
    signedAt: readDate(date!),
    expiresAfter: Number(expires) * 1000,
  }
}

function readCredential(credential: string): Pick<Signature, 'keyId' | 'scope'> {
  const [keyId, date, region, service, terminator, ...more] = credential.split('/')
  if (!keyId || !date || !region || !service || !terminator || more.length > 0) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    )
  }
  return { keyId, scope: { date, region, service, terminator } }
}

/** Reads the format of X-Amz-Date, or that of HTTP's Date header. */
function readDate(text: string): Date {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
  const date = new Date(basic.test(text) ? text.replace(basic, '$1-$2-$3T$4:$5:$6Z') : text)
  if (!Number.isNaN(date.getTime())) return date
  throw incomplete(
    `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  )
}
