import type { IncomingMessage } from 'node:http'
import { errorCodes } from 'fastify'
import { signingName } from '../../model/arn.ts'
import { minute } from '../../model/milliseconds.ts'
import { maxBodyBytes } from '../../model/quotas.ts'
import { badRequest, PinpointException } from '../errors/exceptions.ts'
import { readSignature, type Signature } from './read-signature.ts'
import { verifySignature } from './verify-signature.ts'

/**
 * Minutes by which a signature's time may differ from the server's (source: guide of Signature
 * Version 4).
 */
const tolerance = 15

const invalid = (message: string) => new PinpointException('InvalidSignatureException', message)

/**
 * Reads a request's body and checks the signature. A session token is not checked, but must be
 * signed if it is sent, as every `x-amz-*` header.
 *
 * @param request its `originalUrl` is what the client sent and signed, if the path was rewritten
 * @param accessKeys secret access keys by key id
 * @returns the request's body
 * @throws the exceptions of `readSignature`; UnrecognizedClientException for an unknown key;
 *   InvalidSignatureException for a signature that is wrong, too old, not for Pinpoint, or does not
 *   cover a required header
 */
export async function checkSignature(
  request: IncomingMessage & { originalUrl?: string },
  accessKeys: ReadonlyMap<string, string>,
  now: Date,
): Promise<Buffer> {
  const { path, query } = cut(request.originalUrl ?? request.url!)
  const signature = readSignature(request.headers, query)
  const secret = accessKeys.get(signature.keyId)
  if (secret === undefined) {
    throw new PinpointException(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
  }
  checkScope(signature)
  checkSignedHeaders(request, signature)
  checkTime(signature, now)
  const body = await readBody(request)
  const headers = headersOf(request)
  await verifySignature({ method: request.method!, path, query, headers, body }, signature, secret)
  return body
}

/**
 * Path and query of a request target, which may have a host. A `+` is a plus sign, as for signers.
 */
function cut(url: string): { path: string; query: URLSearchParams } {
  const [, path = '', query = ''] = url.match(/^(?:https?:\/\/[^/?]*)?([^?]*)\??(.*)$/is) ?? []
  return { path, query: new URLSearchParams(query.replaceAll('+', '%2B')) }
}

function checkScope({ scope, signedAt }: Signature): void {
  if (scope.terminator !== 'aws4_request') {
    throw invalid(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.terminator}'.`,
    )
  }
  if (scope.service !== signingName) {
    throw invalid(`Credential should be scoped to correct service: '${signingName}'.`)
  }
  const date = basic(signedAt)
  if (scope.date !== date.slice(0, 8)) {
    throw invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date.slice(0, 8)}', from '${date}'.`,
    )
  }
}

/**
 * Requires that `host`, the time and every `x-amz-*` header are signed: a header that is not could
 * be changed on the way. The query of a presigned request needs no check, as all of it is signed.
 *
 * Sources: the guide of Signature Version 4 says which headers must be signed. AWS's JSON services
 * were observed to answer a missing `host` with InvalidSignatureException; the text for `x-amz-*`
 * headers was observed at S3, which lists them in a member of its own. That Pinpoint answers with
 * this exception and this text is assumed.
 */
function checkSignedHeaders({ headers }: IncomingMessage, { signedHeaders, expiresAfter }: Signature): void {
  const required = ['host']
  if (expiresAfter === undefined) required.push(headers['x-amz-date'] === undefined ? 'date' : 'x-amz-date')
  for (const name of required) {
    if (!signedHeaders.includes(name)) {
      throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`)
    }
  }
  const unsigned = Object.keys(headers).filter(
    name => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  )
  if (unsigned.length > 0) {
    throw invalid(
      `There were headers present in the request which were not signed: ${unsigned.sort().join(', ')}`,
    )
  }
}

function checkTime({ signedAt, expiresAfter }: Signature, now: Date): void {
  const minutesFrom = (minutes: number) => new Date(now.getTime() + minutes * minute)
  if (signedAt > minutesFrom(tolerance)) {
    throw invalid(
      `Signature not yet current: ${basic(signedAt)} is still later than ${basic(minutesFrom(tolerance))} (${basic(now)} + ${tolerance} min.)`,
    )
  }
  if (expiresAfter === undefined) {
    const oldest = minutesFrom(-tolerance)
    if (signedAt >= oldest) return
    throw invalid(
      `Signature expired: ${basic(signedAt)} is now earlier than ${basic(oldest)} (${basic(now)} - ${tolerance} min.)`,
    )
  }
  const end = new Date(signedAt.getTime() + expiresAfter)
  if (now > end) throw invalid(`Signature expired: ${basic(end)} is now earlier than ${basic(now)}`)
}

/** A time in the format of signatures. */
const basic = (date: Date): string => date.toISOString().replace(/[-:]|\.\d+/g, '')

async function readBody(raw: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  try {
    // Not destroyed: the connection is needed for the answer.
    for await (const part of raw.iterator({ destroyOnReturn: false })) {
      size += part.length
      if (size > maxBodyBytes) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE()
      parts.push(part)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    throw badRequest('The request body does not have the length that Content-Length says')
  }
  return Buffer.concat(parts)
}

/**
 * Headers by lower-case name. Node's own `headers` drops some repeated ones, so the raw ones are
 * read.
 */
function headersOf({ rawHeaders }: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    const value = rawHeaders[index + 1]!
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return headers
}
