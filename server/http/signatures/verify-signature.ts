import { timingSafeEqual } from 'node:crypto'
import { Sha256 } from '@smithy/core/checksum'
import { getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4'
import { PinpointException } from '../errors/exceptions.ts'
import { algorithm, type Signature } from './read-signature.ts'

/** A request as it was sent. */
export interface SentRequest {
  method: string
  path: string
  query: URLSearchParams
  /** By lower-case name; repeated headers are joined by commas. */
  headers: ReadonlyMap<string, string>
  body: Uint8Array
}

/**
 * Verifies a signature: computes it again, as the client should have, and compares.
 *
 * @param secret the secret of the key that the signature names
 * @throws InvalidSignatureException that shows, as AWS does, the text that should have been signed
 */
export async function verifySignature(request: SentRequest, given: Signature, secret: string): Promise<void> {
  const signer = new Signer({
    credentials: { accessKeyId: given.keyId, secretAccessKey: secret },
    region: given.scope.region,
    service: given.scope.service,
    sha256: Sha256,
  })
  const { canonical, toSign, signature } = await signer.signAgain(request, given)
  if (isSame(signature, given.signature)) return
  throw new PinpointException(
    'InvalidSignatureException',
    `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'${canonical}'

The String-to-Sign should have been
'${toSign}'
`,
  )
}

/** The SDK's signer, made to sign a request that has already been sent. */
class Signer extends SignatureV4 {
  async signAgain(
    { method, path, query, headers, body }: SentRequest,
    { scope, signedAt, signedHeaders }: Signature,
  ) {
    const hash = new Sha256()
    hash.update(body)
    const signed = new Set(signedHeaders)
    const canonicalHeaders = getCanonicalHeaders(
      {
        method,
        path,
        protocol: '',
        hostname: '',
        headers: Object.fromEntries(signedHeaders.map(name => [name, headers.get(name) ?? ''])),
      },
      undefined,
      signed,
    )
    const names = [...new Set(query.keys())]
    const canonical = this.createCanonicalRequest(
      {
        method,
        path,
        protocol: '',
        hostname: '',
        headers: {},
        query: Object.fromEntries(names.map(name => [name, query.getAll(name)])),
      },
      canonicalHeaders,
      Buffer.from(await hash.digest()).toString('hex'),
    )
    const { longDate } = this.formatDate(signedAt)
    const { date, region, service, terminator } = scope
    const toSign = await this.createStringToSign(
      longDate,
      `${date}/${region}/${service}/${terminator}`,
      canonical,
      algorithm,
    )
    return { canonical, toSign, signature: await this.sign(toSign, { signingDate: signedAt }) }
  }
}

/** Compares in constant time. */
function isSame(signature: string, given: string): boolean {
  const [one, other] = [Buffer.from(signature), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}
