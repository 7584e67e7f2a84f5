import { CreateAppCommand, GetAppCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { buildTestApp, createClient, isError } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { listen, sendRaw } from '../support/raw-http.ts'

t.test('calls are listed newest first, with how each ended', async t => {
  const { url, call } = await listen(t)
  const client = createClient(url)
  t.teardown(() => client.destroy())
  const begun = Date.now()
  const created = await client.send(new CreateAppCommand({ CreateApplicationRequest: { Name: 'shop' } }))
  const { name, $metadata } = await client.send(new GetAppCommand({ ApplicationId: 'none' })).catch(e => e)
  t.equal(name, 'NotFoundException')

  const { status, body } = await call('GET', '/_pinpoint/requests')
  t.equal(status, 200)
  matchEach(t, body.items, [
    {
      operation: 'GetApp',
      method: 'GET',
      path: '/v1/apps/none',
      status: 404,
      exception: 'NotFoundException',
      requestId: $metadata.requestId,
    },
    {
      operation: 'CreateApp',
      method: 'POST',
      path: '/v1/apps',
      status: 201,
      requestId: created.$metadata.requestId,
    },
  ])
  t.notOk('exception' in body.items[1], 'what went well has no exception')
  for (const { time, milliseconds } of body.items) {
    t.ok(Date.parse(time) >= begun - 1 && Date.parse(time) <= Date.now(), time)
    t.ok(milliseconds > 0 && milliseconds < 10_000, String(milliseconds))
  }
})

t.test('calls that failed can be listed alone, and so can those that did not', async t => {
  const { call } = await listen(t)
  for (const path of ['/v1/apps', '/v1/apps/none', '/v1/nowhere']) await call('GET', path)
  const list = async (query: string) =>
    (await call('GET', `/_pinpoint/requests?${query}`)).body.items.map(({ path }: { path: string }) => path)
  t.strictSame(await list('failed=true'), ['/v1/nowhere', '/v1/apps/none'])
  t.strictSame(await list('failed=false'), ['/v1/apps'])
  t.strictSame(await list('failed=true&operation=GetApp'), ['/v1/apps/none'])
  t.equal((await call('GET', '/_pinpoint/requests?failed=maybe')).status, 400)
})

t.test('a page of calls is whole, however large their bodies were', async t => {
  const { call } = await listen(t)
  const Name = 'n'.repeat(16_000)
  for (let count = 0; count < 400; count++) await call('POST', '/v1/apps', { Name })
  const { body } = await call('GET', '/_pinpoint/requests?page-size=400')
  t.equal(body.items.length, 400)
})

t.test('what is no operation, or is refused before it is routed, is listed as well', async t => {
  const { port, call } = await listen(t)
  const send = (line: string, body = '') =>
    sendRaw(
      port,
      `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  await send('GET /v1/nowhere?a=b')
  await send('POST /v1/apps', '{')
  await send('PATCH /v1/apps')
  await send('GET /v1/apps/%zz')
  await send(`GET /v1/apps/${'x'.repeat(3000)}`)
  await send('OPTIONS /v1/apps')
  const { items } = (await call('GET', '/_pinpoint/requests')).body
  t.strictSame(
    items.map(({ operation, method, path, status, exception }: Record<string, string>) =>
      [operation, method, path!.slice(0, 20), status, exception].join(' '),
    ),
    [
      ' OPTIONS /v1/apps 200 ',
      ' GET /v1/apps/xxxxxxxxxxx 400 BadRequestException',
      ' GET /v1/apps/%zz 400 BadRequestException',
      ' PATCH /v1/apps 405 MethodNotAllowedException',
      'CreateApp POST /v1/apps 400 BadRequestException',
      ' GET /v1/nowhere?a=b 404 NotFoundException',
    ],
  )
})

t.test('calls of the control API are not listed, known or not', async t => {
  const { port, app, call } = await listen(t)
  for (const url of ['/_pinpoint/uploads/%ff', 'http://x/_pinpoint/uploads/%zz']) {
    const answer = await sendRaw(port, `PUT ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    t.equal(answer.status, 400, url)
  }
  await call('GET', '/_pinpoint/health')
  await call('GET', '/_pinpoint/nothing')
  await call('GET', '/_pinpoint/requests?operation=Nothing')
  await app.inject({ method: 'OPTIONS', url: '/_pinpoint/health' })
  t.strictSame((await call('GET', '/_pinpoint/requests')).body, { items: [] })
})

t.test('one operation can be asked for, and no other than those of Pinpoint', async t => {
  const { call, createApp } = buildTestApp(t)
  const { Id } = await createApp()
  await call('GET', `/v1/apps/${Id}`)
  await call('GET', '/v1/apps')
  const paths = async (operation: string) =>
    (await call('GET', `/_pinpoint/requests?operation=${operation}`)).body.items.map(
      ({ path }: { path: string }) => path,
    )
  t.strictSame(await paths('GetApp'), [`/v1/apps/${Id}`])
  t.strictSame(await paths('CreateImportJob'), [])
  t.strictSame(await paths('CreateCampaign'), [])
  for (const wrong of ['getapp', 'health', '']) {
    const answer = await call('GET', `/_pinpoint/requests?operation=${wrong}`)
    const message = new RegExp(
      `^operation must be one of CreateApp, .*VerifyOTPMessage; got ${JSON.stringify(wrong)}$`,
    )
    isError(t, answer, 400, 'BadRequestException', message)
  }
})

t.test('pages of calls go on where the last one ended, also when calls have come since', async t => {
  const { call } = buildTestApp(t)
  const page = async (query: string) => (await call('GET', `/_pinpoint/requests?page-size=2${query}`)).body
  const pathsOf = ({ items }: { items: { path: string }[] }) => items.map(({ path }) => path)
  for (const name of ['a', 'b', 'c']) await call('GET', `/v1/apps/${name}`)
  const first = await page('')
  t.strictSame(pathsOf(first), ['/v1/apps/c', '/v1/apps/b'])
  await call('GET', '/v1/apps/d')
  const second = await page(`&token=${first.nextToken}`)
  t.strictSame(pathsOf(second), ['/v1/apps/a'])
  t.notOk('nextToken' in second)
  const ofOne = await page('&operation=GetApp')
  t.strictSame(pathsOf(ofOne), ['/v1/apps/d', '/v1/apps/c'])
  t.strictSame(pathsOf(await page(`&operation=GetApp&token=${ofOne.nextToken}`)), [
    '/v1/apps/b',
    '/v1/apps/a',
  ])
  const elsewhere = await call('GET', `/_pinpoint/requests?token=${ofOne.nextToken}`)
  isError(t, elsewhere, 400, 'BadRequestException', /^token must be the NextToken of an earlier page/)
})

t.test('DELETE forgets the calls so far', async t => {
  const { call } = buildTestApp(t)
  for (const name of ['a', 'b', 'c']) await call('GET', `/v1/apps/${name}`)
  const { nextToken } = (await call('GET', '/_pinpoint/requests?page-size=1')).body
  t.equal((await call('DELETE', '/_pinpoint/requests')).status, 204)
  t.strictSame((await call('GET', '/_pinpoint/requests')).body, { items: [] })
  t.strictSame((await call('GET', `/_pinpoint/requests?token=${nextToken}`)).body, { items: [] })
  await call('GET', '/v1/apps/d')
  matchEach(t, (await call('GET', '/_pinpoint/requests')).body.items, [{ path: '/v1/apps/d' }])
})

t.test('the latest thousand calls are kept', async t => {
  const { call } = buildTestApp(t)
  for (let number = 0; number < 1003; number++) await call('GET', `/v1/nothing/${number}`)
  const first = (await call('GET', '/_pinpoint/requests?page-size=999')).body
  t.match(first.items[0], { path: '/v1/nothing/1002' })
  const second = (await call('GET', `/_pinpoint/requests?token=${first.nextToken}`)).body
  t.strictSame(
    second.items.map(({ path }: { path: string }) => path),
    ['/v1/nothing/3'],
  )
})
