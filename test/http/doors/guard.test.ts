import { hostname } from 'node:os'
import t, { type Test } from 'tap'
import { loadConfig } from '../../../server/process/config.ts'
import { isUsualHost } from '../../../server/process/host-names.ts'
import { type Answer, isError } from '../../support/helpers.ts'
import { listen, sendRaw } from '../../support/raw-http.ts'

/** Sends a request whose headers are exactly these, as no HTTP client would leave them. */
const send = (port: number, line: string, headers: string[], body = ''): Promise<Answer> =>
  sendRaw(port, `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`)

/** An emulator with these settings, listening. */
const listenWith = (t: Test, env: Record<string, string> = {}) => listen(t, { config: loadConfig(env) })

const isForbidden = (t: Test, answer: Answer, ...named: string[]) => {
  isError(t, answer, 403, 'ForbiddenException', /./)
  for (const name of named) t.ok(answer.body.Message.includes(name), `${answer.body.Message}: names ${name}`)
  t.equal(answer.headers['access-control-allow-origin'], undefined, 'no origin is allowed')
}

const usualHosts = [
  ...['127.0.0.1:7467', '127.0.0.1', '10.1.2.3:80', '203.0.113.9', '0.0.0.0:7467', '127.1:7467'],
  ...['[::1]:7467', '[::1]', '[2001:DB8::1]:1', '[::ffff:127.0.0.1]'],
  ...['localhost', 'localhost:7467', 'LocalHost:7467', 'localhost.', 'localhost.:7467'],
  ...['pinpoint', 'pinpoint:7467', 'my_service:7467', 'pinpoint.:7467'],
  ...['shop.localhost:7467', 'mac.local', 'host.docker.internal:7467', 'pinpoint.test', 'A.B.TEST.:1'],
  ...['pinpoint.us-east-1.amazonaws.com', 'pinpoint.us-east-1.amazonaws.com:443'],
  ...['pinpoint.us-gov-west-1.amazonaws.com', 'pinpoint-fips.us-east-1.amazonaws.com'],
  ...['pinpoint.eu-west-1.api.aws', 'pinpoint-fips.us-west-2.api.aws'],
  ...['pinpoint.cn-north-1.amazonaws.com.cn', 'pinpoint.cn-north-1.api.amazonwebservices.com.cn'],
  ...[hostname(), `${hostname()}:7467`],
]

const strangeHosts = [
  ...['evil.example', 'evil.example:7467', 'EVIL.example.', 'evil%2eexample', 'evil.com'],
  ...['localhost.evil.example', '127.0.0.1.evil.example', '127.0.0.1.nip.io', 'evil.localhost.example'],
  ...['notlocalhost.com', 'evil.example..', 'local.example', 'x.localhost..', 'test.com'],
  ...['s3.us-east-1.amazonaws.com', 'pinpoint.evil.amazonaws.com', 'xpinpoint.us-east-1.amazonaws.com'],
  ...['pinpoint.us-east-1.amazonaws.com.evil.example', 'pinpoint.us-east-1.evil.amazonaws.com'],
]

const noHosts = [
  '',
  'a b',
  'evil.example/',
  'user@localhost',
  ':7467',
  'localhost:99999',
  '[::1',
  'a\\b',
  'a#b',
]

t.test('the Host of a request must be a name of the emulator', async t => {
  const { port } = await listenWith(t)
  for (const host of usualHosts) {
    const { status } = await send(port, 'GET /v1/apps HTTP/1.1', [`Host: ${host}`])
    t.equal(status, 200, host)
  }
  for (const host of strangeHosts) {
    const answer = await send(port, 'GET /v1/apps HTTP/1.1', [`Host: ${host}`])
    isForbidden(t, answer, 'Host', host, 'ALLOWED_HOSTS')
  }
  for (const line of ['POST /_pinpoint/reset', 'GET /_pinpoint/health', 'OPTIONS /v1/apps', 'GET /nowhere']) {
    isForbidden(t, await send(port, `${line} HTTP/1.1`, ['Host: evil.example']), 'Host')
  }
  for (const host of noHosts) {
    const answer = await send(port, 'GET /v1/apps HTTP/1.1', [`Host: ${host}`])
    isError(t, answer, 400, 'BadRequestException', /^The Host header must have a host name or an address/)
    t.ok(answer.body.Message.endsWith(`got ${JSON.stringify(host)}`), answer.body.Message)
  }
})

t.test("a machine's own name may have dots, and is known in either case", async t => {
  const named = () => 'Box.corp.example'
  t.ok(isUsualHost('box.corp.example', named))
  t.notOk(isUsualHost('corp.example', named))
  t.notOk(isUsualHost('evil.box.corp.example', named))
})

t.test('a Host header must be there once; in HTTP/1.0 it need not be there', async t => {
  const { port } = await listenWith(t)
  t.equal((await send(port, 'GET /v1/apps HTTP/1.0', [])).status, 200)
  isForbidden(t, await send(port, 'GET /v1/apps HTTP/1.0', ['Host: evil.example']), 'Host')
  const missing = await send(port, 'GET /v1/apps HTTP/1.1', [])
  isError(t, missing, 400, 'BadRequestException', /must have a Host header/)
  for (const hosts of [
    ['localhost', 'evil.example'],
    ['evil.example', 'localhost'],
    ['localhost', 'localhost'],
  ]) {
    const answer = await send(
      port,
      'GET /v1/apps HTTP/1.1',
      hosts.map(host => `hOst: ${host}`),
    )
    isError(t, answer, 400, 'BadRequestException', /must have one Host header; got "/)
  }
})

t.test('the host of a request target that begins with one counts as well', async t => {
  const { port } = await listenWith(t)
  const ask = (target: string, host: string) => send(port, `GET ${target} HTTP/1.1`, [`Host: ${host}`])
  t.equal((await ask('http://localhost:7467/v1/apps', 'localhost:7467')).status, 200)
  isForbidden(t, await ask('http://evil.example/v1/apps', 'localhost'), 'request target', 'evil.example')
  isForbidden(t, await ask('http://localhost/v1/apps', 'evil.example'), 'Host', 'evil.example')
  isForbidden(t, await ask('HTTPS://evil.example?a=/v1/apps', 'localhost'), 'evil.example')
  const user = await ask('http://localhost@evil.example/v1/apps', 'localhost')
  isError(t, user, 400, 'BadRequestException', /^The request target must have/)
})

t.test('ALLOWED_HOSTS names further hosts, * all of them, and HOST is one', async t => {
  const ask = async (port: number, host: string) =>
    (await send(port, 'GET /v1/apps HTTP/1.1', [`Host: ${host}`])).status
  const some = await listenWith(t, { ALLOWED_HOSTS: 'Dev.Example.com, other.example:8080' })
  t.equal(await ask(some.port, 'dev.example.com:7467'), 200)
  t.equal(await ask(some.port, 'DEV.example.com.'), 200)
  t.equal(await ask(some.port, 'other.example'), 200)
  t.equal(await ask(some.port, 'example.com'), 403)
  t.equal(await ask(some.port, 'a.dev.example.com'), 403)
  t.equal(await ask(some.port, 'localhost'), 200)
  const all = await listenWith(t, { ALLOWED_HOSTS: '*' })
  t.equal(await ask(all.port, 'evil.example'), 200)
  t.equal(await ask(all.port, 'a b'), 400)
  const named = await listenWith(t, { HOST: 'Pinpoint.dev.example.com' })
  t.equal(await ask(named.port, 'pinpoint.dev.example.com:1'), 200)
})

t.test('a long or strange value is told shortly, as text', async t => {
  const { port } = await listenWith(t)
  const host = await send(port, 'GET /v1/apps HTTP/1.1', [`Host: ${'a'.repeat(5000)}.example`])
  t.equal(host.status, 403)
  t.ok(host.body.Message.length < 400, host.body.Message)
  const origin = await send(port, 'GET /v1/apps HTTP/1.1', ['Host: x', `Origin: "<b>\xe9${'a'.repeat(5000)}`])
  isForbidden(t, origin, 'The Origin header is "\\"<b>')
  t.ok(origin.body.Message.length < 400, origin.body.Message)
})

/** Of requests whose Host is localhost:7467, where no setting says more. */
const origins = {
  own: ['http://localhost:7467', 'https://localhost:7467'],
  loopback: [
    ...['http://localhost', 'http://localhost:3000', 'https://localhost:8443', 'http://localhost.:3000'],
    ...['http://app.localhost:5173', 'http://127.0.0.1:7467', 'http://127.1.2.3', 'http://[::1]:3000'],
    ...['capacitor://localhost', 'tauri://localhost', 'http://a.b.localhost'],
  ],
  strange: [
    ...['null', 'https://shop.example', 'http://localhost.evil.example', 'http://127.0.0.1.nip.io'],
    ...['http://evil.example:7467', 'http://notlocalhost:7467', 'http://192.168.1.5:7467', 'http://pinpoint'],
    ...['https://localhost:7467.evil.example', 'http://localhost:7467@evil.example', 'localhost:7467', ''],
    ...['http://localhost:7467/', 'http://localhost:3000, https://shop.example', 'http://', 'file://'],
    ...['http://[::1', 'chrome-extension://abcdefghijklmnop', 'http://128.0.0.1', 'http://127.evil.example'],
    ...['foo://127.evil', '*', 'http://*', 'http://0.0.0.0:3000', 'http://mac.local'],
  ],
}

const ofOrigin = (origin: string) => ['Host: localhost:7467', `Origin: ${origin}`]

t.test("Pinpoint's operations are open to pages of loopback, and to no other", async t => {
  const { port } = await listenWith(t)
  for (const origin of [...origins.own, ...origins.loopback]) {
    const { status, headers } = await send(port, 'GET /v1/apps HTTP/1.1', ofOrigin(origin))
    t.equal(status, 200, origin)
    t.equal(headers['access-control-allow-origin'], origin)
    t.equal(headers.vary, 'Origin')
  }
  for (const origin of origins.strange) {
    const answer = await send(port, 'GET /v1/apps HTTP/1.1', ofOrigin(origin))
    isForbidden(t, answer, 'Origin', JSON.stringify(origin), 'ALLOWED_ORIGINS')
    t.equal(answer.headers.vary, 'Origin')
  }
  for (const headers of [
    ['Origin: http://localhost', 'Origin: https://shop.example'],
    ['Origin: https://shop.example', 'Origin: http://localhost'],
  ]) {
    isForbidden(t, await send(port, 'GET /v1/apps HTTP/1.1', ['Host: x', ...headers]), 'Origin')
  }
  t.equal((await send(port, 'GET /v1/apps HTTP/1.1', ['Host: x'])).status, 200, 'without an Origin')
})

t.test("control calls are open to the emulator's own pages alone, whatever is a loopback", async t => {
  const { port, call } = await listenWith(t)
  const add = (origin: string) =>
    send(
      port,
      'POST /_pinpoint/faults HTTP/1.1',
      [...ofOrigin(origin), 'Content-Length: 17'],
      '{"latencyMs":1}  ',
    )
  for (const origin of [...origins.loopback, ...origins.strange]) {
    isForbidden(t, await add(origin), 'Origin', JSON.stringify(origin), 'ALLOWED_ORIGINS')
    isForbidden(t, await send(port, 'GET /_pinpoint/health HTTP/1.1', ofOrigin(origin)), 'Origin')
  }
  t.strictSame((await call('GET', '/_pinpoint/faults')).body.items, [], 'nothing was done')
  for (const origin of origins.own) {
    const { status, headers } = await add(origin)
    t.equal(status, 201, origin)
    t.equal(headers['access-control-allow-origin'], origin)
  }
})

t.test('an own origin has the host and port of Host, whatever the scheme', async t => {
  const { port } = await listenWith(t)
  const ask = async (host: string, origin: string) =>
    (await send(port, 'GET /_pinpoint/faults HTTP/1.1', [`Host: ${host}`, `Origin: ${origin}`])).status
  const expected: [number, string, string][] = [
    [200, 'pinpoint', 'http://pinpoint'],
    [200, 'pinpoint', 'https://pinpoint'],
    [200, 'pinpoint:80', 'http://pinpoint'],
    [200, 'pinpoint:443', 'https://pinpoint'],
    [403, 'pinpoint:80', 'https://pinpoint'],
    [403, 'pinpoint:7467', 'http://pinpoint'],
    [403, 'pinpoint', 'http://pinpoint:7467'],
    [200, 'PINPOINT:7467', 'http://pinpoint:7467'],
    [200, '[::1]:7467', 'http://[::1]:7467'],
    [200, '192.168.1.5:7467', 'http://192.168.1.5:7467'],
    [403, '192.168.1.5:7467', 'http://192.168.1.5:7468'],
    [403, 'localhost:7467', 'http://127.0.0.1:7467'],
    [403, 'evil.example:7467', 'http://evil.example:7467'],
    [403, 'localhost', 'capacitor://localhost'],
  ]
  for (const [status, host, origin] of expected) t.equal(await ask(host, origin), status, `${host} ${origin}`)
})

t.test('ALLOWED_ORIGINS opens everything to the origins that it names', async t => {
  const some = await listenWith(t, {
    ALLOWED_ORIGINS:
      'https://Shop.example, http://localhost:3000/,chrome-extension://abc,https://x.example:443',
  })
  const ask = (port: number, path: string, origin: string) =>
    send(port, `GET ${path} HTTP/1.1`, [...ofOrigin(origin), 'Sec-Fetch-Site: cross-site'])
  for (const origin of [
    'https://shop.example',
    'http://localhost:3000',
    'chrome-extension://abc',
    'https://x.example',
  ]) {
    for (const path of ['/v1/apps', '/_pinpoint/faults']) {
      const { status, headers } = await ask(some.port, path, origin)
      t.equal(status, 200, `${path} ${origin}`)
      t.equal(headers['access-control-allow-origin'], origin)
      t.equal(headers.vary, 'Origin')
    }
  }
  for (const origin of [
    'http://shop.example',
    'https://shop.example:444',
    'https://a.shop.example',
    'null',
  ]) {
    isForbidden(t, await ask(some.port, '/v1/apps', origin), 'Origin')
  }
  isForbidden(t, await ask(some.port, '/_pinpoint/faults', 'http://localhost:3001'), 'Origin')

  const all = await listenWith(t, { ALLOWED_ORIGINS: '*' })
  for (const origin of ['https://shop.example', 'null', 'http://localhost:3000']) {
    for (const path of ['/v1/apps', '/_pinpoint/faults']) {
      const { status, headers } = await ask(all.port, path, origin)
      t.equal(status, 200, `${path} ${origin}`)
      t.equal(headers['access-control-allow-origin'], '*')
    }
  }
  isForbidden(t, await send(all.port, 'GET /v1/apps HTTP/1.1', ['Host: evil.example']), 'Host')
})

t.test('where Sec-Fetch-Site says that another site asks, its Origin must be one that may', async t => {
  const { port, call } = await listenWith(t)
  const link = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']
  const frame = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']
  const image = ['Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image']
  const loopback = 'Origin: http://localhost:3000'
  const expected: [number, string, string, ...string[]][] = [
    [200, 'GET /v1/apps', 'cross-site', loopback],
    [200, 'GET /v1/apps', 'same-site', loopback],
    [200, 'GET /v1/apps', 'same-site', ...image],
    [403, 'GET /v1/apps', 'cross-site', ...image],
    [403, 'GET /v1/apps', 'cross-site'],
    [200, 'GET /v1/apps', 'cross-site', ...link],
    [403, 'GET /v1/apps', 'cross-site', ...frame],
    [200, 'GET /v1/apps', 'same-origin'],
    [200, 'GET /v1/apps', 'none', ...link],
    [200, 'GET /_pinpoint/faults', 'same-origin'],
    [200, 'GET /_pinpoint/faults', 'same-origin', 'Origin: http://localhost:7467'],
    [200, 'GET /_pinpoint/faults', 'none', ...link],
    [403, 'GET /_pinpoint/faults', 'cross-site'],
    [403, 'GET /_pinpoint/faults', 'cross-site', 'Origin: http://localhost:7467'],
    [403, 'GET /_pinpoint/faults', 'cross-site', ...image],
    [403, 'GET /_pinpoint/faults', 'cross-site', ...link],
    [403, 'GET /_pinpoint/faults', 'same-site', ...image],
    [403, 'GET /_pinpoint/faults', 'same-site', ...link],
    [403, 'GET /_pinpoint/health', 'cross-site', ...link],
    [403, 'DELETE /_pinpoint/faults', 'cross-site'],
    // Links of other sites may lead to pages of the console.
    [200, 'GET /_pinpoint/console/', 'cross-site', ...link],
    [200, 'GET /_pinpoint/console/jobs?app=a', 'cross-site', ...link],
    [200, 'GET /_pinpoint/console/', 'cross-site', 'Sec-Fetch-Mode: navigate'],
    [200, 'GET /_pinpoint/console/', 'same-site', ...link],
    [302, 'GET /_pinpoint/console', 'cross-site', ...link],
    [302, 'GET /', 'cross-site', ...link, 'Accept: text/html'],
    [302, 'GET /_pinpoint', 'cross-site', ...link, 'Accept: text/html'],
    [302, 'GET /_pinpoint/', 'cross-site', ...link, 'Accept: text/html'],
    [403, 'GET /', 'cross-site', ...image],
    [403, 'GET /_pinpoint/console/', 'cross-site', ...frame],
    [403, 'GET /_pinpoint/console/', 'cross-site', ...image],
    [403, 'POST /_pinpoint/console/', 'cross-site', ...link],
    [403, 'GET /_pinpoint/console%2f', 'cross-site', ...link],
    [200, 'GET /_pinpoint/%63onsole/', 'cross-site', ...link],
  ]
  for (const [status, line, site, ...headers] of expected) {
    const answer = await send(port, `${line} HTTP/1.1`, [
      'Host: localhost:7467',
      `Sec-Fetch-Site: ${site}`,
      ...headers,
    ])
    t.equal(answer.status, status, [line, site, ...headers].join(', '))
    if (status === 403) isForbidden(t, answer, 'Sec-Fetch-Site', `"${site}"`, 'ALLOWED_ORIGINS')
  }
  t.strictSame((await call('GET', '/_pinpoint/faults')).body, { items: [] })
})

t.test('what is a control call is decided by the route that the router has found', async t => {
  const { port, call } = await listenWith(t)
  const body = '{"latencyMs":1}'
  /** As a page of loopback, which may call Pinpoint's operations and make no control calls. */
  const post = (target: string) =>
    send(
      port,
      `POST ${target} HTTP/1.1`,
      [...ofOrigin('http://localhost:3000'), `Content-Length: ${body.length}`],
      body,
    )
  for (const target of [
    ...['/_pinpoint/faults', '/%5fpinpoint/faults', '/%5Fpinpoint/faults', '/_%70inpoint/faults'],
    ...[
      '/_pinpoint/%66aults',
      '/%5f%70%69%6e%70%6f%69%6e%74/faults',
      '/_pinpoint/faults?a=b',
      '*_pinpoint/faults',
    ],
    ...['http://x/_pinpoint/faults', 'HTTPS://x:1/%5fpinpoint/faults', '/_pinpoint/faults#/v1/apps'],
    ...['/_pinpoint/', '/_pinpoint/nothing', '/_pinpoint/faults/', '/_pinpoint/console/../faults'],
    ...['/_pinpoint//faults', '/_pinpoint/v1/../faults', '/%5fpinpoint/nothing'],
  ]) {
    isForbidden(t, await post(target), 'Origin')
  }
  for (const target of [
    ...[
      '//_pinpoint/faults',
      '/_PINPOINT/faults',
      '/_pinpoint%2ffaults',
      '/_pinpoint',
      '/%255fpinpoint/faults',
    ],
    ...['/_pinpoint;/faults', '/v1/../_pinpoint/faults', '/./_pinpoint/faults', 'http://x//_pinpoint/faults'],
    ...['/_pinpoint%00/faults', '/?/_pinpoint/faults', '/v1/apps/%2e%2e/%2e%2e/_pinpoint/faults'],
  ]) {
    isError(t, await post(target), 404, 'NotFoundException', /^There is nothing at /)
  }
  t.strictSame((await call('GET', '/_pinpoint/faults')).body, { items: [] }, 'nothing was done')
})

t.test('what no hook is called for is guarded as well', async t => {
  const { port } = await listenWith(t)
  for (const path of ['/v1/apps/%zz', '/_pinpoint/%zz', '/_pinpoint/%', `/v1/apps/${'a'.repeat(3000)}`]) {
    const line = `GET ${path} HTTP/1.1`
    isForbidden(t, await send(port, line, ['Host: evil.example']), 'Host', 'evil.example', 'ALLOWED_HOSTS')
    isForbidden(t, await send(port, line, ofOrigin('https://shop.example')), 'Origin', 'ALLOWED_ORIGINS')
    const allowed = await send(port, line, ofOrigin('http://localhost:3000'))
    isError(t, allowed, 400, 'BadRequestException', /./)
    t.equal(allowed.headers['access-control-allow-origin'], 'http://localhost:3000')
    t.equal(allowed.headers.vary, 'Origin')
  }
})

t.test('a refusal comes before anything else', async t => {
  const config = loadConfig({ ACCESS_KEYS: 'id:secret', QUOTAS: 'on' })
  const { port, call, app } = await listen(t, { config: { ...config, accessKeys: undefined } })
  const signed = await listen(t, { config })
  const { status } = await call('POST', '/_pinpoint/faults', {
    operation: 'GetApps',
    error: 'ConflictException',
    times: 1,
  })
  t.equal(status, 201)

  for (const headers of [['Host: evil.example'], ofOrigin('https://shop.example')]) {
    // Its body never comes, and the answer does not wait for it.
    const waiting = [...headers, 'Content-Length: 100']
    isForbidden(t, await send(port, 'POST /v1/apps HTTP/1.1', waiting))
    isForbidden(t, await send(port, 'PUT /_pinpoint/snapshot HTTP/1.1', waiting))
    isForbidden(t, await send(port, 'GET /v1/apps HTTP/1.1', headers))
    isForbidden(t, await send(port, 'PATCH /v1/apps HTTP/1.1', headers))
    isForbidden(t, await send(port, 'GET /v1/nowhere HTTP/1.1', headers))
    isForbidden(t, await send(signed.port, 'POST /v1/apps HTTP/1.1', waiting))
  }
  t.strictSame((await call('GET', '/_pinpoint/requests')).body, { items: [] }, 'no page fills the journal')
  t.match((await call('GET', '/_pinpoint/faults')).body, { items: [{ timesLeft: 1 }] }, 'no rule is used up')
  t.notMatch((await app.inject('/_pinpoint/metrics')).body, 'status="403"')
})
