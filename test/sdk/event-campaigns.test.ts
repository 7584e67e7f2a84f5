import { SendMessagesCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { eventCampaignsFor, startEventRuns } from '../../server/campaigns/event-campaigns.ts'
import type { ActivityResponse } from '../../server/model/campaign.ts'
import type { OutboxMessage } from '../../server/model/message.ts'
import { makeBuckets } from '../support/buckets.ts'
import { campaignOf, withRunningCampaigns } from '../support/campaigns.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { isError, runImport } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

/** An emulator, and `happens`, which does with an event what PutEvents does after it has stored it. */
async function withEvents(t: Test) {
  const built = await withRunningCampaigns(t)
  const { server } = built
  const { store } = server
  const app = store.apps.find(built.app)!
  return {
    ...built,
    async happens(endpoint: string, EventType: string, more: object = {}) {
      const now = server.now()
      const found = eventCampaignsFor(store, app, { EventType, ...more }, endpoint, now)
      await store.write(() => startEventRuns(store, found, endpoint, now))
      await built.advance()
      return found.length
    },
  }
}

const schedule = (more: object = {}, dimensions: object = {}) => ({
  StartTime: 'IMMEDIATE',
  Frequency: 'EVENT',
  EventFilter: {
    FilterType: 'ENDPOINT',
    Dimensions: { EventType: { Values: ['buy'] }, ...dimensions },
  },
  ...more,
})

t.test('an event starts a run for its endpoint, where it matches', async t => {
  const { endpoints, create, happens, messages, activities, statusOf } = await withEvents(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' })
  const id = await create({
    Schedule: schedule(
      {},
      {
        Attributes: { plan: { Values: ['pro'] } },
        Metrics: { price: { ComparisonOperator: 'GREATER_THAN', Value: 5 } },
      },
    ),
  })
  const pro = { Attributes: { plan: 'pro' }, Metrics: { price: 6 } }
  t.equal(await happens('e1', 'look', pro), 0)
  t.equal(await happens('e1', 'buy'), 0)
  t.equal(await happens('e1', 'buy', { ...pro, Metrics: { price: 5 } }), 0)
  t.equal(await happens('nobody', 'buy', pro), 0)
  t.equal(await happens('e1', 'buy', pro), 1)
  t.equal(await statusOf(id), 'EXECUTING')
  matchEach(t, await messages(id), [{ endpoint: 'e1', status: 'SUCCESSFUL' }])
  matchEach(t, await activities(id), [
    { State: 'COMPLETED', TotalEndpointCount: 1, SuccessfulEndpointCount: 1 },
  ])
  t.equal(await happens('e2', 'buy', pro), 1)
  matchEach(t, await messages(id), [{ endpoint: 'e1' }, { endpoint: 'e2' }])
})

t.test('sends of the same moment count together once their endpoint is deleted', async t => {
  const { endpoints, recreate, create, happens, messages, activities } = await withEvents(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: schedule(), Limits: { Total: 2 } })
  for (let count = 0; count < 3; count++) {
    t.equal(await happens('e1', 'buy'), 1)
    await recreate('e1')
  }
  t.equal((await messages(id)).length, 2)
  t.match((await activities(id))[0], { ExecutionMetrics: { TOTAL_CAP: '1' } })
})

t.test(
  'events count between start and end, while it is not paused, for members, up to the limits',
  async t => {
    const { ok, url, app, endpoints, create, happens, messages, advance, statusOf } = await withEvents(t)
    await endpoints({ Id: 'e1', Attributes: { plan: ['pro'] } }, { Id: 'e2' })
    const Dimensions = { Attributes: { plan: { Values: ['pro'] } } }
    const { Id: SegmentId } = await ok('POST', `/v1/apps/${app}/segments`, { Dimensions })
    const id = await create({
      SegmentId,
      Schedule: schedule({ StartTime: '2027-03-01T10:00:00Z', EndTime: '2027-03-01T12:00:00Z' }),
      Limits: { Daily: 1 },
    })
    t.equal(await statusOf(id), 'SCHEDULED')
    t.equal(await happens('e1', 'buy'), 0)
    await advance({ by: 'PT1H' })
    t.equal(await statusOf(id), 'EXECUTING')
    t.equal(await happens('e2', 'buy'), 0, 'not in the segment')
    await ok('PUT', `${url}/${id}`, { IsPaused: true })
    t.equal(await statusOf(id), 'PAUSED')
    t.equal(await happens('e1', 'buy'), 0, 'paused')
    await ok('PUT', `${url}/${id}`, { IsPaused: false })
    t.equal(await happens('e1', 'buy'), 1)
    t.equal(await happens('e1', 'buy'), 1, 'beyond its limit')
    t.equal((await messages(id)).length, 1)
    await advance({ by: 'PT2H' })
    t.equal(await statusOf(id), 'COMPLETED')
    t.equal(await happens('e1', 'buy'), 0)
  },
)

t.test('events share the rate of their campaign; what has to wait five minutes is dropped', async t => {
  const { server, app, endpoints, create, advance, messages, ok, url } = await withEvents(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: schedule(), Limits: { MessagesPerSecond: 1 } })
  await advance()
  const { store } = server
  const found = eventCampaignsFor(store, store.apps.find(app)!, { EventType: 'buy' }, 'e1', server.now())
  await store.write(() => {
    for (let count = 0; count < 305; count++) startEventRuns(store, found, 'e1', server.now())
  })
  await advance({ by: 'PT2.5S' })
  const times = (await messages(id)).map(({ time }) => time.slice(14, 23))
  t.strictSame(times, ['00:00.000', '00:01.000', '00:02.000'])
  await advance({ by: 'PT1H' })
  t.equal((await messages(id)).length, 300)
  const expired = (await ok('GET', `${url}/${id}/activities?page-size=1000`)).Item.filter(
    ({ ExecutionMetrics }: ActivityResponse) => ExecutionMetrics!.EXPIRED === '1',
  )
  t.equal(expired.length, 5)
})

t.test('a rate does not wait for what was sent later than now, before the clock was set back', async t => {
  const { control, endpoints, create, happens, messages } = await withEvents(t)
  await endpoints({ Id: 'e1' })
  const id = await create({
    Schedule: schedule({ StartTime: '2027-03-01T09:00:00Z' }),
    Limits: { MessagesPerSecond: 1 },
  })
  await control('POST', '/_pinpoint/clock/advance', { by: 'P1D' })
  t.equal(await happens('e1', 'buy'), 1)
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-01T10:00:00Z', force: true })
  t.equal(await happens('e1', 'buy'), 1)
  const times = (await messages(id)).map(({ time }) => time.slice(0, 13))
  t.strictSame(times, ['2027-03-02T09', '2027-03-01T10'])
})

t.test('a rate is free at once where the clock was set back by less than a minute', async t => {
  const { control, endpoints, create, advance, messages } = await withEvents(t)
  await endpoints(...Array.from({ length: 3 }, (_, index) => ({ Id: `e${index}` })))
  const id = await create({ Limits: { MessagesPerSecond: 1 }, Schedule: { StartTime: 'IMMEDIATE' } })
  await advance()
  const now = '2027-03-01T08:59:21Z'
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now, force: true })
  await advance({ by: 'PT10S' })
  const times = (await messages(id)).map(({ time }) => time.slice(11, 19))
  t.strictSame(times, ['09:00:00', '08:59:21', '08:59:22'])
})

t.test('an IMMEDIATE campaign goes on also before its creation, when the clock was set back', async t => {
  const { control, ok, app, endpoints, create, happens, advance, messages } = await withEvents(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: schedule() })
  const InAppMessage = { Layout: 'OVERLAYS', Content: [{ BackgroundColor: '#ffffff' }] }
  const shown = await create({
    Schedule: schedule({ EndTime: '2027-04-01T00:00:00Z', Frequency: 'IN_APP_EVENT' }),
    MessageConfiguration: { InAppMessage },
  })
  await advance()
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-02-01T09:00:00Z', force: true })
  t.equal(await happens('e1', 'buy'), 1)
  matchEach(t, await messages(id), [{ endpoint: 'e1', time: '2027-02-01T09:00:00.000Z' }])
  const { InAppMessageCampaigns } = await ok('GET', `/v1/apps/${app}/endpoints/e1/inappmessages`)
  matchEach(t, InAppMessageCampaigns, [{ CampaignId: shown }])
})

t.test('events that wait while the clock is set back by force hold up no later ones', async t => {
  const { control, ok, app, endpoints, create, advance, messages } = await withEvents(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' })
  const StartTime = '2027-03-01T09:00:00Z'
  const looking = await create({ Schedule: schedule({ StartTime }, { EventType: { Values: ['look'] } }) })
  await advance({ to: '2027-03-10T09:00:00Z' })
  const put = (endpoint: string, EventType: string, count = 1) => {
    const event = { EventType, Timestamp: StartTime }
    const Events = Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, event]))
    return ok('POST', `/v1/apps/${app}/events`, { BatchItem: { [endpoint]: { Endpoint: {}, Events } } })
  }
  const puts = Array.from({ length: 12 }, () => put('e1', 'other', 100))
  await Promise.race(puts)
  const back = { mode: 'frozen', now: '2027-03-05T09:00:00Z', force: true }
  const set = control('PUT', '/_pinpoint/clock', back)
  await Promise.all([...puts, set])
  await put('e2', 'look')
  await advance({ by: 'PT1S' })
  matchEach(t, await messages(looking), [{ endpoint: 'e2', time: '2027-03-05T09:00:00.000Z' }])
  t.equal((await control('GET', '/_pinpoint/clock')).body.pending, 0)
})

t.test('messages that are rendered while the clock is set back by force are dated by it', async t => {
  const { client, control, ok, app, endpoints, create, advance, messages } = await withEvents(t)
  const a = Array.from({ length: 15 }, (_, index) => `${index}`)
  const ids = Array.from({ length: 100 }, (_, index) => `e${index}`)
  await endpoints(...ids.map(Id => ({ Id, Attributes: { a } })))
  const Dimensions = { EventType: { Values: ['_SMS.SUCCESS'] } }
  const thanks = await create({
    Schedule: schedule({
      StartTime: '2027-03-01T09:00:00Z',
      EventFilter: { FilterType: 'SYSTEM', Dimensions },
    }),
  })
  await advance({ to: '2027-03-10T09:00:00Z' })
  // It takes some seconds, and what comes meanwhile is done in between.
  const sent = client.send(
    new SendMessagesCommand({
      ApplicationId: app,
      MessageRequest: {
        Endpoints: Object.fromEntries(ids.map(id => [id, {}])),
        MessageConfiguration: {
          SMSMessage: { Body: `Hi ${'{{#each Attributes.a}}'.repeat(4)}${'{{/each}}'.repeat(4)}` },
        },
      },
    }),
  )
  await control('GET', '/_pinpoint/health')
  const now = '2027-03-05T09:00:00.000Z'
  const order = await Promise.race([
    sent.then(() => 'sent'),
    control('PUT', '/_pinpoint/clock', { mode: 'frozen', now, force: true }).then(() => 'set'),
  ])
  t.equal(order, 'set')
  await sent
  const { items } = await ok('GET', '/_pinpoint/messages?operation=SendMessages&page-size=100')
  t.strictSame(
    items.map(({ time }: OutboxMessage) => time),
    ids.map(() => now),
  )
  await advance({ by: 'PT1S' })
  t.match((await messages(thanks))[0], { endpoint: 'e0', time: now })
})

t.test('a campaign that is paused is COMPLETED at its EndTime all the same', async t => {
  const { ok, url, endpoints, create, happens, advance, statusOf } = await withEvents(t)
  await endpoints({ Id: 'e1' })
  const EndTime = '2027-03-01T12:00:00Z'
  const listening = await create({ Schedule: schedule({ EndTime }) })
  const waiting = await create({ Schedule: schedule({ StartTime: '2027-03-01T10:00:00Z', EndTime }) })
  const daily = await create({
    Schedule: { StartTime: '2027-03-01T10:00:00Z', EndTime, Frequency: 'HOURLY' },
  })
  const created = await create({ Schedule: schedule({ EndTime }), IsPaused: true })
  await advance()
  for (const id of [listening, waiting, daily]) await ok('PUT', `${url}/${id}`, { IsPaused: true })
  await advance({ to: '2027-03-01T11:59:59Z' })
  for (const id of [listening, waiting, daily, created]) t.equal(await statusOf(id), 'PAUSED')
  t.equal(await happens('e1', 'buy'), 0)
  await advance({ to: EndTime })
  for (const id of [listening, waiting, daily, created]) t.equal(await statusOf(id), 'COMPLETED')
})

t.test('an event campaign over an imported segment is refused', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'a.csv', csvOf('e1'))
  const { app, url, control, client } = await withRunningCampaigns(t, { env: buckets.env })
  const { Definition } = await runImport(client, app, { S3Url: 's3://data/a.csv', DefineSegment: true })
  const SegmentId = Definition!.SegmentId!
  const answer = await control('POST', url, campaignOf(SegmentId, { Schedule: schedule() }))
  const message = `SegmentId must be that of a dimensional segment with the Frequency EVENT; ${SegmentId} is imported`
  isError(t, answer, 400, 'BadRequestException', message)
})
