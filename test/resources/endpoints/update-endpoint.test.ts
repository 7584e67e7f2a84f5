import t, { type Test } from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { createTickingApp } from '../../support/ticking-app.ts'

/** An application, and calls on its endpoints. A second passes with each write. */
async function withApp(t: Test) {
  const { call, createApp, app } = await createTickingApp()
  const url = (id: string) => `/v1/apps/${app}/endpoints/${encodeURIComponent(id)}`
  return {
    call,
    createApp,
    app,
    put: (id: string, body: object) => call('PUT', url(id), body),
    get: async (id: string) => (await call('GET', url(id))).body,
    /** Writes an endpoint that must be accepted. */
    async write(id: string, body: object) {
      const answer = await call('PUT', url(id), body)
      t.equal(answer.status, 202, answer.body.Message)
      return answer
    },
  }
}

const email = (name: string) => ({ ChannelType: 'EMAIL', Address: `${name}@example.com` })

t.test('UpdateEndpoint answers 202 Accepted with the id of the request', async t => {
  const { put } = await withApp(t)
  const { status, headers, body } = await put('e', email('ann'))
  t.equal(status, 202)
  t.strictSame(body, { RequestID: headers['x-amzn-requestid'], Message: 'Accepted' })
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const { call } = sharedTestApp()
  const answer = await call('PUT', '/v1/apps/nope/endpoints/e', email('ann'))
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
  const wrongBody = await call('PUT', '/v1/apps/nope/endpoints/e', { Address: 7 })
  isError(t, wrongBody, 404, 'NotFoundException', 'Application not found')
})

t.test('the dates, the request id and the cohort of an endpoint', async t => {
  const { write, get } = await withApp(t)
  await write('e', email('ann'))
  const created = await get('e')
  t.equal(created.EffectiveDate, created.CreationDate)
  t.ok(Number(created.CohortId) >= 0 && Number(created.CohortId) <= 99)
  const { headers } = await write('E', { OptOut: 'ALL' })
  const updated = await get('e')
  t.equal(updated.CreationDate, created.CreationDate, 'CreationDate stays')
  t.equal(Date.parse(updated.EffectiveDate), Date.parse(created.EffectiveDate) + 1000, 'EffectiveDate moves')
  t.equal(updated.RequestId, headers['x-amzn-requestid'])
  t.equal(updated.CohortId, created.CohortId, 'CohortId stays')
})

t.test('the cohort is that of the id, however it is spelled, in every application', async t => {
  const { createApp, call } = sharedTestApp()
  const cohorts = new Set<string>()
  for (const id of ['ann', 'Ann', 'ANN']) {
    const url = `/v1/apps/${(await createApp({ Name: 'shop' })).Id}/endpoints/${id}`
    await call('PUT', url, email('ann'))
    cohorts.add((await call('GET', url)).body.CohortId)
  }
  t.equal(cohorts.size, 1)
})

t.test('cohorts are spread', async t => {
  const { write, get } = await withApp(t)
  const cohorts = new Set<string>()
  for (let index = 0; index < 50; index++) {
    await write(`e${index}`, email(`e${index}`))
    cohorts.add((await get(`e${index}`)).CohortId)
  }
  t.ok(cohorts.size > 20, `${cohorts.size} cohorts of 50 endpoints`)
})

t.test('EffectiveDate may be given', async t => {
  const { write, get } = await withApp(t)
  for (const date of [
    '2019-08-23T10:54:35.220Z',
    '2019-08-23T10:54:35Z',
    '2019-08-23T10:54Z',
    '2019-08-23T10:54:35.220123456Z',
  ]) {
    await write('e', { ...email('ann'), EffectiveDate: date })
    t.equal((await get('e')).EffectiveDate, date)
  }
})

t.test(
  'members that a change does not name stay, and those that it names are replaced one by one',
  async t => {
    const { write, get } = await withApp(t)
    await write('e', {
      ...email('ann'),
      OptOut: 'ALL',
      Location: { City: 'Leeds', Country: 'GB' },
      Demographic: { Make: 'Acme', Model: 'One' },
      Attributes: { Ride: ['Bus', 'Train'], Plan: ['free'] },
      Metrics: { Visits: 1, Score: 2.5 },
      User: { UserId: 'ann', UserAttributes: { Hobby: ['chess'], Level: ['one'] } },
    })
    await write('e', {
      Location: { City: 'York', PostalCode: 'YO1' },
      Demographic: { Model: 'Two' },
      Attributes: { Ride: ['Tram'] },
      Metrics: { Visits: 0 },
      User: { UserAttributes: { Level: ['two'] } },
    })
    const { ChannelType, Address, OptOut, Location, Demographic, Attributes, Metrics, User } = await get('e')
    t.strictSame(
      { ChannelType, Address, OptOut, Location, Demographic, Attributes, Metrics, User },
      {
        ...email('ann'),
        OptOut: 'ALL',
        Location: { City: 'York', Country: 'GB', PostalCode: 'YO1' },
        Demographic: { Make: 'Acme', Model: 'Two' },
        Attributes: { Ride: ['Tram'], Plan: ['free'] },
        Metrics: { Visits: 0, Score: 2.5 },
        User: { UserId: 'ann', UserAttributes: { Hobby: ['chess'], Level: ['two'] } },
      },
    )
  },
)

t.test('an empty list removes an attribute', async t => {
  const { write, get } = await withApp(t)
  const User = { UserId: 'ann', UserAttributes: { Hobby: ['chess'], Level: ['one'] } }
  await write('e', { ...email('ann'), Attributes: { Ride: ['Bus'], Plan: ['free'] }, User })
  await write('e', { Attributes: { Ride: [], Never: [] }, User: { UserAttributes: { Hobby: [] } } })
  const endpoint = await get('e')
  t.strictSame(endpoint.Attributes, { Plan: ['free'] })
  t.strictSame(endpoint.User, { UserId: 'ann', UserAttributes: { Level: ['one'] } })
})

t.test('a body without members changes nothing but the dates and the request id', async t => {
  const { write, get } = await withApp(t)
  await write('e', { ...email('ann'), Attributes: { Plan: ['free'] } })
  const { EffectiveDate: _date, RequestId: _id, ...before } = await get('e')
  await write('e', {})
  const { EffectiveDate: _newDate, RequestId: _newId, ...after } = await get('e')
  t.strictSame(after, before)
})

t.test('a user given to an endpoint leaves the user attributes that it had', async t => {
  const { write, get } = await withApp(t)
  await write('e', { ...email('ann'), User: { UserAttributes: { Level: ['one'] } } })
  await write('e', { User: { UserId: 'ann' } })
  t.strictSame((await get('e')).User, { UserId: 'ann', UserAttributes: { Level: ['one'] } })
})

t.test("a user's attributes are the same on all of the user's endpoints", async t => {
  const { write, get } = await withApp(t)
  await write('a', { ...email('a'), User: { UserId: 'ann', UserAttributes: { Level: ['one'] } } })
  await write('ben', { ...email('ben'), User: { UserId: 'ben', UserAttributes: { Level: ['ben'] } } })
  await write('b', { ...email('b'), User: { UserId: 'ann' } })
  t.strictSame((await get('b')).User.UserAttributes, { Level: ['one'] }, 'a new endpoint gets them')

  await write('b', { User: { UserAttributes: { Level: ['two'], Hobby: ['chess'] } } })
  for (const id of ['a', 'b']) {
    t.strictSame((await get(id)).User, {
      UserId: 'ann',
      UserAttributes: { Level: ['two'], Hobby: ['chess'] },
    })
  }
  await write('a', { User: { UserAttributes: { Level: [] } } })
  for (const id of ['a', 'b']) t.strictSame((await get(id)).User.UserAttributes, { Hobby: ['chess'] }, id)
  t.strictSame((await get('ben')).User.UserAttributes, { Level: ['ben'] }, 'another user keeps theirs')
})

t.test('sharing user attributes is no update of the other endpoints', async t => {
  const { write, get } = await withApp(t)
  await write('a', { ...email('a'), User: { UserId: 'ann' } })
  const { EffectiveDate, RequestId } = await get('a')
  await write('b', { ...email('b'), User: { UserId: 'ann', UserAttributes: { Level: ['one'] } } })
  t.match(await get('a'), { EffectiveDate, RequestId, User: { UserAttributes: { Level: ['one'] } } })
})

t.test("an endpoint that goes over to another user takes on that user's attributes", async t => {
  const { write, get } = await withApp(t)
  await write('a', {
    ...email('a'),
    User: { UserId: 'ann', UserAttributes: { Level: ['ann'], Pet: ['cat'] } },
  })
  await write('a2', { ...email('a2'), User: { UserId: 'ann' } })
  await write('b', { ...email('b'), User: { UserId: 'ben', UserAttributes: { Level: ['ben'] } } })
  await write('a2', { User: { UserId: 'ben' } })
  t.strictSame((await get('a2')).User, { UserId: 'ben', UserAttributes: { Level: ['ben'] } })
  t.strictSame((await get('a')).User, { UserId: 'ann', UserAttributes: { Level: ['ann'], Pet: ['cat'] } })
  t.strictSame((await get('b')).User, { UserId: 'ben', UserAttributes: { Level: ['ben'] } })
})

t.test('users of the same id in two applications have nothing in common', async t => {
  const { call, createApp } = sharedTestApp()
  const [one, two] = [(await createApp({ Name: 'one' })).Id, (await createApp({ Name: 'two' })).Id]
  const User = { UserId: 'ann', UserAttributes: { Level: ['one'] } }
  await call('PUT', `/v1/apps/${one}/endpoints/e`, { ...email('ann'), User })
  await call('PUT', `/v1/apps/${two}/endpoints/e`, { ...email('ann'), User: { UserId: 'ann' } })
  const [inOne, inTwo] = [
    (await call('GET', `/v1/apps/${one}/endpoints/e`)).body,
    (await call('GET', `/v1/apps/${two}/endpoints/e`)).body,
  ]
  t.strictSame(inTwo.User, { UserId: 'ann' })
  t.equal(inOne.EndpointStatus, 'ACTIVE', 'nor have endpoints of the same address')
})

t.test(
  'an endpoint becomes INACTIVE when another of the same address is written, and ACTIVE when it is',
  async t => {
    const { write, get } = await withApp(t)
    const statuses = async () => Promise.all(['a', 'b', 'c'].map(async id => (await get(id)).EndpointStatus))
    await write('a', email('ann'))
    await write('c', email('cleo'))
    await write('b', email('ann'))
    t.strictSame(await statuses(), ['INACTIVE', 'ACTIVE', 'ACTIVE'])
    await write('a', {})
    t.strictSame(await statuses(), ['ACTIVE', 'INACTIVE', 'ACTIVE'])
    await write('c', { Address: 'ann@example.com' })
    t.strictSame(await statuses(), ['INACTIVE', 'INACTIVE', 'ACTIVE'], 'also by an address that is new to it')
  },
)

t.test('a refused write leaves others of the address ACTIVE', async t => {
  const { write, put, get } = await withApp(t)
  await write('a', email('ann'))
  const answer = await put('b', { Address: 'ann@example.com' })
  isError(t, answer, 400, 'BadRequestException', 'Missing ChannelType')
  t.equal((await get('a')).EndpointStatus, 'ACTIVE')
})

t.test('a write makes an endpoint ACTIVE unless it says otherwise', async t => {
  const { write, get } = await withApp(t)
  await write('e', { ...email('ann'), EndpointStatus: 'INACTIVE' })
  t.equal((await get('e')).EndpointStatus, 'INACTIVE')
  await write('e', {})
  t.equal((await get('e')).EndpointStatus, 'ACTIVE')
})

t.test('OptOut is NONE with an address and ALL without, unless it is given', async t => {
  const { write, get } = await withApp(t)
  await write('with', email('with'))
  await write('without', {})
  await write('given', { OptOut: 'NONE' })
  await write('out', { ...email('out'), OptOut: 'ALL' })
  const optOuts = await Promise.all(
    ['with', 'without', 'given', 'out'].map(async id => (await get(id)).OptOut),
  )
  t.strictSame(optOuts, ['NONE', 'ALL', 'NONE', 'ALL'])
  await write('out', { Metrics: { Visits: 1 } })
  t.equal((await get('out')).OptOut, 'ALL', 'an update leaves it')
})

t.test('an endpoint may begin with neither address nor channel, and get both later', async t => {
  const { write, get } = await withApp(t)
  await write('e', { Attributes: { Plan: ['free'] } })
  const begun = await get('e')
  t.notOk('Address' in begun)
  t.notOk('ChannelType' in begun)
  await write('e', email('ann'))
  t.match(await get('e'), { ...email('ann'), Attributes: { Plan: ['free'] } })
})

t.test('an address without a channel, and a channel without an address, answer 400', async t => {
  const { put, write, call } = await withApp(t)
  const noAddress = await put('e', { ChannelType: 'EMAIL' })
  isError(t, noAddress, 400, 'BadRequestException', 'Missing Address')
  const noChannel = await put('e', { Address: 'ann@example.com' })
  isError(t, noChannel, 400, 'BadRequestException', 'Missing ChannelType')
  await write('begun', {})
  isError(t, await put('begun', { ChannelType: 'SMS' }), 400, 'BadRequestException', 'Missing Address')
  const { Item } = (await call('GET', '/v1/apps')).body
  t.equal((await call('GET', `/v1/apps/${Item[0].Id}/endpoints/e`)).status, 404, 'nothing was created')
})

t.test('an endpoint that has both may change either alone', async t => {
  const { write, get } = await withApp(t)
  await write('e', email('ann'))
  await write('e', { Address: 'ann2@example.com' })
  await write('e', { ChannelType: 'CUSTOM' })
  t.match(await get('e'), { Address: 'ann2@example.com', ChannelType: 'CUSTOM' })
})

t.test('an id in another case is the same endpoint, and keeps its first spelling', async t => {
  const { write, get } = await withApp(t)
  await write('Ann', email('ann'))
  await write('aNN', { Attributes: { Plan: ['free'] } })
  t.match(await get('ANN'), { Id: 'Ann', Attributes: { Plan: ['free'] }, EndpointStatus: 'ACTIVE' })
  await write('ÄRGER', email('aerger'))
  await write('ärger', { Attributes: { Plan: ['free'] } })
  t.match(await get('Ärger'), { Id: 'ÄRGER', Attributes: { Plan: ['free'] }, Address: 'aerger@example.com' })
})

for (const [id, problem] of [
  ...['a$b', 'a{b', 'a}b'].map(id => [id, `must not hold $, { or }; got "${id}"`] as const),
  ['__proto__', 'must not be __proto__: maps in calls cannot have that name'],
] as const) {
  t.test(`the id ${id} answers 400, for an endpoint and for a user`, async t => {
    const { put } = await withApp(t)
    const endpoint = await put(id, email('ann'))
    isError(t, endpoint, 400, 'BadRequestException', `EndpointId ${problem}`)
    const user = await put('e', { ...email('ann'), User: { UserId: id } })
    isError(t, user, 400, 'BadRequestException', `User.UserId ${problem}`)
  })
}

t.test('coordinates are rounded to one decimal', async t => {
  const { write, get } = await withApp(t)
  for (const [latitude, longitude, expected] of [
    [47.61, -122.33, [47.6, -122.3]],
    [90, -180, [90, -180]],
    [-90, 180, [-90, 180]],
    [0.04, 0.06, [0, 0.1]],
    [51, -0.02, [51, 0]],
  ] as const) {
    await write('e', { ...email('ann'), Location: { Latitude: latitude, Longitude: longitude } })
    const { Latitude, Longitude } = (await get('e')).Location
    t.same([Latitude, Longitude], expected)
  }
})

t.test('two time zones are kept under their newer names, all others as they are', async t => {
  const { write, get } = await withApp(t)
  for (const [given, kept] of [
    ['Canada/East-Saskatchewan', 'America/Managua'],
    ['US/Pacific-New', 'America/Los_Angeles'],
    ['Europe/London', 'Europe/London'],
    ['constructor', 'constructor'],
  ]) {
    await write('e', { ...email('ann'), Demographic: { Timezone: given } })
    t.equal((await get('e')).Demographic.Timezone, kept)
  }
})

t.test('numbers of metrics come back as they are', async t => {
  const { write, get } = await withApp(t)
  const Metrics = { zero: 0, negative: -1.5, small: 1e-7, large: 12345678901234, constructor: 1 }
  await write('e', { ...email('ann'), Metrics })
  t.strictSame((await get('e')).Metrics, Metrics)
})

t.test('names and values of attributes come back as they are', async t => {
  const { write, get } = await withApp(t)
  const Attributes = {
    'a.b/c': ['1', ''],
    constructor: ['x'],
    ünï: ['✓ \u0000 "'],
    ' ': [' '],
    'a\nb': ['two\nlines'],
  }
  await write('e', { ...email('ann'), Attributes, User: { UserAttributes: Attributes } })
  const endpoint = await get('e')
  // As entries: the comparison of objects looks at what is called constructor.
  t.strictSame(Object.entries(endpoint.Attributes), Object.entries(Attributes))
  t.strictSame(Object.entries(endpoint.User.UserAttributes), Object.entries(Attributes))
})

t.test('a value of an attribute may stand alone', async t => {
  const { write, get } = await withApp(t)
  await write('e', {
    ...email('ann'),
    Attributes: { plan: 'pro' },
    User: { UserAttributes: { team: 'red' } },
  })
  const { Attributes, User } = await get('e')
  t.strictSame([Attributes, User.UserAttributes], [{ plan: ['pro'] }, { team: ['red'] }])
})

t.test('an address that is empty is missing', async t => {
  const { put } = await withApp(t)
  isError(
    t,
    await put('e', { ChannelType: 'EMAIL', Address: '' }),
    400,
    'BadRequestException',
    'Missing Address',
  )
})

for (const channel of [
  'PUSH',
  'GCM',
  'APNS',
  'APNS_SANDBOX',
  'APNS_VOIP',
  'APNS_VOIP_SANDBOX',
  'ADM',
  'SMS',
  'VOICE',
  'EMAIL',
  'BAIDU',
  'CUSTOM',
  'IN_APP',
]) {
  t.test(`an endpoint may have the channel ${channel}`, async t => {
    const { write, get } = await withApp(t)
    await write('e', { Address: 'x', ChannelType: channel })
    t.equal((await get('e')).ChannelType, channel)
  })
}

/** Bodies that are refused, with what the message says. */
const refused: [title: string, body: object, message: string | RegExp][] = [
  [
    'an unknown channel',
    { Address: 'x', ChannelType: 'PIGEON' },
    /^ChannelType must be one of .*SMS.*"PIGEON"/,
  ],
  ['an Address that is a number', { Address: 7 }, 'Address must be a string; got 7'],
  ['an unknown OptOut', { OptOut: 'SOME' }, 'OptOut must be ALL or NONE; got "SOME"'],
  ['an unknown EndpointStatus', { EndpointStatus: 'x' }, /^EndpointStatus must be ACTIVE or INACTIVE/],
  ['an EffectiveDate that is none', { EffectiveDate: 'today' }, /^EffectiveDate must be an ISO 8601/],
  ['decimals without a digit', { EffectiveDate: '2024-01-01T00:00:00.Z' }, /^EffectiveDate must be/],
  ['a day that does not exist', { EffectiveDate: '2019-13-41T10:54:35Z' }, /^EffectiveDate must be/],
  [
    'an EffectiveDate without a time zone',
    { EffectiveDate: '2024-01-01T00:00:00.123456' },
    'EffectiveDate must be an ISO 8601 time such as 2019-08-23T10:54:35.220Z, with a time zone (Z or an offset); got "2024-01-01T00:00:00.123456"',
  ],
  [
    'an EffectiveDate with an offset that is none',
    { EffectiveDate: '2024-01-01T00:00:00+25:00' },
    'EffectiveDate must be an ISO 8601 time such as 2019-08-23T10:54:35.220Z; got "2024-01-01T00:00:00+25:00"',
  ],
  ['Attributes that are a list', { Attributes: [] }, /^Attributes must be an object/],
  ['an attribute that is a number', { Attributes: { a: 7 } }, /^Attributes\.a must be a list/],
  [
    'an attribute with a number in it',
    { Attributes: { a: ['x', 7] } },
    'Attributes.a.1 must be a string; got 7',
  ],
  [
    'an attribute of two lines that is a number',
    { Attributes: { 'a\nb': 7 } },
    /^Attributes\.a\nb must be a list/,
  ],
  ['a metric that is no number', { Metrics: { a: '7' } }, 'Metrics.a must be a number; got "7"'],
  [
    'a metric of two lines that is no number',
    { Metrics: { 'a\nb': '7' } },
    /^Metrics\.a\nb must be a number/,
  ],
  ['a User that is a string', { User: 'ann' }, /^User must be an object; got "ann"/],
  ['an empty UserId', { User: { UserId: '' } }, /^User\.UserId must not be empty/],
  [
    'a Latitude that is a string',
    { Location: { Latitude: '1', Longitude: 1 } },
    /^Location\.Latitude must be a number/,
  ],
  [
    'a Latitude alone',
    { Location: { Latitude: 1 } },
    /Latitude and Location\.Longitude must be given together/,
  ],
  [
    'a Longitude alone',
    { Location: { Longitude: 1 } },
    /Latitude and Location\.Longitude must be given together/,
  ],
  [
    'a Latitude beyond the pole',
    { Location: { Latitude: 90.1, Longitude: 0 } },
    /^Location\.Latitude must be from -90 to 90; got 90\.1/,
  ],
  [
    'a Longitude beyond the date line',
    { Location: { Latitude: 0, Longitude: -180.1 } },
    /^Location\.Longitude must be from -180 to 180/,
  ],
]
for (const [title, body, message] of refused) {
  t.test(`${title} answers 400, and the endpoint stays as it was`, async t => {
    const { put, write, get } = await withApp(t)
    await write('e', email('ann'))
    const before = await get('e')
    isError(t, await put('e', body), 400, 'BadRequestException', message)
    t.strictSame(await get('e'), before)
  })
}

/** Members of limited length: a body that holds the member in that length, its limit, and its name. */
const lengths: [(text: string) => object, number, string][] = [
  ...(['Attributes', 'Metrics'] as const).map((map): [(text: string) => object, number, string] => [
    text => ({ [map]: { [text]: map === 'Metrics' ? 1 : ['v'] } }),
    50,
    map,
  ]),
  [text => ({ User: { UserAttributes: { [text]: ['v'] } } }), 50, 'User.UserAttributes'],
  [text => ({ Attributes: { a: ['v', text] } }), 100, 'Attributes.a'],
  [text => ({ User: { UserAttributes: { a: [text] } } }), 100, 'User.UserAttributes.a'],
  ...Object.entries({
    AppVersion: 50,
    Make: 50,
    Model: 100,
    ModelVersion: 50,
    Platform: 50,
    PlatformVersion: 50,
  }).map(([name, limit]): [(text: string) => object, number, string] => [
    text => ({ Demographic: { [name]: text } }),
    limit,
    `Demographic.${name}`,
  ]),
  ...['City', 'Region'].map((name): [(text: string) => object, number, string] => [
    text => ({ Location: { [name]: text } }),
    75,
    `Location.${name}`,
  ]),
]
for (const [bodyOf, limit, name] of lengths) {
  t.test(`${name} takes ${limit} characters and not one more`, async t => {
    const { put, write } = await withApp(t)
    await write('e', { ...email('ann'), ...bodyOf('x'.repeat(limit)) })
    const answer = await put('e', bodyOf('x'.repeat(limit + 1)))
    isError(
      t,
      answer,
      400,
      'BadRequestException',
      new RegExp(`^${name.replaceAll('.', '\\.')} must .*\\b${limit}\\b`),
    )
  })
}

t.test('an attribute takes 50 values and not one more', async t => {
  const { put, write } = await withApp(t)
  const values = Array.from({ length: 51 }, (_, index) => String(index))
  await write('e', { ...email('ann'), Attributes: { a: values.slice(0, 50) } })
  const answer = await put('e', { Attributes: { a: values } })
  isError(t, answer, 400, 'BadRequestException', /^Attributes\.a must have at most 50 values; got 51/)
})

const namesFrom = (from: number, to: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`n${from + index}`, value]))

t.test('an application knows 250 custom names and not one more, whatever map they are in', async t => {
  const { call, put, write, get, createApp } = await withApp(t)
  await write('e', { ...email('ann'), Attributes: namesFrom(0, 100, ['x']), Metrics: namesFrom(0, 100, 1) })
  await write('f', {
    ...email('ben'),
    User: { UserId: 'ben', UserAttributes: namesFrom(0, 50, ['x']) },
    Attributes: { never: [] },
  })
  const refused = await put('e', { Attributes: { new: ['x'], n5: ['y'] } })
  isError(
    t,
    refused,
    400,
    'BadRequestException',
    /^Too many custom attributes: .* 250 .*Attributes\.new .* 251$/,
  )
  t.same((await get('e')).Attributes.n5, ['x'], 'and nothing of the change is done')
  isError(t, await put('e', { Metrics: { new: 1 } }), 400, 'BadRequestException', /Metrics\.new/)
  const ofUser = await put('f', { User: { UserAttributes: { new: ['x'] } } })
  isError(t, ofUser, 400, 'BadRequestException', /User\.UserAttributes\.new/)
  await write('e', { Attributes: { n99: ['y'] }, Metrics: { n99: 2 } })

  const { Id } = await createApp({ Name: 'other' })
  const elsewhere = await call('PUT', `/v1/apps/${Id}/endpoints/e`, {
    ...email('ann'),
    Attributes: { new: ['x'] },
  })
  t.equal(elsewhere.status, 202, 'another application has names of its own')
})

t.test('an endpoint takes 15 KB, with all that it has already', async t => {
  const { put, write, get } = await withApp(t)
  const values = (length: number) => Array.from({ length }, () => 'v'.repeat(100))
  await write('e', { ...email('ann'), Attributes: { a: values(50), b: values(50) } })
  await write('e', { Attributes: { c: values(40) } })
  const refused = await put('e', { Attributes: { d: values(10) } })
  isError(
    t,
    refused,
    400,
    'BadRequestException',
    /^an endpoint must be at most 15 KB \(15360 bytes of JSON\); this one would be \d+$/,
  )
  t.notOk('d' in (await get('e')).Attributes)
  await write('e', { Attributes: { a: ['short'], d: values(10) } })
  const twoBytes = await put('f', {
    ...email('ben'),
    Attributes: {
      a: [],
      ...Object.fromEntries(
        Array.from({ length: 2 }, (_, i) => [`a${i}`, Array.from({ length: 40 }, () => 'é'.repeat(100))]),
      ),
    },
  })
  isError(t, twoBytes, 400, 'BadRequestException', /15 KB/)
})

t.test("a user's attributes count in the size of every endpoint that is written", async t => {
  const { put, write } = await withApp(t)
  const values = (length: number) => Array.from({ length }, () => 'v'.repeat(100))
  const UserAttributes = { a: values(50), b: values(50), c: values(40) }
  await write('e', { ...email('ann'), User: { UserId: 'ann', UserAttributes } })
  const refused = await put('f', { ...email('ann2'), Attributes: { a: values(10) }, User: { UserId: 'ann' } })
  isError(t, refused, 400, 'BadRequestException', /15 KB/)
  await write('f', { ...email('ann2'), User: { UserId: 'ann' } })
})

t.test("a user's attributes must not make another endpoint of the user too large", async t => {
  const { put, write, get } = await withApp(t)
  const values = (length: number) => Array.from({ length }, () => 'v'.repeat(100))
  await write('e', { ...email('ann'), User: { UserId: 'ann' }, Attributes: { a: values(50), b: values(40) } })
  const UserAttributes = { c: values(50), d: values(20) }
  const refused = await put('f', { ...email('ann2'), User: { UserId: 'ann', UserAttributes } })
  isError(t, refused, 400, 'BadRequestException', /15 KB .* \(e, which gets the attributes of its user\)$/)
  t.equal((await get('f')).Message, 'Endpoint not found: f')
  t.strictSame((await get('e')).User, { UserId: 'ann' })
  await write('e', { Metrics: { m: 1 } })
})

t.test('an EffectiveDate that is not in UTC is kept in UTC', async t => {
  const { put, write, get } = await withApp(t)
  for (const date of ['2019-08-23T12:54:35.22+02:00', '2019-08-23T12:54:35.220+0200']) {
    await write('e', { ...email('ann'), EffectiveDate: date })
    t.equal((await get('e')).EffectiveDate, '2019-08-23T10:54:35.220Z')
  }
  for (const date of ['0000-01-01T10:00:00+10:00', '9999-12-31T13:59:59-10:00']) {
    await write('e', { ...email('ann'), EffectiveDate: date })
    t.equal((await get('e')).EffectiveDate, new Date(date).toISOString())
  }
  for (const date of ['0000-01-01T09:59:59+10:00', '9999-12-31T14:00:00-10:00']) {
    const message = /^EffectiveDate must be .*, in the years 0000 to 9999 in UTC; got/
    isError(t, await put('e', { EffectiveDate: date }), 400, 'BadRequestException', message)
  }
  const refused = await put('e', { EffectiveDate: '2019-08-23T24:00:00Z' })
  isError(t, refused, 400, 'BadRequestException', /^EffectiveDate must be/)
})

/** A user with 15 endpoints, e1 to e15, of these channels and then of EMAIL. */
async function withFullUser(t: Test, channels: string[] = []) {
  const app = await withApp(t)
  for (let index = 1; index <= 15; index++) {
    const ChannelType = channels[index - 1] ?? 'EMAIL'
    await app.write(`e${index}`, { Address: `a${index}`, ChannelType, User: { UserId: 'ann' } })
  }
  return app
}
const oneTooMany = 'Exceeded maximum endpoint per user count: 15'

for (const ChannelType of ['SMS', 'PUSH', 'VOICE', 'EMAIL', 'CUSTOM', 'IN_APP']) {
  t.test(`a 16th endpoint of a user answers 400 for ${ChannelType}, and changes nothing`, async t => {
    const { put, get } = await withFullUser(t, ['GCM'])
    const answer = await put('e16', { Address: 'a16', ChannelType, User: { UserId: 'ann' } })
    isError(t, answer, 400, 'BadRequestException', oneTooMany)
    t.match(await get('e16'), { Message: 'Endpoint not found: e16' })
    t.match(await get('e1'), { EndpointStatus: 'ACTIVE', User: { UserId: 'ann' } })
  })
}

for (const ChannelType of ['ADM', 'GCM', 'APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX', 'BAIDU']) {
  t.test(
    `a 16th endpoint of a user takes the place of the oldest push endpoint for ${ChannelType}`,
    async t => {
      const { write, get } = await withFullUser(t, ['EMAIL', 'APNS', 'GCM'])
      await write('e2', {}) // Now e3 is the push endpoint that has not been written for the longest time.
      await write('e16', {
        Address: 'a16',
        ChannelType,
        User: { UserId: 'ann', UserAttributes: { Level: ['one'] } },
      })
      t.match(await get('e16'), { EndpointStatus: 'ACTIVE', User: { UserId: 'ann' } })
      const released = await get('e3')
      t.equal(released.EndpointStatus, 'INACTIVE')
      t.notOk('UserId' in released.User)
      t.notMatch(released.User, { UserAttributes: { Level: ['one'] } })
      for (const id of ['e1', 'e2', 'e4', 'e15']) {
        t.match(await get(id), {
          EndpointStatus: 'ACTIVE',
          User: { UserId: 'ann', UserAttributes: { Level: ['one'] } },
        })
      }
    },
  )
}

t.test('a 16th push endpoint of a user who has no push endpoint answers 400', async t => {
  const { put } = await withFullUser(t, ['PUSH', 'SMS'])
  const answer = await put('e16', { Address: 'a16', ChannelType: 'GCM', User: { UserId: 'ann' } })
  isError(t, answer, 400, 'BadRequestException', oneTooMany)
})

t.test('any of the 15 endpoints of a user may be written again', async t => {
  const { write, get } = await withFullUser(t)
  await write('e1', { Metrics: { Visits: 1 } })
  await write('E15', { User: { UserId: 'ann' } })
  t.match(await get('e1'), { Metrics: { Visits: 1 }, User: { UserId: 'ann' } })
})

t.test('an endpoint cannot go over to a user who has 15, until one of them is gone', async t => {
  const { call, put, write, get } = await withFullUser(t)
  await write('ben', { ...email('ben'), User: { UserId: 'ben' } })
  const answer = await put('ben', { User: { UserId: 'ann' } })
  isError(t, answer, 400, 'BadRequestException', oneTooMany)
  t.match(await get('ben'), { User: { UserId: 'ben' } })

  const { ApplicationId } = await get('e7')
  await call('DELETE', `/v1/apps/${ApplicationId}/endpoints/e7`)
  await write('ben', { User: { UserId: 'ann' } })
  t.match(await get('ben'), { User: { UserId: 'ann' } })
})
