import t, { type Test } from 'tap'
import { type Answer, buildTestApp, isError, roleArn } from '../support/helpers.ts'

/**
 * An application without a worker that holds so many of Pinpoint's applications, and a way to read the list.
 */
async function withApps(t: Test, count: number) {
  const { call, createApp } = buildTestApp(t)
  const create = async (Name: string): Promise<string> => (await createApp({ Name })).Id
  const ids: string[] = []
  for (let index = 1; index <= count; index++) ids.push(await create(`app ${index}`))
  const list = (query: Record<string, string> = {}): Promise<Answer> =>
    call('GET', `/v1/apps?${new URLSearchParams(query)}`)
  return { call, create, ids, list }
}

const names = ({ body }: Answer) => body.Item.map((item: { Name: string }) => item.Name)

t.test('a list is newest first, and its pages come one after the other', async t => {
  const { list } = await withApps(t, 5)
  const first = await list({ 'page-size': '2' })
  t.strictSame(names(first), ['app 5', 'app 4'])
  const second = await list({ 'page-size': '2', token: first.body.NextToken })
  t.strictSame(names(second), ['app 3', 'app 2'])
  const third = await list({ 'page-size': '2', token: second.body.NextToken })
  t.strictSame(names(third), ['app 1'])
  t.notOk('NextToken' in third.body, 'the last page has no NextToken')
})

t.test('a page that holds exactly what is left has no NextToken', async t => {
  const { list } = await withApps(t, 4)
  const first = await list({ 'page-size': '2' })
  const second = await list({ 'page-size': '2', token: first.body.NextToken })
  t.strictSame(names(second), ['app 2', 'app 1'])
  t.strictSame(Object.keys(second.body), ['Item'])
  t.strictSame(Object.keys((await list({ 'page-size': '4' })).body), ['Item'])
})

t.test('an empty list is a page without entries', async t => {
  const { list } = await withApps(t, 0)
  t.strictSame((await list()).body, { Item: [] })
})

t.test('a page has 100 entries unless the caller says otherwise, and at most 1000', async t => {
  const { list } = await withApps(t, 101)
  const byDefault = await list()
  t.equal(byDefault.body.Item.length, 100)
  t.strictSame(names(await list({ token: byDefault.body.NextToken })), ['app 1'])
  t.equal((await list({ 'page-size': '1000' })).body.Item.length, 101)
})

t.test('a token may be used with another page size, and more than once', async t => {
  const { list } = await withApps(t, 4)
  const { NextToken } = (await list({ 'page-size': '1' })).body
  t.strictSame(names(await list({ 'page-size': '3', token: NextToken })), ['app 3', 'app 2', 'app 1'])
  t.strictSame(names(await list({ 'page-size': '1', token: NextToken })), ['app 3'])
})

t.test('pages neither repeat nor skip when entries come and go meanwhile', async t => {
  const { call, create, ids, list } = await withApps(t, 6)
  const first = await list({ 'page-size': '2' })
  t.strictSame(names(first), ['app 6', 'app 5'])
  await create('late')
  await call('DELETE', `/v1/apps/${ids[4]}`) // app 5, which the token was made from
  await call('DELETE', `/v1/apps/${ids[2]}`) // app 3, which is still to come
  const second = await list({ 'page-size': '2', token: first.body.NextToken })
  t.strictSame(names(second), ['app 4', 'app 2'])
  await create('later still')
  const third = await list({ 'page-size': '2', token: second.body.NextToken })
  t.strictSame(names(third), ['app 1'])
  t.notOk('NextToken' in third.body)
  t.strictSame(names(await list({ 'page-size': '2' })), ['later still', 'late'])
})

t.test('a token is still good when nothing is left', async t => {
  const { call, ids, list } = await withApps(t, 2)
  const { NextToken } = (await list({ 'page-size': '1' })).body
  for (const id of ids) await call('DELETE', `/v1/apps/${id}`)
  t.strictSame((await list({ token: NextToken })).body, { Item: [] })
})

for (const size of ['0', '-1', '1001', '99999999999999999999', '1.5', '1e2', ' 5', '5 ', '0x5', 'ten', '']) {
  t.test(`page-size ${JSON.stringify(size)} answers 400`, async t => {
    const { list } = await withApps(t, 1)
    const message = `page-size must be a whole number from 1 to 1000; got ${JSON.stringify(size)}`
    isError(t, await list({ 'page-size': size }), 400, 'BadRequestException', message)
  })
}

const encode = (token: unknown) => Buffer.from(JSON.stringify(token)).toString('base64url')
for (const [title, token] of Object.entries({
  'that is no token': 'nonsense',
  'of no characters': '',
  'that holds another JSON': encode({ list: 'apps' }),
  'that holds null': encode(null),
  'of a number that is none': encode(['apps', 'one']),
  'of too large a number': encode(['apps', 1e300]),
  'that is cut off': encode(['apps', 3]).slice(0, -3),
})) {
  t.test(`a token ${title} answers 400`, async t => {
    const { list } = await withApps(t, 1)
    const message = 'token must be the NextToken of an earlier page of this same list'
    isError(t, await list({ token }), 400, 'BadRequestException', message)
  })
}

t.test('a token of another list answers 400', async t => {
  const { call, list, ids } = await withApps(t, 2)
  const [one, other] = ids as [string, string]
  const body = { Format: 'CSV', S3Url: 's3://bucket/key', RoleArn: roleArn }
  for (const id of [one, one, other, other]) await call('POST', `/v1/apps/${id}/jobs/import`, body)
  const ofApps = (await list({ 'page-size': '1' })).body.NextToken
  const ofJobs = (await call('GET', `/v1/apps/${one}/jobs/import?page-size=1`)).body.NextToken
  t.ok(ofApps)
  t.ok(ofJobs)
  const mixedUp = {
    '/v1/apps': ofJobs,
    [`/v1/apps/${one}/jobs/import`]: ofApps,
    [`/v1/apps/${other}/jobs/import`]: ofJobs,
    [`/v1/apps/${one}/segments`]: ofJobs,
  }
  for (const [url, token] of Object.entries(mixedUp)) {
    const answer = await call('GET', `${url}?token=${token}`)
    isError(t, answer, 400, 'BadRequestException', /^token must be the NextToken .* this same list$/)
  }
})
