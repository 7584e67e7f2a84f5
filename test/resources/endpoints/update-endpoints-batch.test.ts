import t from 'tap'
import { answerOf, isError, sharedTestApp } from '../../support/helpers.ts'

/** An application, its endpoints' URL, and ways to write a batch and to read an endpoint. */
async function withApp() {
  const { app, call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const url = `/v1/apps/${Id}/endpoints`
  const get = (id: string) => call('GET', `${url}/${encodeURIComponent(id)}`)
  return {
    app,
    call,
    url,
    batch: (...Item: unknown[]) => call('PUT', url, { Item }),
    get: async (id: string) => (await get(id)).body,
    isThere: async (id: string) => (await get(id)).status === 200,
  }
}

const email = (Id: string) => ({ Id, ChannelType: 'EMAIL', Address: `${Id}@example.com` })

t.test('UpdateEndpointsBatch answers 202 Accepted with the id of the request', async t => {
  const { batch } = await withApp()
  const { status, headers, body } = await batch(email('a'), email('b'))
  t.equal(status, 202)
  t.strictSame(body, { RequestID: headers['x-amzn-requestid'], Message: 'Accepted' })
})

t.test('each item does what UpdateEndpoint does with the same members', async t => {
  const { call, url, batch, get } = await withApp()
  const members = {
    ChannelType: 'EMAIL',
    Address: 'ann@example.com',
    OptOut: 'ALL',
    EndpointStatus: 'INACTIVE',
    RequestId: 'mine',
    EffectiveDate: '2019-08-23T10:54:35.220Z',
    Location: { City: 'Leeds', Latitude: 53.84, Longitude: -1.55 },
    Demographic: { Make: 'Acme', Timezone: 'US/Pacific-New' },
    Attributes: { Plan: ['free'], Ride: 'Bus' },
    Metrics: { Visits: 1.5 },
    User: { UserId: 'ann', UserAttributes: { Level: 'one' } },
  }
  await call('PUT', `${url}/alone`, members)
  t.equal((await batch({ Id: 'first' }, { Id: 'in-batch', ...members }, { Id: 'last' })).status, 202)
  const { Id: _id, CohortId: _cohort, CreationDate: _date, ...alone } = await get('alone')
  t.match(alone, { Attributes: { Ride: ['Bus'] }, Location: { Latitude: 53.8 } })
  t.match(await get('in-batch'), { Id: 'in-batch', ...alone })
})

t.test('the endpoints of a batch have its request id and one date', async t => {
  const { batch, get } = await withApp()
  const { headers } = await batch(email('a'), email('b'))
  const [a, b] = [await get('a'), await get('b')]
  t.equal(a.RequestId, headers['x-amzn-requestid'])
  t.equal(b.RequestId, a.RequestId)
  t.equal(a.EffectiveDate, b.EffectiveDate)
})

t.test('an item changes the endpoint that is there, and leaves what it does not name', async t => {
  const { batch, get } = await withApp()
  await batch({ ...email('Ann'), Attributes: { Plan: ['free'], Ride: ['Bus'] } }, email('ben'))
  const before = await get('ben')
  await batch({ Id: 'aNN', Attributes: { Plan: ['pro'], Ride: [] } })
  t.match(await get('ann'), { ...email('Ann'), Attributes: { Plan: ['pro'], Ride: undefined } })
  t.strictSame(await get('ben'), before)
})

t.test('items are taken in order: the later of two with one Id wins', async t => {
  const { batch, get } = await withApp()
  await batch({ ...email('ann'), Attributes: { Plan: ['free'], Ride: ['Bus'] } }, email('ben'), {
    Id: 'Ann',
    OptOut: 'ALL',
    Attributes: { Plan: ['pro'] },
  })
  t.match(await get('ann'), { ...email('ann'), OptOut: 'ALL', Attributes: { Plan: ['pro'], Ride: ['Bus'] } })
})

t.test('items have their effects on other endpoints, those of the same batch among them', async t => {
  const { batch, get } = await withApp()
  const User = { UserId: 'ann' }
  await batch(
    { ...email('old'), Address: 'ann@example.com', User },
    { ...email('new'), Address: 'ann@example.com', User: { ...User, UserAttributes: { Level: ['one'] } } },
  )
  t.match(await get('old'), { EndpointStatus: 'INACTIVE', User: { UserAttributes: { Level: ['one'] } } })
  t.match(await get('new'), { EndpointStatus: 'ACTIVE', User: { UserAttributes: { Level: ['one'] } } })
})

/** Items that are refused, each with what the message says of it. */
const refused: [title: string, item: object, message: string][] = [
  ['an Address of a wrong type', { Id: 'x', Address: 7 }, 'Item.1 (Id "x"): Address must be a string; got 7'],
  [
    'an attribute of a wrong type',
    { ...email('x'), Attributes: { a: [7] } },
    'Item.1 (Id "x"): Attributes.a.0 must be a string; got 7',
  ],
  ['no Id', { Address: 'x', ChannelType: 'SMS' }, 'Item.1: Id is required: it must be a string'],
  ['an Id that is null', { ...email('x'), Id: null }, 'Item.1: Id is required: it must be a string'],
  ['an Id of a wrong type', { ...email('x'), Id: 7 }, 'Item.1 (Id 7): Id must be a string; got 7'],
  ['an empty Id', email(''), 'Item.1 (Id ""): Id must not be empty'],
  ['an Id with a brace', email('a{b'), 'Item.1 (Id "a{b"): Id must not hold $, { or }; got "a{b"'],
  [
    'the Id __proto__',
    email('__proto__'),
    'Item.1 (Id "__proto__"): Id must not be __proto__: maps in calls cannot have that name',
  ],
  ['a wrong OptOut', { Id: 'x', OptOut: 'SOME' }, 'Item.1 (Id "x"): OptOut must be ALL or NONE; got "SOME"'],
  ['an Address without a channel', { Id: 'x', Address: 'x' }, 'Item.1 (Id "x"): Missing ChannelType'],
  ['a channel without an Address', { Id: 'x', ChannelType: 'SMS' }, 'Item.1 (Id "x"): Missing Address'],
]
for (const [title, item, message] of refused) {
  t.test(`an item with ${title} answers 400, and the others are written`, async t => {
    const { batch, get, isThere } = await withApp()
    const answer = await batch(email('a'), item, email('b'))
    isError(t, answer, 400, 'BadRequestException', `Written: 2 of 3 items. Refused: ${message}`)
    t.match(await get('a'), email('a'))
    t.match(await get('b'), email('b'))
    t.notOk(await isThere('x'))
  })
}

for (const [what, character, most] of [
  ['letters', 'a', 2048],
  ['characters that a path keeps escaped', '/', 682],
  ['characters of three bytes', '鈴', 227],
] as const) {
  t.test(`ids of ${most} ${what} are the longest, and can be read and deleted`, async t => {
    const { call, url, batch } = await withApp()
    const id = character.repeat(most)
    const longer = `${id}${character}`
    t.equal((await batch({ ...email(id), User: { UserId: id } })).status, 202)
    const users = `${url.replace(/endpoints$/, 'users')}/${encodeURIComponent(id)}`
    t.match((await call('GET', users)).body, { Item: [{ Id: id }] })
    t.match((await call('DELETE', `${url}/${encodeURIComponent(id)}`)).body, { Id: id })
    for (const [member, item] of [
      ['Id', email(longer)],
      ['User.UserId', { ...email('x'), User: { UserId: longer } }],
    ] as const) {
      const { length } = encodeURIComponent(longer)
      const message = `: ${member} must have at most 2048 characters as it is escaped in a URL; got ${length}`
      const answer = await batch(item)
      isError(t, answer, 400, 'BadRequestException', /^Written: 0 of 1 items/)
      t.ok(answer.body.Message.endsWith(message), answer.body.Message.slice(-100))
    }
  })
}

t.test('half of a character in an id is no fault of the emulator', async t => {
  const { batch } = await withApp()
  t.equal((await batch(email('a\ud83d'))).status, 202)
})

t.test('the message names every item that is refused', async t => {
  const { batch } = await withApp()
  const answer = await batch({ Id: 'x', Metrics: { a: '1' } }, email('a'), {}, { Id: 'y', Address: '' })
  isError(
    t,
    answer,
    400,
    'BadRequestException',
    'Written: 1 of 4 items. Refused: Item.0 (Id "x"): Metrics.a must be a number; got "1"; ' +
      'Item.2: Id is required: it must be a string; Item.3 (Id "y"): Missing Address',
  )
})

t.test('a refused item changes neither its endpoint nor another', async t => {
  const { batch, get } = await withApp()
  const Address = 'ann@example.com'
  await batch({ ...email('ann'), User: { UserId: 'ann', UserAttributes: { Level: ['one'] } } }, email('x'))
  const before = [await get('ann'), await get('x')]
  const answer = await batch(
    { Id: 'new', Address, User: { UserId: 'ann', UserAttributes: { Level: ['two'] } } },
    { Id: 'x', Address, OptOut: 'SOME' },
  )
  isError(t, answer, 400, 'BadRequestException', /^Written: 0 of 2 items\. Refused: Item\.0 .*; Item\.1 /)
  t.strictSame([await get('ann'), await get('x')], before)
})

t.test("a user's 16th endpoint is refused, and the first 15 of the batch are written", async t => {
  const { batch, isThere } = await withApp()
  const items = Array.from({ length: 16 }, (_, index) => ({ ...email(`e${index}`), User: { UserId: 'ann' } }))
  const message =
    'Written: 15 of 16 items. Refused: Item.15 (Id "e15"): Exceeded maximum endpoint per user count: 15'
  isError(t, await batch(...items), 400, 'BadRequestException', message)
  t.ok(await isThere('e14'))
  t.notOk(await isThere('e15'))
})

t.test(
  'of endpoints written in one moment, the one written first gives way to the 16th of its user',
  async t => {
    const { batch, get } = await withApp()
    const push = (Id: string) => ({ Id, ChannelType: 'GCM', Address: Id, User: { UserId: 'ann' } })
    const items = Array.from({ length: 15 }, (_, index) => push(`e${index}`))
    t.equal((await batch(...items, push('e0'), push('e15'))).status, 202)
    t.match(await get('e0'), { EndpointStatus: 'ACTIVE', User: { UserId: 'ann' } }, 'it was written again')
    const released = await get('e1')
    t.equal(released.EndpointStatus, 'INACTIVE')
    t.notOk('UserId' in released.User)
  },
)

t.test('a batch holds up to 100 items; of one with more, nothing is written', async t => {
  const { batch, isThere } = await withApp()
  const items = Array.from({ length: 101 }, (_, index) => email(`e${index}`))
  const message = 'Item must have at most 100 entries; got 101'
  isError(t, await batch(...items), 400, 'BadRequestException', message)
  t.notOk(await isThere('e0'))
  t.equal((await batch(...items.slice(0, 100))).status, 202)
  t.ok(await isThere('e0'))
  t.ok(await isThere('e99'))
})

t.test('a batch without items is accepted', async t => {
  const { batch } = await withApp()
  t.match(await batch(), { status: 202, body: { Message: 'Accepted' } })
})

/** Bodies that are no batch, with what the message says. */
const noBatch: [title: string, body: object | undefined, message: string][] = [
  ['no body', undefined, 'The request body is required: it must be a JSON object'],
  ['no Item', {}, 'Item is required: it must be a list, each entry an object'],
  [
    'an Item that is no list',
    { Item: email('a') },
    'Item must be a list, each entry an object; got an object',
  ],
  ['an entry that is no object', { Item: [email('a'), 'b'] }, 'Item.1 must be an object; got "b"'],
  ['an entry that is null', { Item: [email('a'), null] }, 'Item.1 must be an object; got null'],
  ['an entry that is a list', { Item: [email('a'), []] }, 'Item.1 must be an object; got a list'],
]
for (const [title, body, message] of noBatch) {
  t.test(`a request with ${title} answers 400, and nothing is written`, async t => {
    const { call, url, isThere } = await withApp()
    isError(t, await call('PUT', url, body), 400, 'BadRequestException', message)
    t.notOk(await isThere('a'))
  })
}

t.test('a body of more than 7 MB answers 413 PayloadTooLargeException', async t => {
  const { app, url, isThere } = await withApp()
  const payload = { Item: [email('a'), { ...email('b'), RequestId: 'x'.repeat(7 * 1024 * 1024) }] }
  const answer = answerOf(await app.inject({ method: 'PUT', url, payload }))
  isError(t, answer, 413, 'PayloadTooLargeException', /7 MB/)
  t.notOk(await isThere('a'))
})

t.test('an unknown application answers 404 NotFoundException, whatever the body is', async t => {
  const { call } = sharedTestApp()
  for (const body of [{ Item: [email('a')] }, { Item: 7 }, { Item: Array(101).fill({}) }]) {
    const answer = await call('PUT', '/v1/apps/nope/endpoints', body)
    isError(t, answer, 404, 'NotFoundException', 'Application not found')
  }
})
