import {
  CreateSegmentCommand,
  DeleteEndpointCommand,
  type ImportJobRequest,
  UpdateSegmentCommand,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { csvOf, ndjsonOf } from '../support/endpoint-files.ts'
import { buildTestApp, createApp, isError, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { defineSegment, putEndpoint } from '../support/reads.ts'

/** An emulator over objects, with a function that reads a page of a segment's endpoints. */
async function withObjects(t: Test, objects: Record<string, string>) {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', objects)
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  /** Imports an object into a segment and gives the segment's id. */
  const define = (key: string, more: Partial<ImportJobRequest> = {}) =>
    defineSegment(t, client, app, `s3://data/${key}`, more)
  const page = async (segment: string, query = '', status = 200) => {
    const response = await fetch(`${url}/_pinpoint/apps/${app}/segments/${segment}/endpoints${query}`)
    t.equal(response.status, status)
    return (await response.json()) as { items: { Id: string; Address?: string }[]; nextToken?: string }
  }
  const ids = async (segment: string, query = '') => (await page(segment, query)).items.map(({ Id }) => Id)
  return { client, app, define, page, ids }
}

t.test('the endpoints of a segment are those of its file, as they are now', async t => {
  const { client, app, define, page, ids } = await withObjects(t, { 'a.csv': csvOf('A', 'b', 'c') })
  const segment = await define('a.csv')
  t.same(await ids(segment), ['A', 'b', 'c'])
  await putEndpoint(client, app, 'a', { Address: 'moved@example.com' })
  await putEndpoint(client, app, 'd', { ChannelType: 'EMAIL', Address: 'd@example.com' })
  await client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId: 'c' }))
  matchEach(t, (await page(segment)).items, [{ Id: 'A', Address: 'moved@example.com' }, { Id: 'b' }])
  t.same(await ids(segment), ['A', 'b'])
  const both = await client.send(
    new CreateSegmentCommand({
      ApplicationId: app,
      WriteSegmentRequest: { SegmentGroups: { Groups: [{ SourceSegments: [{ Id: segment }] }] } },
    }),
  )
  const built = both.SegmentResponse!.Id!
  t.same(await ids(built), ['A', 'b'])
  await putEndpoint(client, app, 'C', { ChannelType: 'EMAIL', Address: 'c@example.com' })
  t.same(await ids(segment), ['A', 'b', 'C'], 'one that is created again is in it again')
  t.same(await ids(built), ['A', 'b', 'C'])
  await client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId: 'C' }))
  t.same(
    [await ids(segment), await ids(built)],
    [
      ['A', 'b'],
      ['A', 'b'],
    ],
  )
})

t.test('endpoints that were not registered are as the import defined them', async t => {
  const { client, app, define, page, ids } = await withObjects(t, { 'a.csv': csvOf('known', 'new') })
  await putEndpoint(client, app, 'known', {
    ChannelType: 'EMAIL',
    Address: 'old@example.com',
    Attributes: { plan: ['pro'] },
  })
  const segment = await define('a.csv', { RegisterEndpoints: false })
  await putEndpoint(client, app, 'known', { Attributes: { plan: ['free'] } })
  const { items } = await page(segment)
  matchEach(t, items, [
    { Id: 'known', Address: 'known@example.com', Attributes: { plan: ['pro'] } },
    { Id: 'new', Address: 'new@example.com', EndpointStatus: 'ACTIVE' },
  ])
  await client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId: 'known' }))
  t.same(await ids(segment), ['known', 'new'], 'whatever becomes of others of that id')
})

t.test('users are looked up when the segment is read', async t => {
  const { client, app, define, ids } = await withObjects(t, {
    'users.csv': 'User.UserId\nann ben\n',
    'mixed.json': `${ndjsonOf('b2')}{"User":{"UserId":"ben"}}\n`,
  })
  const put = (id: string, UserId: string) =>
    putEndpoint(client, app, id, { ChannelType: 'EMAIL', Address: `${id}@example.com`, User: { UserId } })
  for (const [id, user] of [
    ['z-ann', 'ann'],
    ['b2', 'ben'],
    ['b1', 'ben'],
    ['c', 'cleo'],
  ] as const) {
    await put(id, user)
  }
  const [users, mixed] = [await define('users.csv'), await define('mixed.json')]
  t.same(await ids(users), ['z-ann', 'b2', 'b1'], 'as they were created')
  t.same(await ids(mixed), ['b2', 'b1'], 'an endpoint that is named itself stands there once')
  await put('a-ann', 'ann')
  await put('b1', 'cleo')
  t.same(await ids(users), ['z-ann', 'b2', 'a-ann'])
})

t.test('each version of a segment has its own endpoints', async t => {
  const { define, ids } = await withObjects(t, { 'a.csv': csvOf('a', 'b'), 'b.csv': csvOf('b', 'c') })
  const segment = await define('a.csv')
  await define('b.csv', { SegmentId: segment })
  t.same(await ids(segment), ['b', 'c'])
  t.same(await ids(segment, '?version=1'), ['a', 'b'])
  t.same(await ids(segment, '?version=2'), ['b', 'c'])
})

t.test('pages of a segment hold each endpoint once, while others come and go', async t => {
  const { client, app, define, page } = await withObjects(t, {
    'all.json': `${ndjsonOf('e1', 'e2', 'e3', 'e4')}{"User":{"UserId":"u"}}\n`,
  })
  for (const id of ['u1', 'u2', 'u3']) {
    await putEndpoint(client, app, id, { ChannelType: 'SMS', Address: id, User: { UserId: 'u' } })
  }
  const segment = await define('all.json')
  const seen: string[] = []
  let query = '?page-size=2'
  for (;;) {
    const { items, nextToken } = await page(segment, query)
    seen.push(...items.map(({ Id }) => Id))
    if (nextToken === undefined) break
    query = `?page-size=2&token=${nextToken}`
    await client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId: items[0]!.Id }))
  }
  t.same(seen, ['e1', 'e2', 'e3', 'e4', 'u1', 'u2', 'u3'])
})

t.test('pages of a segment go on in the version in which they began', async t => {
  const { client, app, define, page, ids } = await withObjects(t, {
    'a.csv': csvOf('a', 'b', 'c', 'd'),
    'b.csv': csvOf('d', 'e'),
  })
  const imported = await define('a.csv')
  const defineBy = (Country: string) => ({ Dimensions: { Location: { Country: { Values: [Country] } } } })
  const { SegmentResponse } = await client.send(
    new CreateSegmentCommand({ ApplicationId: app, WriteSegmentRequest: defineBy('GB') }),
  )
  const dimensional = SegmentResponse!.Id!
  for (const id of ['a', 'b', 'c']) await putEndpoint(client, app, id, { Location: { Country: 'GB' } })

  const renew = {
    [imported]: () => define('b.csv', { SegmentId: imported }),
    [dimensional]: () =>
      client.send(
        new UpdateSegmentCommand({
          ApplicationId: app,
          SegmentId: dimensional,
          WriteSegmentRequest: defineBy('FR'),
        }),
      ),
  }
  for (const [segment, expected] of [
    [imported, ['b', 'c', 'd']],
    [dimensional, ['b', 'c']],
  ] as const) {
    const { items, nextToken } = await page(segment, '?page-size=1')
    matchEach(t, items, [{ Id: 'a' }])
    await renew[segment]!()
    t.same(await ids(segment, `?token=${nextToken}`), expected)
    const { nextToken: next } = await page(segment, `?page-size=1&token=${nextToken}`)
    t.same(await ids(segment, `?token=${next}`), expected.slice(1))
    t.same(await ids(segment, `?version=1&token=${next}`), expected.slice(1))
    await page(segment, `?version=2&token=${next}`, 400)
    t.same(await ids(segment), segment === imported ? ['d', 'e'] : [], 'the first page is of the newest')
  }
})

t.test("a wrong version, page size or token of a segment's endpoints is refused", async t => {
  const { define, app, client } = await withObjects(t, { 'a.csv': csvOf('a', 'b') })
  const segment = await define('a.csv')
  const endpoint = await client.config.endpoint!()
  const url = `http://${endpoint.hostname}:${endpoint.port}/_pinpoint/apps/${app}/segments/${segment}/endpoints`
  const refused = async (query: string) => {
    const response = await fetch(url + query)
    return [response.status, ((await response.json()) as { Message: string }).Message]
  }
  for (const version of ['2', '9999999999', '9'.repeat(400)]) {
    t.same(await refused(`?version=${version}`), [404, `Segment version not found: ${version}`])
  }
  for (const version of ['0', '01', 'x', '']) {
    t.same(await refused(`?version=${version}`), [
      400,
      `version must be a whole number from 1; got "${version}"`,
    ])
  }
  t.match(await refused('?page-size=0'), [400, /^page-size must be/])
  t.match(await refused('?token=x'), [400, /^token must be/])

  const { call, createApp } = buildTestApp(t)
  const noApp = await call('GET', '/_pinpoint/apps/nope/segments/nope/endpoints')
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
  const { Id } = await createApp()
  const noSegment = await call('GET', `/_pinpoint/apps/${Id}/segments/nope/endpoints`)
  isError(t, noSegment, 404, 'NotFoundException', 'Segment not found: nope')
})
