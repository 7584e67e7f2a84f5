import {
  CreateCampaignCommand,
  GetCampaignActivitiesCommand,
  GetCampaignCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import type { StoredEvent } from '../../server/model/event-record.ts'
import { makeBuckets, makeFolder, putAll } from '../support/buckets.ts'
import { atOnce, prepareCampaigns, withRunningCampaigns } from '../support/campaigns.ts'
import { controlOf } from '../support/control.ts'
import { countRows } from '../support/database.ts'
import { runImport, startEmulator, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

t.test('an IMMEDIATE campaign sends at once by the real clock, as code of AWS waits for it', async t => {
  const { client, url } = await startEmulator(t)
  const { app, segment, endpoints, messages } = await prepareCampaigns(controlOf(url))
  await endpoints({ Id: 'e1', Attributes: { name: ['Ann'] } }, { Id: 'e2' }, { Id: 'e3', OptOut: 'ALL' })
  const { CampaignResponse } = await client.send(
    new CreateCampaignCommand({
      ApplicationId: app,
      WriteCampaignRequest: {
        Name: 'spring',
        SegmentId: segment,
        Schedule: atOnce,
        MessageConfiguration: { SMSMessage: { Body: 'Hi {{Attributes.name}}', MessageType: 'PROMOTIONAL' } },
      },
    }),
  )
  t.equal(CampaignResponse!.State!.CampaignStatus, 'SCHEDULED')
  const CampaignId = CampaignResponse!.Id!
  const ids = { ApplicationId: app, CampaignId }
  await until(async () => {
    const answer = await client.send(new GetCampaignCommand(ids))
    return answer.CampaignResponse!.State!.CampaignStatus === 'COMPLETED' || undefined
  }, 'the campaign')
  const { ActivitiesResponse } = await client.send(new GetCampaignActivitiesCommand(ids))
  const [activity, ...others] = ActivitiesResponse!.Item!
  t.strictSame(others, [])
  t.match(activity, {
    ...ids,
    State: 'COMPLETED',
    Result: 'SUCCESS',
    TreatmentId: '0',
    TotalEndpointCount: 2,
    SuccessfulEndpointCount: 1,
    TimezonesTotalCount: 1,
    TimezonesCompletedCount: 1,
    ExecutionMetrics: { ENDPOINT_PRODUCED: '3', ENDPOINT_OPT_OUT: '1' },
    ScheduledStart: /Z$/,
    Start: /Z$/,
    End: /Z$/,
  })
  const [ann, nobody, ...rest] = await messages(CampaignId)
  t.strictSame(rest, [])
  t.match(ann, {
    app,
    endpoint: 'e1',
    campaign: CampaignId,
    treatment: '0',
    activity: activity!.Id!,
    channel: 'SMS',
    messageType: 'PROMOTIONAL',
    body: 'Hi Ann',
    status: 'SUCCESSFUL',
  })
  t.notOk('operation' in ann!)
  t.match(nobody, { endpoint: 'e2', status: 'PERMANENT_FAILURE', missingVariables: ['Attributes.name'] })
})

t.test('who is not targeted is counted under the first reason in order', async t => {
  const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints(
    { Id: 'opted-out', OptOut: 'ALL', EndpointStatus: 'INACTIVE' },
    { Id: 'inactive', EndpointStatus: 'INACTIVE' },
    { Id: 'push', ChannelType: 'GCM', Address: 'token' },
    { Id: 'good' },
  )
  const id = await create()
  await advance()
  const [activity] = await activities(id)
  t.strictSame(activity!.ExecutionMetrics, {
    ENDPOINT_PRODUCED: '4',
    ENDPOINT_OPT_OUT: '1',
    ENDPOINT_INACTIVE: '1',
    ENDPOINT_CHANNEL_MISMATCH: '1',
  })
  t.match(activity, { TotalEndpointCount: 1, SuccessfulEndpointCount: 1, Result: 'SUCCESS' })
  matchEach(t, await messages(id), [{ endpoint: 'good' }])
})

t.test('an endpoint that an import names, and its user as well, is a duplicate', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', {
    'list/endpoints.csv': 'Id,ChannelType,Address,User.UserId\ne1,SMS,+15551000000,ann',
    'list/users.csv': 'User.UserId\nann\nben',
  })
  const { app, client, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t, {
    env: buckets.env,
  })
  const User = { UserId: 'ann' }
  await endpoints({ Id: 'e1', User }, { Id: 'e2', User }, { Id: 'e3', User: { UserId: 'ben' } })
  const { Definition } = await runImport(client, app, { S3Url: 's3://data/list/', DefineSegment: true })
  const id = await create({ SegmentId: Definition!.SegmentId! })
  await advance()
  matchEach(t, await messages(id), [{ endpoint: 'e1' }, { endpoint: 'e2' }, { endpoint: 'e3' }])
  const [activity] = await activities(id)
  t.equal(activity!.TotalEndpointCount, 3)
  t.strictSame(activity!.ExecutionMetrics, {
    ENDPOINT_PRODUCED: '1',
    ENDPOINTS_FROM_USER: '3',
    DUPLICATE_ENDPOINT: '1',
  })
})

t.test('an endpoint that goes over to a later user of an imported list gets its message once', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'users.csv': 'User.UserId\nann\nben' })
  const { app, client, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t, {
    env: buckets.env,
  })
  const User = { UserId: 'ann' }
  await endpoints({ Id: 'e1', User }, { Id: 'e2', User }, { Id: 'e3', User: { UserId: 'ben' } })
  const { Definition } = await runImport(client, app, { S3Url: 's3://data/users.csv', DefineSegment: true })
  const id = await create({ SegmentId: Definition!.SegmentId!, Limits: { MessagesPerSecond: 1 } })
  await advance()
  matchEach(t, await messages(id), [{ endpoint: 'e1' }])
  await client.send(
    new UpdateEndpointCommand({
      ApplicationId: app,
      EndpointId: 'e1',
      EndpointRequest: { User: { UserId: 'ben' } },
    }),
  )
  await advance({ until: 'idle' })
  matchEach(t, await messages(id), [{ endpoint: 'e1' }, { endpoint: 'e2' }, { endpoint: 'e3' }])
  matchEach(t, await activities(id), [
    { TotalEndpointCount: 3, ExecutionMetrics: { ENDPOINTS_FROM_USER: '3' } },
  ])
})

t.test('a campaign of one run is SCHEDULED until its time, and then COMPLETED', async t => {
  const { control, endpoints, create, advance, statusOf, activities, messages } =
    await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: { StartTime: '2027-03-01T12:00:00', Timezone: 'UTC+01' } })
  t.match((await control('GET', '/_pinpoint/clock')).body, {
    nextDue: '2027-03-01T11:00:00.000Z',
    pending: 1,
  })
  await advance({ to: '2027-03-01T10:59:59Z' })
  t.equal(await statusOf(id), 'SCHEDULED')
  t.strictSame(await activities(id), [])
  await advance({ to: '2027-03-01T11:00:00Z' })
  t.equal(await statusOf(id), 'COMPLETED')
  matchEach(t, await messages(id), [{ time: '2027-03-01T11:00:00.000Z' }])
  matchEach(t, await activities(id), [
    {
      ScheduledStart: '2027-03-01T11:00:00.000Z',
      Start: '2027-03-01T11:00:00.000Z',
      End: '2027-03-01T11:00:00.000Z',
    },
  ])
  const change = await control('PUT', `/v1/apps/${(await messages(id))[0]!.app}/campaigns/${id}`, {
    Name: 'x',
  })
  t.match(change, { status: 400, body: { Message: 'A campaign that is COMPLETED cannot be changed' } })
})

t.test('recurring campaigns count from the first start, until the end', async t => {
  const { endpoints, create, advance, statusOf, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const StartTime = '2027-03-01T10:00:00Z'
  const of = (Frequency: string, EndTime: string) => create({ Schedule: { StartTime, EndTime, Frequency } })
  const hourly = await of('HOURLY', '2027-03-01T13:00:00Z')
  const daily = await of('DAILY', '2027-03-03T10:00:01Z')
  const weekly = await of('WEEKLY', '2027-03-14T00:00:00Z')
  const monthly = await create({
    Schedule: {
      StartTime: '2027-03-31T10:00:00Z',
      EndTime: '2027-06-01T00:00:00Z',
      Frequency: 'MONTHLY',
    },
  })
  await advance({ to: '2027-03-01T10:30:00Z' })
  t.equal(await statusOf(hourly), 'PENDING_NEXT_RUN')
  await advance({ to: '2027-07-01T00:00:00Z' })
  const times = async (id: string) => (await messages(id)).map(({ time }) => time.slice(0, 16))
  t.strictSame(await times(hourly), ['2027-03-01T10:00', '2027-03-01T11:00', '2027-03-01T12:00'])
  t.strictSame(await times(daily), ['2027-03-01T10:00', '2027-03-02T10:00', '2027-03-03T10:00'])
  t.strictSame(await times(weekly), ['2027-03-01T10:00', '2027-03-08T10:00'])
  t.strictSame(await times(monthly), ['2027-03-31T10:00', '2027-04-30T10:00', '2027-05-31T10:00'])
  for (const id of [hourly, daily, weekly, monthly]) t.equal(await statusOf(id), 'COMPLETED')
})

t.test('where the start is over in the zone of a campaign, it begins with what is next', async t => {
  const built = await withRunningCampaigns(t, { now: '2027-03-01T12:00:00.000Z' })
  const { app, ok, endpoints, create, advance, statusOf, messages } = built
  await endpoints({ Id: 'e1' })
  const of = (Frequency: string, more: object = {}) =>
    create({ Schedule: { StartTime: '2027-03-01T12:30:00', Timezone: 'UTC+01', Frequency, ...more } })
  const hourly = await of('HOURLY', { EndTime: '2027-03-01T15:00:00' })
  const daily = await of('DAILY', { EndTime: '2027-03-03T00:00:00' })
  const byEvents = await of('EVENT', {
    EventFilter: { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['buy'] } } },
  })
  await advance()
  t.strictSame(await Promise.all([hourly, daily, byEvents].map(statusOf)), [
    ...['SCHEDULED', 'SCHEDULED', 'EXECUTING'],
  ])
  const ev = { EventType: 'buy', Timestamp: '2027-03-01T12:00:00Z' }
  await ok('POST', `/v1/apps/${app}/events`, { BatchItem: { e1: { Endpoint: {}, Events: { ev } } } })
  await advance({ to: '2027-03-04T00:00:00Z' })
  const times = async (id: string) => (await messages(id)).map(({ time }) => time.slice(0, 16))
  t.strictSame(await times(byEvents), ['2027-03-01T12:00'])
  t.strictSame(await times(hourly), ['2027-03-01T12:30', '2027-03-01T13:30'])
  t.strictSame(await times(daily), ['2027-03-02T11:30'])
})

t.test('a pause skips the runs that fall into it', async t => {
  const { ok, url, endpoints, create, advance, statusOf, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: { StartTime: '2027-03-01T10:00:00Z', Frequency: 'HOURLY' } })
  await advance({ to: '2027-03-01T10:30:00Z' })
  await ok('PUT', `${url}/${id}`, { IsPaused: true })
  t.equal(await statusOf(id), 'PAUSED')
  await advance({ to: '2027-03-01T12:30:00Z' })
  t.match(await ok('PUT', `${url}/${id}`, { IsPaused: false }), {
    State: { CampaignStatus: 'PENDING_NEXT_RUN' },
  })
  await advance({ to: '2027-03-01T13:30:00Z' })
  const times = (await messages(id)).map(({ time }) => time.slice(11, 16))
  t.strictSame(times, ['10:00', '13:00'])
})

t.test('an IMMEDIATE campaign that was created paused starts when it goes on', async t => {
  const { ok, url, endpoints, create, advance, statusOf, messages, activities } =
    await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ IsPaused: true, Limits: { MaximumDuration: 60 } })
  await advance({ by: 'PT1H' })
  t.equal(await statusOf(id), 'PAUSED')
  await ok('PUT', `${url}/${id}`, { IsPaused: false })
  await advance()
  t.equal((await messages(id)).length, 1)
  matchEach(t, await activities(id), [{ ScheduledStart: '2027-03-01T10:00:00.000Z' }])
})

t.test(
  'an IMMEDIATE campaign that recurs counts its runs from the first, however long it was paused',
  async t => {
    const { ok, url, endpoints, create, advance, messages } = await withRunningCampaigns(t)
    await endpoints({ Id: 'e1' })
    const id = await create({ IsPaused: true, Schedule: { ...atOnce, Frequency: 'DAILY' } })
    await advance({ by: 'P3DT1H' })
    await ok('PUT', `${url}/${id}`, { IsPaused: false })
    await advance({ by: 'P1D' })
    const times = (await messages(id)).map(({ time }) => time.slice(0, 16))
    t.strictSame(times, ['2027-03-04T10:00', '2027-03-05T10:00'])
  },
)

t.test('by local time, each zone gets the message by its own clocks', async t => {
  const { endpoints, create, advance, statusOf, activities, messages } = await withRunningCampaigns(t)
  const zoned = (Id: string, Timezone?: string) => ({ Id, Demographic: { Timezone } })
  await endpoints(
    zoned('tokyo', 'Asia/Tokyo'),
    zoned('paris', 'Europe/Paris'),
    zoned('berlin', 'Europe/Berlin'),
    zoned('new-york', 'America/New_York'),
    zoned('nowhere'),
    zoned('wrong', 'Atlantis/Center'),
  )
  const id = await create({ Schedule: { StartTime: '2027-03-03T10:00:00Z', IsLocalTime: true } })
  await advance({ to: '2027-03-03T08:00:00Z' })
  t.equal(await statusOf(id), 'EXECUTING')
  matchEach(t, await activities(id), [
    { State: 'RUNNING', TimezonesTotalCount: 3, TimezonesCompletedCount: 1 },
  ])
  await advance({ to: '2027-03-04T00:00:00Z' })
  t.strictSame(
    (await messages(id)).map(({ endpoint, time }) => `${endpoint} ${time.slice(0, 16)}`),
    [
      'tokyo 2027-03-03T01:00',
      'paris 2027-03-03T09:00',
      'berlin 2027-03-03T09:00',
      'new-york 2027-03-03T15:00',
    ],
  )
  t.equal(await statusOf(id), 'COMPLETED')
  matchEach(t, await activities(id), [
    {
      ScheduledStart: '2027-03-03T10:00:00.000Z',
      TimezonesTotalCount: 3,
      TimezonesCompletedCount: 3,
      TotalEndpointCount: 4,
      SuccessfulEndpointCount: 4,
      ExecutionMetrics: { ENDPOINT_PRODUCED: '6', ENDPOINT_MISSING_TIMEZONE: '2' },
    },
  ])
})

t.test('by local time, an endpoint that is created again after the run has begun gets nothing', async t => {
  const { endpoints, recreate, create, advance, activities, messages } = await withRunningCampaigns(t)
  const Demographic = { Timezone: 'America/New_York' }
  await endpoints({ Id: 'ann', Demographic }, { Id: 'bob', Demographic })
  const id = await create({ Schedule: { StartTime: '2027-03-03T10:00:00Z', IsLocalTime: true } })
  await advance({ to: '2027-03-03T08:00:00Z' })
  await recreate('ann', { Demographic })
  await advance({ to: '2027-03-04T00:00:00Z' })
  matchEach(t, await messages(id), [{ endpoint: 'bob' }])
  matchEach(t, await activities(id), [
    { SuccessfulEndpointCount: 1, ExecutionMetrics: { ENDPOINT_DELETED: '1' } },
  ])
})

t.test('by local time, who has no valid zone is not targeted, also where it starts at once', async t => {
  const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints(
    { Id: 'tokyo', Demographic: { Timezone: 'Asia/Tokyo' } },
    { Id: 'nowhere' },
    { Id: 'wrong', Demographic: { Timezone: 'Atlantis/Center' } },
  )
  const id = await create({ Schedule: { ...atOnce, IsLocalTime: true } })
  await advance()
  matchEach(t, await messages(id), [{ endpoint: 'tokyo', time: '2027-03-01T09:00:00.000Z' }])
  matchEach(t, await activities(id), [
    { TotalEndpointCount: 1, ExecutionMetrics: { ENDPOINT_PRODUCED: '3', ENDPOINT_MISSING_TIMEZONE: '2' } },
  ])
})

t.test('by local time, zones whose time is over when it is created are left out', async t => {
  const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints(
    { Id: 'tokyo', Demographic: { Timezone: 'Asia/Tokyo' } },
    { Id: 'paris', Demographic: { Timezone: 'Europe/Paris' } },
  )
  const id = await create({ Schedule: { StartTime: '2027-03-01T12:00:00Z', IsLocalTime: true } })
  await advance({ by: 'P1D' })
  matchEach(t, await messages(id), [{ endpoint: 'paris', time: '2027-03-01T11:00:00.000Z' }])
  matchEach(t, await activities(id), [{ ExecutionMetrics: { ENDPOINT_TIMEZONE_MISMATCH: '1' } }])
})

t.test('by local time, runs that are over in a zone when it is created are missed there', async t => {
  const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  const zoned = (Id: string, Timezone: string) => ({ Id, Demographic: { Timezone } })
  await endpoints(
    zoned('kiritimati', 'Pacific/Kiritimati'),
    zoned('tokyo', 'Asia/Tokyo'),
    zoned('utc', 'UTC'),
  )
  const Schedule = { StartTime: '2027-03-01T10:00:00Z', EndTime: '2027-03-02T01:00:00Z' }
  const id = await create({ Schedule: { ...Schedule, IsLocalTime: true, Frequency: 'HOURLY' } })
  const times = async () =>
    (await messages(id)).map(({ endpoint, time }) => `${time.slice(5, 16)} ${endpoint}`).sort()
  await advance()
  t.strictSame(await times(), ['03-01T09:00 kiritimati', '03-01T09:00 tokyo'], 'none of the past')
  t.equal(
    (await activities(id)).find(({ Start }) => Start! < '2027-03-01T09:00'),
    undefined,
  )
  await advance({ by: 'P3D' })
  const on = (endpoint: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => {
      const time = new Date(Date.UTC(2027, 2, 1, from + index)).toISOString()
      return `${time.slice(5, 16)} ${endpoint}`
    })
  const wanted = [...on('kiritimati', 9, 10), ...on('tokyo', 9, 15), ...on('utc', 10, 24)]
  t.strictSame(await times(), wanted.sort())
})

t.test(
  'by local time, the run of an hour that clocks skip is not sent beside the one at the same time',
  async t => {
    const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
    const timesIn = async (Timezone: string, from: string, EndTime: string) => {
      await endpoints({ Id: 'e1', Demographic: { Timezone } })
      const Schedule = { StartTime: from, EndTime, Frequency: 'HOURLY', IsLocalTime: true }
      const id = await create({ Schedule })
      await advance({ to: EndTime })
      await advance({ by: 'P1D' })
      const times = (await messages(id)).map(({ time }) => time.slice(11, 16))
      const leftOut = (await activities(id)).filter(
        ({ ExecutionMetrics }) => ExecutionMetrics!.ENDPOINT_TIMEZONE_MISMATCH !== undefined,
      )
      return [...times, ...leftOut.map(({ ScheduledStart }) => `not ${ScheduledStart!.slice(11, 16)}`)]
    }
    const [newYork, troll] = ['America/New_York', 'Antarctica/Troll']
    t.strictSame(await timesIn(newYork, '2027-03-14T01:30:00Z', '2027-03-14T05:00:00Z'), [
      '06:30',
      '07:30',
      '08:30',
      'not 02:30',
    ])
    // Clocks skip two hours there.
    t.strictSame(await timesIn(troll, '2027-03-28T00:00:00Z', '2027-03-28T05:00:00Z'), [
      '00:00',
      '01:00',
      '02:00',
      'not 02:00',
      'not 01:00',
    ])
    t.strictSame(
      await timesIn(newYork, '2028-03-12T01:30:00Z', '2028-03-12T03:00:00Z'),
      ['06:30', '07:30'],
      'the last run has no other after it',
    )
  },
)

t.test('by local time, runs that fall into a pause in a zone are missed there', async t => {
  const { ok, url, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  const timesAfterPause = async (Timezone: string, Frequency: string, from: string, to: string) => {
    await endpoints({ Id: 'e1', Demographic: { Timezone } })
    const StartTime = `${from.slice(0, 11)}10:00:00Z`
    const id = await create({ Schedule: { StartTime, IsLocalTime: true, Frequency } })
    await advance({ to: from })
    await ok('PUT', `${url}/${id}`, { IsPaused: true })
    await advance({ to })
    const { length } = await messages(id)
    await ok('PUT', `${url}/${id}`, { IsPaused: false })
    await advance({ by: 'P1D' })
    await ok('DELETE', `${url}/${id}`)
    return (await messages(id)).slice(length, length + 2).map(({ time }) => time.slice(5, 16))
  }
  t.strictSame(
    await timesAfterPause('Europe/Paris', 'HOURLY', '2027-03-02T10:30:00Z', '2027-03-04T10:30:00Z'),
    ['03-04T11:00', '03-04T12:00'],
  )
  // 10:00 there is 20:00 in UTC, on the day before.
  t.strictSame(
    await timesAfterPause('Pacific/Kiritimati', 'DAILY', '2027-03-06T12:00:00Z', '2027-03-07T21:30:00Z'),
    ['03-08T20:00'],
  )
})

t.test('who has opted out before its local time came is not targeted, and leaves no record', async t => {
  const { ok, app, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  const Demographic = { Timezone: 'Europe/Paris' }
  await endpoints({ Id: 'e1', Demographic }, { Id: 'e2', Demographic })
  const id = await create({ Schedule: { StartTime: '2027-03-03T10:00:00Z', IsLocalTime: true } })
  await advance({ to: '2027-03-03T08:00:00Z' })
  await ok('PUT', `/v1/apps/${app}/endpoints/e1`, { OptOut: 'ALL' })
  await advance({ by: 'P1D' })
  matchEach(t, await messages(id), [{ endpoint: 'e2' }])
  matchEach(t, await activities(id), [
    {
      TotalEndpointCount: 1,
      SuccessfulEndpointCount: 1,
      ExecutionMetrics: { ENDPOINT_PRODUCED: '2', ENDPOINT_OPT_OUT: '1' },
    },
  ])
})

t.test('treatments go to cohorts, and some are held out: each endpoint gets one message or none', async t => {
  const { endpoints, create, advance, activities, messages, ok, url } = await withRunningCampaigns(t)
  const ids = Array.from({ length: 300 }, (_, index) => `e${index}`)
  await endpoints(...ids.map(Id => ({ Id })))
  const id = await create({
    HoldoutPercent: 20,
    AdditionalTreatments: [{ SizePercent: 30, MessageConfiguration: { SMSMessage: { Body: 'B' } } }],
  })
  await advance()
  const sent = await messages(id)
  t.equal(new Set(sent.map(({ endpoint }) => endpoint)).size, sent.length)
  const bodies = Map.groupBy(sent, ({ body }) => body)
  const size = (body: string) => bodies.get(body)?.length ?? 0
  const found = await activities(id)
  for (const [treatment, body, percent] of [
    ['0', 'Hi', 50],
    ['1', 'B', 30],
  ] as const) {
    const activity = found.find(({ TreatmentId }) => TreatmentId === treatment)!
    t.equal(activity.SuccessfulEndpointCount, size(body))
    t.equal(Number(activity.ExecutionMetrics!.TREATMENT_HOLDOUT) + size(body), 300)
    t.ok(Math.abs(size(body) - 3 * percent) < 45, `${size(body)} of 300 for ${percent} percent`)
  }
  t.match(await ok('GET', `${url}/${id}`), {
    State: { CampaignStatus: 'COMPLETED' },
    DefaultState: { CampaignStatus: 'COMPLETED' },
    AdditionalTreatments: [{ State: { CampaignStatus: 'COMPLETED' } }],
  })
})

t.test('a recurring campaign has no run after the year 9999, and the clock stays in it', async t => {
  const now = '9999-12-31T22:00:00.000Z'
  const { endpoints, create, advance, messages, statusOf } = await withRunningCampaigns(t, { now })
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: { StartTime: '9999-12-31T23:00:00Z', Frequency: 'DAILY' } })
  for (const until of ['next', 'next', 'idle']) {
    t.match(await advance({ until }), { now: '9999-12-31T23:00:00.000Z' })
  }
  t.equal((await messages(id)).length, 1)
  t.equal(await statusOf(id), 'COMPLETED')
  t.match(await advance({ by: 'PT30M' }), { now: '9999-12-31T23:30:00.000Z' })
})

t.test('endpoints get the same treatment when the same calls are made after a reset', async t => {
  const { control } = await withRunningCampaigns(t)
  const run = async () => {
    await control('POST', '/_pinpoint/reset')
    const { endpoints, create, advance, messages } = await prepareCampaigns(control)
    await endpoints(...Array.from({ length: 50 }, (_, index) => ({ Id: `e${index}` })))
    const id = await create({
      HoldoutPercent: 30,
      AdditionalTreatments: [{ SizePercent: 40, MessageConfiguration: { SMSMessage: { Body: 'B' } } }],
    })
    await advance()
    return (await messages(id)).map(({ endpoint, body }) => `${endpoint} ${body}`).sort()
  }
  const first = await run()
  t.ok(first.length > 0 && first.length < 50, `${first.length} of 50`)
  t.strictSame(await run(), first)
})

t.test('limits: who has had enough is counted, and gets nothing', async t => {
  const { ok, app, endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const Schedule = { StartTime: '2027-03-01T10:00:00Z', Frequency: 'HOURLY', EndTime: '2027-03-03T00:00:00Z' }
  const total = await create({ Schedule, Limits: { Total: 2 } })
  const daily = await create({ Schedule, Limits: { Daily: 3 } })
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Daily: 1 } })
  const ofApp = await create({ Schedule })
  await advance({ to: '2027-03-03T00:00:00Z' })
  const times = async (id: string) => (await messages(id)).map(({ time }) => time.slice(5, 16))
  t.strictSame(await times(total), ['03-01T10:00', '03-01T11:00'])
  t.strictSame(await times(daily), [
    ...['03-01T10:00', '03-01T11:00', '03-01T12:00'],
    ...['03-02T10:00', '03-02T11:00', '03-02T12:00'],
  ])
  t.strictSame(await times(ofApp), [], 'the others have used it up')
  t.match((await activities(total))[0], {
    Result: 'FAIL',
    TotalEndpointCount: 1,
    ExecutionMetrics: { TOTAL_CAP: '1' },
  })
  t.match((await activities(ofApp)).at(-1), { ExecutionMetrics: { DAILY_CAP: '1' } })
  const statusesOf = async (id: string) => {
    const { items } = await ok('GET', `/_pinpoint/events?campaign=${id}&type=_campaign.send&page-size=1000`)
    return Object.entries(
      Object.groupBy(
        items,
        (item: { event: { attributes: Record<string, string> } }) =>
          item.event.attributes.campaign_send_status!,
      ),
    ).map(([status, events]) => `${events!.length} ${status}`)
  }
  t.strictSame((await statusesOf(daily)).sort(), ['32 DAILY_CAP', '6 SUCCESS'])
})

t.test('who waits for an event is told also of a message that is not sent', async t => {
  const { ok, app, endpoints, create, advance } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Daily: 1 } })
  await create()
  await advance()
  const second = await create()
  const waiting = ok('GET', `/_pinpoint/events?campaign=${second}&wait=60`)
  await advance()
  matchEach(t, (await waiting).items, [{ event: { attributes: { campaign_send_status: 'DAILY_CAP' } } }])
})

t.test('an endpoint that is created again gets no second message of a run', async t => {
  const { endpoints, recreate, create, advance, activities, messages } = await withRunningCampaigns(t)
  const ids = Array.from({ length: 10 }, (_, index) => `e${index}`)
  await endpoints(...ids.map(Id => ({ Id })))
  const id = await create({ Limits: { MessagesPerSecond: 1 } })
  await advance({ by: 'PT3S' })
  await recreate('e1')
  await advance({ until: 'idle' })
  t.strictSame(
    (await messages(id)).map(({ endpoint }) => endpoint),
    ids,
  )
  matchEach(t, await activities(id), [
    { TotalEndpointCount: 10, ExecutionMetrics: { ENDPOINT_PRODUCED: '10' } },
  ])
})

t.test('limits hold for an endpoint that is created again, in whatever case its id is given', async t => {
  const { ok, app, endpoints, recreate, create, advance, activities, messages } =
    await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const Schedule = { StartTime: '2027-03-01T10:00:00Z', Frequency: 'HOURLY', EndTime: '2027-03-03T00:00:00Z' }
  const total = await create({ Schedule, Limits: { Total: 2 } })
  const daily = await create({ Schedule, Limits: { Daily: 1 } })
  await advance({ to: '2027-03-01T10:30:00Z' })
  await recreate('E1')
  await advance({ to: '2027-03-01T11:30:00Z' })
  await recreate('e1')
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Daily: 1 } })
  const ofApp = await create({ Schedule: { ...Schedule, StartTime: '2027-03-01T12:00:00Z' } })
  await advance({ to: '2027-03-03T00:00:00Z' })
  const times = async (id: string) => (await messages(id)).map(({ time }) => time.slice(5, 16))
  t.strictSame(await times(total), ['03-01T10:00', '03-01T11:00'])
  t.strictSame(await times(daily), ['03-01T10:00', '03-02T10:00'])
  t.strictSame(await times(ofApp), [])
  t.match((await activities(total))[0], { ExecutionMetrics: { TOTAL_CAP: '1' } })
})

t.test("the application's Daily counts what a deleted campaign has sent", async t => {
  const dataDir = makeFolder(t)
  const { ok, app, url, endpoints, create, advance, messages, activities } = await withRunningCampaigns(t, {
    env: { DATA_DIR: dataDir },
  })
  await endpoints({ Id: 'e1' })
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Daily: 1 } })
  const first = await create()
  await advance()
  t.equal((await messages(first)).length, 1)
  await ok('DELETE', `${url}/${first}`)
  await until(() => countRows(dataDir).campaign_treatments === undefined || undefined, 'the campaign to go')
  const second = await create()
  await advance()
  t.strictSame(await messages(second), [])
  matchEach(t, await activities(second), [{ ExecutionMetrics: { DAILY_CAP: '1' } }])
  await advance({ by: 'P1D' })
  const third = await create()
  await advance()
  t.equal((await messages(third)).length, 1)
})

t.test('Daily does not count what was sent later than now, before the clock was set back', async t => {
  const { ok, app, control, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Daily: 1 } })
  await create()
  await advance()
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-02-20T09:00:00Z', force: true })
  const earlier = await create()
  await advance()
  t.equal((await messages(earlier)).length, 1)
})

t.test('Daily counts what was sent a little later than now, as steps may come out of order', async t => {
  const { ok, app, control, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Daily: 1 } })
  await advance({ by: 'PT5S' })
  await create()
  await advance()
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-01T09:00:00Z', force: true })
  const earlier = await create()
  await advance()
  t.strictSame(await messages(earlier), [])
})

t.test('quiet time drops messages where it is, and counts for Total', async t => {
  const { endpoints, create, advance, activities, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'paris', Demographic: { Timezone: 'Europe/Paris' } }, { Id: 'unknown' })
  const Schedule = {
    StartTime: '2027-03-01T21:30:00Z',
    Frequency: 'DAILY',
    EndTime: '2027-03-04T00:00:00Z',
    QuietTime: { Start: '22:00', End: '07:00' },
  }
  const id = await create({ Schedule, Limits: { Total: 2 } })
  await advance({ to: '2027-03-04T00:00:00Z' })
  t.strictSame(
    (await messages(id)).map(({ endpoint }) => endpoint),
    ['unknown', 'unknown'],
  )
  matchEach(t, await activities(id), [
    { ExecutionMetrics: { TOTAL_CAP: '2' } },
    { ExecutionMetrics: { QUIET_TIME: '1' }, SuccessfulEndpointCount: 1 },
    { ExecutionMetrics: { QUIET_TIME: '1' }, SuccessfulEndpointCount: 1 },
  ])
})

t.test('the event of a message that was not sent tells its channel; CUSTOM of a custom channel', async t => {
  const { ok, endpoints, create, advance } = await withRunningCampaigns(t)
  const Demographic = { Timezone: 'Europe/Paris' }
  await endpoints(
    { Id: 'sms', Demographic },
    { Id: 'email', ChannelType: 'EMAIL', Address: 'ann@example.com', Demographic },
    { Id: 'push', ChannelType: 'GCM', Address: 'token', Demographic },
  )
  const id = await create({
    Schedule: { ...atOnce, QuietTime: { Start: '00:00', End: '23:59' } },
    MessageConfiguration: {
      SMSMessage: { Body: 'Hi' },
      DefaultMessage: { Body: 'Hi' },
      CustomMessage: { Data: 'Hi' },
    },
    CustomDeliveryConfiguration: { DeliveryUri: 'http://127.0.0.1/deliver', EndpointTypes: ['EMAIL'] },
  })
  await advance()
  const { items } = await ok('GET', `/_pinpoint/events?campaign=${id}&type=_campaign.send`)
  const told = (items as StoredEvent[]).map(({ event: { client, attributes } }) => [
    client.client_id,
    [attributes.campaign_send_status, attributes.delivery_type],
  ])
  t.strictSame(Object.fromEntries(told), {
    sms: ['QUIET_TIME', 'SMS'],
    email: ['QUIET_TIME', 'CUSTOM'],
    push: ['QUIET_TIME', 'PUSH'],
  })
})

t.test('a rate spreads messages over time; what comes after the duration is EXPIRED', async t => {
  const { endpoints, create, advance, activities, messages, statusOf } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 100 }, (_, index) => ({ Id: `e${index}` })))
  const id = await create({ Limits: { MessagesPerSecond: 1, MaximumDuration: 60 } })
  await advance({ by: 'PT9.5S' })
  t.equal((await messages(id)).length, 10)
  t.equal(await statusOf(id), 'EXECUTING')
  await advance({ by: 'PT5M' })
  t.equal((await messages(id)).length, 60)
  matchEach(t, await activities(id), [
    { TotalEndpointCount: 100, SuccessfulEndpointCount: 60, ExecutionMetrics: { EXPIRED: '40' } },
  ])
})

t.test('treatments share the rate of their campaign', async t => {
  const { endpoints, create, advance, messages, activities } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 20 }, (_, index) => ({ Id: `e${index}` })))
  const id = await create({
    Limits: { MessagesPerSecond: 1 },
    AdditionalTreatments: [{ SizePercent: 50, MessageConfiguration: { SMSMessage: { Body: 'B' } } }],
  })
  await advance({ by: 'PT9.5S' })
  t.equal((await messages(id)).length, 10)
  await advance({ by: 'PT1M' })
  const seconds = (await messages(id)).map(({ time }) => (Date.parse(time) / 1000) % 60)
  t.strictSame(seconds, [...Array(20).keys()])
  matchEach(t, await activities(id), [{ State: 'COMPLETED' }, { State: 'COMPLETED' }])
})

t.test('settings of the application reach campaigns that are created later', async t => {
  const { ok, app, url, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const before = await create({ Schedule: { StartTime: '2027-03-01T10:00:00Z', Frequency: 'HOURLY' } })
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Total: 1 } })
  const after = await create({ Schedule: { StartTime: '2027-03-01T10:00:00Z', Frequency: 'HOURLY' } })
  t.strictSame((await ok('GET', `${url}/${after}`)).Limits, {}, 'what was not sent is not answered')
  await advance({ to: '2027-03-01T12:00:00Z' })
  t.equal((await messages(before)).length, 3)
  t.equal((await messages(after)).length, 1)
})

t.test("a campaign's own quiet time counts instead of the application's, also when it is none", async t => {
  const { ok, app, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1', Demographic: { Timezone: 'Europe/Paris' } })
  await ok('PUT', `/v1/apps/${app}/settings`, { QuietTime: { Start: '00:00', End: '23:59' } })
  const quiet = await create()
  const own = await create({ Schedule: { ...atOnce, QuietTime: {} } })
  await advance()
  t.strictSame(await messages(quiet), [])
  matchEach(t, await messages(own), [{ endpoint: 'e1' }])
})

t.test('templates are those that are active when it runs', async t => {
  const { ok, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  await ok('POST', '/v1/templates/hello/sms', { Body: 'one' })
  const later = { StartTime: '2027-03-01T10:00:00Z' }
  const id = await create({
    MessageConfiguration: {},
    TemplateConfiguration: { SMSTemplate: { Name: 'hello' } },
    Schedule: later,
  })
  await ok('PUT', '/v1/templates/hello/sms?create-new-version=true', { Body: 'two' })
  await ok('PUT', '/v1/templates/hello/sms/active-version', { Version: '2' })
  await advance({ by: 'PT1H' })
  matchEach(t, await messages(id), [{ body: 'two', template: { name: 'hello', version: '2' } }])
})

t.test('a campaign that is deleted, or whose segment is, sends no more', async t => {
  const { ok, app, url, segment, endpoints, create, advance, messages, control } =
    await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 30 }, (_, index) => ({ Id: `e${index}` })))
  const slow = { Limits: { MessagesPerSecond: 1 } }
  const [deleted, ofSegment] = [await create(slow), await create(slow)]
  await advance({ by: 'PT4.5S' })
  await ok('DELETE', `${url}/${deleted}`)
  await advance({ by: 'PT4S' })
  await ok('DELETE', `/v1/apps/${app}/segments/${segment}`)
  await advance({ until: 'idle' })
  t.equal((await messages(deleted)).length, 5)
  t.equal((await messages(ofSegment)).length, 9)
  t.match(await ok('GET', `${url}/${ofSegment}/activities`), {
    Item: [{ State: 'CANCELLED', Result: 'SUCCESS', SuccessfulEndpointCount: 9 }],
  })
  t.match((await control('GET', '/_pinpoint/clock')).body, { pending: 0 })
})

t.test('a run that is cancelled is FAIL if it has targeted endpoints and sent to none', async t => {
  const { ok, app, segment, endpoints, create, advance, activities } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 9 }, (_, index) => ({ Id: `e${index}` })))
  const id = await create({
    Limits: { MessagesPerSecond: 1 },
    MessageConfiguration: { SMSMessage: { Body: 'Hi {{Attributes.name}}' } },
  })
  await advance({ by: 'PT4.5S' })
  await ok('DELETE', `/v1/apps/${app}/segments/${segment}`)
  matchEach(t, await activities(id), [{ State: 'CANCELLED', Result: 'FAIL', TotalEndpointCount: 5 }])
})

t.test('the clock is not set back while a campaign is under way', async t => {
  const { control, create } = await withRunningCampaigns(t)
  const id = await create({ Schedule: { StartTime: '2027-03-02T00:00:00Z' } })
  const back = { mode: 'frozen', now: '2027-01-01T00:00:00Z' }
  const refused = await control('PUT', '/_pinpoint/clock', back)
  t.match(refused, { status: 409, body: { Message: new RegExp(`campaign ${id} is active`) } })
  t.equal((await control('PUT', '/_pinpoint/clock', { ...back, force: true })).status, 200)
})

t.test('a clock that is set back by force holds up no run that is under way', async t => {
  const { control, endpoints, create, advance, messages, statusOf } = await withRunningCampaigns(t)
  const back = async (now: string) => {
    t.equal((await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now, force: true })).status, 200)
  }
  const Demographic = { Timezone: 'Asia/Tokyo' }
  await endpoints(...Array.from({ length: 5 }, (_, index) => ({ Id: `e${index}`, Demographic })))

  const slow = await create({ Limits: { MessagesPerSecond: 1 } })
  const later = await create({ Schedule: { StartTime: '2027-03-01T09:30:00Z' } })
  const local = await create({ Schedule: { StartTime: '2027-03-01T19:00:00Z', IsLocalTime: true } })
  await advance({ by: 'PT1S' })
  t.equal((await messages(slow)).length, 2)
  await back('2027-02-01T09:00:00Z')
  await advance({ by: 'P1D' })
  const times = (await messages(slow)).slice(2).map(({ time }) => time.slice(0, 19))
  t.strictSame(times, ['2027-02-01T09:00:00', '2027-02-01T09:00:01', '2027-02-01T09:00:02'])
  t.equal(await statusOf(slow), 'COMPLETED')
  t.strictSame([...(await messages(later)), ...(await messages(local))], [])
  await advance({ to: '2027-03-02T00:00:00Z' })
  t.equal((await messages(later))[0]?.time, '2027-03-01T09:30:00.000Z')
  t.equal((await messages(local))[0]?.time, '2027-03-01T10:00:00.000Z')

  await endpoints(...Array.from({ length: 1_500 }, (_, index) => ({ Id: `f${index}` })))
  const atOnce = await create()
  await back('2027-02-01T09:00:00Z')
  await advance({ by: 'PT1S' })
  t.equal(await statusOf(atOnce), 'COMPLETED')
})
