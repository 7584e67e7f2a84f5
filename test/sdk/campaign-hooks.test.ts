import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { prepareCampaigns, withRunningCampaigns } from '../support/campaigns.ts'
import { type HookCall, json, startHook } from '../support/hooks.ts'
import { matchEach } from '../support/items.ts'
import { journeyOf } from '../support/journeys.ts'

t.test('a filter hook gets the documented payload, and says who gets what', async t => {
  const hook = await startHook(t, ({ body }) => {
    const { e1, e2 } = body.Endpoints
    e1.Attributes.Offer = ['ten percent']
    return json({ e1, e2: { ...e2, BodyOverride: 'For you alone' } })
  })
  const { app, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' }, { Id: 'e3' })
  const id = await create({
    Hook: { WebUrl: `${hook.url}/filter`, Mode: 'FILTER' },
    MessageConfiguration: { SMSMessage: { Body: 'Take {{Attributes.Offer}}' } },
  })
  await advance()
  t.equal(hook.calls.length, 1)
  const [{ path, headers, body }] = hook.calls as [HookCall]
  t.equal(path, '/filter')
  t.match(headers['content-type'], /^application\/json/)
  const [activity] = await activities(id)
  t.match(body, {
    ApplicationId: app,
    CampaignId: id,
    TreatmentId: '0',
    ActivityId: activity!.Id,
    ScheduledTime: '2027-03-01T09:00:00.000Z',
    MessageConfiguration: { SMSMessage: { Body: 'Take {{Attributes.Offer}}' } },
  })
  t.strictSame(Object.keys(body.Endpoints), ['e1', 'e2', 'e3'])
  t.match(body.Endpoints.e1, { ChannelType: 'SMS', Address: '+15551000000', Attributes: {} })
  t.notOk('Id' in body.Endpoints.e1)
  matchEach(t, await messages(id), [
    { endpoint: 'e1', body: 'Take ten percent' },
    { endpoint: 'e2', body: 'For you alone' },
  ])
  t.match(activity, {
    TotalEndpointCount: 3,
    SuccessfulEndpointCount: 2,
    ExecutionMetrics: { HOOK_FILTERED: '1' },
  })
})

t.test('limits count a message whose endpoint is deleted while the hook is called', async t => {
  const { endpoints, recreate, create, advance, messages } = await withRunningCampaigns(t)
  const hook = await startHook(t, async ({ body }, count) => {
    if (count === 1) await recreate('e1')
    return json(body.Endpoints)
  })
  await endpoints({ Id: 'e1' })
  const Schedule = { StartTime: '2027-03-01T10:00:00Z', Frequency: 'HOURLY', EndTime: '2027-03-01T12:00:00Z' }
  const id = await create({ Schedule, Hook: { WebUrl: hook.url }, Limits: { Total: 1 } })
  await advance({ until: 'idle' })
  t.equal((await messages(id)).length, 1)
})

t.test('a hook gets at most 50 endpoints in a call', async t => {
  const hook = await startHook(t, ({ body }) => json(body.Endpoints))
  const { endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 120 }, (_, index) => ({ Id: `e${index}` })))
  const id = await create({ Hook: { WebUrl: hook.url } })
  await advance()
  const sizes = hook.calls.map(({ body }) => Object.keys(body.Endpoints).length)
  t.strictSame(sizes, [50, 50, 20])
  t.equal((await messages(id)).length, 120)
})

t.test(
  'a hook is called three times; what it then cannot answer fails the endpoints of the call',
  async t => {
    const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
    await endpoints({ Id: 'e1' }, { Id: 'e2' })
    for (const [what, bad] of [
      ['a status', { status: 500, text: '{}' }],
      ['no JSON', { text: 'nonsense' }],
      ['a list', json([])],
      ['endpoints that are none', json({ e1: { Address: 5 } })],
      ['a redirect', { status: 307, headers: { location: 'http://example.com/' }, text: '' }],
    ] as const) {
      const hook = await startHook(t, () => bad)
      const id = await create({ Hook: { WebUrl: hook.url } })
      await advance()
      t.equal(hook.calls.length, 3, what)
      t.strictSame(await messages(id), [])
      matchEach(t, await activities(id), [{ Result: 'FAIL', ExecutionMetrics: { HOOK_FAILURE: '2' } }])
    }
  },
)

t.test('a hook that fails at first is tried again', async t => {
  const hook = await startHook(t, ({ body }, count) =>
    count < 3 ? { status: 503, text: '' } : json(body.Endpoints),
  )
  const { endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Hook: { WebUrl: hook.url } })
  await advance()
  matchEach(t, await messages(id), [{ endpoint: 'e1', status: 'SUCCESSFUL' }])
})

t.test('a custom channel gets the documented payload, for its endpoint types alone', async t => {
  const hook = await startHook(t, () => ({ text: '' }))
  const { app, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints(
    { Id: 'custom', ChannelType: 'CUSTOM', Address: '@ann', User: { UserId: 'ann' } },
    { Id: 'mail', ChannelType: 'EMAIL', Address: 'ann@example.com' },
    { Id: 'sms' },
  )
  const id = await create({
    MessageConfiguration: { CustomMessage: { Data: '{"text":"Hi"}' }, SMSMessage: { Body: 'Hi' } },
    CustomDeliveryConfiguration: { DeliveryUri: hook.url, EndpointTypes: ['CUSTOM', 'EMAIL'] },
  })
  await advance()
  t.equal(hook.calls.length, 1)
  const { body } = hook.calls[0]!
  const { Endpoints, ActivityId, ...others } = body
  t.strictSame(others, {
    Message: {},
    Data: '{"text":"Hi"}',
    ApplicationId: app,
    CampaignId: id,
    TreatmentId: '0',
    ScheduledTime: '2027-03-01T09:00:00.000Z',
  })
  t.strictSame(Object.keys(Endpoints), ['custom', 'mail'])
  const sent = await messages(id)
  t.strictSame(sent.map(({ endpoint, channel }) => `${endpoint} ${channel}`).sort(), [
    'custom CUSTOM',
    'mail CUSTOM',
    'sms SMS',
  ])
  t.match(
    sent.find(({ endpoint }) => endpoint === 'custom'),
    { address: '@ann', user: 'ann', body: '{"text":"Hi"}', activity: ActivityId, status: 'SUCCESSFUL' },
  )
  matchEach(t, await activities(id), [{ Id: ActivityId, SuccessfulEndpointCount: 3 }])
})

t.test('EventAttributes in the answer of a custom channel are nothing to a campaign', async t => {
  const EventAttributes = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`a${index}`, 'x']))
  const hook = await startHook(t, () => json({ e1: { EventAttributes } }))
  const { endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({
    MessageConfiguration: { CustomMessage: { Data: 'Hi' } },
    CustomDeliveryConfiguration: { DeliveryUri: hook.url, EndpointTypes: ['SMS'] },
  })
  await advance()
  t.strictSame(
    (await messages(id)).map(({ statusMessage }) => statusMessage),
    [`delivered by ${hook.url}`],
  )
})

t.test("what a filter hook changes is in the custom channel's payload and record", async t => {
  const filter = await startHook(t, ({ body }) => {
    const { e1, e3 } = body.Endpoints
    e1.Attributes.Offer = ['ten percent']
    return json({ e1: { ...e1, Address: '@new', TitleOverride: 'x' }, e3 })
  })
  const channel = await startHook(t, () => ({ text: '' }))
  const { endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' }, { Id: 'e3' })
  const id = await create({
    Hook: { WebUrl: filter.url },
    MessageConfiguration: { CustomMessage: { Data: 'x' } },
    CustomDeliveryConfiguration: { DeliveryUri: channel.url, EndpointTypes: ['SMS'] },
  })
  await advance()
  const { Endpoints } = channel.calls[0]!.body
  t.strictSame(Object.keys(Endpoints), ['e1', 'e3'])
  t.match(Endpoints.e1, { Address: '@new', Attributes: { Offer: ['ten percent'] } })
  t.notOk('TitleOverride' in Endpoints.e1 || 'Id' in Endpoints.e1)
  matchEach(t, await messages(id), [{ endpoint: 'e1', address: '@new' }, { endpoint: 'e3' }])
})

t.test('fault rules refuse messages of custom channels, which are then not called for them', async t => {
  const hook = await startHook(t, () => ({ text: '' }))
  const { ok, app, segment, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' })
  const message = { channel: 'CUSTOM', endpoint: 'e1' }
  await ok('POST', '/_pinpoint/faults', { message, status: 'THROTTLED', times: 2 })
  const id = await create({
    MessageConfiguration: { CustomMessage: { Data: 'x' } },
    CustomDeliveryConfiguration: { DeliveryUri: hook.url, EndpointTypes: ['SMS'] },
  })
  await advance()
  matchEach(t, await messages(id), [
    { endpoint: 'e1', channel: 'CUSTOM', status: 'THROTTLED', statusCode: 429 },
    { endpoint: 'e2', channel: 'CUSTOM', status: 'SUCCESSFUL' },
  ])
  matchEach(t, await activities(id), [{ TotalEndpointCount: 2, SuccessfulEndpointCount: 1 }])

  const url = `/v1/apps/${app}/journeys`
  const { Id } = await ok('POST', url, journeyOf(segment, customJourney(hook.url)))
  await advance({ by: 'P2D' })
  const { Metrics } = await ok('GET', `${url}/${Id}/activities/call/execution-metrics`)
  t.strictSame(Metrics, { CUSTOM_DELIVERY_FAILURE: '1', SUCCESS: '1' })
  t.strictSame(
    hook.calls.map(({ body }) => Object.keys(body.Endpoints)),
    [['e2'], ['e2']],
  )
})

t.test('a Lambda function is called by the Invoke API, and its errors count', async t => {
  const lambda = await startHook(t, ({ path, body }) =>
    path.includes('broken')
      ? { headers: { 'x-amz-function-error': 'Unhandled' }, text: '{}' }
      : json(body.Endpoints),
  )
  const env = { AWS_ENDPOINT_URL_LAMBDA: lambda.url }
  const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t, { env })
  await endpoints({ Id: 'e1' })
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:offers'
  const good = await create({ Hook: { LambdaFunctionName: arn } })
  const broken = await create({ Hook: { LambdaFunctionName: 'broken' } })
  await advance()
  t.equal(lambda.calls[0]!.path, `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`)
  matchEach(t, await messages(good), [{ status: 'SUCCESSFUL' }])
  matchEach(t, await activities(broken), [{ ExecutionMetrics: { HOOK_FAILURE: '1' } }])
})

t.test('what may not be called is recorded with the setting that would allow it', async t => {
  const { endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const custom = (DeliveryUri: string) => ({
    MessageConfiguration: { CustomMessage: { Data: 'x' } },
    CustomDeliveryConfiguration: { DeliveryUri, EndpointTypes: ['SMS'] },
  })
  for (const [more, setting] of [
    [{ Hook: { WebUrl: 'https://hooks.example.com/a' } }, /HOOK_HOSTS does not have hooks\.example\.com/],
    [{ Hook: { LambdaFunctionName: 'offers' } }, /offers was not called: AWS_ENDPOINT_URL_LAMBDA/],
    [custom('https://hooks.example.com/a'), /HOOK_HOSTS does not have hooks\.example\.com/],
    [custom('deliver'), /deliver was not called: AWS_ENDPOINT_URL_LAMBDA/],
  ] as const) {
    const id = await create(more)
    await advance()
    matchEach(t, await messages(id), [
      { endpoint: 'e1', status: 'PERMANENT_FAILURE', statusMessage: setting },
    ])
  }
})

t.test(
  'a hook of the mode DELIVERY is not called, and the application has one for all campaigns',
  async t => {
    const hook = await startHook(t, () => json({}))
    const { ok, app, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
    await endpoints({ Id: 'e1' })
    const delivery = await create({ Hook: { WebUrl: hook.url, Mode: 'DELIVERY' } })
    await ok('PUT', `/v1/apps/${app}/settings`, { CampaignHook: { WebUrl: hook.url, Mode: 'FILTER' } })
    const filtered = await create()
    await advance()
    matchEach(t, await messages(delivery), [{ endpoint: 'e1' }])
    matchEach(t, await activities(filtered), [{ ExecutionMetrics: { HOOK_FILTERED: '1' } }])
    t.equal(hook.calls.length, 1)
  },
)

t.test("a campaign's own hook counts as a whole instead of the application's", async t => {
  const hook = await startHook(t, () => json({}))
  const { ok, app, endpoints, create, advance, activities } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  await ok('PUT', `/v1/apps/${app}/settings`, {
    CampaignHook: { LambdaFunctionName: 'offers', Mode: 'DELIVERY' },
  })
  const id = await create({ Hook: { WebUrl: hook.url } })
  await advance()
  matchEach(t, await activities(id), [{ ExecutionMetrics: { HOOK_FILTERED: '1' } }])
})

/** A journey that calls a custom channel for SMS endpoints, a day after they entered. */
const customJourney = (DeliveryUri: string, next: Record<string, object> = {}) => ({
  Activities: {
    wait: { Wait: { WaitTime: { WaitFor: 'P1D' }, NextActivity: 'call' } },
    call: {
      CUSTOM: {
        DeliveryUri,
        EndpointTypes: ['SMS'],
        MessageConfig: { Data: 'hi' },
        ...(next.split && { NextActivity: 'split' }),
      },
    },
    ...next,
  },
})

t.test('a hook that does not answer holds up its own application alone, and no reset', async t => {
  const closed = Promise.withResolvers<void>()
  const server = createServer((_, response) => response.on('close', closed.resolve))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const called = once(server, 'request')
  const WebUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { control, ok, endpoints, create, activities } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const hanging = await create({ Hook: { WebUrl } })
  await called
  const other = await prepareCampaigns(control)
  await other.endpoints({ Id: 'e2' })
  const { items } = await ok('GET', `/_pinpoint/messages?campaign=${await other.create()}&wait=30`)
  matchEach(t, items, [{ endpoint: 'e2', status: 'SUCCESSFUL' }])
  matchEach(t, await activities(hanging), [{ State: 'PENDING' }])
  await ok('POST', '/_pinpoint/reset')
  await closed.promise
})

t.test('what a custom channel delivers while its campaign is deleted is recorded', async t => {
  const called = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  const hook = await startHook(t, async () => {
    called.resolve()
    await answered.promise
    return json({})
  })
  const { endpoints, create, advance, messages, ok, url } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' })
  const id = await create({
    CustomDeliveryConfiguration: { DeliveryUri: hook.url, EndpointTypes: ['SMS'] },
    MessageConfiguration: { CustomMessage: { Data: 'x' } },
  })
  await called.promise
  await ok('DELETE', `${url}/${id}`)
  answered.resolve()
  await advance()
  t.strictSame((await messages(id)).map(({ endpoint }) => endpoint).sort(), ['e1', 'e2'])
  t.equal(hook.calls.length, 1)
})

t.test('a journey calls no custom channel for who has opted out or is inactive by then', async t => {
  const hook = await startHook(t, () => json({}))
  const { ok, app, segment, endpoints, advance } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' }, { Id: 'e3' })
  const url = `/v1/apps/${app}/journeys`
  const { Id } = await ok('POST', url, journeyOf(segment, customJourney(hook.url)))
  await advance()
  await ok('PUT', `/v1/apps/${app}/endpoints/e1`, { OptOut: 'ALL' })
  await ok('PUT', `/v1/apps/${app}/endpoints/e2`, { EndpointStatus: 'INACTIVE' })
  await advance({ by: 'P2D' })
  t.strictSame(
    hook.calls.map(({ body }) => Object.keys(body.Endpoints)),
    [['e3']],
  )
  const { Metrics } = await ok('GET', `${url}/${Id}/activities/call/execution-metrics`)
  t.strictSame(Metrics, { ENDPOINT_INACTIVE: '1', ENDPOINT_OPT_OUT: '1', SUCCESS: '1' })
})

t.test('attributes of a custom channel that are no texts count for no split, and stop nothing', async t => {
  const hook = await startHook(t, () =>
    json({ e1: { EventAttributes: { answer: 5 } }, e2: { EventAttributes: { answer: 'yes' } }, e3: null }),
  )
  const { ok, app, segment, endpoints, advance } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' }, { Id: 'e3' })
  const url = `/v1/apps/${app}/journeys`
  const Attributes = { answer: { AttributeType: 'CONTAINS', Values: ['y'] } }
  const Conditions = [{ EventCondition: { MessageActivity: 'call', Dimensions: { Attributes } } }]
  const { Id } = await ok(
    'POST',
    url,
    journeyOf(
      segment,
      customJourney(hook.url, { split: { ConditionalSplit: { Condition: { Conditions } } } }),
    ),
  )
  await advance({ by: 'P2D' })
  const { Metrics } = await ok('GET', `${url}/${Id}/activities/split/execution-metrics`)
  t.strictSame(Metrics, { Branch_FALSE: '2', Branch_TRUE: '1' })
})

t.test('of what a custom channel answers, five attributes of 128 characters count', async t => {
  const [max, tooLong] = ['x'.repeat(128), 'x'.repeat(129)]
  const EventAttributes = {
    [tooLong]: '',
    long: tooLong,
    one: '1',
    two: '2',
    three: '3',
    [max]: max,
    five: '5',
    six: '6',
  }
  const hook = await startHook(t, () =>
    json({ e1: { EventAttributes }, e2: { EventAttributes: { six: '6' } } }),
  )
  const { ok, app, segment, endpoints, advance } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' })
  const Branches = ['six', 'long', 'five'].map(name => {
    const Attributes = { [name]: { AttributeType: 'CONTAINS', Values: [''] } }
    return { Condition: { EventCondition: { MessageActivity: 'call', Dimensions: { Attributes } } } }
  })
  const url = `/v1/apps/${app}/journeys`
  const journey = customJourney(hook.url, { split: { MultiCondition: { Branches } } })
  const { Id } = await ok('POST', url, journeyOf(segment, journey))
  await advance({ by: 'P2D' })
  const { Metrics } = await ok('GET', `${url}/${Id}/activities/split/execution-metrics`)
  t.strictSame(Metrics, { Branch_1: '1', Branch_3: '1' })
  const statusMessage = async (endpoint: string) =>
    (await ok('GET', `/_pinpoint/messages?endpoint=${endpoint}`)).items[0].statusMessage
  t.match(
    await statusMessage('e1'),
    /^delivered by http:[^;]*; 3 of its EventAttributes ignored: an endpoint has at most 5, with names and values of at most 128 characters$/,
  )
  t.match(await statusMessage('e2'), /^delivered by http:[^;]*$/)
})
