import { readFileSync } from 'node:fs'
import t from 'tap'
import { buildTestApp } from '../helpers.ts'

const operations: { method: string; uri: string }[] = JSON.parse(
  readFileSync(new URL('../../fixtures/operations.json', import.meta.url), 'utf8'),
)

t.test('a preflight allows every method and the headers that the browser asks for', async t => {
  const { app } = buildTestApp(t)
  const { statusCode, headers, body } = await app.inject({
    method: 'OPTIONS',
    url: '/v1/apps/a/endpoints/e',
    headers: {
      origin: 'https://shop.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type,x-amz-date,x-amz-security-token',
    },
  })
  t.equal(statusCode, 200)
  t.equal(body, '')
  t.equal(headers['access-control-allow-origin'], '*')
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
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'GET' }
    t.equal((await app.inject({ method: 'OPTIONS', url, headers })).statusCode, 200, url)
  }
})

t.test('a browser may read an answer from anywhere, its request id and exception too', async t => {
  const { app, call } = buildTestApp(t)
  const { Id } = (await call('POST', '/v1/apps', { Name: 'x' })).body
  const asked = [
    [200, 'GET', '/v1/apps'],
    [200, 'GET', `/v1/apps/${Id}`],
    [404, 'GET', '/v1/apps/nope'],
    [405, 'PATCH', '/v1/apps'],
    [501, 'GET', `/v1/apps/${Id}/campaigns`],
  ] as const
  for (const [status, method, url] of asked) {
    const { statusCode, headers } = await app.inject({
      method,
      url,
      headers: { origin: 'https://shop.example' },
    })
    t.equal(statusCode, status, url)
    t.equal(headers['access-control-allow-origin'], '*', url)
    t.match(headers['access-control-expose-headers'], /x-amzn-requestid/i, url)
    t.match(headers['access-control-expose-headers'], /x-amzn-errortype/i, url)
  }
})

t.test('no page of another origin may read what the control API answers', async t => {
  const { app } = buildTestApp(t)
  const headers = { origin: 'https://shop.example' }
  const answer = await app.inject({ method: 'GET', url: '/_pinpoint/faults', headers })
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['access-control-allow-origin'], undefined)
  const preflight = { ...headers, 'access-control-request-method': 'DELETE' }
  const asked = await app.inject({ method: 'OPTIONS', url: '/_pinpoint/faults', headers: preflight })
  t.not(asked.statusCode, 200)
})
