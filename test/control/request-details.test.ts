import t, { type Test } from 'tap'
import { buildTestApp, isError } from '../support/helpers.ts'
import { listen, sendRaw } from '../support/raw-http.ts'

/** Sends requests, and reads what is kept of each. */
function build(t: Test) {
  const { app, call, createApp } = buildTestApp(t)
  const detailsOf = async (requestId: unknown) => (await call('GET', `/_pinpoint/requests/${requestId}`)).body
  const send = async (
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: string,
    headers: Record<string, string> = {},
  ) => {
    const response = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
    return { response, details: await detailsOf(response.headers['x-amzn-requestid']) }
  }
  return { call, createApp, send, detailsOf }
}

t.test('a call is shown with headers and bodies, as they were sent and answered', async t => {
  const { send } = build(t)
  const sent = '{"Name": "shop",  "tags": {"a": "ä"}}'
  const { response, details } = await send('POST', '/v1/apps', sent, { 'X-Other': 'b' })
  const { request, response: answer, ...call } = details
  t.match(call, {
    operation: 'CreateApp',
    lifecycle: 'lives-on',
    method: 'POST',
    path: '/v1/apps',
    status: 201,
    requestId: response.headers['x-amzn-requestid'],
  })
  t.equal(request.body, sent)
  t.equal(request.bytes, Buffer.byteLength(sent))
  t.match(
    request.headers.find(({ name }: { name: string }) => /^x-other$/i.test(name)),
    { value: 'b' },
  )
  t.equal(answer.body, response.body)
  t.equal(answer.bytes, Buffer.byteLength(response.body))
  t.match(
    answer.headers.find(({ name }: { name: string }) => name === 'content-type'),
    { value: 'application/json' },
  )
})

t.test('calls that failed are shown as well, whatever they failed of', async t => {
  const { send } = build(t)
  const failures: [string, string, string | undefined, number][] = [
    ['GET', '/v1/apps/none', undefined, 404],
    ['POST', '/v1/apps', '{"Name":', 400],
    ['POST', '/v1/apps', '{"Name":7}', 400],
    ['GET', '/v1/apps/%zz', undefined, 400],
  ]
  for (const [method, url, body, status] of failures) {
    const { response, details } = await send(method as 'GET', url, body)
    t.match(details, { path: url, status, response: { body: response.body } }, `${method} ${url}`)
    t.equal(details.request.body, body)
    t.equal(details.request.bytes, body?.length ?? 0)
  }
  const unknown = await send('POST', '/v1/nowhere', '{"ApiKey":"secret"}')
  t.notMatch(JSON.stringify(unknown.details), 'secret', 'a body that is not read is not kept')
})

t.test('of a large body, the first 16 KB are shown', async t => {
  const { createApp, send } = build(t)
  // The limit is in the middle of a character.
  const sent = `{"Name":"${'ä'.repeat(20_000)}"}`
  const { details } = await send('POST', '/v1/apps', sent)
  t.equal(details.request.bytes, Buffer.byteLength(sent))
  t.equal(details.request.body, `{"Name":"${'ä'.repeat(8187)}`)

  const tags = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`tag${n}`, 'ä'.repeat(256)]))
  const { Id } = await createApp({ Name: 'shop', tags })
  const { response, details: read } = await send('GET', `/v1/apps/${Id}`)
  t.equal(response.statusCode, 200)
  t.equal(read.response.bytes, Buffer.byteLength(response.body))
  t.ok(read.response.bytes > 16_384)
  t.ok(response.body.startsWith(read.response.body))
  t.ok(Buffer.byteLength(read.response.body) > 16_380)
})

t.test('secrets are cut out of headers, paths and bodies', async t => {
  const { send } = build(t)
  const { details } = await send(
    'POST',
    '/v1/apps?X-Amz-Signature=s3cret',
    '{"Name":"X-Amz-Signature=s3cret"}',
    {
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKID/20270301/us-east-1/mobiletargeting/aws4_request, Signature=s3cret',
      'x-amz-security-token': 's3cret',
      cookie: 'session=s3cret',
      'proxy-authorization': 'Basic s3cret',
    },
  )
  t.equal(details.status, 201)
  t.notMatch(JSON.stringify(details), 's3cret')
  t.match(JSON.stringify(details), 'Credential=AKID/', 'what is no secret stays')
  const { details: bearer } = await send('GET', '/v1/apps', undefined, { authorization: 'Bearer s3cret' })
  t.notMatch(JSON.stringify(bearer), 's3cret')
})

t.test('of the credentials of a channel, only what is no secret is shown', async t => {
  const { createApp, send } = build(t)
  const { Id } = await createApp()
  const body = { Enabled: true, ClientId: 'mine', ClientSecret: 's3cret', Clientsecret: 's3cret', s3cret: 1 }
  const { details } = await send('PUT', `/v1/apps/${Id}/channels/adm`, JSON.stringify(body))
  t.equal(details.status, 200)
  t.notMatch(JSON.stringify(details), 's3cret')
  t.strictSame(JSON.parse(details.request.body), {
    Enabled: true,
    ClientId: '***',
    ClientSecret: '***',
    '***': '***',
  })
})

t.test('a header that came twice is shown twice', async t => {
  const { port, call } = await listen(t)
  const { headers } = await sendRaw(
    port,
    'GET /v1/apps HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n',
  )
  const { body } = await call('GET', `/_pinpoint/requests/${headers['x-amzn-requestid']}`)
  t.strictSame(body.request.headers.slice(1, 3), [
    { name: 'X-A', value: '1' },
    { name: 'x-a', value: '2' },
  ])
})

t.test('a call that is not kept is a 404', async t => {
  const { call, send } = build(t)
  const { details } = await send('GET', '/v1/apps')
  const path = `/_pinpoint/requests/${details.requestId}`
  await call('DELETE', '/_pinpoint/requests')
  const message = `The request ${details.requestId} is not among the latest calls: GET /_pinpoint/requests lists them`
  isError(t, await call('GET', path), 404, 'NotFoundException', message)
})
