import { once } from 'node:events'
import { connect } from 'node:net'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { startPinpoint } from '../../../server/index.ts'
import { loadConfig } from '../../../server/process/config.ts'
import { answerOf, buildTestApp, createApp, createClient, isError } from '../../support/helpers.ts'
import { listen, sendRaw } from '../../support/raw-http.ts'

const controlToken = 'open-sesame'
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const keys = { ACCESS_KEYS: `${key.accessKeyId}:${key.secretAccessKey}` }
const token = { CONTROL_TOKEN: controlToken }
const host = 'localhost:7467'
const bearer = { authorization: `Bearer ${controlToken}` }

type Headers = Record<string, string>

/** An emulator with these settings, which is called at localhost:7467. */
function build(t: Test, env: Record<string, string>) {
  const { app } = buildTestApp(t, { config: loadConfig(env) })
  const call = async (
    method: InjectOptions['method'],
    url: string,
    headers: Headers = {},
    payload?: string,
  ) =>
    answerOf(
      await app.inject({
        method: method!,
        url,
        headers: { host, ...headers },
        ...(payload !== undefined && { payload }),
      }),
    )
  const status = async (...args: Parameters<typeof call>) => (await call(...args)).status
  return { app, call, status }
}

const signer = (credentials = key) =>
  new SignatureV4({
    credentials,
    region: 'eu-west-1',
    service: 'mobiletargeting',
    sha256: Sha256,
    applyChecksum: false,
  })

const unsigned = (method: string, path: string, body?: string) => ({
  method,
  path,
  query: {},
  protocol: 'http:',
  hostname: 'localhost',
  port: 7467,
  headers: { host },
  ...(body !== undefined && { body }),
})

const signedHeaders = async (method: string, path: string, body?: string, credentials = key) =>
  (await signer(credentials).sign(unsigned(method, path, body))).headers

t.test('without CONTROL_TOKEN and ACCESS_KEYS, control calls need nothing', async t => {
  const { status } = build(t, {})
  t.equal(await status('GET', '/_pinpoint/faults'), 200)
  t.equal(await status('GET', '/_pinpoint/faults', bearer), 200)
  t.equal(await status('POST', '/_pinpoint/session'), 204)
  t.equal(await status('DELETE', '/_pinpoint/session'), 204)
})

for (const env of [token, keys, { ...token, ...keys }]) {
  const set = Object.keys(env).join(' and ')

  t.test(
    `with ${set}, every control call but health and the console's files is refused without it, and says what it needs`,
    async t => {
      const { app, call } = build(t, env)
      await app.ready()
      const routes = app.routes.filter(({ url }) => url.startsWith('/_pinpoint/'))
      const paths = routes.flatMap(({ method, url }) =>
        [method].flat().map(one => [one, url.replace(/:\w+/g, 'x').replace('*', 'nothing')]),
      )
      t.ok(paths.length > 20)
      const open = /^\/_pinpoint\/(health|console|console\/.*)?$/
      for (const [method, path] of paths) {
        const name = `${method} ${path}`
        if (method === 'OPTIONS' || open.test(path!)) {
          const { statusCode } = await app.inject({ method: method as 'GET', url: path!, headers: { host } })
          t.not(statusCode, 401, name)
          continue
        }
        const { status, headers, body } = await call(method as 'GET', path!)
        t.equal(status, 401, name)
        t.equal(headers['www-authenticate'], 'Bearer')
        if (method === 'HEAD') continue
        isError(t, { status, headers, body }, 401, 'UnauthorizedException', /^Control calls need /)
        for (const name of Object.keys(env)) t.match(body.Message, name)
        t.notMatch(body.Message, new RegExp(`${controlToken}|${key.accessKeyId}`))
      }
      t.equal((await call('GET', '/%5fpinpoint/faults')).status, 401)
      t.equal((await call('GET', 'http://localhost:7467/_pinpoint/faults')).status, 401)
      t.equal((await call('GET', '/_pinpoint/health')).status, 200)
      t.equal((await call('GET', '/_pinpoint/console/assets/none.js')).status, 404)
    },
  )
}

t.test('a signed control call whose body waits for 100-continue is told to go on', async t => {
  const { port } = await listen(t, { config: loadConfig(keys) })
  const [path, body] = ['/_pinpoint/job-control', '{"mode":"manual"}']
  const headers = { ...(await signedHeaders('PUT', path, body)), expect: '100-continue', connection: 'close' }
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map(line => line.join(': '))
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  t.teardown(() => socket.destroy())
  socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  t.match((await once(socket, 'data'))[0], /^HTTP\/1\.1 100 Continue/)
  socket.write(body)
  t.match((await once(socket, 'data'))[0], /^HTTP\/1\.1 200 OK/)
})

t.test('CONTROL_TOKEN is the token of Authorization: Bearer, and nothing else is', async t => {
  for (const env of [token, { ...token, ...keys }]) {
    const { call, status } = build(t, env)
    t.equal(await status('GET', '/_pinpoint/faults', bearer), 200)
    t.equal(await status('GET', '/_pinpoint/faults', { authorization: `bearer  ${controlToken}` }), 200)
    t.equal(await status('POST', '/_pinpoint/faults', bearer, '{"latencyMs":1}'), 201)
    for (const wrong of [
      ...['open-sesam', 'open-sesame2', 'OPEN-SESAME', 'undefined', 'null', 'x'.repeat(5000)],
      ...['open-sesame, open-sesame', key.secretAccessKey],
    ]) {
      const answer = await call('GET', '/_pinpoint/faults', { authorization: `Bearer ${wrong}` })
      t.equal(answer.status, 403, wrong.slice(0, 20))
      t.match(answer.body.Message, 'CONTROL_TOKEN')
      t.notMatch(answer.body.Message, wrong)
    }
    for (const authorization of [
      controlToken,
      `Basic ${controlToken}`,
      'Bearer',
      'Bearer ',
      '',
      ` ${controlToken}`,
    ]) {
      const answer = await call('GET', '/_pinpoint/faults', { authorization })
      t.ok([401, 403].includes(answer.status), `${authorization}: ${answer.status}`)
      t.match(answer.body.Message, 'CONTROL_TOKEN')
      t.notMatch(answer.body.Message, controlToken, 'the token is not told')
    }
    t.equal(await status('GET', `/_pinpoint/requests?token=${controlToken}`), 401)
  }
})

t.test("with CONTROL_TOKEN alone, Pinpoint's operations need nothing", async t => {
  const { url } = await listen(t, { config: loadConfig(token) })
  const client = createClient(url)
  t.teardown(() => client.destroy())
  t.ok(await createApp(client))
})

t.test('with ACCESS_KEYS alone, there is no token', async t => {
  const { call } = build(t, keys)
  for (const wrong of ['x', 'undefined', '']) {
    const { status, body } = await call('GET', '/_pinpoint/faults', { authorization: `Bearer ${wrong}` })
    t.equal(status, 403)
    t.match(body.Message, /ACCESS_KEYS.*CONTROL_TOKEN/s)
  }
})

t.test('a signature by one of ACCESS_KEYS opens a control call, its body and its query', async t => {
  for (const env of [keys, { ...token, ...keys }]) {
    const { app, call, status } = build(t, env)
    t.equal(await status('GET', '/_pinpoint/faults', await signedHeaders('GET', '/_pinpoint/faults')), 200)
    const body = '{"latencyMs":1}'
    const headers = await signedHeaders('POST', '/_pinpoint/faults', body)
    const added = await call('POST', '/_pinpoint/faults', headers, body)
    t.match([added.status, added.body], [201, { latencyMs: 1 }], 'the body is read')
    isError(
      t,
      await call('POST', '/_pinpoint/faults', headers, '{"latencyMs":2}'),
      403,
      'InvalidSignatureException',
      /does not match the signature you provided.*\nControl calls need .*ACCESS_KEYS/s,
    )
    const wrong = { ...key, secretAccessKey: 'wrong' }
    t.equal(
      await status('GET', '/_pinpoint/faults', await signedHeaders('GET', '/_pinpoint/faults', '', wrong)),
      403,
    )
    const unknown = await signedHeaders('GET', '/_pinpoint/faults', '', { ...key, accessKeyId: 'AKIAOTHER' })
    isError(
      t,
      await call('GET', '/_pinpoint/faults', unknown),
      403,
      'UnrecognizedClientException',
      /is invalid\.\nControl calls need .*ACCESS_KEYS/,
    )

    // Its query has no parameters of its own.
    const { query } = await signer().presign(unsigned('POST', '/_pinpoint/reset'), { expiresIn: 60 })
    const presigned = await app.inject({
      method: 'POST',
      url: '/_pinpoint/reset',
      headers: { host },
      query: query as Record<string, string>,
    })
    t.match(
      [presigned.statusCode, presigned.json().Message],
      [500, /^Internal error/],
      'it reaches the state',
    )
  }
})

t.test('a signed body that is too large is told what else would do', async t => {
  const { call } = build(t, keys)
  const body = 'x'.repeat(7 * 1024 * 1024 + 1)
  const headers = await signedHeaders('PUT', '/_pinpoint/snapshot', body)
  const answer = await call('PUT', '/_pinpoint/snapshot', headers, body)
  isError(t, answer, 413, 'PayloadTooLargeException', /CONTROL_TOKEN/)
})

t.test('a signature does not open control calls where there are no keys', async t => {
  const { call } = build(t, token)
  const answer = await call('GET', '/_pinpoint/faults', await signedHeaders('GET', '/_pinpoint/faults'))
  isError(
    t,
    answer,
    403,
    'ForbiddenException',
    /^The request has no Bearer token, and no keys are set\. Control calls need .*CONTROL_TOKEN/,
  )
})

t.test('a control call without a token is refused before its body is read, and after the guard', async t => {
  const { port } = await listen(t, { config: loadConfig(token) })
  const send = (...headers: string[]) =>
    sendRaw(
      port,
      `POST /_pinpoint/faults HTTP/1.1\r\n${headers.join('\r\n')}\r\nContent-Length: 99\r\nConnection: close\r\n\r\n`,
    )
  isError(t, await send('Host: localhost'), 401, 'UnauthorizedException', /./)
  const authorization = `Authorization: Bearer ${controlToken}`
  isError(
    t,
    await send('Host: evil.example', authorization),
    403,
    'ForbiddenException',
    /^The Host header has/,
  )
  const page = 'Origin: http://localhost:3000'
  isError(
    t,
    await send('Host: localhost', authorization, page),
    403,
    'ForbiddenException',
    /^The Origin header is/,
  )
})

t.test('a page of a listed origin may ask whether it may call, and then needs the token', async t => {
  const { call } = build(t, { ...token, ALLOWED_ORIGINS: 'https://app.example' })
  const origin = 'https://app.example'
  const asked = {
    origin,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  }
  const preflight = await call('OPTIONS', '/_pinpoint/faults', asked)
  t.match(preflight, { status: 200, headers: { 'access-control-allow-headers': 'authorization' } })
  const refused = await call('GET', '/_pinpoint/faults', { origin })
  t.match(refused, { status: 401, headers: { 'access-control-allow-origin': origin } }, 'it can read why')
  t.equal((await call('GET', '/_pinpoint/faults', { origin, ...bearer })).status, 200)
})

/** Opens a session; gives its cookie, as a browser sends it back. */
async function openSession({ call }: ReturnType<typeof build>, headers: Headers = bearer) {
  const answer = await call('POST', '/_pinpoint/session', headers)
  return String(answer.headers['set-cookie']).split(';')[0]!
}

t.test('POST session sets a cookie that no script can read and no other site can have sent', async t => {
  const { call } = build(t, token)
  const { status, headers, body } = await call('POST', '/_pinpoint/session', bearer)
  t.equal(status, 204)
  t.equal(body, undefined)
  t.match(headers['set-cookie'], /^pinpoint-local-session-7467=[\w-]{43}; HttpOnly; SameSite=Strict$/)
  const again = await call('POST', '/_pinpoint/session', bearer)
  t.not(again.headers['set-cookie'], headers['set-cookie'], 'the value is random')
  t.notMatch(headers['set-cookie'], controlToken)
  const plain = await call('POST', '/_pinpoint/session', { ...bearer, host: 'pinpoint' })
  t.match(plain.headers['set-cookie'], /^pinpoint-local-session=/, 'on the standard port')
  t.equal((await call('POST', '/_pinpoint/session')).status, 401)
})

t.test("a session's cookie counts as the token for the emulator's own pages alone", async t => {
  const built = build(t, { ...token, ALLOWED_ORIGINS: 'https://app.example' })
  const cookie = await openSession(built)
  const own = 'http://localhost:7467'
  const expected: [number, InjectOptions['method'], Headers][] = [
    [200, 'GET', { origin: own }],
    [200, 'GET', { origin: 'https://localhost:7467' }],
    [204, 'DELETE', { origin: own, 'sec-fetch-site': 'same-origin' }],
    // As a download, an event stream or a frame is asked for.
    [200, 'GET', { 'sec-fetch-site': 'same-origin' }],
    // From the address bar.
    [200, 'GET', { 'sec-fetch-site': 'none' }],
    // Neither TLS nor loopback: browsers do not say the site.
    [200, 'GET', { referer: `${own}/_pinpoint/console/` }],
    [401, 'GET', {}],
    [401, 'GET', { referer: 'http://localhost:3000/' }],
    [401, 'GET', { referer: '' }],
    [401, 'GET', { referer: `${own}.evil.example/` }],
    [401, 'GET', { referer: own, 'sec-fetch-site': 'other' }],
    [403, 'GET', { 'sec-fetch-site': 'same-site' }],
    [403, 'GET', { 'sec-fetch-site': 'same-site', referer: own }],
    [403, 'GET', { 'sec-fetch-site': 'cross-site' }],
    [403, 'GET', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    [403, 'DELETE', { origin: 'http://localhost:3000' }],
    [401, 'GET', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }],
    [401, 'DELETE', { origin: 'https://app.example', referer: own }],
  ]
  for (const [status, method, headers] of expected) {
    const answer = await built.call(method, '/_pinpoint/faults', { cookie, ...headers })
    t.equal(answer.status, status, `${method} ${JSON.stringify(headers)}`)
    if (status === 401)
      t.match(answer.body.Message, "cookie counts for requests of the emulator's own pages alone")
  }
  t.equal(
    await built.status('GET', '/_pinpoint/faults', { cookie, ...bearer }),
    200,
    'a token needs no such thing',
  )
})

t.test('a cookie that is none of a session that is open counts for nothing', async t => {
  const built = build(t, token)
  const other = build(t, token)
  const cookie = await openSession(built)
  const ask = ({ status }: ReturnType<typeof build>, cookie: string, headers: Headers = {}) =>
    status('GET', '/_pinpoint/faults', { cookie, origin: 'http://localhost:7467', ...headers })
  const name = 'pinpoint-local-session-7467'
  t.equal(await ask(built, cookie), 200)
  t.equal(await ask(built, `a=b; ${name}=stale;${cookie};c`), 200, 'among others')
  for (const wrong of [
    ...[
      `${name}=`,
      `${name}`,
      `${name}=undefined`,
      `${name}=${controlToken}`,
      `${cookie}x`,
      cookie.slice(0, -1),
    ],
    ...[cookie.replace('-7467', ''), cookie.replace('7467', '7468'), cookie.toUpperCase(), ''],
  ]) {
    t.equal(await ask(built, wrong), 401, wrong)
  }
  t.equal(await ask(other, cookie), 401, 'it ends with the process')
  const standard = { host: 'localhost', origin: 'http://localhost' }
  t.equal(await ask(built, cookie, standard), 401, 'it is of its port')
})

t.test('DELETE session ends it, and no other', async t => {
  const built = build(t, token)
  const [first, second] = [await openSession(built), await openSession(built)]
  const own = { origin: 'http://localhost:7467' }
  const ended = await built.call('DELETE', '/_pinpoint/session', { cookie: first, ...own })
  t.equal(ended.status, 204)
  t.equal(ended.headers['set-cookie'], 'pinpoint-local-session-7467=; HttpOnly; SameSite=Strict; Max-Age=0')
  t.equal(await built.status('GET', '/_pinpoint/faults', { cookie: first, ...own }), 401)
  t.equal(await built.status('GET', '/_pinpoint/faults', { cookie: second, ...own }), 200)
  t.equal(await built.status('DELETE', '/_pinpoint/session', { cookie: first, ...own }), 401)
})

t.test('a thousand sessions are open, the latest', async t => {
  const built = build(t, token)
  const first = await openSession(built)
  const second = await openSession(built)
  for (let count = 2; count <= 1000; count++) await openSession(built)
  const own = { origin: 'http://localhost:7467' }
  t.equal(await built.status('GET', '/_pinpoint/faults', { cookie: first, ...own }), 401)
  t.equal(await built.status('GET', '/_pinpoint/faults', { cookie: second, ...own }), 200)
})

t.test('with ACCESS_KEYS alone, a signature opens a session', async t => {
  const built = build(t, keys)
  const cookie = await openSession(built, await signedHeaders('POST', '/_pinpoint/session'))
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  t.equal(await built.status('GET', '/_pinpoint/faults', headers), 200)
  t.equal(await built.status('GET', '/v1/apps', headers), 403, "Pinpoint's operations stay signed")
})

t.test('in process, what needs a control call works with a token and with keys', async t => {
  for (const options of [{ controlToken }, { accessKeys: keys.ACCESS_KEYS }]) {
    const pinpoint = await startPinpoint(options)
    t.teardown(() => pinpoint.close())
    t.equal((await fetch(`${pinpoint.url}/_pinpoint/faults`)).status, 401)
    await t.resolves(pinpoint.reset())
    const client = createClient(pinpoint.url, pinpoint.clientConfig)
    t.teardown(() => client.destroy())
    t.ok(await createApp(client))
  }
})
