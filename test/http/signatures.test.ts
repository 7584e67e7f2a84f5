import {
  CreateAppCommand,
  GetAppsCommand,
  GetEndpointCommand,
  ListTagsForResourceCommand,
  type PinpointClientConfig,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-pinpoint'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { answerOf, buildTestApp, createApp, createClient, isError } from '../support/helpers.ts'
import { listen, sendRaw } from '../support/raw-http.ts'

const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const other = { accessKeyId: '000011112222', secretAccessKey: 'other:secret' }
const now = new Date('2026-01-02T03:04:05.678Z')
const config = {
  region: 'us-east-1',
  accountId: '123456789012',
  quotas: false,
  accessKeys: new Map([key, other].map(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey])),
}

const unknownKey = 'The security token included in the request is invalid.'
const mismatch =
  /^The request signature we calculated does not match the signature you provided\. Check your AWS/

t.test('signatures of the real SDK', async t => {
  const { url } = await listen(t, { config })
  const clientOf = (more: PinpointClientConfig) => {
    const client = createClient(url, { credentials: key, ...more })
    t.teardown(() => client.destroy())
    return client
  }
  const client = clientOf({})
  const isRefused = async (t: Test, more: PinpointClientConfig, name: string, message: string | RegExp) => {
    const error = await clientOf(more)
      .send(new GetAppsCommand({}))
      .catch(error => error)
    t.match({ ...error, message: error.message }, { name, $metadata: { httpStatusCode: 403 }, message })
  }

  t.test('what is signed with a key is served, whatever stands in its path, query and body', async t => {
    const { ApplicationResponse } = await client.send(
      new CreateAppCommand({ CreateApplicationRequest: { Name: 'café ☕ "+%' } }),
    )
    const { Id: ApplicationId, Arn: ResourceArn } = ApplicationResponse!
    for (const EndpointId of [
      'a b',
      'a/b',
      'a+b',
      'a~b',
      'é☕',
      '100%',
      '%2F',
      "!'()*",
      'a?b=c&d',
      '..',
      'a=b;c:d@e,f',
    ]) {
      const EndpointRequest = { ChannelType: 'EMAIL', Address: `${EndpointId}@example.com` } as const
      await client.send(new UpdateEndpointCommand({ ApplicationId, EndpointId, EndpointRequest }))
      const { EndpointResponse } = await client.send(new GetEndpointCommand({ ApplicationId, EndpointId }))
      t.equal(EndpointResponse?.Id, EndpointId)
    }
    const tags = { b: '1', a: '2', 'é +&=': '3', '~*': '4', kept: '5' }
    await client.send(new TagResourceCommand({ ResourceArn, TagsModel: { tags } }))
    const TagKeys = Object.keys(tags).slice(0, 4)
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys }))
    const { TagsModel } = await client.send(new ListTagsForResourceCommand({ ResourceArn }))
    t.strictSame(TagsModel?.tags, { kept: '5' })
    await client.send(new GetAppsCommand({ PageSize: '10' }))
  })

  t.test('each of several keys is good, in any region, and its account stands in ARNs', async t => {
    const { ApplicationResponse } = await clientOf({ credentials: other, region: 'eu-west-1' }).send(
      new CreateAppCommand({ CreateApplicationRequest: { Name: 'x' } }),
    )
    t.match(ApplicationResponse?.Arn, 'arn:aws:mobiletargeting:eu-west-1:000011112222:apps/')
  })

  t.test('a session token must be signed where it is sent, and is not looked at', async t => {
    const withToken = clientOf({ credentials: { ...key, sessionToken: 'any' } })
    t.ok(await withToken.send(new GetAppsCommand({})))
  })

  t.test('a wrong secret, an unknown key and a clock that is an hour off are refused', async t => {
    const wrong = { ...key, secretAccessKey: 'wrong' }
    await isRefused(t, { credentials: wrong }, 'InvalidSignatureException', mismatch)
    const unknown = { ...key, accessKeyId: 'AKIAUNKNOWN' }
    await isRefused(t, { credentials: unknown }, 'UnrecognizedClientException', unknownKey)
    const hour = 3_600_000
    const late =
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/
    await isRefused(t, { systemClockOffset: -hour }, 'InvalidSignatureException', late)
    const early = /^Signature not yet current: \d{8}T\d{6}Z is still later than .* \+ 15 min\.\)$/
    await isRefused(t, { systemClockOffset: hour }, 'InvalidSignatureException', early)
  })

  t.test('an SDK that may try again sets its clock right', async t => {
    const { $metadata } = await clientOf({ systemClockOffset: -3_600_000, maxAttempts: 2 }).send(
      new GetAppsCommand({}),
    )
    t.equal($metadata.attempts, 2)
  })
})

/** A request of another service's form, before it is signed. */
const request = ({ method = 'GET', path = '/v1/apps', body = '', headers = {}, query = {} } = {}) => ({
  method,
  path,
  query,
  body,
  protocol: 'http:',
  hostname: 'pinpoint.test',
  headers: { host: 'pinpoint.test', ...headers } as Record<string, string>,
})
type Signing = { credentials?: typeof key; service?: string; signingDate?: Date }

const signer = ({ credentials = key, service = 'mobiletargeting' }: Signing) =>
  new SignatureV4({ credentials, service, region: 'us-east-1', sha256: Sha256, applyChecksum: false })

const sign = (unsigned: ReturnType<typeof request>, { signingDate = now, ...signing }: Signing = {}) =>
  signer(signing).sign(unsigned, { signingDate })

const presign = (
  unsigned: ReturnType<typeof request>,
  { signingDate = now, expiresIn = 60, ...signing }: Signing & { expiresIn?: number } = {},
) => signer(signing).presign(unsigned, { signingDate, expiresIn })

let clock = now
const { app } = buildTestApp(t, { config, now: () => clock })

/** Sends what was signed, or something else in its place, to an application whose clock stands still. */
async function send(
  { method, path, query, headers, body }: Awaited<ReturnType<typeof sign>>,
  instead: InjectOptions = {},
  { at = now } = {},
) {
  clock = at
  const parameters = new URLSearchParams(query as Record<string, string>).toString().replaceAll('+', '%20')
  const url = parameters === '' ? path : `${path}?${parameters}`
  return answerOf(
    await app.inject({ method: method as 'GET', url, headers, ...(body && { payload: body }), ...instead }),
  )
}

const minutes = (count: number, ms = 0) => new Date(now.getTime() + count * 60_000 + ms)
const signedHeader = (parts: string) => ({
  headers: { host: 'pinpoint.test', 'x-amz-date': '20260102T030405Z', authorization: parts },
})
const scope = '20260102/us-east-1/mobiletargeting/aws4_request'
const signature = 'a'.repeat(64)

t.test('a signature is good for 15 minutes, in both directions', async t => {
  for (const [ms, status] of [
    [-900_678, 403],
    [-899_000, 200],
    [899_000, 200],
    [901_000, 403],
  ] as const) {
    const signed = await sign(request(), { signingDate: minutes(0, ms) })
    t.equal((await send(signed)).status, status, `${ms} ms`)
  }
  const answer = await send(await sign(request(), { signingDate: minutes(-20) }))
  const message =
    'Signature expired: 20260102T024405Z is now earlier than 20260102T024905Z (20260102T030405Z - 15 min.)'
  isError(t, answer, 403, 'InvalidSignatureException', message)
})

t.test('a signed request that is changed in any part is refused', async t => {
  const payload = '{"Name":"shop"}'
  const signed = await sign(request({ method: 'POST', body: payload, headers: { 'x-amz-meta': ' a   b ' } }))
  t.equal((await send(signed)).status, 201)
  t.equal((await send(signed, { headers: { ...signed.headers, 'x-other': 'c' } })).status, 201, 'unsigned')
  for (const [what, instead] of Object.entries<InjectOptions>({
    'its body': { payload: '{"Name":"shoq"}' },
    'no body': { payload: '' },
    'its path': { url: '/v1/apps/' },
    'its query': { url: '/v1/apps?a=b' },
    'its method': { method: 'PUT' },
    'its host': { headers: { ...signed.headers, host: 'elsewhere' } },
    'a header': { headers: { ...signed.headers, 'x-amz-meta': 'a c' } },
    'its time': { headers: { ...signed.headers, 'x-amz-date': '20260102T030406Z' } },
    'its signature': {
      headers: { ...signed.headers, authorization: signed.headers.authorization!.replace(/.$/, '') },
    },
  })) {
    const { status, headers, body } = await send(signed, instead)
    t.strictSame([status, headers['x-amzn-errortype']], [403, 'InvalidSignatureException'], what)
    t.match(body.Message, mismatch)
  }
})

/** Sends a signed request as raw bytes, so that further header lines stand beside what was signed. */
async function sendSigned(
  port: number,
  { method, path, query, headers }: Awaited<ReturnType<typeof sign>>,
  more: readonly string[] = [],
) {
  const parameters = new URLSearchParams(query as Record<string, string>)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const head = [`${method} ${path}?${parameters} HTTP/1.1`, ...lines, ...more, 'Connection: close']
  return sendRaw(port, `${head.join('\r\n')}\r\n\r\n`)
}

/** Header lines that come unsigned, and what is said of them; undefined: they need no signature. */
const besideSignature: [lines: string[], unsigned: string | undefined][] = [
  [['x-amz-meta: a'], 'x-amz-meta'],
  [
    ['X-AMZ-Security-Token: t', 'X-Amz-Content-Sha256: e', 'x-other: c'],
    'x-amz-content-sha256, x-amz-security-token',
  ],
  [['x-amz-meta: a', 'x-amz-meta: b'], 'x-amz-meta'],
  [['x-amz-: '], 'x-amz-'],
  // Proxies add the first of these; SDKs leave it, and the others, unsigned.
  [['x-amzn-trace-id: Root=1', 'amz-sdk-invocation-id: i', 'user-agent: u', 'x-other: c'], undefined],
]

for (const [form, signed] of [
  ['signed', () => sign(request())],
  ['presigned', () => presign(request())],
] as const) {
  t.test(`every x-amz-* header of a ${form} request must be signed`, async t => {
    const { port } = await listen(t, { config, now: () => now })
    for (const [lines, unsigned] of besideSignature) {
      const answer = await sendSigned(port, await signed(), lines)
      const what = lines.join(', ')
      if (unsigned === undefined) {
        t.equal(answer.status, 200, what)
        continue
      }
      const message = `There were headers present in the request which were not signed: ${unsigned}`
      t.test(what, async t => isError(t, answer, 403, 'InvalidSignatureException', message))
    }
  })
}

t.test('the time of a presigned request is that of its query, and no other may stand beside it', async t => {
  const { port } = await listen(t, { config, now: () => now })
  const answer = await sendSigned(port, await presign(request()), ['x-amz-date: 20260102T030405Z'])
  isError(t, answer, 403, 'InvalidSignatureException', /not signed: x-amz-date$/)
})

t.test('x-amz-* headers that are signed are served, in either form', async t => {
  const { port } = await listen(t, { config, now: () => now })
  const headers = { 'x-amz-meta': 'a', 'x-amz-user-agent': 'aws-sdk-js/3' }
  t.equal((await sendSigned(port, await sign(request({ headers })))).status, 200)
  const presigned = await signer({}).presign(request({ headers }), {
    signingDate: now,
    expiresIn: 60,
    unhoistableHeaders: new Set(Object.keys(headers)),
  })
  t.match(presigned.query?.['X-Amz-SignedHeaders'], 'host;x-amz-meta;x-amz-user-agent')
  t.equal((await sendSigned(port, presigned)).status, 200)
})

t.test('a presigned request whose query is changed is refused', async t => {
  const { port } = await listen(t, { config, now: () => now })
  const presigned = await presign(request({ headers: { 'x-amz-security-token': 't' } }))
  t.equal(presigned.query?.['x-amz-security-token'], 't')
  t.equal((await sendSigned(port, presigned)).status, 200)
  for (const [name, value] of [
    ['x-amz-security-token', 'other'],
    ['X-Amz-Meta', 'added'],
  ] as const) {
    const answer = await sendSigned(port, { ...presigned, query: { ...presigned.query, [name]: value } })
    isError(t, answer, 403, 'InvalidSignatureException', mismatch)
  }
})

t.test('the host of a presigned request must be signed', async t => {
  const { port } = await listen(t, { config, now: () => now })
  const presigned = await presign(request({ headers: { 'x-other': 'c' } }))
  const query = { ...presigned.query, 'X-Amz-SignedHeaders': 'x-other' }
  const message = "'host' must be a 'SignedHeader' in the AWS Authorization."
  isError(t, await sendSigned(port, { ...presigned, query }), 403, 'InvalidSignatureException', message)
})

t.test('a wrong signature is told what should have been signed', async t => {
  const signed = await sign(request({ path: '/v1/apps/a%20b', query: { token: 'x y' } }), {
    credentials: { ...key, secretAccessKey: 'wrong' },
  })
  const { body } = await send(signed)
  t.match(
    body.Message,
    "'GET\n/v1/apps/a%2520b\ntoken=x%20y\nhost:pinpoint.test\nx-amz-date:20260102T030405Z\n\nhost;",
  )
  t.match(body.Message, `'AWS4-HMAC-SHA256\n20260102T030405Z\n${scope}\n`)
  t.notMatch(body.Message, key.secretAccessKey)
})

t.test('a presigned request is good until it expires', async t => {
  const presigned = await presign(request())
  t.equal((await send(presigned)).status, 200)
  t.equal((await send(presigned, {}, { at: minutes(1, -1000) })).status, 200)
  const late = await send(presigned, {}, { at: minutes(2) })
  const expired = 'Signature expired: 20260102T030505Z is now earlier than 20260102T030605Z'
  isError(t, late, 403, 'InvalidSignatureException', expired)
  const early = await send(presigned, {}, { at: minutes(-16) })
  isError(t, early, 403, 'InvalidSignatureException', /^Signature not yet current: /)
  const wrong = await presign(request(), { credentials: { ...key, secretAccessKey: 'wrong' } })
  isError(t, await send(wrong), 403, 'InvalidSignatureException', mismatch)
  const longer = { ...presigned, query: { ...presigned.query, 'X-Amz-Expires': '6000' } }
  isError(t, await send(longer), 403, 'InvalidSignatureException', mismatch)
  for (const name of [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ]) {
    const { [name]: _, ...query } = presigned.query!
    const message = `AWS query-string parameters must include '${name}'. Re-examine the query-string parameters.`
    isError(t, await send({ ...presigned, query }), 403, 'IncompleteSignatureException', message)
  }
})

for (const [title, exception, message, headers] of [
  ['no signature', 'MissingAuthenticationTokenException', 'Missing Authentication Token', {}],
  [
    'another scheme',
    'IncompleteSignatureException',
    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    { authorization: 'Bearer abc' },
  ],
  [
    'no signed headers',
    'IncompleteSignatureException',
    "Authorization header requires 'SignedHeaders' parameter.",
    signedHeader(`AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, Signature=${signature}`).headers,
  ],
  [
    'a credential without its scope',
    'IncompleteSignatureException',
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE'",
    signedHeader(
      `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    ).headers,
  ],
  [
    'another date in the scope',
    'InvalidSignatureException',
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T030405Z'.",
    signedHeader(
      `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope.replace('0102', '0101')}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    ).headers,
  ],
  [
    'another end of the scope',
    'InvalidSignatureException',
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws9_request'.",
    signedHeader(
      `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope.replace('aws4', 'aws9')}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    ).headers,
  ],
  [
    'a host that is not signed',
    'InvalidSignatureException',
    "'host' must be a 'SignedHeader' in the AWS Authorization.",
    signedHeader(
      `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=x-amz-date, Signature=${signature}`,
    ).headers,
  ],
  [
    'a time that is none',
    'IncompleteSignatureException',
    "Date must be in ISO-8601 'basic format'. Got 'today'. See http://en.wikipedia.org/wiki/ISO_8601",
    {
      'x-amz-date': 'today',
      authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    },
  ],
  [
    'signed headers that are not there, of any name',
    'InvalidSignatureException',
    mismatch,
    signedHeader(
      `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=__proto__;constructor;host;x-amz-date, Signature=${signature}`,
    ).headers,
  ],
] as const) {
  t.test(`a request with ${title} answers 403 ${exception}`, async t => {
    isError(t, await send({ ...request() }, { headers: { ...headers } }), 403, exception, message)
  })
}

t.test('a signature for another service is refused', async t => {
  const message = "Credential should be scoped to correct service: 'mobiletargeting'."
  isError(t, await send(await sign(request(), { service: 's3' })), 403, 'InvalidSignatureException', message)
})

t.test('the signature comes before everything else that is wrong', async t => {
  for (const [status, unsigned] of [
    [400, request({ method: 'POST', body: '{' })],
    [404, request({ path: '/v1/nowhere' })],
    [405, request({ method: 'DELETE' })],
  ] as const) {
    t.equal((await send(await sign(unsigned))).status, status, `${unsigned.method} ${unsigned.path}, signed`)
    const wrong = await sign(unsigned, { credentials: { ...key, secretAccessKey: 'wrong' } })
    t.equal((await send(wrong)).status, 403, `${unsigned.method} ${unsigned.path}, signed wrongly`)
  }
})

t.test('a signed request whose body is too large answers 413', async t => {
  const large = await sign(request({ method: 'POST', body: `"${'x'.repeat(7 * 1024 * 1024)}"` }))
  const { status, headers } = await send(large)
  t.strictSame([status, headers['x-amzn-errortype']], [413, 'PayloadTooLargeException'])
})

t.test('health and preflights need no signature, all else below /_pinpoint/ does', async t => {
  t.equal((await app.inject({ url: '/_pinpoint/health' })).statusCode, 200)
  t.equal((await app.inject({ url: '/_pinpoint/nothing' })).statusCode, 401)
  const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'GET' }
  t.equal((await app.inject({ method: 'OPTIONS', url: '/v1/apps', headers })).statusCode, 200)
  const { statusCode } = await app.inject({ url: '/_pinpoint/../v1/apps' })
  t.not(statusCode, 200)
})

t.test('a path that begins with a host needs the same signature as without', async t => {
  const { port } = await listen(t, { config })
  const answer = await sendRaw(
    port,
    'GET http://x/_pinpoint/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  t.equal(answer.status, 200)
  const unsigned = 'GET http://x/v1/apps HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
  isError(t, await sendRaw(port, unsigned), 403, 'MissingAuthenticationTokenException', /./)
})

t.test('without ACCESS_KEYS, no signature is looked at', async t => {
  const { url } = await listen(t)
  const client = createClient(url, { systemClockOffset: 3_600_000 })
  t.teardown(() => client.destroy())
  t.ok(await createApp(client))
})
