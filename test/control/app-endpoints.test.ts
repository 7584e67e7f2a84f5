import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { createApp, isError, runImport, sharedTestApp, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

/** An application with endpoints, each written by UpdateEndpoint, and a function that lists ids. */
async function withEndpoints(t: Test, endpoints: Record<string, object>) {
  const { call, createApp } = sharedTestApp()
  const { Id: app } = await createApp()
  for (const [id, endpoint] of Object.entries(endpoints)) {
    const { status } = await call('PUT', `/v1/apps/${app}/endpoints/${id}`, endpoint)
    t.equal(status, 202, id)
  }
  const page = (query: string) => call('GET', `/_pinpoint/apps/${app}/endpoints${query}`)
  const ids = async (query = '') => {
    const { status, body } = await page(query)
    t.equal(status, 200, query)
    return body.items.map(({ Id }: { Id: string }) => Id)
  }
  return { call, app, page, ids }
}

const email = (Address: string, more: object = {}) => ({ ChannelType: 'EMAIL', Address, ...more })
const sms = (Address: string, more: object = {}) => ({ ChannelType: 'SMS', Address, ...more })

t.test('all endpoints are listed as GetEndpoint answers them, oldest first', async t => {
  const { call, app, page, ids } = await withEndpoints(t, {
    B: email('b@example.com', { Attributes: { Plan: ['free'] }, User: { UserId: 'ann' } }),
    a: sms('+15555550100'),
    c: {},
  })
  t.strictSame(await ids(), ['B', 'a', 'c'])
  const { body } = await call('GET', `/v1/apps/${app}/endpoints/B`)
  t.strictSame((await page('')).body.items[0], body)
  const other = await withEndpoints(t, { x: sms('+15555550100', { User: { UserId: 'ann' } }) })
  t.strictSame(await other.ids(), ['x'])
  for (const filter of ['user=ann', 'address=%2B1', 'id=x'])
    t.strictSame(await other.ids(`?${filter}`), ['x'])
  t.strictSame(await ids('?id=x'), [])
})

t.test('endpoints are found by each filter, and by several together', async t => {
  const { ids } = await withEndpoints(t, {
    'User-1': email('ann@example.com', {
      User: { UserId: 'ann' },
      Attributes: { Plan: ['free', 'old'], 'a:b': ['c'], time: ['10:30'] },
    }),
    'user-12': sms('+15555550100', { User: { UserId: 'ann' }, OptOut: 'ALL' }),
    'user-2': email('ann@example.org', { EndpointStatus: 'INACTIVE', Attributes: { Plan: ['pro'] } }),
    none: { Attributes: { Plan: ['free'] }, User: { UserId: 'Ann' } },
  })
  const expected: [query: string, ids: string[]][] = [
    ['channel=EMAIL', ['User-1', 'user-2']],
    ['channel=GCM', []],
    ['user=ann', ['User-1', 'user-12']],
    ['user=an', []],
    ['user=ann&channel=SMS', ['user-12']],
    ['address=ann@example', ['User-1', 'user-2']],
    ['address=+1555', ['user-12']],
    ['address=Ann', []],
    ['address=%25', []],
    ['id=USER-1', ['User-1', 'user-12']],
    ['id=user', ['User-1', 'user-12', 'user-2']],
    ['id=', ['User-1', 'user-12', 'user-2', 'none']],
    ['id=_ser', []],
    ['status=INACTIVE', ['user-2']],
    ['status=ACTIVE&opt-out=NONE', ['User-1']],
    ['opt-out=ALL', ['user-12', 'none']],
    ['attribute=Plan:free', ['User-1', 'none']],
    ['attribute=Plan:free&attribute=Plan:old', ['User-1']],
    ['attribute=plan:free', []],
    ['attribute=Plan:fre', []],
    ['attribute=time:10:30', ['User-1']],
    ['attribute=Plan:pro&channel=EMAIL&id=user&address=ann&status=INACTIVE&opt-out=NONE', ['user-2']],
  ]
  for (const [query, wanted] of expected) t.strictSame(await ids(`?${query}`), wanted, query)
})

t.test('the endpoint that is looked for comes first, and once, whatever is before it', async t => {
  const { ids } = await withEndpoints(t, {
    'e-12': email('joe@example.com.au'),
    'e-11': email('joe@example.com', { EndpointStatus: 'INACTIVE' }),
    'e-1': email('joe@example.com'),
  })
  t.strictSame(await ids('?id=E-1'), ['e-1', 'e-12', 'e-11'])
  t.strictSame(await ids('?address=joe@example.com'), ['e-1', 'e-12', 'e-11'])
  t.strictSame(await ids('?id=e-1&address=joe@example.com.'), ['e-12'])
})

t.test('pages go on where the last one ended, for every filter', async t => {
  const User = { UserId: 'ann' }
  const endpoints = Object.fromEntries(
    ['e', 'e1', 'E2', 'e3', 'e4'].map(id => [id, email(`ann@example.com${id.slice(1)}`, { User })]),
  )
  const { ids, page } = await withEndpoints(t, endpoints)
  for (const filter of ['', 'user=ann&', 'id=e&', 'address=ann@example.com&', 'channel=EMAIL&']) {
    for (const size of [1, 2, 4, 5]) {
      const found: string[] = []
      for (let token: string | undefined = ''; token !== undefined; ) {
        const { status, body } = await page(`?${filter}page-size=${size}${token}`)
        t.equal(status, 200)
        t.ok(body.items.length <= size)
        found.push(...body.items.map(({ Id }: { Id: string }) => Id))
        token = body.nextToken === undefined ? undefined : `&token=${body.nextToken}`
      }
      t.strictSame(found, ['e', 'e1', 'E2', 'e3', 'e4'], `${filter} ${size}`)
    }
  }
  const { nextToken } = (await page('?user=ann&channel=EMAIL&page-size=1')).body
  t.strictSame(await ids(`?token=${nextToken}&channel=EMAIL&user=ann`), ['e1', 'E2', 'e3', 'e4'])
  const elsewhere = await page(`?user=bob&token=${nextToken}`)
  isError(t, elsewhere, 400, 'BadRequestException', /^token must be the NextToken of an earlier page/)
})

t.test('a wrong filter of endpoints is refused, and the message says what is wrong', async t => {
  const { call, page } = await withEndpoints(t, {})
  const refused = async (query: string, status: number, exception: string, message: string | RegExp) =>
    isError(t, await page(query), status, exception, message)
  await refused('?channel=email', 400, 'BadRequestException', /^channel must be one of /)
  await refused('?status=active', 400, 'BadRequestException', /^status must be one of ACTIVE, INACTIVE/)
  await refused('?opt-out=1', 400, 'BadRequestException', /^opt-out must be one of ALL, NONE/)
  const attribute = 'attribute must be a name and a value, such as Plan:free; got "Plan"'
  await refused('?attribute=Plan', 400, 'BadRequestException', attribute)
  await refused('?import-job=none', 404, 'NotFoundException', 'Import job not found: none')
  await refused('?user-id=ann', 400, 'BadRequestException', /^user-id is not a query parameter of this call/)
  const unknown = await call('GET', '/_pinpoint/apps/none/endpoints')
  isError(t, unknown, 404, 'NotFoundException', 'Application not found')
})

t.test('a page of very many endpoints may be empty, and names the next one', async t => {
  const buckets = makeBuckets(t)
  const lines = Array.from({ length: 45_000 }, (_, n) => `e${n},SMS,+1555${n}`)
  await putAll(buckets, 'data', {
    'many.csv': ['Id,ChannelType,Address', ...lines].join('\n'),
    'one.csv': 'Id,ChannelType,Address\nlast,EMAIL,last@example.com\ne7,SMS,+15557\n',
  })
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  await runImport(client, app, { S3Url: 's3://data/many.csv' })
  const { Id } = await runImport(client, app, { S3Url: 's3://data/one.csv' })
  const page = async (query: string) =>
    (await controlOf(url)('GET', `/_pinpoint/apps/${app}/endpoints?${query}`)).body
  const first = await page('channel=EMAIL')
  t.strictSame(first.items, [])
  const second = await page(`channel=EMAIL&token=${first.nextToken}`)
  t.equal(second.nextToken, undefined)
  matchEach(t, second.items, [{ Id: 'last' }])
  matchEach(t, (await page('id=last')).items, [{ Id: 'last' }], 'an id is found at once')

  const written = await page(`import-job=${Id}`)
  matchEach(t, written.items, [{ Id: 'e7' }])
  matchEach(t, (await page(`import-job=${Id}&token=${written.nextToken}`)).items, [{ Id: 'last' }])
})
