import { createHash } from 'node:crypto'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { signingName } from '../model/arn.ts'
import type { AccessKeys } from './remote.ts'

/**
 * Signs a request by Signature Version 4, as ACCESS_KEYS wants it. Load this module only when a
 * request has to be signed.
 *
 * @param content the bytes of the body
 * @returns the request's headers
 */
export async function sign(
  method: string,
  href: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { accessKeyId, secretAccessKey, region }: AccessKeys,
): Promise<Record<string, string>> {
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk)
  const { protocol, hostname, port, host, pathname, searchParams } = new URL(href)
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service: signingName,
    sha256: Sha256,
  })
  const { headers } = await signer.sign({
    method,
    protocol,
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    ...(port !== '' && { port: Number(port) }),
    headers: { host, 'x-amz-content-sha256': hash.digest('hex') },
  })
  // The client sends its own, which is the same.
  const { host: _, ...others } = headers
  return others
}
