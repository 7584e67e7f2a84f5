import t from 'tap'
import { makeBuckets } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { createApp, isError, runImport, sharedTestApp, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

/** An application with endpoints, each of the user that is named, and a function that lists users. */
async function withUsers(users: (string | undefined)[]) {
  const { call, createApp } = sharedTestApp()
  const { Id: app } = await createApp()
  const Item = users.map((UserId, index) => ({
    Id: `e${index}`,
    ChannelType: 'SMS',
    Address: `+1555555010${index}`,
    ...(UserId && { User: { UserId } }),
  }))
  await call('PUT', `/v1/apps/${app}/endpoints`, { Item })
  const page = (query = '') => call('GET', `/_pinpoint/apps/${app}/users${query}`)
  return { call, app, page, list: async (query?: string) => (await page(query)).body.items }
}

const byId = (users: { id: string }[]) => [...users].sort((one, other) => (one.id < other.id ? -1 : 1))

t.test('users are listed with how many endpoints name them', async t => {
  const { call, app, list } = await withUsers(['ann', undefined, 'bob', 'ann', 'Ann', 'ann'])
  await withUsers(['eve'])
  t.strictSame(byId(await list()), [
    { id: 'Ann', endpoints: 1 },
    { id: 'ann', endpoints: 3 },
    { id: 'bob', endpoints: 1 },
  ])
  await call('DELETE', `/v1/apps/${app}/users/ann`)
  t.strictSame(byId(await list()), [
    { id: 'Ann', endpoints: 1 },
    { id: 'bob', endpoints: 1 },
  ])
})

t.test('a prefix finds users, the one that it is the id of first', async t => {
  const { list } = await withUsers(['anna', 'ann', 'annika', 'Ann', 'bob', 'a_b', 'a%'])
  const ids = async (prefix: string) =>
    (await list(`?prefix=${encodeURIComponent(prefix)}`)).map(({ id }: { id: string }) => id)
  const found = await ids('ann')
  t.equal(found[0], 'ann')
  t.strictSame(found.toSorted(), ['ann', 'anna', 'annika'])
  t.strictSame(await ids('bo'), ['bob'])
  t.strictSame(await ids('a%'), ['a%'])
  t.strictSame(await ids('_'), [])
  t.equal((await ids('')).length, 7)
})

t.test('pages go on where the last one ended', async t => {
  const users = ['a', 'ab', 'abc', 'abd', 'abe', 'b', 'c']
  const { page, list } = await withUsers(users)
  for (const query of ['', 'prefix=ab&', 'prefix=a&']) {
    const all = await list(`?${query}`)
    t.equal(all.length, { '': 7, 'prefix=ab&': 4, 'prefix=a&': 5 }[query])
    for (const size of [1, 2, 4, 7]) {
      const found: object[] = []
      for (let token: string | undefined = ''; token !== undefined; ) {
        const { status, body } = await page(`?${query}page-size=${size}${token}`)
        t.equal(status, 200)
        t.ok(body.items.length <= size)
        found.push(...body.items)
        token = body.nextToken === undefined ? undefined : `&token=${body.nextToken}`
      }
      t.strictSame(found, all, `${query} ${size}`)
    }
  }
  const { nextToken } = (await page('?prefix=ab&page-size=1')).body
  isError(
    t,
    await page(`?prefix=a&token=${nextToken}`),
    400,
    'BadRequestException',
    /^token must be the NextToken of an earlier page/,
  )
})

t.test('the users of an application that does not exist are a 404', async t => {
  const { call } = await withUsers([])
  const unknown = await call('GET', '/_pinpoint/apps/none/users')
  isError(t, unknown, 404, 'NotFoundException', 'Application not found')
})

t.test('a page of very many users may be empty, and names the next one', async t => {
  const buckets = makeBuckets(t)
  const lines = Array.from({ length: 45_000 }, (_, n) => `e${n},SMS,+1555${n},user-${n}`)
  await buckets.put('data', 'many.csv', ['Id,ChannelType,Address,User.UserId', ...lines].join('\n'))
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  await runImport(client, app, { S3Url: 's3://data/many.csv' })
  const page = async (query: string) =>
    (await controlOf(url)('GET', `/_pinpoint/apps/${app}/users?${query}`)).body
  matchEach(
    t,
    (await page('prefix=user-7&page-size=1')).items,
    [{ id: 'user-7' }],
    'a whole id is found at once',
  )
  const first = await page('prefix=none')
  t.strictSame(first.items, [])
  t.strictSame(await page(`prefix=none&token=${first.nextToken}`), { items: [] })
  t.equal((await page('page-size=1000')).items.length, 1000)
})
