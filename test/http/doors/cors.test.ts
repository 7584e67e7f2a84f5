import { readFileSync } from 'node:fs'
import t from 'tap'
import { loadConfig } from '../../../server/process/config.ts'
import { buildTestApp } from '../../support/helpers.ts'

const operations: { method: string; uri: string }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/operations.json', import.meta.url), 'utf8'),
)

const page = 'http://localhost:3000'

t.test('a preflight allows every method and the headers that the browser asks for', async t => {
  const { app } = buildTestApp(t)
  const { statusCode, headers, body } = await app.inject({
    method: 'OPTIONS',
    url: '/v1/apps/a/endpoints/e',
    headers: {
      origin: page,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type,x-amz-date,x-amz-security-token',
    },
  })
  t.equal(statusCode, 200)
  t.equal(body, '')
  t.equal(headers['access-control-allow-origin'], page)
  t.equal(headers.vary, 'Origin')
  const allowed = String(headers['access-control-allow-methods']).split(/, */)
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) t.ok(allowed.includes(method), method)
  t.match(headers['access-control-allow-headers'], /authorization.*content-type.*x-amz-date/)
  t.match(headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/)
})

t.test('every path of the model answers OPTIONS with 200, with or without an Origin', async t => {
  const { app } = buildTestApp(t)
  for (const uri of new Set(operations.map(operation => operation.uri))) {
    const url = uri.replace(/\{[^}]+\}/g, 'x')
    t.equal((await app.inject({ method: 'OPTIONS', url })).statusCode, 200, url)
    const headers = { origin: page, 'access-control-request-method': 'GET' }
    t.equal((await app.inject({ method: 'OPTIONS', url, headers })).statusCode, 200, url)
  }
})

t.test('a preflight of an origin that may not call is refused, that of a control call as well', async t => {
  const { app } = buildTestApp(t, { config: loadConfig({ ALLOWED_ORIGINS: 'https://app.example' }) })
  const expected: [number, string, string][] = [
    [200, '/v1/apps', page],
    [200, '/v1/apps', 'https://app.example'],
    [403, '/v1/apps', 'https://shop.example'],
    [403, '/nowhere', 'https://shop.example'],
    [403, '/_pinpoint/reset', page],
    [403, '/%5fpinpoint/reset', page],
    [403, '/_pinpoint/nothing', page],
    [200, '/_pinpoint/reset', 'https://app.example'],
    [200, '/_pinpoint/reset', 'http://localhost'],
  ]
  for (const [status, url, origin] of expected) {
    const { statusCode, headers } = await app.inject({
      method: 'OPTIONS',
      url,
      headers: { host: 'localhost', origin, 'access-control-request-method': 'POST' },
    })
    t.equal(statusCode, status, `${url} ${origin}`)
    t.equal(headers['access-control-allow-origin'], status === 200 ? origin : undefined)
    t.equal(headers['access-control-allow-methods'] !== undefined, status === 200)
  }
})

t.test('a page of the public web that may call may do so from its own, more public network', async t => {
  const { app } = buildTestApp(t, { config: loadConfig({ ALLOWED_ORIGINS: 'https://app.example' }) })
  const ask = async (origin: string) => {
    const headers = { origin, 'access-control-request-method': 'GET' }
    const asked = { ...headers, 'access-control-request-private-network': 'true' }
    const answer = await app.inject({ method: 'OPTIONS', url: '/v1/apps', headers: asked })
    return answer.headers['access-control-allow-private-network']
  }
  t.equal(await ask('https://app.example'), 'true')
  t.equal(await ask('https://shop.example'), undefined)
})

t.test(
  'a browser may read every answer to a page that may call, its request id and exception too',
  async t => {
    const { app, createApp } = buildTestApp(t)
    const { Id } = await createApp({ Name: 'x' })
    const asked = [
      [200, 'GET', '/v1/apps'],
      [200, 'GET', `/v1/apps/${Id}`],
      [404, 'GET', '/v1/apps/nope'],
      [405, 'PATCH', '/v1/apps'],
      [404, 'GET', '/nowhere'],
    ] as const
    for (const [status, method, url] of asked) {
      const { statusCode, headers } = await app.inject({ method, url, headers: { origin: page } })
      t.equal(statusCode, status, url)
      t.equal(headers['access-control-allow-origin'], page, url)
      t.match(headers['access-control-expose-headers'], /x-amzn-requestid/i, url)
      t.match(headers['access-control-expose-headers'], /x-amzn-errortype/i, url)
      t.equal(headers.vary, 'Origin', url)
    }
  },
)

t.test('a cache that keeps an answer to no page keeps it from pages', async t => {
  const { app } = buildTestApp(t)
  for (const url of ['/v1/apps', '/v1/apps/nope', '/nowhere', '/v1/apps/%zz', '/_pinpoint/health']) {
    const { headers } = await app.inject({ url })
    t.equal(headers.vary, 'Origin', url)
    t.equal(headers['access-control-allow-origin'], undefined, url)
  }
})
