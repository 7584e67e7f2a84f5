import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { createTickingApp } from '../../support/ticking-app.ts'

const accepted = { Message: 'Accepted', StatusCode: 202 }
const refused = (Message: string | RegExp) => ({ Message, StatusCode: 400 })
const Timestamp = '2026-01-02T03:04:05.000Z'
const viewed = { EventType: 'viewed', Timestamp }

async function withApp() {
  const { call, createApp } = await createTickingApp()
  const { Id: app } = await createApp({ Name: 'shop' })
  const events = async (filters: Record<string, string> = {}) =>
    (await call('GET', `/_pinpoint/events?${new URLSearchParams({ app, ...filters })}`)).body.items.reverse()
  return {
    app,
    call,
    events,
    put: (BatchItem: object) => call('POST', `/v1/apps/${app}/events`, { BatchItem }),
    get: (id: string) => call('GET', `/v1/apps/${app}/endpoints/${id}`),
    /** Sends one event, and gives what is answered for it. */
    async one(event: object) {
      const BatchItem = { e1: { Endpoint: {}, Events: { ev: event } } }
      const { status, body } = await call('POST', `/v1/apps/${app}/events`, { BatchItem })
      return status === 202 ? body.Results.e1.EventsItemResponse.ev : body.Message
    },
  }
}

t.test(
  'PutEvents answers 202 with a result of each endpoint and event, as the caller wrote their ids',
  async t => {
    const { put, get, events, app } = await withApp()
    const Endpoint = {
      ChannelType: 'EMAIL',
      Address: 'ann@example.com',
      Attributes: { plan: 'pro' },
      Demographic: { Make: 'Acme', Platform: 'android', PlatformVersion: '14', Locale: 'fr_FR' },
    }
    const Session = {
      Id: 's1',
      StartTimestamp: '2026-01-02T03:04+00:00',
      StopTimestamp: '2026-01-02T03:04:02.500999999Z',
      Duration: 2500,
    }
    const bought = {
      EventType: 'bought',
      Timestamp,
      Session,
      AppPackageName: 'com.example',
      AppTitle: 'Shop',
      AppVersionCode: '7',
      SdkName: 'amplify',
      ClientSdkVersion: '6.1',
      Attributes: { item: 'book' },
      Metrics: { price: 9.5 },
    }
    const { status, body } = await put({ 'E-1': { Endpoint, Events: { 'A b': bought, __proto2__: viewed } } })
    t.equal(status, 202)
    t.strictSame(body, {
      Results: {
        'E-1': {
          EndpointItemResponse: accepted,
          EventsItemResponse: { 'A b': accepted, __proto2__: accepted },
        },
      },
    })
    t.match((await get('E-1')).body, { ...Endpoint, Attributes: { plan: ['pro'] } })
    const [{ event }, second] = await events()
    t.equal(second.event.event_type, 'viewed')
    const { client_context, arrival_timestamp, ...others } = event
    t.strictSame(others, {
      event_type: 'bought',
      event_timestamp: Date.parse(Timestamp),
      event_version: '3.1',
      application: {
        app_id: app,
        package_name: 'com.example',
        title: 'Shop',
        version_code: '7',
        sdk: { name: 'amplify', version: '6.1' },
      },
      client: { client_id: 'E-1' },
      device: { make: 'Acme', locale: { code: 'fr_FR' }, platform: { name: 'android', version: '14' } },
      session: {
        session_id: 's1',
        start_timestamp: Date.parse(Session.StartTimestamp),
        stop_timestamp: Date.parse(Session.StopTimestamp),
        duration: 2500,
      },
      attributes: { item: 'book' },
      metrics: { price: 9.5 },
      awsAccountId: '123456789012',
    })
    t.ok(arrival_timestamp > 0)
    const context = JSON.parse(client_context.custom.endpoint)
    t.match(context, { ChannelType: 'EMAIL', Attributes: { plan: ['pro'] } })
    t.notOk('Address' in context || 'Id' in context)
  },
)

t.test('an endpoint without members changes and creates nothing', async t => {
  const { put, get, call, app } = await withApp()
  await call('PUT', `/v1/apps/${app}/endpoints/e1`, { ChannelType: 'EMAIL', Address: 'ann@example.com' })
  const before = (await get('e1')).body
  const { body } = await put({
    e1: { Endpoint: {}, Events: { a: viewed } },
    e2: { Events: { a: viewed } },
    e3: { Endpoint: {} },
  })
  for (const id of ['e1', 'e2', 'e3']) t.strictSame(body.Results[id].EndpointItemResponse, accepted)
  t.strictSame(body.Results.e3.EventsItemResponse, {})
  t.strictSame((await get('e1')).body, before)
  t.equal((await get('e2')).status, 404)
})

t.test('an endpoint that is refused is a 400 of its item; its events are accepted', async t => {
  const { put, get, events } = await withApp()
  const { status, body } = await put({
    e1: { Endpoint: { Address: 'ann@example.com' }, Events: { a: viewed } },
    e2: { Endpoint: { ChannelType: 'EMAIL', Address: 'ben@example.com' }, Events: { a: viewed } },
    '{e3}': { Endpoint: { Address: 'x' }, Events: { a: viewed } },
  })
  t.equal(status, 202)
  t.match(body.Results, {
    e1: { EndpointItemResponse: refused('Missing ChannelType'), EventsItemResponse: { a: accepted } },
    e2: { EndpointItemResponse: accepted },
    '{e3}': { EndpointItemResponse: refused(/must not hold \$, \{ or \}/) },
  })
  t.equal((await get('e1')).status, 404)
  t.equal((await get('e2')).status, 200)
  t.equal((await events()).length, 3)
})

t.test('an endpoint with a wrong value is refused alone, and changes nothing of the others', async t => {
  const { put, get, events } = await withApp()
  const good = { ChannelType: 'EMAIL', Address: 'ann@example.com' }
  const names = Object.fromEntries(Array.from({ length: 251 }, (_, index) => [`n${index}`, ['x']]))
  const values = Array.from({ length: 51 }, () => 'x')
  const numbers = Object.fromEntries(Object.keys(names).map(name => [name, 1]))
  const wrong: Record<string, [endpoint: object, reason: string | RegExp]> = {
    channel: [{ ...good, ChannelType: 'email' }, /^ChannelType must be one of PUSH, .*; got "email"$/],
    names: [{ ...good, Attributes: names }, 'Attributes must have at most 250 names; got 251'],
    values: [{ ...good, Attributes: { a: values } }, 'Attributes.a must have at most 50 values; got 51'],
    metrics: [{ ...good, Metrics: numbers }, 'Metrics must have at most 250 names; got 251'],
    user: [
      { ...good, User: { UserAttributes: { a: values } } },
      'User.UserAttributes.a must have at most 50 values; got 51',
    ],
    opt: [{ ...good, OptOut: 'FOO' }, /^OptOut must be ALL or NONE/],
    b$: [good, 'The endpoint id must not hold $, { or }; got "b$"'],
  }
  const batches = Object.entries(wrong).map(([id, [Endpoint]]) => [id, { Endpoint, Events: { a: viewed } }])
  const { status, body } = await put({
    ...Object.fromEntries(batches),
    g: { Endpoint: good, Events: { a: viewed } },
  })
  t.equal(status, 202)
  for (const [id, [, reason]] of Object.entries(wrong)) {
    const { EndpointItemResponse, EventsItemResponse } = body.Results[id]
    t.match(EndpointItemResponse, refused(reason), id)
    t.strictSame(EventsItemResponse, { a: accepted }, id)
    if (id !== 'b$') t.equal((await get(id)).status, 404, id)
  }
  t.strictSame(body.Results.g, { EndpointItemResponse: accepted, EventsItemResponse: { a: accepted } })
  t.equal((await get('g')).status, 200)
  t.equal((await events()).length, batches.length + 1)
})

t.test('more than 15 endpoints of a user are refused with the text that clients know', async t => {
  const { put } = await withApp()
  const batch = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `e${index}`,
        {
          Endpoint: { ChannelType: 'EMAIL', Address: `${index}@example.com`, User: { UserId: 'ann' } },
          Events: {},
        },
      ]),
    )
  const { body } = await put(batch(16))
  t.strictSame(body.Results.e14.EndpointItemResponse, accepted)
  t.match(body.Results.e15.EndpointItemResponse, refused('Exceeded maximum endpoint per user count: 15'))
})

t.test('each wrong event is a 400 of its item that says why, and is not recorded', async t => {
  const { one, events } = await withApp()
  const Session = { Id: 's', StartTimestamp: '2026-01-02T03:04:00Z', StopTimestamp: '2026-01-02T03:04:02Z' }
  const many = (count: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value]))
  const cases: [object, string | RegExp][] = [
    [{ Timestamp }, 'Missing EventType'],
    [{ EventType: '', Timestamp }, 'Missing EventType'],
    [{ EventType: 'viewed' }, 'Missing Timestamp'],
    [{ EventType: 'viewed', Timestamp: 'now' }, /^Timestamp must be an ISO 8601 time .* got "now"/],
    [{ ...viewed, ClientSdkVersion: '' }, 'ClientSdkVersion must not be empty'],
    [
      { ...viewed, Session: { ...Session, Duration: 1999 } },
      'Session duration in milliseconds must be equal to the difference of start and stop timestamp',
    ],
    [{ ...viewed, Session }, "Session start and stop timestamp's exist but duration is null"],
    [{ ...viewed, Session: { StartTimestamp: Timestamp } }, 'Missing Session.Id'],
    [{ ...viewed, Session: { Id: 's' } }, 'Missing Session.StartTimestamp'],
    [{ ...viewed, Session: { ...Session, StartTimestamp: 'x' } }, /^Session\.StartTimestamp must be/],
    [{ ...viewed, Session: { ...Session, StopTimestamp: 'x' } }, /^Session\.StopTimestamp must be/],
    [
      { ...viewed, Attributes: { a: 'x'.repeat(201) } },
      /^Attributes\.a must have at most 200 characters; got 201/,
    ],
    [{ ...viewed, Metrics: { ['m'.repeat(51)]: 1 } }, /names of at most 50 characters/],
    [
      { ...viewed, Attributes: many(21, 'a'), Metrics: many(20, 1) },
      'Attributes and Metrics must have at most 40 names together; got 41',
    ],
  ]
  for (const [event, message] of cases) t.match(await one(event), refused(message))
  t.strictSame(await events(), [])
  const good = [
    { ...viewed, Session: { Id: 's', StartTimestamp: Timestamp } },
    { ...viewed, Session: { ...Session, Duration: 2000 } },
    { ...viewed, Attributes: many(20, 'x'.repeat(200)), Metrics: many(20, 1) },
    { ...viewed, ClientSdkVersion: null },
  ]
  for (const event of good) t.strictSame(await one(event), accepted)
  t.equal((await events()).length, 4)
})

t.test('what is wrong with a call as a whole refuses it, and nothing is written', async t => {
  const { put, call, app, events, get } = await withApp()
  const Endpoint = { ChannelType: 'EMAIL', Address: 'ann@example.com' }
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`ev${index}`, viewed]))
  const refusesAll = async (BatchItem: object, status: number, exception: string, message: RegExp) =>
    isError(t, await put(BatchItem), status, exception, message)
  const withEvent = (event: object) => ({ e1: { Endpoint, Events: { a: viewed, b: event } } })
  const bad = 'BadRequestException'
  await refusesAll(
    withEvent({ ...viewed, Timestamp: '2026-01-02T03:04:05+0000' }),
    400,
    bad,
    /BatchItem.*b.*Timestamp must have its time zone as Z or \+00:00/,
  )
  const half = { e1: { Endpoint, Events: many(60) }, e2: { Endpoint, Events: many(41) } }
  await refusesAll(half, 400, bad, /^BatchItem must have at most 100 events; got 101/)
  await refusesAll(withEvent({ ...viewed, Attributes: { a: 7 } }), 400, bad, /Attributes/)
  await refusesAll(withEvent({ ...viewed, Metrics: { a: '7' } }), 400, bad, /Metrics/)
  await refusesAll(
    { e1: { Endpoint: { ...Endpoint, ChannelType: 7 } } },
    400,
    bad,
    /ChannelType must be a string/,
  )
  const large = { ...viewed, Attributes: { a: 'x'.repeat(1_024_000) } }
  await refusesAll(withEvent(large), 413, 'PayloadTooLargeException', /1,000 KB/)
  const larger = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [`e${index}`, { Events: { large } }]),
  )
  await refusesAll(larger, 413, 'PayloadTooLargeException', /4 MB/)
  isError(t, await call('POST', `/v1/apps/${app}/events`, {}), 400, bad, /BatchItem is required/)
  t.strictSame(await events(), [])
  t.equal((await get('e1')).status, 404)
  t.strictSame((await put({})).body, { Results: {} })
  const unknown = await sharedTestApp().call('POST', '/v1/apps/nope/events', { BatchItem: 7 })
  isError(t, unknown, 404, 'NotFoundException', 'Application not found')
})

t.test('events that apps report are found by the campaign and journey that they name', async t => {
  const { put, events } = await withApp()
  const opened = (name: string, Attributes: object): Record<string, object> => ({
    [name]: { EventType: name, Timestamp, Attributes },
  })
  await put({
    e1: {
      Events: {
        ...opened('_campaign.opened_notification', { campaign_id: 'c1' }),
        ...opened('_journey.opened_notification', { journey_id: 'j1' }),
      },
    },
  })
  matchEach(t, await events({ campaign: 'c1' }), [{ event: { event_type: '_campaign.opened_notification' } }])
  matchEach(t, await events({ journey: 'j1', endpoint: 'e1' }), [
    { event: { attributes: { journey_id: 'j1' } } },
  ])
})

t.test('the path of sendBeacon takes the same, whatever its Content-Type', async t => {
  const { app: server, createApp } = sharedTestApp()
  const { Id } = await createApp({ Name: 'shop' })
  const BatchItem = { e1: { Endpoint: {}, Events: { ev: viewed } } }
  const { statusCode, body } = await server.inject({
    method: 'POST',
    url: `/v1/apps/${Id}/events/legacy`,
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    payload: JSON.stringify({ BatchItem }),
  })
  t.equal(statusCode, 202)
  t.strictSame(JSON.parse(body).Results.e1.EventsItemResponse, { ev: accepted })
})
