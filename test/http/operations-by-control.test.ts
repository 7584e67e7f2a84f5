import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../../server/process/config.ts'
import { answerOf, buildTestApp, isError } from '../support/helpers.ts'
import { listen, sendRaw } from '../support/raw-http.ts'

const host = 'localhost:7467'
const bearer = { authorization: 'Bearer open-sesame' }
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const keys = { ACCESS_KEYS: `${key.accessKeyId}:${key.secretAccessKey}` }

/** An emulator with these settings, which is called at localhost:7467. */
function build(t: Test, env: Record<string, string> = {}) {
  const { app } = buildTestApp(t, { config: loadConfig(env) })
  const call = async (
    method: NonNullable<InjectOptions['method']>,
    url: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: object } = {},
  ) => answerOf(await app.inject({ method, url, headers: { host, ...headers }, ...(body && { body }) }))
  return { call }
}

t.test('operations of Pinpoint are served under /_pinpoint/v1/, as they are under /v1/', async t => {
  const { call } = build(t)
  const created = await call('POST', '/_pinpoint/v1/apps', { body: { Name: 'shop', Unknown: 1 } })
  t.equal(created.status, 201, 'a member that Pinpoint does not know is ignored')
  const { Id } = created.body
  t.strictSame((await call('GET', `/_pinpoint/v1/apps/${Id}`)).body, created.body)
  t.strictSame((await call('GET', '/v1/apps?page-size=1')).body, { Item: [created.body] })
  t.strictSame((await call('GET', '/_pinpoint/v1/apps?page-size=1')).body, { Item: [created.body] })
  const refused = await call('GET', '/_pinpoint/v1/apps/none')
  isError(t, refused, 404, 'NotFoundException', 'Application not found')
})

t.test('an unknown path under /_pinpoint/v1/ is named as it was called', async t => {
  const { call } = build(t)
  const nothing = /^There is nothing at \/_pinpoint\/v1\/nothing; GET \/_pinpoint\/openapi\.json lists/
  isError(t, await call('GET', '/_pinpoint/v1/nothing?a=b'), 404, 'NotFoundException', nothing)
  isError(t, await call('GET', '/_pinpoint/v1'), 404, 'NotFoundException', /nothing at \/_pinpoint\/v1;/)
  const other = await call('PUT', '/_pinpoint/v1/apps')
  isError(t, other, 405, 'MethodNotAllowedException', /^PUT is not allowed at \/_pinpoint\/v1\/apps; allowed/)
})

t.test('no other spelling of the prefix /_pinpoint/v1/ leads to an operation', async t => {
  const { port } = await listen(t)
  const status = async (target: string) =>
    (await sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).status
  t.equal(await status('/_pinpoint/v1/apps'), 200)
  t.equal(await status(`http://${host}/_pinpoint/v1/apps`), 200)
  for (const path of ['/%5Fpinpoint/v1/apps', '/_pinpoint/%761/apps', '/_PINPOINT/v1/apps']) {
    t.equal(await status(path), 404, path)
  }
  t.equal(await status('//_pinpoint/v1/apps'), 404)
  t.equal(await status('/_pinpoint/v1/_pinpoint/v1/apps'), 404)
})

for (const env of [keys, { CONTROL_TOKEN: 'open-sesame' }, { ...keys, CONTROL_TOKEN: 'open-sesame' }]) {
  t.test(`with ${Object.keys(env).join(' and ')}, /_pinpoint/v1/ needs what control calls need`, async t => {
    const { call } = build(t, env)
    isError(t, await call('GET', '/_pinpoint/v1/apps'), 401, 'UnauthorizedException', /^Control calls need/)
    const wrong = await call('GET', '/_pinpoint/v1/apps', { headers: { authorization: 'Bearer x' } })
    isError(t, wrong, 403, 'ForbiddenException', /./)
    const withToken = await call('POST', '/_pinpoint/v1/apps', { headers: bearer, body: { Name: 'shop' } })
    t.equal(withToken.status, 'CONTROL_TOKEN' in env ? 201 : 403)
    const open = await call('GET', '/v1/apps')
    t.equal(open.status, 'ACCESS_KEYS' in env ? 403 : 200, "Pinpoint's own path")
    if (!('ACCESS_KEYS' in env)) return

    const signer = new SignatureV4({
      credentials: key,
      region: 'eu-west-1',
      service: 'mobiletargeting',
      sha256: Sha256,
      applyChecksum: false,
    })
    const body = JSON.stringify({ Name: 'signed' })
    const sign = (path: string) =>
      signer.sign({
        method: 'POST',
        path,
        query: {},
        protocol: 'http:',
        hostname: 'localhost',
        port: 7467,
        headers: { host },
        body,
      })
    const { headers } = await sign('/_pinpoint/v1/apps')
    const signed = await call('POST', '/_pinpoint/v1/apps', { headers, body: { Name: 'signed' } })
    t.equal(signed.status, 201)
    t.match(signed.body.Arn, ':eu-west-1:', "the caller's Region, as in every signed call")
    const { headers: ofOther } = await sign('/v1/apps')
    const refused = await call('POST', '/_pinpoint/v1/apps', { headers: ofOther, body: { Name: 'signed' } })
    t.equal(refused.status, 403, 'a signature of another path')
  })
}

t.test('web pages may call operations under /_pinpoint/v1/ as they may call the control API', async t => {
  const { call } = build(t)
  const from = (origin: string) => ({ headers: { origin } })
  t.equal((await call('GET', '/v1/apps', from('http://localhost:3000'))).status, 200)
  t.equal((await call('GET', '/_pinpoint/v1/apps', from('http://localhost:3000'))).status, 403)
  t.equal((await call('OPTIONS', '/_pinpoint/v1/apps', from('http://localhost:3000'))).status, 403)
  t.equal((await call('GET', '/_pinpoint/v1/apps', from(`http://${host}`))).status, 200)
})

t.test('operations under /_pinpoint/v1/ are not listed or counted, and use up no rule or rate', async t => {
  const { call } = build(t, { QUOTAS: 'on' })
  const rule = { operation: 'CreateApp', error: 'TooManyRequestsException', times: 1 }
  t.equal((await call('POST', '/_pinpoint/faults', { body: rule })).status, 201)
  t.equal((await call('POST', '/_pinpoint/v1/apps', { body: { Name: 'shop' } })).status, 201)
  t.strictSame((await call('GET', '/_pinpoint/requests')).body.items, [])
  t.strictSame((await call('GET', '/_pinpoint/usage')).body.items, [])
  t.match((await call('GET', '/_pinpoint/faults')).body, { items: [{ timesLeft: 1 }] })
  t.equal((await call('POST', '/v1/apps', { body: { Name: 'shop' } })).status, 429)
})
