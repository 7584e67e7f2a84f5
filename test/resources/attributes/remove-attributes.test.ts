import t, { type Test } from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'

const types = {
  Attributes: 'endpoint-custom-attributes',
  Metrics: 'endpoint-metric-attributes',
  'User.UserAttributes': 'endpoint-user-attributes',
}

const namesFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `n${from + index}`)

/** An application whose one endpoint has these names as Attributes, Metrics and User.UserAttributes alike. */
async function withNames(t: Test, names: string[]) {
  const { call, store, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const url = `/v1/apps/${Id}/endpoints/e`
  const put = (body: object) => call('PUT', url, { ChannelType: 'EMAIL', Address: 'e', ...body })
  const lists = Object.fromEntries(names.map(name => [name, ['x']]))
  const { status } = await put({
    Attributes: lists,
    Metrics: Object.fromEntries(names.map(name => [name, 1])),
    User: { UserId: 'ann', UserAttributes: lists },
  })
  t.equal(status, 202)
  return {
    call,
    createApp,
    store,
    put,
    app: Id,
    get: async () => (await call('GET', url)).body,
    remove: (Blacklist: string[], type = types.Attributes) =>
      call('PUT', `/v1/apps/${Id}/attributes/${type}`, { Blacklist }),
  }
}

for (const [map, type] of Object.entries(types)) {
  t.test(`RemoveAttributes of ${type} forgets names of ${map} and of no other map`, async t => {
    const { app, remove } = await withNames(t, ['plan', 'Plan', 'ride'])
    const { status, body } = await remove(['ride', 'plan'], type)
    t.equal(status, 200)
    t.strictSame(body, { ApplicationId: app, AttributeType: type, Attributes: ['plan', 'ride'] })
    for (const [otherMap, other] of Object.entries(types)) {
      const left = (await remove(['*'], other)).body.Attributes
      t.strictSame(left, otherMap === map ? ['Plan'] : ['Plan', 'plan', 'ride'], other)
    }
  })
}

t.test('endpoints keep their values, and an application makes room for other names', async t => {
  const { call, app, put, get, remove } = await withNames(t, namesFrom(0, 83))
  t.equal((await put({ Metrics: { one: 1 } })).status, 202)
  const before = await get()
  isError(t, await put({ Metrics: { more: 1 } }), 400, 'BadRequestException', /^Too many custom attributes/)
  t.strictSame((await remove(['n7'])).body.Attributes, ['n7'])
  t.strictSame(await get(), before)

  t.equal((await put({ Metrics: { more: 1 } })).status, 202)
  const again = await put({ Attributes: { n7: ['y'] } })
  isError(t, again, 400, 'BadRequestException', /^Too many custom attributes: .*Attributes\.n7 .* 251$/)
  t.strictSame((await get()).Attributes.n7, ['x'])
  const untouched = await call('PUT', `/v1/apps/${app}/endpoints/e`, { Attributes: { n8: ['y'] } })
  t.equal(untouched.status, 202, 'a write that leaves the forgotten name alone')
})

t.test('a name is known again when an endpoint is given it', async t => {
  const { put, remove } = await withNames(t, ['plan'])
  t.strictSame((await remove(['plan'])).body.Attributes, ['plan'])
  t.strictSame((await remove(['plan'])).body.Attributes, [])
  await put({ Attributes: { plan: ['pro'] } })
  t.strictSame((await remove(['plan'])).body.Attributes, ['plan'])
})

const names = ['a', 'ab', 'abc', 'Abc', 'b', 'b[1]', 'b1', 'ü', 'a*', 'x.y', 'a\nb']
for (const [pattern, removed] of [
  ['a', ['a']],
  ['a*', ['a', 'a\nb', 'a*', 'ab', 'abc']],
  ['*b*', ['Abc', 'a\nb', 'ab', 'abc', 'b', 'b1', 'b[1]']],
  ['*', names],
  ['?', ['a', 'b', 'ü']],
  ['a?', ['a*', 'ab']],
  ['[Aa]bc', ['Abc', 'abc']],
  ['[^a]bc', ['Abc']],
  ['b[1]', ['b1', 'b[1]']],
  ['b[1', []],
  ['x_y', []],
  ['x%', []],
  ['ABC', []],
  [`${'*'.repeat(49)}z`, []],
] as const) {
  t.test(`${JSON.stringify(pattern)} removes ${removed.length} of ${names.length} names`, async t => {
    const { remove } = await withNames(t, names)
    t.strictSame((await remove([pattern])).body.Attributes, [...removed].sort())
    t.equal((await remove(['*'])).body.Attributes.length, names.length - removed.length)
  })
}

t.test('what two patterns fit is removed once', async t => {
  const { remove } = await withNames(t, ['a', 'ab', 'b'])
  t.strictSame((await remove(['ab', 'a*', 'ab', 'nope'])).body.Attributes, ['a', 'ab'])
})

t.test('RemoveAttributes of names that nobody has removes nothing', async t => {
  const { call, app, remove } = await withNames(t, ['a'])
  const url = `/v1/apps/${app}/attributes/${types.Attributes}`
  for (const body of [{}, { Blacklist: [] }, { Blacklist: null }]) {
    const answer = await call('PUT', url, body)
    t.strictSame([answer.status, answer.body.Attributes], [200, []])
  }
  t.strictSame((await remove(['*'])).body.Attributes, ['a'])
})

t.test('names of another application stay', async t => {
  const { call, remove, createApp } = await withNames(t, ['a'])
  const { Id } = await createApp({ Name: 'other' })
  const url = `/v1/apps/${Id}/attributes/${types.Attributes}`
  t.strictSame((await call('PUT', url, { Blacklist: ['*'] })).body.Attributes, [])
  t.strictSame((await remove(['*'])).body.Attributes, ['a'])
})

t.test(
  "a name that a running import has brought is removed too, and is the import's when it comes again",
  async t => {
    const { app, store, remove } = await withNames(t, ['a'])
    const found = store.apps.find(app)!
    const bring = () =>
      store.write(() => store.attributeNames.add(found, [{ map: 'Attributes', name: 'imported' }], 7))
    await bring()
    t.strictSame((await remove(['imported'])).body.Attributes, ['imported'])
    await bring()
    await store.write(() => store.attributeNames.removeOfJob(found, 7))
    t.strictSame((await remove(['*'])).body.Attributes, ['a'], 'what it brought again went with it')
  },
)

t.test('an unknown type answers 400 with those that there are', async t => {
  const { remove } = await withNames(t, ['a'])
  for (const type of ['attributes', 'ENDPOINT-CUSTOM-ATTRIBUTES', 'toString']) {
    const message = `attributeType must be one of ${Object.values(types).join(', ')}; got "${type}"`
    isError(t, await remove(['*'], type), 400, 'BadRequestException', message)
  }
  t.strictSame((await remove(['*'])).body.Attributes, ['a'])
})

for (const [title, body, message] of [
  ['no body', undefined, /^The request body is required/],
  [
    'a Blacklist that is a string',
    { Blacklist: 'a' },
    'Blacklist must be a list, each entry a string; got "a"',
  ],
  ['a Blacklist with a number in it', { Blacklist: ['a', 7] }, 'Blacklist.1 must be a string; got 7'],
  [
    'an empty name',
    { Blacklist: ['a', ''] },
    'Blacklist must hold names or globs of 1 to 50 characters; got ""',
  ],
  [
    'a name of 51 characters',
    { Blacklist: ['a', 'x'.repeat(51)] },
    /^Blacklist must hold .* of 1 to 50 characters/,
  ],
] as const) {
  t.test(`${title} answers 400 and removes nothing`, async t => {
    const { call, app, remove } = await withNames(t, ['a'])
    const answer = await call('PUT', `/v1/apps/${app}/attributes/${types.Attributes}`, body)
    isError(t, answer, 400, 'BadRequestException', message)
    t.strictSame((await remove(['*'])).body.Attributes, ['a'])
  })
}

t.test('an unknown application answers 404 NotFoundException, whatever else is wrong', async t => {
  const { call } = sharedTestApp()
  const answer = await call('PUT', '/v1/apps/nope/attributes/nope', { Blacklist: 7 })
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
