import type { ImportJobRequest } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { controlOf } from '../support/control.ts'
import { membersOf, startEmulators } from '../support/emulators.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { buildTestApp, createApp } from '../support/helpers.ts'
import { onlyLong } from '../support/long.ts'
import { defineSegment } from '../support/reads.ts'

const now = new Date('2026-01-31T12:00:00.000Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString()

/** Endpoints by id, each with what its line says and an e-mail address. */
const endpoints: Record<string, object> = {
  ann: {
    Attributes: { plan: ['pro'], tags: ['a', 'b'] },
    Metrics: { visits: 10 },
    Location: { Country: 'GB', Latitude: 51.5, Longitude: -0.1 },
    Demographic: { Make: 'Acme', Model: 'One', Platform: 'ios', AppVersion: '1.0' },
    User: { UserId: 'ann', UserAttributes: { born: ['1990-05-17T00:00:00Z'], team: ['red'] } },
    EffectiveDate: daysAgo(0.5),
  },
  ben: {
    Attributes: { plan: ['free'], tags: ['b'] },
    Metrics: { visits: 0 },
    Location: { Country: 'DE', Latitude: 52.5, Longitude: 13.4 },
    Demographic: { Make: 'Bolt', Platform: 'android' },
    User: { UserId: 'ben', UserAttributes: { born: ['1990-05-17T23:59:59.999Z'] } },
    EffectiveDate: daysAgo(5),
  },
  cleo: {
    ChannelType: 'SMS',
    Attributes: { plan: ['Profi'], 'a.b "c"': ['x'] },
    Metrics: { visits: -2.5, score: 1 },
    Location: { Country: 'GB', Latitude: 51.6, Longitude: -0.2 },
    User: { UserId: 'cleo', UserAttributes: { born: ['2001-01-01T00:00:00+02:00'] } },
    EffectiveDate: daysAgo(20),
  },
  dora: { Attributes: { plan: ['constructor'] }, EffectiveDate: daysAgo(300) },
}

/** Without a worker, and at a time that stands still. */
const http = buildTestApp(t, { now: () => now })
const { call } = http

/** For what takes an import. */
const { emulators, fill } = await startEmulators(t, {})
const { client, url } = emulators[0]!
const send = controlOf(url)

/** An application with these endpoints, and functions that create segments and list their members. */
async function withEndpoints(t: Test) {
  const { Id: app } = await http.createApp()
  const put = async (id: string, body: object) => {
    const whole = { ChannelType: 'EMAIL', Address: `${id}@example.com`, ...body }
    const answer = await call('PUT', `/v1/apps/${app}/endpoints/${id}`, whole)
    t.equal(answer.status, 202, answer.body.Message)
  }
  for (const [id, body] of Object.entries(endpoints)) await put(id, body)
  const create = async (segment: object) => {
    const { status, body } = await call('POST', `/v1/apps/${app}/segments`, { Name: 'segment', ...segment })
    t.equal(status, 201, body.Message)
    return body.Id as string
  }
  const page = async (segment: string, query = '') =>
    (await call('GET', `/_pinpoint/apps/${app}/segments/${segment}/endpoints${query}`)).body
  const members = async (segment: string) => (await page(segment)).items.map(({ Id }: { Id: string }) => Id)
  const inSegment = async (segment: object) => members(await create(segment))
  return { app, put, create, page, members, inSegment }
}

const all = Object.keys(endpoints)
const but = (...ids: string[]) => all.filter(id => !ids.includes(id))
const attribute = (name: string, AttributeType: string | undefined, ...Values: string[]) => ({
  Attributes: { [name]: { AttributeType, Values } },
})
const born = (AttributeType: string, ...Values: string[]) => ({
  UserAttributes: { born: { AttributeType, Values } },
})
const visits = (ComparisonOperator: string, Value: number) => ({
  Metrics: { visits: { ComparisonOperator, Value } },
})
const near = (Latitude: number, Longitude: number, RangeInKilometers?: number) => ({
  Location: { GPSPoint: { Coordinates: { Latitude, Longitude }, RangeInKilometers } },
})
const recent = (RecencyType: string, Duration: string) => ({
  Behavior: { Recency: { RecencyType, Duration } },
})

/** Dimensions, and the endpoints that meet them. */
const dimensions: [title: string, dimensions: object, members: string[]][] = [
  ['no dimensions: all', {}, all],
  ['an attribute with a value', attribute('plan', 'INCLUSIVE', 'pro'), ['ann']],
  ['INCLUSIVE by default', attribute('plan', undefined, 'pro'), ['ann']],
  ['any of several values', attribute('plan', 'INCLUSIVE', 'pro', 'free', 'none'), ['ann', 'ben']],
  ['any value of an attribute with several', attribute('tags', 'INCLUSIVE', 'b'), ['ann', 'ben']],
  ['another case is another value', attribute('plan', 'INCLUSIVE', 'PRO'), []],
  ['EXCLUSIVE: none of the values, or no such attribute', attribute('tags', 'EXCLUSIVE', 'a'), but('ann')],
  ['CONTAINS: a part of a value', attribute('plan', 'CONTAINS', 'ro'), ['ann', 'cleo']],
  [
    'CONTAINS minds the case, and takes % and _ as they are',
    attribute('plan', 'CONTAINS', 'PR', '%', '_'),
    [],
  ],
  ['a name of any characters', attribute('a.b "c"', 'INCLUSIVE', 'x'), ['cleo']],
  ['a value of any name', attribute('plan', 'INCLUSIVE', 'constructor'), ['dora']],
  ['an attribute that nobody has', attribute('none', 'INCLUSIVE', 'x'), []],
  ['a user attribute', { UserAttributes: { team: { Values: ['red'] } } }, ['ann']],
  ['BEFORE a time', born('BEFORE', '1990-05-17T00:00:01Z'), ['ann']],
  ['AFTER a time', born('AFTER', '1990-05-17T00:00:00Z'), ['ben', 'cleo']],
  ['ON a day, whatever the time', born('ON', '1990-05-17T12:00:00Z'), ['ann', 'ben']],
  ['ON a day in UTC', born('ON', '2000-12-31T12:00:00Z'), ['cleo']],
  [
    'BETWEEN two times, both included',
    born('BETWEEN', '1990-05-17T00:00:00Z', '2000-12-31T22:00:00Z'),
    ['ann', 'ben', 'cleo'],
  ],
  ['a zone without a colon', born('ON', '1990-05-17T12:00:00+0000'), ['ann', 'ben']],
  ['another zone without a colon', born('AFTER', '2000-12-31T23:59:59+0200'), ['cleo']],
  ['a time that is none', born('AFTER', '2100-01-01T00:00:00Z'), []],
  ['a time compared with what is none', attribute('plan', 'AFTER', '1990-05-17T00:00:00Z'), []],
  ['GREATER_THAN', visits('GREATER_THAN', 0), ['ann']],
  ['LESS_THAN', visits('LESS_THAN', 0), ['cleo']],
  ['GREATER_THAN_OR_EQUAL', visits('GREATER_THAN_OR_EQUAL', 0), ['ann', 'ben']],
  ['LESS_THAN_OR_EQUAL', visits('LESS_THAN_OR_EQUAL', 0), ['ben', 'cleo']],
  ['EQUAL', visits('EQUAL', -2.5), ['cleo']],
  ['a channel', { Demographic: { Channel: { Values: ['SMS'] } } }, ['cleo']],
  [
    'all channels but one',
    { Demographic: { Channel: { DimensionType: 'EXCLUSIVE', Values: ['SMS'] } } },
    but('cleo'),
  ],
  ['a make', { Demographic: { Make: { Values: ['Acme', 'Bolt'] } } }, ['ann', 'ben']],
  [
    'a make, a model, a platform and an app version',
    {
      Demographic: {
        Make: { Values: ['Acme'] },
        Model: { Values: ['One'] },
        Platform: { Values: ['ios'] },
        AppVersion: { Values: ['1.0'] },
      },
    },
    ['ann'],
  ],
  [
    'EXCLUSIVE holds for those who have none',
    { Demographic: { Make: { DimensionType: 'EXCLUSIVE', Values: ['Acme'] } } },
    but('ann'),
  ],
  ['a device type, which nobody has', { Demographic: { DeviceType: { Values: ['MOBILE'] } } }, []],
  [
    'another device type than that',
    { Demographic: { DeviceType: { DimensionType: 'EXCLUSIVE', Values: ['MOBILE'] } } },
    all,
  ],
  ['a country', { Location: { Country: { Values: ['GB'] } } }, ['ann', 'cleo']],
  ['near a point', near(51.5, -0.1, 1), ['ann']],
  ['near a point, farther', near(51.5, -0.1, 20), ['ann', 'cleo']],
  ['near a point, much farther', near(51.5, -0.1, 1000), ['ann', 'ben', 'cleo']],
  ['at a point, as endpoints have it', near(51.52, -0.14), ['ann']],
  ['active in the last day', recent('ACTIVE', 'HR_24'), ['ann']],
  ['active in the last week', recent('ACTIVE', 'DAY_7'), ['ann', 'ben']],
  ['not active in the last two weeks', recent('INACTIVE', 'DAY_14'), ['cleo', 'dora']],
  ['not active in the last month', recent('INACTIVE', 'DAY_30'), ['dora']],
  ['all dimensions together', { ...attribute('tags', 'INCLUSIVE', 'b'), ...visits('LESS_THAN', 5) }, ['ben']],
]

t.test('the members of a segment are the endpoints that meet all of its dimensions', async t => {
  const { inSegment } = await withEndpoints(t)
  for (const [title, Dimensions, wanted] of dimensions)
    t.strictSame(await inSegment({ Dimensions }), wanted, title)
})

t.test('a segment has the same members again, also after every endpoint was written again', async t => {
  const { create, members, put } = await withEndpoints(t)
  const segments: string[] = []
  for (const [, Dimensions] of dimensions) segments.push(await create({ Dimensions }))
  const check = async (when: string) => {
    for (const [index, [title, , wanted]] of dimensions.entries()) {
      t.strictSame(await members(segments[index]!), wanted, `${title}, ${when}`)
    }
  }
  await check('at first')
  await check('when it is read again')
  for (const [id, body] of Object.entries(endpoints)) await put(id, body)
  await check('after every endpoint was written again')
})

t.test('members change as endpoints are updated, created and deleted', async t => {
  const { app, create, members, put } = await withEndpoints(t)
  const pro = await create({ Dimensions: attribute('plan', 'INCLUSIVE', 'pro') })
  t.strictSame(await members(pro), ['ann'])
  await put('ben', { Attributes: { plan: ['pro', 'free'] } })
  await put('eve', { Attributes: { plan: ['pro'] } })
  t.strictSame(await members(pro), ['ann', 'ben', 'eve'])
  await put('ann', { Attributes: { plan: ['free'] } })
  await call('DELETE', `/v1/apps/${app}/endpoints/eve`)
  t.strictSame(await members(pro), ['ben'])
  await put('ben', { Attributes: { plan: [] } })
  t.strictSame(await members(pro), [])
})

t.test('endpoints of another application are no members', async t => {
  const { inSegment } = await withEndpoints(t)
  const { Id: other } = await http.createApp({ Name: 'other' })
  await call('PUT', `/v1/apps/${other}/endpoints/x`, {
    ChannelType: 'EMAIL',
    Address: 'x',
    Attributes: { plan: ['pro'] },
  })
  t.strictSame(await inSegment({ Dimensions: attribute('plan', 'INCLUSIVE', 'pro') }), ['ann'])
  t.strictSame(await inSegment({}), all)
})

t.test('groups combine dimensions and source segments by ALL, ANY and NONE', async t => {
  const { create, inSegment } = await withEndpoints(t)
  const pro = { Id: await create({ Dimensions: attribute('plan', 'CONTAINS', 'ro') }) }
  const british = { Id: await create({ Dimensions: { Location: { Country: { Values: ['GB'] } } } }) }
  const tagged = { Id: await create({ Dimensions: attribute('tags', 'INCLUSIVE', 'b') }) }
  const [hasVisits, isMarked] = [visits('GREATER_THAN', -10), attribute('tags', 'INCLUSIVE', 'a')]
  for (const [groups, wanted] of [
    [{ Groups: [{ Dimensions: [hasVisits, isMarked] }] }, ['ann']],
    [{ Groups: [{ Dimensions: [hasVisits, isMarked], Type: 'ALL' }] }, ['ann']],
    [{ Groups: [{ Dimensions: [visits('LESS_THAN', 0), isMarked], Type: 'ANY' }] }, ['ann', 'cleo']],
    [{ Groups: [{ Dimensions: [visits('LESS_THAN', 0), isMarked], Type: 'NONE' }] }, ['ben', 'dora']],
    [{ Groups: [{ SourceSegments: [pro, tagged] }] }, ['ann']],
    [{ Groups: [{ SourceSegments: [pro, tagged], SourceType: 'ANY' }] }, ['ann', 'ben', 'cleo']],
    [{ Groups: [{ SourceSegments: [pro, tagged], SourceType: 'NONE' }] }, ['dora']],
    [{ Groups: [{ SourceSegments: [british], Dimensions: [isMarked], Type: 'NONE' }] }, ['cleo']],
    [{ Groups: [{ SourceSegments: [british] }, { Dimensions: [isMarked] }], Include: 'ALL' }, ['ann']],
    [
      { Groups: [{ SourceSegments: [british] }, { Dimensions: [visits('EQUAL', 0)] }], Include: 'ANY' },
      ['ann', 'ben', 'cleo'],
    ],
    [
      { Groups: [{ SourceSegments: [british] }, { Dimensions: [visits('EQUAL', 0)] }], Include: 'NONE' },
      ['dora'],
    ],
  ] as const) {
    t.strictSame(await inSegment({ SegmentGroups: groups }), wanted, JSON.stringify(groups))
  }
})

t.test(
  'a source segment counts in its current version or the one that is named; a deleted one is empty',
  async t => {
    const { app, create, members } = await withEndpoints(t)
    const Id = await create({ Dimensions: attribute('plan', 'INCLUSIVE', 'pro') })
    const current = await create({ SegmentGroups: { Groups: [{ SourceSegments: [{ Id }] }] } })
    const first = await create({ SegmentGroups: { Groups: [{ SourceSegments: [{ Id, Version: 1 }] }] } })
    await call('PUT', `/v1/apps/${app}/segments/${Id}`, {
      Dimensions: attribute('plan', 'INCLUSIVE', 'free'),
    })
    t.strictSame(await members(current), ['ben'])
    t.strictSame(await members(first), ['ann'])
    await call('DELETE', `/v1/apps/${app}/segments/${Id}`)
    t.strictSame(await members(current), [])
    t.strictSame(await members(first), [])
  },
)

t.test('each version of a segment has its own members', async t => {
  const { app, create, page } = await withEndpoints(t)
  const Id = await create({ Dimensions: attribute('plan', 'INCLUSIVE', 'pro') })
  await call('PUT', `/v1/apps/${app}/segments/${Id}`, { Dimensions: attribute('plan', 'INCLUSIVE', 'free') })
  const ids = async (query: string) => (await page(Id, query)).items.map((item: { Id: string }) => item.Id)
  t.strictSame([await ids('?version=1'), await ids('?version=2'), await ids('')], [['ann'], ['ben'], ['ben']])
})

t.test('each member is on one page, also when others are deleted between pages', async t => {
  const { app, create, page, put } = await withEndpoints(t)
  for (let index = 0; index < 25; index++) await put(`m${index}`, { Attributes: { plan: ['many'] } })
  const Id = await create({ Dimensions: attribute('plan', 'INCLUSIVE', 'many') })
  const seen: string[] = []
  let query = '?page-size=10'
  for (;;) {
    const { items, nextToken } = await page(Id, query)
    seen.push(...items.map((item: { Id: string }) => item.Id))
    if (nextToken === undefined) break
    await call('DELETE', `/v1/apps/${app}/endpoints/${items[0].Id}`)
    query = `?page-size=10&token=${nextToken}`
  }
  t.strictSame(seen, numbered('m', 25))
})

t.test('what is not a date, or a date and time, is before and after no time', async t => {
  const { inSegment, put } = await withEndpoints(t)
  const notTimes = [
    'now',
    '17',
    '12:30',
    '2460000.5',
    '2020-02-31',
    '2020-02-31T10:00:00Z',
    '2020',
    ' ',
    '2020-02-01T10:30:4567Z',
  ]
  await put('eve', { User: { UserAttributes: { born: notTimes } } })
  const wanted = ['ann', 'ben', 'cleo']
  t.strictSame(await inSegment({ Dimensions: born('BEFORE', '9999-01-01T00:00:00Z') }), wanted)
  t.strictSame(await inSegment({ Dimensions: born('AFTER', '0001-01-01T00:00:00Z') }), wanted)
})

t.test('times of an endpoint may lack a zone, which is UTC then, seconds, and the time of day', async t => {
  const { inSegment, put } = await withEndpoints(t)
  const values = [
    ...['2020-02-29', '2020-02-29T00:00', '2020-02-29T00:00:00', '2020-02-29T00:00:00.000000001'],
    ...[
      '2020-02-29 00:00:00',
      '2020-02-29 02:00:00.0+02:00',
      '2020-02-29T01:00+0100',
      '2020-02-29T01:00:00+01:00',
      '2020-02-28T19:00:00.000-0500',
    ],
  ]
  for (const [index, value] of values.entries()) {
    await put(`f${index}`, { User: { UserAttributes: { born: [value] } } })
  }
  const at = '2020-02-29T00:00:00Z'
  t.strictSame(await inSegment({ Dimensions: born('BETWEEN', at, at) }), numbered('f', values.length))
})

t.test(
  'the members among thousands of endpoints are the copies of the members among four',
  onlyLong,
  async t => {
    const { inSegment } = await withEndpoints(t)
    const { Id: app } = await http.createApp({ Name: 'large' })
    const { Id: other } = await http.createApp({ Name: 'other' })
    const originals = Object.entries(endpoints)
    /** Which endpoint each one is a copy of, in the order in which they were created. */
    const copies = new Map<string, string>()
    const putCopies = async (app: string, copied: [id: string, name: string][]) => {
      for (let from = 0; from < copied.length; from += 100) {
        const Item = copied.slice(from, from + 100).map(([Id, name]) => {
          const copy = { ChannelType: 'EMAIL', Address: `${Id}@example.com`, User: {}, ...endpoints[name] }
          return { ...copy, Id, User: { ...copy.User, UserId: Id } }
        })
        t.equal((await call('PUT', `/v1/apps/${app}/endpoints`, { Item })).status, 202)
      }
    }
    const create = (count: number) => {
      const created = Array.from({ length: count }, (_, index): [string, string] => {
        return [`x${copies.size + index}`, originals[index % originals.length]![0]]
      })
      for (const [id, name] of created) copies.set(id, name)
      return putCopies(app, created)
    }
    // More than one step looks through, and as many of another application between few of this one.
    await create(4500)
    await putCopies(other, [...copies].slice(0, 4500))
    await create(30)
    await putCopies(other, [...copies].slice(0, 4500))
    await create(200)

    const groups = (...Groups: object[]) => ({ SegmentGroups: { Groups } })
    const both = [attribute('plan', 'INCLUSIVE', 'free'), attribute('tags', 'CONTAINS', 'a')]
    const segments: [title: string, segment: object][] = [
      ['all', { Dimensions: {} }],
      ['a quarter', { Dimensions: attribute('plan', 'INCLUSIVE', 'pro') }],
      ['none', { Dimensions: attribute('none', 'INCLUSIVE', 'x') }],
      ['half, by a group', groups({ Dimensions: both, Type: 'ANY' })],
      ['the other half', groups({ Dimensions: both, Type: 'NONE' })],
    ]
    const compare = async (when: string) => {
      for (const [title, segment] of segments) {
        const members = new Set(await inSegment(segment))
        const wanted = [...copies].filter(([, name]) => members.has(name)).map(([id]) => id)
        const body = { Name: title, ...segment }
        const { Id } = (await call('POST', `/v1/apps/${app}/segments`, body)).body
        const path = `/_pinpoint/apps/${app}/segments/${Id}/endpoints?page-size=1000`
        const found: string[] = []
        for (let token: string | undefined = ''; token !== undefined; ) {
          const { body } = await call('GET', token === '' ? path : `${path}&token=${token}`)
          found.push(...body.items.map((item: { Id: string }) => item.Id))
          token = body.nextToken
        }
        t.strictSame(found, wanted, `${title}, ${when}`)
      }
    }
    await compare('as they were created')

    const deleted = [...copies].filter((_, index) => index % 23 === 0)
    for (const [id] of deleted) {
      await call('DELETE', `/v1/apps/${app}/endpoints/${id}`)
      copies.delete(id)
    }
    const createdAgain = deleted.slice(100)
    await putCopies(app, createdAgain)
    for (const [id, name] of createdAgain) copies.set(id, name)
    await compare('after some were deleted, and created again')
  },
)

t.test('a source segment that is reached on 2^30 paths is evaluated once', async t => {
  const { create, members } = await withEndpoints(t)
  let sources = [
    { Id: await create({ Dimensions: attribute('tags', 'INCLUSIVE', 'b') }) },
    { Id: await create({ Dimensions: attribute('plan', 'CONTAINS', 'ro') }) },
  ]
  // Over and over: in one of the two or in none, and in one of the two.
  for (let level = 0; level < 30; level++) {
    const none = { SourceSegments: sources, SourceType: 'NONE' }
    const any = { SourceSegments: sources, SourceType: 'ANY' }
    sources = [
      { Id: await create({ SegmentGroups: { Groups: [none, any], Include: 'ANY' } }) },
      { Id: await create({ SegmentGroups: { Groups: [any] } }) },
    ]
  }
  for (const { Id } of sources) t.strictSame(await members(Id), all)
})

t.test(
  'a segment may have a hundred source segments; when a change makes it more, reading is refused',
  async t => {
    const { app, create, members, page } = await withEndpoints(t)
    const lowest = await create({ Dimensions: attribute('tags', 'INCLUSIVE', 'b') })
    const builtOn = (Id: string) => ({ SegmentGroups: { Groups: [{ SourceSegments: [{ Id }] }] } })
    let top = lowest
    for (let level = 0; level < 100; level++) top = await create(builtOn(top))
    t.strictSame(await members(top), ['ann', 'ben'])
    const british = await create({ Dimensions: { Location: { Country: { Values: ['GB'] } } } })
    await call('PUT', `/v1/apps/${app}/segments/${lowest}`, builtOn(british))
    t.match(await page(top), { Message: /^the segment is too large .+ \(101 segments, of at most 100\)/ })
  },
)

t.test('an imported segment is a source, with users and endpoints that were not registered', async t => {
  const line = (Id: string, plan: string, UserId?: string) => {
    const endpoint = { Id, ChannelType: 'EMAIL', Address: `${Id}@example.com`, Attributes: { plan: [plan] } }
    return `${JSON.stringify({ ...endpoint, ...(UserId !== undefined && { User: { UserId } }) })}\n`
  }
  const bucket = await fill({
    'registered.json': `${line('r1', 'pro')}${line('r2', 'free')}`,
    'defined.json': `${line('d1', 'pro')}${line('d2', 'free')}${line('R2', 'pro')}`,
    'more.json': `${line('d2', 'pro')}${line('d3', 'pro', 'ann')}`,
    'later.json': `${line('d1', 'free')}${line('d4', 'pro')}`,
    'users.csv': 'User.UserId\nann\n',
  })
  const app = await createApp(client)
  await send('PUT', `/v1/apps/${app}/endpoints/a1`, {
    ChannelType: 'EMAIL',
    Address: 'a1',
    User: { UserId: 'ann' },
    Attributes: { plan: ['pro'] },
  })
  const imported = async (key: string, more: Partial<ImportJobRequest> = {}) => ({
    Id: await defineSegment(t, client, app, `s3://${bucket}/${key}`, more),
  })
  const registered = await imported('registered.json')
  const defined = await imported('defined.json', { RegisterEndpoints: false })
  const more = await imported('more.json', { RegisterEndpoints: false })
  const users = await imported('users.csv')
  const pro = attribute('plan', 'INCLUSIVE', 'pro')
  const groups = (Include: string | undefined, ...Groups: object[]) => ({ Groups, Include })
  const of = (source: object) => ({ SourceSegments: [source] })
  const noneOf = (source: object) => ({ ...of(source), SourceType: 'NONE' })
  const later = await imported('later.json', { RegisterEndpoints: false })
  const { body } = await send('POST', `/v1/apps/${app}/segments`, {
    Name: 'x',
    SegmentGroups: groups('ALL', { ...of(later), Dimensions: [pro] }),
  })
  const proOfLater = { Id: body.Id }
  for (const [what, group, wanted] of [
    ['registered', groups('ALL', { ...of(registered), Dimensions: [pro] }), ['r1']],
    ['of users', groups('ALL', { ...of(users), Dimensions: [pro] }), ['a1']],
    ['not registered', groups('ALL', { ...of(defined), Dimensions: [pro] }), ['r2', 'd1']],
    ['a union has each once', groups('ANY', of(registered), of(defined)), ['r1', 'r2', 'd1', 'd2']],
    ['a later import counts', groups('ANY', of(defined), of(more)), ['r2', 'd1', 'd2', 'd3']],
    ['with both', groups('ALL', of(registered), of(defined)), ['r2']],
    ['with both, neither registered', groups('ALL', of(defined), of(more)), ['d2']],
    ['with its user', groups('ALL', of(users), of(more)), ['d3']],
    ['without those of another', groups('ALL', of(registered), noneOf(defined)), ['r1']],
    ['without what is registered', groups('ALL', of(defined), noneOf(registered)), ['d1', 'd2']],
    ['without what is not', groups('ALL', of(defined), noneOf(more)), ['r2', 'd1']],
    ['without their users', groups('ALL', of(more), noneOf(users)), ['d2']],
    ['none of the registered', groups('NONE', of(registered)), ['a1']],
    ['none of those that are not', groups('NONE', of(defined)), ['a1', 'r1']],
    ['not those that are not in a file', groups('NONE', noneOf(defined)), ['r2', 'd1', 'd2']],
    ['none of some of a later file', groups('ALL', of(defined), noneOf(proOfLater)), ['r2', 'd2', 'd1']],
    ['none of some of a file', groups('NONE', { ...of(defined), Dimensions: [pro] }), ['a1', 'r1']],
  ] as const) {
    const segment = { Name: 'x', SegmentGroups: group }
    const { status, body } = await send('POST', `/v1/apps/${app}/segments`, segment)
    t.equal(status, 201, body.Message)
    const members = await membersOf(url, app, body.Id, 1)
    t.strictSame(
      members.map(({ Id }) => Id),
      wanted,
      what,
    )
  }
})

t.test('a segment has the endpoints of an import, each once, even if they have a value twice', async t => {
  const line = (number: number) =>
    `${JSON.stringify({
      Id: `e${number}`,
      ChannelType: 'EMAIL',
      Address: `e${number}@example.com`,
      Attributes: { plan: number % 2 === 0 ? ['pro', 'pro'] : ['free'] },
    })}\n`
  const lines = Array.from({ length: 40 }, (_, number) => line(number))
  const bucket = await fill({
    'one.json': lines.slice(0, 1).join(''),
    'rest.json': lines.slice(1).join(''),
    'all.json': lines.join(''),
  })
  const app = await createApp(client)
  await defineSegment(t, client, app, `s3://${bucket}/one.json`)
  const segment = { Name: 'pro', Dimensions: attribute('plan', 'INCLUSIVE', 'pro') }
  const { Id } = (await send('POST', `/v1/apps/${app}/segments`, segment)).body
  const members = async () => (await membersOf(url, app, Id)).map(({ Id }) => Id)
  t.strictSame(await members(), ['e0'])
  const wanted = lines.flatMap((_, number) => (number % 2 === 0 ? [`e${number}`] : []))
  for (const key of ['rest.json', 'all.json']) {
    await defineSegment(t, client, app, `s3://${bucket}/${key}`)
    t.strictSame(await members(), wanted, key)
  }
})

t.test('without an EffectiveDate, an endpoint was active when it was written', async t => {
  const ids = numbered('e', 120)
  const bucket = await fill({ 'few.csv': csvOf(ids.slice(0, 20)), 'many.csv': csvOf(ids) })
  const app = await createApp(client)
  const [active, inactive] = await Promise.all(
    ['ACTIVE', 'INACTIVE'].map(async type => {
      const segment = { Name: type, Dimensions: recent(type, 'HR_24') }
      const { Id } = (await send('POST', `/v1/apps/${app}/segments`, segment)).body
      return async () => (await membersOf(url, app, Id)).map(({ Id }) => Id!)
    }),
  )
  const expectAll = async (wanted: string[], what: string) => {
    t.strictSame((await active!()).sort(), wanted.toSorted(), what)
    t.strictSame(await inactive!(), [], `${what}: nobody is inactive`)
  }
  await send('PUT', `/v1/apps/${app}/endpoints/e0`, { ChannelType: 'EMAIL', Address: 'e0' })
  await expectAll(['e0'], 'a call')
  for (const [key, count] of [
    ['few.csv', 20],
    ['many.csv', 120],
    ['many.csv', 120],
    ['few.csv', 120],
  ] as const) {
    await defineSegment(t, client, app, `s3://${bucket}/${key}`)
    await expectAll(ids.slice(0, count), key)
  }
})
