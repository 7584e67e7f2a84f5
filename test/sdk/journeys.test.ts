import {
  type Activity,
  CreateJourneyCommand,
  CreateSegmentCommand,
  CreateSmsTemplateCommand,
  DeleteJourneyCommand,
  GetJourneyCommand,
  GetJourneyExecutionActivityMetricsCommand,
  GetJourneyExecutionMetricsCommand,
  GetJourneyRunExecutionActivityMetricsCommand,
  GetJourneyRunExecutionMetricsCommand,
  GetJourneyRunsCommand,
  ListJourneysCommand,
  NotFoundException,
  UpdateEndpointsBatchCommand,
  UpdateJourneyCommand,
  UpdateJourneyStateCommand,
  UpdateSmsChannelCommand,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import type { OutboxMessage } from '../../server/model/message.ts'
import { controlOf } from '../support/control.ts'
import { buildTestApp, createApp, createImportJob, startEmulator, waitForJob } from '../support/helpers.ts'
import { json, startHook } from '../support/hooks.ts'
import { matchEach } from '../support/items.ts'

const start = '2027-03-01T09:00:00.000Z'

/** An emulator whose clock stands still, with an application, endpoints, a segment and a template. */
async function setUp(t: Test, env: Record<string, string> = {}) {
  const { client, url } = await startEmulator(t, env)
  const control = controlOf(url)
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: start })
  const ApplicationId = await createApp(client)
  await client.send(new UpdateSmsChannelCommand({ ApplicationId, SMSChannelRequest: { Enabled: true } }))
  await client.send(
    new CreateSmsTemplateCommand({
      TemplateName: 'hello',
      SMSTemplateRequest: { Body: 'Hi {{Attributes.name}}' },
    }),
  )
  const Item = ['ann', 'bob'].map((Id, index) => ({
    Id,
    ChannelType: 'SMS' as const,
    Address: `+1555123000${index}`,
    Attributes: { name: [Id] },
  }))
  await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
  const { SegmentResponse } = await client.send(
    new CreateSegmentCommand({ ApplicationId, WriteSegmentRequest: { Name: 'all' } }),
  )
  const Activities: Record<string, Activity> = {
    wait: { Wait: { WaitTime: { WaitFor: 'P2D' }, NextActivity: 'split' } },
    split: {
      ConditionalSplit: {
        Condition: { Conditions: [{ SegmentDimensions: { Attributes: { name: { Values: ['ann'] } } } }] },
        TrueActivity: 'hello',
      },
    },
    hello: {
      SMS: { TemplateName: 'hello', MessageConfig: { MessageType: 'PROMOTIONAL', SenderId: 'SHOP' } },
    },
  }
  const WriteJourneyRequest = {
    Name: 'welcome',
    StartCondition: { SegmentStartCondition: { SegmentId: SegmentResponse!.Id! } },
    StartActivity: 'wait',
    Activities,
  }
  const advance = async (by: string) =>
    (await control('POST', '/_pinpoint/clock/advance', { by })).body as { steps: number; sent: number }
  /** Publishes a journey of one activity, the message `hello`, and gives it as it was answered. */
  const publishHello = async (more: object = {}) => {
    const journey = {
      ...WriteJourneyRequest,
      State: 'ACTIVE',
      StartActivity: 'hello',
      Activities: { hello: Activities.hello },
      ...more,
    }
    return (await control('POST', `/v1/apps/${ApplicationId}/journeys`, journey)).body
  }
  return { client, control, url, ApplicationId, WriteJourneyRequest, advance, publishHello }
}

t.test('the SDK takes a journey from its draft to its metrics', async t => {
  const { client, control, ApplicationId, WriteJourneyRequest, advance } = await setUp(t)
  const { JourneyResponse: draft } = await client.send(
    new CreateJourneyCommand({ ApplicationId, WriteJourneyRequest: { Name: 'draft' } }),
  )
  const JourneyId = draft!.Id!
  const Schedule = {
    StartTime: new Date('2027-03-02T00:00:00Z'),
    EndTime: new Date('2027-04-01T00:00:00Z'),
    Timezone: 'UTC',
  }
  const { JourneyResponse: published } = await client.send(
    new UpdateJourneyCommand({
      ApplicationId,
      JourneyId,
      WriteJourneyRequest: { ...WriteJourneyRequest, Schedule, State: 'ACTIVE' },
    }),
  )
  t.strictSame(published!.Schedule, Schedule, 'times come back as they were sent')
  t.strictSame(published!.Activities, WriteJourneyRequest.Activities)
  const get = async () =>
    (await client.send(new GetJourneyCommand({ ApplicationId, JourneyId }))).JourneyResponse!
  t.strictSame(await get(), published)
  const runs = async () =>
    (await client.send(new GetJourneyRunsCommand({ ApplicationId, JourneyId }))).JourneyRunsResponse!.Item!
  matchEach(t, await runs(), [{ Status: 'SCHEDULED', CreationTime: start, LastUpdateTime: start }])
  const metrics = async () =>
    (await client.send(new GetJourneyExecutionMetricsCommand({ ApplicationId, JourneyId })))
      .JourneyExecutionMetricsResponse!
  t.match(await metrics(), { Metrics: {}, LastEvaluatedTime: start })

  await advance('P1D')
  t.equal((await get()).State, 'CLOSED', 'all have entered, and wait')
  const [run] = await runs()
  t.match(run, { Status: 'RUNNING', LastUpdateTime: '2027-03-02T00:00:00.000Z' })
  t.strictSame((await metrics()).Metrics, { ENDPOINT_ENTERED: '2', ENDPOINT_ACTIVE: '2' })
  t.match(await advance('P2D'), { sent: 1 })

  const { items } = (await control('GET', `/_pinpoint/messages?journey=${JourneyId}`)).body
  matchEach(t, items, [
    {
      endpoint: 'ann',
      time: '2027-03-04T00:00:00.000Z',
      body: 'Hi ann',
      channel: 'SMS',
      journey: JourneyId,
      run: run!.RunId,
      activity: 'hello',
      messageType: 'PROMOTIONAL',
      senderId: 'SHOP',
      template: { name: 'hello', version: '1' },
    },
  ])
  t.notOk('operation' in items[0] || 'campaign' in items[0])
  t.equal((await get()).State, 'COMPLETED')
  t.equal((await get()).LastModifiedDate, published!.LastModifiedDate, 'which is not a change')
  matchEach(t, await runs(), [{ Status: 'COMPLETED', RunId: run!.RunId }])

  const RunId = run!.RunId!
  const whole = { ENDPOINT_ENTERED: '2', ENDPOINT_LEFT: '2' }
  t.strictSame((await metrics()).Metrics, whole, 'how many there were to look at, the run tells')
  const ofRun = await client.send(
    new GetJourneyRunExecutionMetricsCommand({ ApplicationId, JourneyId, RunId }),
  )
  t.match(ofRun.JourneyRunExecutionMetricsResponse, { RunId, JourneyId, ApplicationId })
  t.strictSame(ofRun.JourneyRunExecutionMetricsResponse!.Metrics, { ...whole, ENDPOINT_PRODUCED: '2' })
  for (const [JourneyActivityId, ActivityType, Metrics] of [
    ['wait', 'WAIT', { WAIT_STARTED: '2', WAIT_FINISHED: '2' }],
    ['split', 'CONDITIONAL_SPLIT', { Branch_TRUE: '1', Branch_FALSE: '1' }],
    ['hello', 'SMS', { SUCCESS: '1' }],
  ] as const) {
    const activity = { ApplicationId, JourneyId, JourneyActivityId }
    const expected = {
      JourneyActivityId,
      ActivityType,
      Metrics,
      LastEvaluatedTime: '2027-03-04T00:00:00.000Z',
    }
    const inAll = await client.send(new GetJourneyExecutionActivityMetricsCommand(activity))
    t.match(inAll.JourneyExecutionActivityMetricsResponse, expected)
    const inRun = await client.send(new GetJourneyRunExecutionActivityMetricsCommand({ ...activity, RunId }))
    t.match(inRun.JourneyRunExecutionActivityMetricsResponse, { ...expected, RunId })
  }
  for (const unknown of [
    new GetJourneyExecutionActivityMetricsCommand({ ApplicationId, JourneyId, JourneyActivityId: 'nope' }),
    new GetJourneyRunExecutionMetricsCommand({ ApplicationId, JourneyId, RunId: 'nope' }),
  ]) {
    await t.rejects(client.send(unknown as GetJourneyRunExecutionMetricsCommand), NotFoundException)
  }
  const list = await client.send(new ListJourneysCommand({ ApplicationId }))
  matchEach(t, list.JourneysResponse!.Item!, [{ Id: JourneyId }])
  await client.send(new DeleteJourneyCommand({ ApplicationId, JourneyId }))
  await t.rejects(get(), NotFoundException)
})

t.test('a journey that is cancelled or deleted sends no more, and nothing of it is pending', async t => {
  const { client, control, ApplicationId, WriteJourneyRequest, advance } = await setUp(t)
  const create = async () => {
    const { JourneyResponse } = await client.send(
      new CreateJourneyCommand({
        ApplicationId,
        WriteJourneyRequest: { ...WriteJourneyRequest, State: 'ACTIVE' },
      }),
    )
    await advance('PT1H')
    return { ApplicationId, JourneyId: JourneyResponse!.Id! }
  }
  const [cancelled, deleted] = [await create(), await create()]
  t.match((await control('GET', '/_pinpoint/clock')).body, { pending: 4 })
  const back = { mode: 'frozen', now: start }
  t.match(await control('PUT', '/_pinpoint/clock', back), { status: 409 }, 'the clock does not go back')
  await client.send(
    new UpdateJourneyStateCommand({ ...cancelled, JourneyStateRequest: { State: 'CANCELLED' } }),
  )
  await client.send(new DeleteJourneyCommand(deleted))
  t.strictSame((await control('GET', '/_pinpoint/clock')).body.pending, 0)
  t.match(await advance('P30D'), { sent: 0 })
  const { JourneyExecutionMetricsResponse } = await client.send(
    new GetJourneyExecutionMetricsCommand(cancelled),
  )
  t.strictSame(JourneyExecutionMetricsResponse!.Metrics, { ENDPOINT_ENTERED: '2', CANCELLED: '2' })
  t.match(await control('PUT', '/_pinpoint/clock', back), { status: 200 })
})

t.test('settings of the application count for journeys that are created later', async t => {
  const { client, control, ApplicationId, WriteJourneyRequest, advance } = await setUp(t)
  const request = {
    ...WriteJourneyRequest,
    StartActivity: 'one',
    Activities: {
      one: { SMS: { TemplateName: 'hello', NextActivity: 'two' } },
      two: { SMS: { TemplateName: 'hello' } },
    },
  }
  const create = async (Name: string) => {
    const { JourneyResponse } = await client.send(
      new CreateJourneyCommand({ ApplicationId, WriteJourneyRequest: { ...request, Name, State: 'DRAFT' } }),
    )
    return { ApplicationId, JourneyId: JourneyResponse!.Id! }
  }
  const before = await create('before')
  const settings = { JourneyLimits: { DailyCap: 1 } }
  await control('PUT', `/v1/apps/${ApplicationId}/settings`, settings)
  const after = await create('after')
  for (const [journey, sent] of [
    [before, 4],
    [after, 0],
  ] as const) {
    await client.send(new UpdateJourneyStateCommand({ ...journey, JourneyStateRequest: { State: 'ACTIVE' } }))
    await advance('PT1H')
    const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.JourneyId}`)).body
    t.equal(items.length, sent, 'the cap counts the messages of all journeys')
  }
})

t.test('a cap holds for an endpoint that is deleted and created again', async t => {
  const { client, control, ApplicationId, WriteJourneyRequest, advance } = await setUp(t)
  const { JourneyResponse } = await client.send(
    new CreateJourneyCommand({
      ApplicationId,
      WriteJourneyRequest: {
        ...WriteJourneyRequest,
        State: 'ACTIVE',
        Limits: { TotalCap: 1 },
        StartActivity: 'one',
        Activities: {
          one: { SMS: { TemplateName: 'hello', NextActivity: 'wait' } },
          wait: { Wait: { WaitTime: { WaitFor: 'P1D' }, NextActivity: 'two' } },
          two: { SMS: { TemplateName: 'hello' } },
        },
      },
    }),
  )
  await advance('PT1H')
  const ann = `/v1/apps/${ApplicationId}/endpoints/ann`
  await control('DELETE', ann)
  await control('PUT', ann, { ChannelType: 'SMS', Address: '+15551230000', Attributes: { name: ['ann'] } })
  await advance('P2D')
  const JourneyId = JourneyResponse!.Id!
  const { items } = (await control('GET', `/_pinpoint/messages?journey=${JourneyId}`)).body
  t.equal(items.length, 2)
  const { JourneyExecutionActivityMetricsResponse } = await client.send(
    new GetJourneyExecutionActivityMetricsCommand({ ApplicationId, JourneyId, JourneyActivityId: 'two' }),
  )
  t.match(JourneyExecutionActivityMetricsResponse!.Metrics, { TOTAL_CAP: '2' })
})

t.test('a journey whose template takes long to render keeps its rate over several steps', async t => {
  const { client, control, ApplicationId, WriteJourneyRequest, advance } = await setUp(t)
  const path = `/v1/apps/${ApplicationId}`
  const a = Array.from({ length: 15 }, (_, index) => `${index}`)
  for (const [index, id] of ['ann', 'bob', 'cat'].entries()) {
    const endpoint = { ChannelType: 'SMS', Address: `+1555123000${index}`, Attributes: { a } }
    await control('PUT', `${path}/endpoints/${id}`, endpoint)
  }
  await client.send(
    new CreateSmsTemplateCommand({
      TemplateName: 'slow',
      SMSTemplateRequest: { Body: `${'{{#each Attributes.a}}'.repeat(5)}.${'{{/each}}'.repeat(5)}` },
    }),
  )
  const request = {
    ...WriteJourneyRequest,
    StartActivity: 'slow',
    Activities: { slow: { SMS: { TemplateName: 'slow' } } },
    Limits: { MessagesPerSecond: 2 },
    State: 'ACTIVE',
  }
  const { Id } = (await control('POST', `${path}/journeys`, request)).body
  await advance('PT1H')
  const { items } = (await control('GET', `/_pinpoint/messages?journey=${Id}`)).body
  t.strictSame(
    items
      .map(({ endpoint, time, status }: Record<string, string>) => `${endpoint} ${time} ${status}`)
      .reverse(),
    [
      'ann 2027-03-01T09:00:00.000Z PERMANENT_FAILURE',
      'bob 2027-03-01T09:00:00.000Z PERMANENT_FAILURE',
      'cat 2027-03-01T09:00:01.000Z PERMANENT_FAILURE',
    ],
  )
})

t.test('the FilterType says who reports the events that let endpoints in', async t => {
  const { control, ApplicationId, advance, publishHello } = await setUp(t)
  const path = `/v1/apps/${ApplicationId}`
  const create = async (FilterType: string): Promise<string> => {
    const Dimensions = { EventType: { DimensionType: 'INCLUSIVE', Values: ['_SMS.FAILURE'] } }
    const StartCondition = { EventStartCondition: { EventFilter: { FilterType, Dimensions } } }
    return (await publishHello({ Name: FilterType, StartCondition })).Id
  }
  const journeys = [await create('ENDPOINT'), await create('SYSTEM')]
  const MessageConfiguration = { SMSMessage: { Body: 'Hi' } }
  await control('POST', `${path}/messages`, { MessageConfiguration, Endpoints: { ann: {} } })
  const [message] = (await control('GET', '/_pinpoint/messages')).body.items
  await control('POST', `/_pinpoint/messages/${message.id}/events`, { eventType: '_SMS.FAILURE' })
  const event = { EventType: '_SMS.FAILURE', Timestamp: start }
  await control('POST', `${path}/events`, { BatchItem: { bob: { Endpoint: {}, Events: { event } } } })
  await advance('PT1H')
  const sent = journeys.map(
    async id => (await control('GET', `/_pinpoint/messages?journey=${id}`)).body.items,
  )
  const [ofEndpoint, ofSystem] = await Promise.all(sent)
  matchEach(t, ofEndpoint, [{ endpoint: 'bob' }])
  matchEach(t, ofSystem, [{ endpoint: 'ann' }])
})

t.test('a clock that is set back holds up neither a journey nor its rate', async t => {
  const { control, ApplicationId, advance, publishHello } = await setUp(t)
  const path = `/v1/apps/${ApplicationId}`
  const Dimensions = { EventType: { DimensionType: 'INCLUSIVE', Values: ['go'] } }
  const journey = await publishHello({
    Limits: { MessagesPerSecond: 1 },
    StartCondition: { EventStartCondition: { EventFilter: { FilterType: 'ENDPOINT', Dimensions } } },
  })
  const sentTo = async (endpoint: string, now: string) => {
    await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now, force: true })
    const event = { EventType: 'go', Timestamp: now }
    await control('POST', `${path}/events`, {
      BatchItem: { [endpoint]: { Endpoint: {}, Events: { event } } },
    })
    await advance('PT1S')
    return (await control('GET', `/_pinpoint/messages?journey=${journey.Id}&endpoint=${endpoint}`)).body.items
  }
  matchEach(t, await sentTo('ann', '2027-03-20T09:00:00.000Z'), [{ time: '2027-03-20T09:00:00.000Z' }])
  const before = '2027-02-20T09:00:00.000Z'
  // Before it was published, and it has sent.
  matchEach(t, await sentTo('bob', before), [{ time: before }])
})

t.test('a clock that is set back holds up nobody who is entering, or waits for the rate', async t => {
  const { client, control, ApplicationId, WriteJourneyRequest, advance, publishHello } = await setUp(t)
  const { hello } = WriteJourneyRequest.Activities
  const publish = async (more: object = {}) => (await publishHello(more)).Id
  const times = async (journey: string) =>
    (await control('GET', `/_pinpoint/messages?journey=${journey}&page-size=1000`)).body.items.map(
      ({ time }: { time: string }) => time.slice(0, 19),
    )
  const back = { mode: 'frozen', now: '2027-02-01T09:00:00Z', force: true }
  const slow = await publish({ Limits: { MessagesPerSecond: 1 } })
  const waiting = await publish({
    StartActivity: 'wait',
    Activities: { wait: { Wait: { WaitTime: { WaitFor: 'PT1H' }, NextActivity: 'hello' } }, hello },
  })
  await advance('PT0S')
  await control('PUT', '/_pinpoint/clock', back)
  await advance('P1D')
  t.strictSame(await times(slow), ['2027-02-01T09:00:00', '2027-03-01T09:00:00'])
  t.strictSame(await times(waiting), [], 'a wait stays until its time')

  for (let from = 0; from < 900; from += 100) {
    const Item = Array.from({ length: 100 }, (_, index) => ({
      Id: `e${from + index}`,
      ChannelType: 'SMS' as const,
      Address: `+15551${100_000 + from + index}`,
    }))
    await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
  }
  await control('PUT', '/_pinpoint/clock', { ...back, now: start })
  const large = await publish()
  await control('PUT', '/_pinpoint/clock', back)
  await advance('PT1S')
  t.equal((await times(large)).length, 902)
})

t.test('a StartTime stays where it is when the clock is set back before the first run', async t => {
  // No worker begins the run.
  const { store, call, createApp } = buildTestApp(t, { now: () => new Date(start) })
  const { Id: app } = await createApp()
  const { Id: SegmentId } = (await call('POST', `/v1/apps/${app}/segments`, { Name: 'all' })).body
  const publish = (Schedule?: object) =>
    call('POST', `/v1/apps/${app}/journeys`, {
      Name: 'welcome',
      State: 'ACTIVE',
      Schedule,
      StartCondition: { SegmentStartCondition: { SegmentId } },
      StartActivity: 'wait',
      Activities: { wait: { Wait: { WaitTime: { WaitFor: 'P1D' } } } },
    })
  const back = '2027-02-01T09:00:00.000Z'
  const setBack = async () => {
    await store.write(() => store.dueRows.journeys.setBack(Date.parse(back)))
    return (await call('GET', '/_pinpoint/clock')).body.nextDue
  }
  t.equal((await publish({ StartTime: start, Timezone: 'UTC' })).status, 201)
  t.equal(await setBack(), start)
  t.equal((await publish()).status, 201)
  t.equal(await setBack(), back, 'one without a StartTime begins at once')
})

t.test(
  'by local time, a journey that starts at once does so where the clock was set back before it',
  async t => {
    const { client, control, ApplicationId, WriteJourneyRequest, advance, publishHello } = await setUp(t)
    const path = `/v1/apps/${ApplicationId}`
    const Item = ['ann', 'bob'].map((Id, index) => ({
      Id,
      Demographic: { Timezone: ['UTC', 'America/New_York'][index]! },
    }))
    await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
    /**
     * When messages are sent of a journey that is paused before it begins, and goes on at an earlier time.
     */
    const timesFrom = async (now: string) => {
      await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: start })
      // Until its hook answers, nothing else of the application is done.
      const answered = Promise.withResolvers<void>()
      const asked = Promise.withResolvers<void>()
      const hook = await startHook(t, async () => {
        asked.resolve()
        await answered.promise
        return json({})
      })
      const { SegmentId } = WriteJourneyRequest.StartCondition.SegmentStartCondition
      await control('POST', `${path}/campaigns`, {
        Name: 'slow',
        SegmentId,
        Schedule: { StartTime: 'IMMEDIATE' },
        Hook: { WebUrl: hook.url },
        MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
      })
      await asked.promise
      const journey = await publishHello({ LocalTime: true, RefreshFrequency: 'P60D' })
      const become = async (State: string) => {
        t.equal((await control('PUT', `${path}/journeys/${journey.Id}/state`, { State })).status, 200)
      }
      await become('PAUSED')
      answered.resolve()
      await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now, force: true })
      await become('ACTIVE')
      await advance('PT6H')
      const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}`)).body
      return items.map(({ endpoint, time }: OutboxMessage) => `${time.slice(0, 16)} ${endpoint}`).reverse()
    }
    t.strictSame(await timesFrom('2027-03-01T03:00:00Z'), ['2027-03-01T03:00 ann', '2027-03-01T08:00 bob'])
    t.strictSame(await timesFrom('2027-02-01T03:00:00Z'), ['2027-02-01T03:00 ann', '2027-02-01T08:00 bob'])
  },
)

t.test('waits of a journey that is PAUSED stay at their times when the clock is set back', async t => {
  const { control, ApplicationId, WriteJourneyRequest, advance } = await setUp(t)
  const { hello } = WriteJourneyRequest.Activities
  const path = `/v1/apps/${ApplicationId}/journeys`
  const { body: journey } = await control('POST', path, {
    ...WriteJourneyRequest,
    State: 'ACTIVE',
    RefreshFrequency: 'P60D',
    Activities: { wait: { Wait: { WaitTime: { WaitFor: 'P5D' }, NextActivity: 'hello' } }, hello },
  })
  const become = async (State: string) => {
    t.equal((await control('PUT', `${path}/${journey.Id}/state`, { State })).status, 200)
  }
  await advance('P2D')
  await become('PAUSED')
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-02-22T09:00:00Z', force: true })
  await become('ACTIVE')
  await advance('P20D')
  const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}`)).body
  const time = '2027-03-06T09:00:00.000Z'
  matchEach(t, items, [{ time }, { time }])
})

t.test(
  'a change of the segment that is later than a clock that is set back begins its run at once',
  async t => {
    const { control, ApplicationId, WriteJourneyRequest, advance, publishHello } = await setUp(t)
    const { SegmentId } = WriteJourneyRequest.StartCondition.SegmentStartCondition
    const path = `/v1/apps/${ApplicationId}`
    const lookFor = async (name: string) => {
      const Dimensions = { Attributes: { name: { Values: [name] } } }
      await control('PUT', `${path}/segments/${SegmentId}`, { Name: name, Dimensions })
    }
    await lookFor('ann')
    const journey = await publishHello({ RefreshFrequency: 'P60D', RefreshOnSegmentUpdate: true })
    const become = async (State: string) => {
      t.equal((await control('PUT', `${path}/journeys/${journey.Id}/state`, { State })).status, 200)
    }
    await advance('PT1H')
    await become('PAUSED')
    await lookFor('bob')
    await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-02-22T09:00:00Z', force: true })
    await become('ACTIVE')
    await advance('PT1H')
    const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}`)).body
    matchEach(t, items, [{ endpoint: 'bob', time: '2027-02-22T09:00:00.000Z' }, { endpoint: 'ann' }])
  },
)

t.test('quiet time that ends in the hour that clocks show twice holds a message until its end', async t => {
  const { client, control, ApplicationId, advance, publishHello } = await setUp(t)
  const Item = [{ Id: 'ann', Demographic: { Timezone: 'Europe/Berlin' } }]
  await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-10-31T01:10:00Z' })
  const journey = await publishHello({ WaitForQuietTime: true, QuietTime: { Start: '22:00', End: '02:30' } })
  await advance('PT1H')
  const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}&endpoint=ann`)).body
  t.strictSame(
    items.map(({ time }: { time: string }) => time),
    ['2027-10-31T01:30:00.000Z'],
  )
})

const skipped = '2027-03-14T02:30:00'
for (const [what, more] of Object.entries({
  'quiet time': { QuietTime: { Start: '01:00', End: '02:30' } },
  'a closed day': {
    SendingSchedule: true,
    ClosedDays: { SMS: [{ Name: 'holiday', StartDateTime: '2027-03-13T00:00:00', EndDateTime: skipped }] },
  },
  'the time before opening hours': {
    SendingSchedule: true,
    OpenHours: { SMS: { SUNDAY: [{ StartTime: '02:30', EndTime: '12:00' }] } },
  },
})) {
  t.test(`${what} that ends in the hour that clocks skip holds a message until they change`, async t => {
    const { client, control, ApplicationId, advance, publishHello } = await setUp(t)
    const Item = [{ Id: 'ann', Demographic: { Timezone: 'America/New_York' } }]
    await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
    await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-14T06:30:00Z' })
    const journey = await publishHello({ WaitForQuietTime: true, QuietTime: {}, ...more })
    await advance('PT2H')
    const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}&endpoint=ann`)).body
    t.strictSame(
      items.map(({ time }: { time: string }) => time),
      ['2027-03-14T07:00:00.000Z'],
    )
  })
}

for (const [how, more, times] of [
  [
    'in UTC',
    { Schedule: { StartTime: '2028-01-31T09:00:00Z' } },
    ['2028-01-31T09', '2028-02-29T09', '2028-03-31T09', '2028-04-30T09'],
  ],
  [
    "in the schedule's zone",
    { Schedule: { StartTime: '2028-01-31T02:00:00+09:00', Timezone: 'UTC+09' } },
    ['2028-01-30T17', '2028-02-28T17', '2028-03-30T17', '2028-04-29T17'],
  ],
  [
    'in the zones of endpoints',
    { Schedule: { StartTime: '2028-01-31T09:00:00Z' }, LocalTime: true },
    ['2028-01-31T08', '2028-02-29T08', '2028-03-31T07', '2028-04-30T07'],
  ],
] as const) {
  t.test(`monthly refreshes count from the first run, to the end of each month ${how}`, async t => {
    const { client, control, ApplicationId, publishHello } = await setUp(t)
    const Item = [{ Id: 'ann', Demographic: { Timezone: 'Europe/Berlin' } }]
    await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
    await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2028-01-30T00:00:00Z' })
    const journey = await publishHello({
      RefreshFrequency: 'P1M',
      ...more,
      Limits: { EndpointReentryCap: 0 },
    })
    await control('POST', '/_pinpoint/clock/advance', { to: '2028-05-01T00:00:00Z' })
    const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}&endpoint=ann`)).body
    t.strictSame(items.map(({ time }: { time: string }) => time.slice(0, 13)).reverse(), times)
  })
}

t.test('what is due after the year 9999 is pending, but not next', async t => {
  const { control, ApplicationId, WriteJourneyRequest } = await setUp(t)
  const clock = async () => (await control('GET', '/_pinpoint/clock')).body
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '9999-12-30T00:00:00Z' })
  const { hello } = WriteJourneyRequest.Activities
  await control('POST', `/v1/apps/${ApplicationId}/journeys`, {
    ...WriteJourneyRequest,
    State: 'ACTIVE',
    Activities: { wait: { Wait: { WaitTime: { WaitFor: 'P2D' }, NextActivity: 'hello' } }, hello },
  })
  await control('POST', '/_pinpoint/clock/advance', { until: 'idle' })
  t.strictSame(await clock(), { mode: 'frozen', now: '9999-12-30T00:00:00.000Z', pending: 2 })
})

t.test('by local time, the interval of re-entry counts from when each endpoint begins', async t => {
  const { client, control, ApplicationId, advance, publishHello } = await setUp(t)
  const Item = [
    { Id: 'ann', ChannelType: 'SMS' as const, Demographic: { Timezone: 'America/New_York' } },
    { Id: 'bob', ChannelType: 'SMS' as const, Demographic: { Timezone: 'Pacific/Auckland' } },
  ]
  await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
  const journey = await publishHello({
    LocalTime: true,
    RefreshFrequency: 'P1D',
    Limits: { EndpointReentryCap: 0, EndpointReentryInterval: 'P2D' },
    Schedule: { StartTime: '2027-03-03T09:00:00Z', Timezone: 'UTC' },
  })
  await advance('P7D')
  const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}`)).body
  const times = (endpoint: string) =>
    items.flatMap((item: { endpoint: string; time: string }) =>
      item.endpoint === endpoint ? [item.time.slice(5, 13)] : [],
    )
  t.strictSame(times('ann'), ['03-07T14', '03-05T14', '03-03T14'])
  t.strictSame(times('bob'), ['03-06T20', '03-04T20', '03-02T20'])
})

t.test('by local time, nobody begins at or after the end, by the clocks of each endpoint', async t => {
  const { client, control, ApplicationId, advance, publishHello } = await setUp(t)
  const Item = [
    { Id: 'ann', ChannelType: 'SMS' as const, Demographic: { Timezone: 'UTC' } },
    { Id: 'bob', ChannelType: 'SMS' as const, Demographic: { Timezone: 'America/Los_Angeles' } },
    {
      Id: 'eve',
      ChannelType: 'SMS' as const,
      Address: '+15551230002',
      Demographic: { Timezone: 'Asia/Tokyo' },
    },
  ]
  await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
  const timesOf = async (StartTime: string, EndTime: string) => {
    const journey = await publishHello({
      LocalTime: true,
      RefreshFrequency: 'P1D',
      Limits: { EndpointReentryCap: 0 },
      Schedule: { StartTime, EndTime, Timezone: 'UTC' },
    })
    await advance('P7D')
    const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}`)).body
    return items
      .map((item: { endpoint: string; time: string }) => `${item.time.slice(5, 13)} ${item.endpoint}`)
      .sort()
  }
  t.strictSame(await timesOf('2027-03-03T20:00:00Z', '2027-03-05T07:00:00Z'), [
    ...['03-03T11 eve', '03-03T20 ann', '03-04T04 bob'],
    ...['03-04T11 eve', '03-04T20 ann', '03-05T04 bob'],
  ])
  // It is published at 09:00 in UTC, when it is 18:00 in Tokyo.
  t.strictSame(await timesOf('2027-03-08T17:00:00Z', '2027-03-08T18:00:00Z'), [
    '03-08T17 ann',
    '03-09T01 bob',
  ])
})

t.test('by local time, members begin at once where a change of the segment begins the run', async t => {
  const { client, control, ApplicationId, WriteJourneyRequest, advance, publishHello } = await setUp(t)
  const Item = ['ann', 'bob'].map((Id, index) => ({
    Id,
    Demographic: { Timezone: ['Europe/Paris', 'America/New_York'][index]! },
  }))
  await client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))
  const { SegmentId } = WriteJourneyRequest.StartCondition.SegmentStartCondition
  const named = (name: string) => ({ Name: name, Dimensions: { Attributes: { name: { Values: [name] } } } })
  const segment = `/v1/apps/${ApplicationId}/segments/${SegmentId}`
  await control('PUT', segment, named('ann'))
  const journey = await publishHello({
    LocalTime: true,
    RefreshFrequency: 'P7D',
    RefreshOnSegmentUpdate: true,
    Schedule: { StartTime: '2027-03-02T09:00:00Z', Timezone: 'UTC' },
  })
  await advance('P3D')
  await control('PUT', segment, named('bob'))
  await advance('P1D')
  const { items } = (await control('GET', `/_pinpoint/messages?journey=${journey.Id}`)).body
  const times = items.map((item: { endpoint: string; time: string }) => `${item.endpoint} ${item.time}`)
  t.strictSame(times, ['bob 2027-03-04T09:00:00.000Z', 'ann 2027-03-02T08:00:00.000Z'])
})

t.test('a journey goes on beside an import that is writing', async t => {
  const rows = Array.from({ length: 150_000 }, (_, index) => `e${index},EMAIL,e${index}@example.com\n`)
  const s3 = t.testdir({ data: { 'large.csv': `Id,ChannelType,Address\n${rows.join('')}` } })
  const { client, control, url, ApplicationId, WriteJourneyRequest } = await setUp(t, { S3_DIR: s3 })
  await control('PUT', '/_pinpoint/clock', { mode: 'real' })
  // Two seconds after the last caller the import keeps its transactions open; then many steps follow.
  const splits = Array.from({ length: 30 }, (_, index) => [
    `split${index}`,
    { Holdout: { Percentage: 0, NextActivity: index < 29 ? `split${index + 1}` : 'hello' } },
  ])
  const wait = { Wait: { WaitTime: { WaitFor: 'PT2S' }, NextActivity: 'split0' } }
  const { hello } = WriteJourneyRequest.Activities
  const job = await createImportJob(client, await createApp(client), { S3Url: 's3://data/large.csv' })
  await waitForJob(client, job, ({ TotalProcessed }) => TotalProcessed! > 0)
  const { JourneyResponse } = await client.send(
    new CreateJourneyCommand({
      ApplicationId,
      WriteJourneyRequest: {
        ...WriteJourneyRequest,
        StartActivity: 'wait',
        Activities: { wait, ...Object.fromEntries(splits), hello },
        State: 'ACTIVE',
      },
    }),
  )
  const sent = `/_pinpoint/messages?journey=${JourneyResponse!.Id}&wait=30`
  for (const id of ['ann', 'bob']) {
    matchEach(t, (await control('GET', `${sent}&endpoint=${id}`)).body.items, [{ endpoint: id }])
  }
  t.match(await waitForJob(client, job), { JobStatus: 'COMPLETED', TotalProcessed: 150_000 })
  const metrics = await (await fetch(`${url}/_pinpoint/metrics`)).text()
  t.match(metrics, /^pinpoint_worker_restarts_total 0$/m)
})
