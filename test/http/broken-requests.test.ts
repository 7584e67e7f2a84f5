import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import t from 'tap'
import { isError } from '../support/helpers.ts'
import { listen, receive, sendRaw, statusesIn } from '../support/raw-http.ts'

const notHttp: Record<string, string> = {
  'what is no request at all': 'GARBAGE\r\n\r\n',
  'a greeting of another protocol': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  'HTTP/2 without notice': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a header without a colon': 'GET /v1/apps HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n',
  'a Content-Length that is no number': 'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',
  'a chunk without a size':
    'POST /v1/apps HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n',
  'headers of more than 16 KB': `GET /v1/apps HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`,
}

for (const [title, bytes] of Object.entries(notHttp)) {
  t.test(`${title} answers 400 BadRequestException, and the connection ends`, async t => {
    const { port } = await listen(t)
    const answer = await sendRaw(port, bytes)
    isError(t, answer, 400, 'BadRequestException', /^The request is not valid HTTP: ./)
    t.equal(answer.headers.connection, 'close')
  })
}

t.test('a broken request is answered behind the one before it', async t => {
  const { port, call } = await listen(t)
  await call('POST', '/_pinpoint/faults', { operation: 'GetApps', latencyMs: 100 })
  const bytes = 'GET /v1/apps HTTP/1.1\r\nHost: x\r\n\r\nGARBAGE\r\n\r\n'
  t.strictSame(statusesIn(await receive(port, bytes)), [200, 400])
})

/** What Node would answer by itself, without a body; whether it is refused or served is left open here. */
const unusual: Record<string, string> = {
  'a request without Host': 'GET /v1/apps HTTP/1.1\r\nConnection: close\r\n\r\n',
  'an expectation other than 100-continue':
    'GET /v1/apps HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nConnection: close\r\n\r\n',
}
for (const [title, bytes] of Object.entries(unusual)) {
  t.test(`${title} is answered in JSON, with a request id`, async t => {
    const { port } = await listen(t)
    const answer = await sendRaw(port, bytes)
    t.match(answer.headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/)
    if (answer.status === 200) t.strictSame(answer.body, { Item: [] })
    else isError(t, answer, answer.status, 'BadRequestException', /Host|Expect/)
  })
}

t.test('a client that waits for 100-continue is told to go on', async t => {
  const { port } = await listen(t)
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.setEncoding('utf8')
  socket.write(
    'POST /v1/apps HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 12\r\nConnection: close\r\n\r\n',
  )
  t.match((await once(socket, 'data'))[0], /^HTTP\/1\.1 100 Continue/)
  socket.write('{"Name":"x"}')
  t.match((await once(socket, 'data'))[0], /^HTTP\/1\.1 201 Created/)
})

t.test('a client that waits for 100-continue and may not call is refused at once', async t => {
  const { port } = await listen(t)
  const answer = await sendRaw(
    port,
    'POST /v1/apps HTTP/1.1\r\nHost: x\r\nOrigin: https://example.com\r\nExpect: 100-continue\r\nContent-Length: 12\r\nConnection: close\r\n\r\n',
  )
  t.equal(answer.status, 403)
})

for (const text of ['%', '%zz', '%2', '%ff', '%C3%28', '%E0%A4%A']) {
  t.test(`the escape ${text} in a path answers 400 BadRequestException`, async t => {
    const { port } = await listen(t)
    for (const path of [`/v1/apps/${text}`, `/v1/nowhere/${text}`, `/v1/tags/${text}`]) {
      const answer = await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      isError(t, answer, 400, 'BadRequestException', /^The path is not a valid URL: each % must be followed/)
    }
  })
}

t.test('a malformed escape in the query reaches the check of the parameter', async t => {
  const { port } = await listen(t)
  const answer = await sendRaw(
    port,
    'GET /v1/apps?token=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  isError(t, answer, 400, 'BadRequestException', /^token must be/)
})

t.test('a body that is shorter than its Content-Length leaves nothing behind', async t => {
  const { port, app, call } = await listen(t)
  const socket = connect(port, '127.0.0.1')
  const [serverSide] = await once(app.server, 'connection')
  socket.write('POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"Name":"x"}')
  await once(app.server, 'request')
  const closed = once(serverSide, 'close')
  socket.destroy()
  await closed
  t.strictSame((await call('GET', '/v1/apps')).body, { Item: [] })
})

t.test('a HEAD request, which no operation has, answers 405 and no body', async t => {
  const { port } = await listen(t)
  const { status, headers, body } = await sendRaw(
    port,
    'HEAD /v1/apps HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  t.equal(status, 405)
  t.equal(headers['x-amzn-errortype'], 'MethodNotAllowedException')
  t.match(headers.allow, /GET/)
  t.equal(body, '')
})

t.test('a connection goes on serving after errors, also when their bodies were not read', async t => {
  const { port, app } = await listen(t)
  let connections = 0
  app.server.on('connection', () => connections++)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())

  const ask = async (options: RequestOptions, payload?: string) => {
    const outgoing = request({ port, host: '127.0.0.1', agent, ...options }).end(payload)
    const [response] = await once(outgoing, 'response')
    return { status: response.statusCode, body: (await json(response)) as object }
  }
  const large = JSON.stringify({ Name: 'x'.repeat(200_000) })
  const expected: [number, RequestOptions, string?][] = [
    [200, { path: '/v1/apps' }],
    [404, { path: '/v1/apps/nope' }],
    [404, { path: '/v1/nowhere', method: 'POST' }, large],
    [405, { path: '/v1/apps', method: 'PUT' }, large],
    [400, { path: '/v1/apps/%zz', method: 'PUT' }, large],
    [400, { path: `/v1/apps/${'a'.repeat(3000)}`, method: 'DELETE' }],
    [200, { path: '/v1/apps' }],
  ]
  for (const [status, options, payload] of expected) {
    t.equal(
      (await ask(options, payload)).status,
      status,
      `${options.method ?? 'GET'} ${options.path?.slice(0, 40)}`,
    )
  }
  t.equal(connections, 1)
})
