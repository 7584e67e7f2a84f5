import t from 'tap'
import { answerOf, buildTestApp, isError, signedBy } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { withSegments } from '../../support/segment-versions.ts'

const now = new Date('2026-01-02T03:04:05.678Z')

const http = buildTestApp(t, { now: () => now })

/** An application, and the path of its segments. */
async function withApp() {
  const { app, call, store } = http
  const { Id: id } = await http.createApp()
  return { app, call, store, id, url: `/v1/apps/${id}/segments` }
}

/** Every dimension of the model. */
const dimensions = {
  Attributes: {
    plan: { Values: ['pro', 'free'] },
    'a/b.c ü': { AttributeType: 'EXCLUSIVE', Values: [''] },
    note: { AttributeType: 'CONTAINS', Values: ['x'] },
    since: { AttributeType: 'BETWEEN', Values: ['2019-08-23T10:54:35Z', '2019-08-23T10:54:35.000001Z'] },
  },
  Behavior: { Recency: { Duration: 'DAY_30', RecencyType: 'INACTIVE' } },
  Demographic: {
    AppVersion: { DimensionType: 'INCLUSIVE', Values: ['1'] },
    Channel: { DimensionType: 'EXCLUSIVE', Values: ['SMS'] },
    DeviceType: { Values: ['x'] },
    Make: { Values: ['x'] },
    Model: { Values: ['x'] },
    Platform: { Values: ['x'] },
  },
  Location: {
    Country: { Values: ['GB'] },
    GPSPoint: { Coordinates: { Latitude: -90, Longitude: 180 }, RangeInKilometers: 0.5 },
  },
  Metrics: { visits: { ComparisonOperator: 'GREATER_THAN', Value: -1.5 } },
  UserAttributes: { born: { AttributeType: 'ON', Values: ['1970-01-01T00:00:00+01:00'] } },
}

t.test('CreateSegment answers 201 with version 1 of a dimensional segment, as every read does', async t => {
  const { call, id, url } = await withApp()
  const request = { Name: 'Ünï', Dimensions: dimensions, tags: { team: 'red' } }
  const { status, body } = await call('POST', url, request)
  t.equal(status, 201)
  t.match(body.Id, /^[0-9a-f]{32}$/)
  t.strictSame(body, {
    ApplicationId: id,
    Arn: `arn:aws:mobiletargeting:us-east-1:123456789012:apps/${id}/segments/${body.Id}`,
    CreationDate: now.toISOString(),
    Dimensions: dimensions,
    Id: body.Id,
    LastModifiedDate: now.toISOString(),
    Name: 'Ünï',
    SegmentType: 'DIMENSIONAL',
    tags: { team: 'red' },
    Version: 1,
  })
  for (const path of [`${url}/${body.Id}`, `${url}/${body.Id}/versions/1`]) {
    t.strictSame((await call('GET', path)).body, body, path)
  }
  for (const path of [url, `${url}/${body.Id}/versions`]) {
    t.strictSame((await call('GET', path)).body, { Item: [body] }, path)
  }
  t.strictSame((await call('GET', `/v1/tags/${body.Arn}`)).body, { tags: { team: 'red' } })
  t.strictSame((await call('GET', `${url}/${body.Id}/jobs/import`)).body, { Item: [] })
})

t.test('a segment of nothing but {} has neither name nor definition, and no tags', async t => {
  const { call, url } = await withApp()
  const { status, body } = await call('POST', url, {})
  t.equal(status, 201)
  const { ApplicationId, Arn, CreationDate, Id, LastModifiedDate, ...rest } = body
  t.strictSame(rest, { SegmentType: 'DIMENSIONAL', tags: {}, Version: 1 })
})

t.test('what is sent is answered as it was sent, without defaults', async t => {
  const { call, url } = await withApp()
  const { Id } = (await call('POST', url, {})).body
  for (const definition of [
    { Dimensions: {} },
    { Dimensions: { Attributes: {}, Behavior: {}, Demographic: {}, Location: {}, Metrics: {} } },
    { Dimensions: { Location: { GPSPoint: { Coordinates: { Latitude: 47.65, Longitude: -122.33 } } } } },
    { SegmentGroups: { Groups: [{ Dimensions: [{}] }] } },
    {
      SegmentGroups: {
        Groups: [
          { SourceSegments: [{ Id }, { Id, Version: 1 }], SourceType: 'NONE', Dimensions: [], Type: 'ANY' },
          { SourceSegments: [], Dimensions: [dimensions, {}], Type: 'ALL' },
        ],
        Include: 'ANY',
      },
    },
  ]) {
    const { status, body } = await call('POST', url, definition)
    t.equal(status, 201)
    t.strictSame((({ Dimensions, SegmentGroups }) => ({ Dimensions, SegmentGroups }))(body), {
      Dimensions: undefined,
      SegmentGroups: undefined,
      ...definition,
    })
  }
})

t.test('a segment is in the account of its application, whoever creates it', async t => {
  const { app, url, id } = await withApp()
  const answer = await app.inject({
    method: 'POST',
    url,
    payload: {},
    headers: signedBy('000011112222'),
  })
  t.match(answerOf(answer).body.Arn, `:123456789012:apps/${id}/segments/`)
})

t.test('names of segments need not be unique', async t => {
  const { call, url } = await withApp()
  for (let count = 1; count <= 2; count++) {
    t.equal((await call('POST', url, { Name: 'same' })).status, 201)
    t.equal((await call('GET', url)).body.Item.length, count)
  }
})

const attribute = (dimension: object) => ({ Dimensions: { Attributes: { since: dimension } } })
const point = (latitude: number, longitude: number, RangeInKilometers?: number) => ({
  Dimensions: {
    Location: {
      GPSPoint: { Coordinates: { Latitude: latitude, Longitude: longitude }, RangeInKilometers },
    },
  },
})
const groups = (...Groups: object[]) => ({ SegmentGroups: { Groups } })
const day = '2019-08-23T10:54:35.220Z'
const next = '2019-08-24T10:54:35.220Z'

const refused: [title: string, request: object, message: string | RegExp][] = [
  ['a Name that is empty', { Name: '' }, 'Name must be a string that is not empty; got ""'],
  ['a Name that is a number', { Name: 7 }, /^Name must be a string/],
  [
    'Dimensions and SegmentGroups',
    { Dimensions: {}, SegmentGroups: { Groups: [{ Dimensions: [{}] }] } },
    'Dimensions and SegmentGroups must not both be given',
  ],
  ['Dimensions that are a list', { Dimensions: [] }, /^Dimensions must be an object/],
  ['a tag that AWS keeps for itself', { tags: { 'aws:x': 'y' } }, /^tags must have keys/],
  [
    'an unknown AttributeType',
    attribute({ AttributeType: 'LIKE', Values: ['x'] }),
    'Dimensions.Attributes.since.AttributeType must be one of INCLUSIVE, EXCLUSIVE, CONTAINS, BEFORE, AFTER, ON, BETWEEN; got "LIKE"',
  ],
  ['an attribute without Values', attribute({}), /^Dimensions\.Attributes\.since\.Values is required/],
  [
    'an attribute with empty Values',
    attribute({ Values: [] }),
    'Dimensions.Attributes.since.Values must have at least one value',
  ],
  [
    'empty Values of a user attribute',
    { Dimensions: { UserAttributes: { team: { AttributeType: 'EXCLUSIVE', Values: [] } } } },
    'Dimensions.UserAttributes.team.Values must have at least one value',
  ],
  [
    'a value that is no string',
    attribute({ Values: [7] }),
    'Dimensions.Attributes.since.Values.0 must be a string; got 7',
  ],
  [
    'two values for BEFORE',
    attribute({ AttributeType: 'BEFORE', Values: [day, next] }),
    'Dimensions.Attributes.since.Values must have exactly one value for BEFORE; got 2',
  ],
  [
    'two values for AFTER',
    attribute({ AttributeType: 'AFTER', Values: [day, next] }),
    'Dimensions.Attributes.since.Values must have exactly one value for AFTER; got 2',
  ],
  [
    'two values for ON',
    attribute({ AttributeType: 'ON', Values: [day, next] }),
    'Dimensions.Attributes.since.Values must have exactly one value for ON; got 2',
  ],
  [
    'one value for BETWEEN',
    attribute({ AttributeType: 'BETWEEN', Values: [day] }),
    'Dimensions.Attributes.since.Values must have exactly two values for BETWEEN; got 1',
  ],
  [
    'values for BETWEEN in the wrong order, their zones considered',
    attribute({ AttributeType: 'BETWEEN', Values: ['2019-08-23T10:00:00Z', '2019-08-23T11:59:59+02:00'] }),
    'Dimensions.Attributes.since.Values must have the earlier time first for BETWEEN; got "2019-08-23T10:00:00Z", "2019-08-23T11:59:59+02:00"',
  ],
  ...['', '2019-08-23', '2019-08-23T10:54:35', '2019-02-29T10:54:35Z', '23 Aug 2019', '1566557675'].map(
    (value): [string, object, string] => [
      `the time ${JSON.stringify(value)}`,
      attribute({ AttributeType: 'BETWEEN', Values: [day, value] }),
      `Dimensions.Attributes.since.Values must be ISO 8601 times such as ${day} for BETWEEN; got ${JSON.stringify(value)}`,
    ],
  ),
  [
    'an unknown ComparisonOperator',
    { Dimensions: { Metrics: { visits: { ComparisonOperator: '>', Value: 1 } } } },
    'Dimensions.Metrics.visits.ComparisonOperator must be one of GREATER_THAN, LESS_THAN, GREATER_THAN_OR_EQUAL, LESS_THAN_OR_EQUAL, EQUAL; got ">"',
  ],
  [
    'a metric without a Value',
    { Dimensions: { Metrics: { visits: { ComparisonOperator: 'EQUAL' } } } },
    /^Dimensions\.Metrics\.visits\.Value is required/,
  ],
  [
    'a metric whose Value is a string',
    { Dimensions: { Metrics: { visits: { ComparisonOperator: 'EQUAL', Value: '1' } } } },
    /^Dimensions\.Metrics\.visits\.Value must be a number/,
  ],
  ...['AppVersion', 'Channel', 'DeviceType', 'Make', 'Model', 'Platform'].map(
    (name): [string, object, string] => [
      `empty Values of ${name}`,
      { Dimensions: { Demographic: { [name]: { Values: [] } } } },
      `Dimensions.Demographic.${name}.Values must have at least one value`,
    ],
  ),
  [
    'an unknown DimensionType',
    { Dimensions: { Demographic: { Channel: { DimensionType: 'CONTAINS', Values: ['SMS'] } } } },
    'Dimensions.Demographic.Channel.DimensionType must be one of INCLUSIVE, EXCLUSIVE; got "CONTAINS"',
  ],
  [
    'empty Values of Country',
    { Dimensions: { Location: { Country: { Values: [] } } } },
    'Dimensions.Location.Country.Values must have at least one value',
  ],
  [
    'a GPSPoint without Coordinates',
    { Dimensions: { Location: { GPSPoint: { RangeInKilometers: 1 } } } },
    /^Dimensions\.Location\.GPSPoint\.Coordinates is required/,
  ],
  [
    'a latitude beyond a pole',
    point(90.1, 0, 1),
    'Dimensions.Location.GPSPoint.Coordinates.Latitude must be from -90 to 90; got 90.1',
  ],
  [
    'a longitude beyond the date line',
    point(0, -180.1, 1),
    'Dimensions.Location.GPSPoint.Coordinates.Longitude must be from -180 to 180; got -180.1',
  ],
  [
    'a range of 0',
    point(0, 0, 0),
    'Dimensions.Location.GPSPoint.RangeInKilometers must be more than 0; got 0',
  ],
  [
    'a recency without a type',
    { Dimensions: { Behavior: { Recency: { Duration: 'DAY_7' } } } },
    /^Dimensions\.Behavior\.Recency\.RecencyType is required: it must be one of ACTIVE, INACTIVE/,
  ],
  [
    'an unknown Duration',
    { Dimensions: { Behavior: { Recency: { Duration: 'DAY_1', RecencyType: 'ACTIVE' } } } },
    'Dimensions.Behavior.Recency.Duration must be one of HR_24, DAY_7, DAY_14, DAY_30; got "DAY_1"',
  ],
  [
    'SegmentGroups without Groups',
    { SegmentGroups: {} },
    'SegmentGroups.Groups must have 1 to 5 groups; got 0',
  ],
  ['no group', groups(), 'SegmentGroups.Groups must have 1 to 5 groups; got 0'],
  [
    'six groups',
    groups(...Array(6).fill({ Dimensions: [{}] })),
    'SegmentGroups.Groups must have at most 5 entries; got 6',
  ],
  [
    'a group of nothing',
    groups({ Dimensions: [{}] }, { SourceSegments: [], SourceType: 'ALL' }),
    'SegmentGroups.Groups.1 must have SourceSegments or Dimensions',
  ],
  [
    'an unknown Type',
    groups({ Dimensions: [{}], Type: 'SOME' }),
    'SegmentGroups.Groups.0.Type must be one of ALL, ANY, NONE; got "SOME"',
  ],
  [
    'a wrong dimension in a group',
    groups({ Dimensions: [{}] }, { Dimensions: [{}, { Attributes: { a: { Values: [] } } }] }),
    'SegmentGroups.Groups.1.Dimensions.1.Attributes.a.Values must have at least one value',
  ],
  [
    'a source without an Id',
    groups({ SourceSegments: [{ Version: 1 }] }),
    /^SegmentGroups\.Groups\.0\.SourceSegments\.0\.Id is required/,
  ],
]

t.test('a request that is wrong answers 400 with the reason, and makes no segment', async t => {
  const { call, url } = await withApp()
  for (const [title, request, message] of refused) {
    await t.test(title, async t => {
      isError(t, await call('POST', url, request), 400, 'BadRequestException', message)
    })
  }
  t.strictSame((await call('GET', url)).body, { Item: [] })
})

t.test('a segment may have 100 dimensions of all kinds together, and no more', async t => {
  const { call, url } = await withApp()
  /** The 15 dimensions above, and so many more. */
  const more = (count: number) => ({
    ...dimensions,
    Metrics: Object.fromEntries(
      Array.from({ length: count + 1 }, (_, index) => [
        `m${index}`,
        { ComparisonOperator: 'EQUAL', Value: index },
      ]),
    ),
  })
  t.equal((await call('POST', url, { Dimensions: more(85) })).status, 201)
  const tooMany = await call('POST', url, { Dimensions: more(86) })
  const message = 'must hold at most 100 dimensions in all; got 101'
  isError(t, tooMany, 400, 'BadRequestException', `Dimensions ${message}`)

  const inGroups = (count: number) =>
    groups({ Dimensions: [more(0), more(20)] }, { Dimensions: [{}, more(0)] }, { Dimensions: [more(count)] })
  t.equal((await call('POST', url, inGroups(20))).status, 201)
  isError(t, await call('POST', url, inGroups(21)), 400, 'BadRequestException', `SegmentGroups ${message}`)
})

t.test('a segment may have 100 sources and 100 sets of dimensions in its groups, and no more', async t => {
  const { call, app, url } = await withSegments()
  const segments = `/v1/apps/${app}/segments`
  const { Id } = (await call('POST', segments, {})).body
  await call('PUT', `/v1/apps/${app}/endpoints/e`, { ChannelType: 'EMAIL', Address: 'e' })
  for (const [list, entry] of Object.entries({ SourceSegments: { Id }, Dimensions: {} })) {
    const inGroups = (count: number) => groups({ [list]: [entry] }, { [list]: Array(count - 1).fill(entry) })
    const { status, body } = await call('POST', segments, inGroups(100))
    t.equal(status, 201)
    const members = await call('GET', `/_pinpoint/apps/${app}/segments/${body.Id}/endpoints`)
    t.equal(members.status, 200)
    matchEach(t, members.body.items, [{ Id: 'e' }])
    const tooMany = inGroups(101)
    const message = `SegmentGroups must have at most 100 ${list} in all of its groups; got 101`
    isError(t, await call('POST', segments, tooMany), 400, 'BadRequestException', message)
    isError(t, await call('PUT', url(Id), tooMany), 400, 'BadRequestException', message)
  }
})

t.test('every source is there in the application, in the version that is given', async t => {
  const { call, app, url, createApp } = await withSegments()
  const { Id } = (await call('POST', `/v1/apps/${app}/segments`, {})).body
  const other = (await createApp({ Name: 'other' })).Id
  const elsewhere = (await call('POST', `/v1/apps/${other}/segments`, {})).body.Id
  for (const [reference, message] of [
    [{ Id: 'nope' }, 'Segment not found: nope; MEMBER.Id must be the Id of a segment of the application'],
    [
      { Id: elsewhere },
      `Segment not found: ${elsewhere}; MEMBER.Id must be the Id of a segment of the application`,
    ],
    [{ Id, Version: 2 }, `Segment version not found: 2 of ${Id}; MEMBER.Version must be one of that segment`],
    [{ Id, Version: 0 }, `Segment version not found: 0 of ${Id}; MEMBER.Version must be one of that segment`],
  ] as const) {
    const answer = await call(
      'POST',
      `/v1/apps/${app}/segments`,
      groups({ SourceSegments: [{ Id }, reference] }),
    )
    const said = message.replace('MEMBER', 'SegmentGroups.Groups.0.SourceSegments.1')
    isError(t, answer, 404, 'NotFoundException', said)
  }
  await call('PUT', url(Id), {})
  const answer = await call(
    'POST',
    `/v1/apps/${app}/segments`,
    groups({ SourceSegments: [{ Id, Version: 2 }] }),
  )
  t.equal(answer.status, 201)
})

t.test('a segment may be built on 100 others, directly and through others, and no more', async t => {
  const { call, app } = await withSegments()
  const url = `/v1/apps/${app}/segments`
  const create = async (body: object = {}) => ({ Id: (await call('POST', url, body)).body.Id as string })
  const sources: { Id: string }[] = []
  for (let count = 0; count < 99; count++) sources.push(await create())
  const middle = await create(groups({ SourceSegments: sources }))
  const top = groups({ SourceSegments: [middle, middle] }, { SourceSegments: sources.slice(1) })
  t.equal((await call('POST', url, top)).status, 201)
  const message =
    'SegmentGroups must not lead to more than 100 source segments, those that the sources are built on included'
  const answer = await call('POST', url, groups({ SourceSegments: [middle, await create()] }))
  isError(t, answer, 400, 'BadRequestException', message)
})

t.test('an imported segment stands alone in its group', async t => {
  const { call, app, defineSegment } = await withSegments()
  const [one, two] = [await defineSegment(), await defineSegment()]
  const url = `/v1/apps/${app}/segments`
  const { Id } = (await call('POST', url, {})).body
  for (const SourceSegments of [
    [{ Id }, { Id: one }],
    [{ Id: one }, { Id: two }],
  ]) {
    const answer = await call('POST', url, groups({ SourceSegments: [{ Id }] }, { SourceSegments }))
    const message = `SegmentGroups.Groups.1.SourceSegments must be dimensional segments or exactly one imported segment; ${one} is imported, and one of 2`
    isError(t, answer, 400, 'BadRequestException', message)
  }
  const alone = groups({ SourceSegments: [{ Id: one }], Dimensions: [{}] }, { SourceSegments: [{ Id: two }] })
  t.equal((await call('POST', url, alone)).status, 201)
})

t.test('no body answers 400, and an unknown application 404, whatever the body', async t => {
  const { call, url } = await withApp()
  isError(t, await call('POST', url), 400, 'BadRequestException', /^The request body is required/)
  const noApp = await call('POST', '/v1/apps/nope/segments', { Name: 7 })
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})
