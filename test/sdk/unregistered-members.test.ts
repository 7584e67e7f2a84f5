import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { runImport } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

/**
 * A segment whose import has registered nobody: `E1`, which is registered with other values, and `e2`, which
 * is not. Its files can be imported again.
 */
async function withList(t: Test) {
  const buckets = makeBuckets(t)
  const line = (id: string, number: number, plan: string) =>
    `${id},SMS,+1555200000${number},${plan},Asia/Tokyo\n`
  const head = 'Id,ChannelType,Address,Attributes.Plan,Demographic.Timezone\n'
  await putAll(buckets, 'data', {
    'list.csv': `${head}${line('E1', 1, 'free')}${line('e2', 2, 'pro')}`,
    'without-e1.csv': `${head}${line('e2', 2, 'pro')}`,
  })
  const built = await withRunningCampaigns(t, { env: buckets.env })
  const { app, client, ok, advance, create, endpoints, messages } = built
  const importInto = async (key: string, more: object = { DefineSegment: true }) => {
    const job = { S3Url: `s3://data/${key}`, RegisterEndpoints: false, ...more }
    return (await runImport(client, app, job)).Definition!.SegmentId!
  }
  await endpoints({ Id: 'e1', Attributes: { Plan: ['pro'] }, Demographic: { Timezone: 'Europe/Berlin' } })
  const list = await importInto('list.csv')
  const segmentOf = async (definition: object): Promise<string> =>
    (await ok('POST', `/v1/apps/${app}/segments`, { Name: 'x', ...definition })).Id
  const plan = (...Values: string[]) => ({ Attributes: { Plan: { AttributeType: 'INCLUSIVE', Values } } })
  const sent = async (campaign: string) =>
    (await messages(campaign)).map(({ endpoint, address }) => `${endpoint} ${address}`)
  return {
    ...built,
    importInto,
    list,
    segmentOf,
    plan,
    sent,
    freeOfList: await segmentOf({
      SegmentGroups: { Groups: [{ SourceSegments: [{ Id: list }], Dimensions: [plan('free')] }] },
    }),
    /** Creates a campaign, runs what is due, and tells what it has sent. */
    async sentBy(more: object): Promise<string[]> {
      const id = await create(more)
      await advance()
      return sent(id)
    },
  }
}

t.test('limits count what an endpoint got in either form', async t => {
  const { ok, app, list: SegmentId, endpoints, recreate, advance, sentBy } = await withList(t)
  await ok('PUT', `/v1/apps/${app}/settings`, { Limits: { Daily: 1 } })
  t.strictSame(await sentBy({}), ['e1 +15551000000'])
  t.strictSame(await sentBy({ SegmentId }), ['e2 +15552000002'], 'e1 had its message where it is registered')
  await endpoints({ Id: 'e2' })
  t.strictSame(await sentBy({}), [], 'e2 had its message before it was registered')
  await advance({ by: 'P1D' })
  t.strictSame(await sentBy({ SegmentId }), ['e1 +15552000001', 'e2 +15552000002'], 'as the file says')
  await recreate('e1')
  t.strictSame(await sentBy({}), [])
})

t.test('a campaign sends by local time as the file says', async t => {
  const { list, create, advance, messages } = await withList(t)
  const Schedule = { StartTime: '2027-03-03T10:00:00Z', IsLocalTime: true }
  const id = await create({ SegmentId: list, Schedule })
  await advance({ until: 'idle' })
  matchEach(t, await messages(id), [
    { endpoint: 'e1', address: '+15552000001', time: '2027-03-03T01:00:00.000Z' },
    { endpoint: 'e2', address: '+15552000002', time: '2027-03-03T01:00:00.000Z' },
  ])
})

t.test('an event starts the campaigns in whose segments its endpoint is', async t => {
  const { app, ok, freeOfList, segmentOf, create, advance, sent } = await withList(t)
  const others = await segmentOf({
    SegmentGroups: { Include: 'NONE', Groups: [{ SourceSegments: [{ Id: freeOfList }] }] },
  })
  const EventFilter = { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['buy'] } } }
  const Schedule = { StartTime: 'IMMEDIATE', Frequency: 'EVENT', EventFilter }
  const [ofFree, ofOthers] = [
    await create({ SegmentId: freeOfList, Schedule }),
    await create({ SegmentId: others, Schedule }),
  ]
  await advance()
  const Timestamp = '2027-03-01T09:00:00Z'
  await ok('POST', `/v1/apps/${app}/events`, {
    BatchItem: { e1: { Endpoint: {}, Events: { one: { EventType: 'buy', Timestamp } } } },
  })
  await advance()
  t.strictSame(await sent(ofFree), ['e1 +15551000000'])
  t.strictSame(await sent(ofOthers), [])
})

t.test('splits of journeys look at what an endpoint is in the segment of the split', async t => {
  const { app, ok, segment: all, list, freeOfList, segmentOf, plan, advance } = await withList(t)
  const pro = await segmentOf({ Dimensions: plan('pro') })
  const branches = async (over: string, condition: object) => {
    const { Id } = await ok('POST', `/v1/apps/${app}/journeys`, {
      Name: 'x',
      State: 'ACTIVE',
      StartActivity: 'split',
      StartCondition: { SegmentStartCondition: { SegmentId: over } },
      Activities: { split: { ConditionalSplit: { Condition: { Conditions: [condition] } } } },
    })
    await advance({ by: 'PT1H' })
    const path = `/v1/apps/${app}/journeys/${Id}/activities/split/execution-metrics`
    const { Branch_TRUE = '0', Branch_FALSE = '0' } = (await ok('GET', path)).Metrics
    return [Branch_TRUE, Branch_FALSE]
  }
  const of = (SegmentId: string) => ({ SegmentCondition: { SegmentId } })
  t.strictSame(await branches(all, of(freeOfList)), ['1', '0'], 'a registered endpoint that a file defines')
  t.strictSame(await branches(list, of(freeOfList)), ['1', '1'])
  t.strictSame(await branches(list, of(pro)), ['2', '0'], 'e1 as it is registered, e2 as the file says')
  t.strictSame(await branches(list, { segmentDimensions: plan('pro') }), ['1', '1'], 'as they walk')
})

t.test('pages of members list each once, also if a source gets another version between them', async t => {
  const { app, ok, list, segmentOf, endpoints, importInto } = await withList(t)
  await endpoints(...['e3', 'e4', 'e5'].map(Id => ({ Id })))
  const all = await segmentOf({
    SegmentGroups: { Include: 'ANY', Groups: [{ SourceSegments: [{ Id: list }] }, { Dimensions: [{}] }] },
  })
  const path = `/_pinpoint/apps/${app}/segments/${all}/endpoints?page-size=2`
  const idsOf = ({ items }: { items: { Id: string }[] }) => items.map(({ Id }) => Id)
  for (const [before, after] of [
    ['without-e1.csv', 'list.csv'],
    ['list.csv', 'without-e1.csv'],
  ] as const) {
    await importInto(before, { SegmentId: list })
    const first = await ok('GET', path)
    await importInto(after, { SegmentId: list })
    const second = await ok('GET', `${path}&token=${first.nextToken}`)
    const third = await ok('GET', `${path}&token=${second.nextToken}`)
    t.strictSame([...idsOf(first), ...idsOf(second), ...idsOf(third)], ['e1', 'e3', 'e4', 'e5', 'e2'])
  }
})
