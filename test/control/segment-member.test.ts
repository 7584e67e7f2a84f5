import { CreateSegmentCommand, type WriteSegmentRequest } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { defineSegment, putEndpoint } from '../support/reads.ts'

/** An application with two endpoints, and functions that make segments and ask about them. */
async function withEndpoints(t: Test) {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', {
    'a.csv': csvOf('ada'),
    'list.csv':
      'Id,ChannelType,Address,Attributes.Plan\nada,EMAIL,a@b.example,paid\nDan,EMAIL,d@b.example,paid\n',
  })
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const imported = await defineSegment(t, client, app, 's3://data/a.csv')
  await putEndpoint(client, app, 'ada', { Attributes: { Plan: ['free'] }, Location: { Country: 'GB' } })
  await putEndpoint(client, app, 'bob', { Attributes: { Plan: ['paid'] }, Location: { Country: 'GB' } })
  const segment = async (WriteSegmentRequest: WriteSegmentRequest) => {
    const command = new CreateSegmentCommand({ ApplicationId: app, WriteSegmentRequest })
    return (await client.send(command)).SegmentResponse!.Id!
  }
  const ask = async (path: string) => {
    const response = await fetch(`${url}/_pinpoint/apps/${app}/${path}`)
    // biome-ignore lint/suspicious/noExplicitAny: the tests say what it is.
    return { status: response.status, body: (await response.json()) as any }
  }
  const list = () => defineSegment(t, client, app, 's3://data/list.csv', { RegisterEndpoints: false })
  return { imported, list, segment, ask }
}

const plan = { AttributeType: 'INCLUSIVE' as const, Values: ['free'] }
const country = { DimensionType: 'INCLUSIVE' as const, Values: ['GB'] }

t.test('an endpoint is answered with the dimensions of a segment that it meets', async t => {
  const { segment, ask } = await withEndpoints(t)
  const id = await segment({ Dimensions: { Attributes: { Plan: plan }, Location: { Country: country } } })
  t.same((await ask(`segments/${id}/endpoints/ada`)).body, {
    version: 1,
    member: true,
    conditions: [
      { name: 'Attributes.Plan', requires: plan, met: true },
      { name: 'Location.Country', requires: country, met: true },
    ],
  })
  t.match((await ask(`segments/${id}/endpoints/bob`)).body, {
    member: false,
    conditions: [{ met: false }, { met: true }],
  })
})

t.test('an endpoint is answered with the groups and source segments that it meets, one by one', async t => {
  const { imported, segment, ask } = await withEndpoints(t)
  const id = await segment({
    SegmentGroups: {
      Include: 'ANY',
      Groups: [
        { Type: 'NONE', Dimensions: [{ Attributes: { Plan: plan } }] },
        { Type: 'ALL', SourceType: 'ALL', SourceSegments: [{ Id: imported }] },
      ],
    },
  })
  const ofAda = [
    { group: 0, dimension: 0, name: 'Attributes.Plan', met: true },
    { group: 1, name: 'SourceSegments', requires: { Id: imported }, met: true },
  ]
  t.match((await ask(`segments/${id}/endpoints/ada`)).body, {
    member: true,
    groups: [{ met: false }, { met: true }],
    conditions: ofAda,
  })
  const ofBob = ofAda.map(condition => ({ ...condition, met: false }))
  t.match((await ask(`segments/${id}/endpoints/bob`)).body, {
    member: true,
    groups: [{ met: true }, { met: false }],
    conditions: ofBob,
  })
})

t.test('an endpoint is answered with the conditions of each of the Dimensions of a group', async t => {
  const { imported, segment, ask } = await withEndpoints(t)
  const dimensions = { Attributes: { Plan: plan }, Location: { Country: country } }
  const id = await segment({
    SegmentGroups: {
      Groups: [
        {
          Type: 'ANY',
          Dimensions: [dimensions, { Location: { Country: country } }],
          SourceType: 'NONE',
          SourceSegments: [{ Id: imported }],
        },
      ],
    },
  })
  t.match((await ask(`segments/${id}/endpoints/bob`)).body, {
    member: true,
    groups: [{ met: true }],
    conditions: [
      { group: 0, dimension: undefined, name: 'SourceSegments', met: false },
      { group: 0, dimension: 0, name: 'Attributes.Plan', met: false },
      { group: 0, dimension: 0, name: 'Location.Country', met: true },
      { group: 0, dimension: 1, name: 'Location.Country', met: true },
    ],
  })
  t.match((await ask(`segments/${id}/endpoints/ada`)).body, { member: false, groups: [{ met: false }] })
})

t.test('an imported segment has who was in its file', async t => {
  const { imported, ask } = await withEndpoints(t)
  t.match((await ask(`segments/${imported}/endpoints/ada`)).body, {
    member: true,
    conditions: [{ name: 'ImportDefinition', requires: { S3Url: 's3://data/a.csv' }, met: true }],
  })
  t.match((await ask(`segments/${imported}/endpoints/bob`)).body, { member: false })
})

t.test('a segment whose import registers nobody has who was in its file, as the file says', async t => {
  const { imported, list, segment, ask } = await withEndpoints(t)
  const listed = await list()
  const paid = { Attributes: { Plan: { ...plan, Values: ['paid'] } } }
  const group = { SourceSegments: [{ Id: listed }], Dimensions: [paid] }
  const paidOfList = await segment({ Name: 'paid of list', SegmentGroups: { Groups: [group] } })
  const allPaid = await segment({ Name: 'paid', Dimensions: paid })
  for (const id of ['ada', 'dan']) {
    t.match((await ask(`segments/${listed}/endpoints/${id}`)).body, {
      member: true,
      conditions: [{ met: true }],
    })
    t.match((await ask(`segments/${paidOfList}/endpoints/${id}`)).body, {
      member: true,
      groups: [{ met: true }],
      conditions: [{ met: true }, { met: true }],
    })
    const { items } = (await ask(`endpoints/${id}/segments`)).body
    t.same(
      Object.fromEntries(
        items.map(({ segment, member }: { segment: { Id: string }; member: boolean }) => [
          segment.Id,
          member,
        ]),
      ),
      { [imported]: id === 'ada', [listed]: true, [paidOfList]: true, [allPaid]: false },
      id,
    )
  }
  const notFree = await segment({
    Name: 'not free',
    SegmentGroups: {
      Include: 'NONE',
      Groups: [{ Dimensions: [{ Attributes: { Plan: plan } }], SourceSegments: [{ Id: listed }] }],
    },
  })
  t.match((await ask(`segments/${notFree}/endpoints/ada`)).body, { member: true })
  t.match(
    (await ask(`segments/${notFree}/endpoints/dan`)).body,
    { member: false },
    'the file is only excluded',
  )
  t.match((await ask(`segments/${listed}/endpoints/bob`)).body, { member: false })
  t.match((await ask(`segments/${allPaid}/endpoints/dan`)).body, {
    member: false,
    conditions: [{ met: false }],
  })
})

t.test('an endpoint is answered with the segments of its application, and whether it is in them', async t => {
  const { imported, segment, ask } = await withEndpoints(t)
  const free = await segment({ Name: 'Free', Dimensions: { Attributes: { Plan: plan } } })
  const { items } = (await ask('endpoints/bob/segments')).body
  t.same(
    Object.fromEntries(
      items.map(({ segment, member }: { segment: { Id: string }; member: boolean }) => [segment.Id, member]),
    ),
    {
      [free]: false,
      [imported]: false,
    },
  )
  const first = (await ask('endpoints/ada/segments?page-size=1')).body
  matchEach(t, first.items, [{ segment: { Id: free, Name: 'Free', Version: 1 }, member: true }])
  const second = (await ask(`endpoints/ada/segments?page-size=1&token=${first.nextToken}`)).body
  matchEach(t, second.items, [{ segment: { Id: imported }, member: true }])
})

t.test('what is not there is a 404 that names it', async t => {
  const { imported, ask } = await withEndpoints(t)
  t.match(await ask(`segments/${imported}/endpoints/none`), {
    status: 404,
    body: { Message: 'Endpoint not found: none' },
  })
  t.match(await ask('segments/none/endpoints/ada'), {
    status: 404,
    body: { Message: 'Segment not found: none' },
  })
  t.match(await ask(`segments/${imported}/endpoints/ada?version=9`), { status: 404 })
  t.match(await ask('endpoints/none/segments'), { status: 404 })
})
