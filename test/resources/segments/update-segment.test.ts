import t from 'tap'
import { numbered } from '../../support/endpoint-files.ts'
import { isError } from '../../support/helpers.ts'
import { withSegments } from '../../support/segment-versions.ts'

const plan = (...Values: string[]) => ({ Attributes: { plan: { Values } } })
const builtOn = (...SourceSegments: object[]) => ({ SegmentGroups: { Groups: [{ SourceSegments }] } })

/** An application, and a way to create dimensional segments. */
async function withApp() {
  const made = await withSegments()
  const create = async (request: object = {}) =>
    (await made.call('POST', `/v1/apps/${made.app}/segments`, request)).body
  return { ...made, create }
}

t.test('UpdateSegment answers 200 with the next version, and the earlier ones stay as they were', async t => {
  const { call, create, url } = await withApp()
  const first = await create({ Name: 'first', Dimensions: plan('free'), tags: { team: 'red' } })
  const { status, body: second } = await call('PUT', url(first.Id), {
    Name: 'second',
    Dimensions: plan('pro'),
  })
  t.equal(status, 200)
  t.strictSame(second, {
    ...first,
    Name: 'second',
    Dimensions: plan('pro'),
    LastModifiedDate: second.LastModifiedDate,
    Version: 2,
  })
  t.ok(second.LastModifiedDate >= first.LastModifiedDate)
  t.strictSame((await call('GET', url(first.Id))).body, second)
  t.strictSame((await call('GET', `${url(first.Id)}/versions`)).body, { Item: [second, first] })
  t.strictSame((await call('GET', `${url(first.Id)}/versions/1`)).body, first)
})

t.test('a definition replaces the one before it, and none means all endpoints; the name stays', async t => {
  const { call, create, url } = await withApp()
  const source = await create()
  const { Id } = await create({ Name: 'mine', Dimensions: plan('free') })
  let version = 1
  for (const definition of [
    builtOn({ Id: source.Id }),
    { Dimensions: { Metrics: { visits: { ComparisonOperator: 'EQUAL', Value: 0 } } } },
    {},
    { Dimensions: {} },
    { Dimensions: plan('pro') },
  ]) {
    const { body } = await call('PUT', url(Id), definition)
    const { Name, Dimensions, SegmentGroups, Version } = body
    t.strictSame(
      { Name, Dimensions, SegmentGroups, Version },
      { Name: 'mine', Dimensions: undefined, SegmentGroups: undefined, ...definition, Version: ++version },
    )
  }
})

t.test('tags in the body are ignored, even those that no resource may have', async t => {
  const { call, create, url } = await withApp()
  const { Id, Arn } = await create({ tags: { team: 'red' } })
  const { status, body } = await call('PUT', url(Id), { tags: { team: 'blue', 'aws:x': 'y' } })
  t.equal(status, 200)
  t.strictSame(body.tags, { team: 'red' })
  t.strictSame((await call('GET', `/v1/tags/${Arn}`)).body, { tags: { team: 'red' } })
})

t.test('an imported segment can be renamed, and keeps its import; nothing else of it can change', async t => {
  const { call, app, defineSegment, url } = await withApp()
  const Id = await defineSegment({ SegmentName: 'first' })
  const first = (await call('GET', url(Id))).body
  const { status, body } = await call('PUT', url(Id), { Name: 'second', tags: {} })
  t.equal(status, 200)
  t.strictSame(body, { ...first, Name: 'second', LastModifiedDate: body.LastModifiedDate, Version: 2 })
  for (const [member, value] of [
    ['Dimensions', {}],
    ['SegmentGroups', { Groups: [{ Dimensions: [{}] }] }],
  ] as const) {
    const answer = await call('PUT', url(Id), { Name: 'third', [member]: value })
    const message = `${member} must not be given for an imported segment: only its Name can be changed`
    isError(t, answer, 400, 'BadRequestException', message)
  }
  t.strictSame((await call('GET', url(Id))).body, body)
  await defineSegment({ SegmentId: Id })
  t.match((await call('GET', url(Id))).body, { Name: 'second', Version: 3 }, 'an import renews it as ever')
  t.equal((await call('GET', `/_pinpoint/apps/${app}/segments/${Id}/endpoints?version=2`)).status, 200)
})

t.test('a segment may not be built on itself, directly or through others', async t => {
  const { call, create, url } = await withApp()
  const base = await create({ Name: 'base' })
  const middle = await create(builtOn({ Id: base.Id }))
  const top = await create(builtOn({ Id: (await create()).Id }, { Id: middle.Id }))
  for (const reference of [
    { Id: base.Id },
    { Id: base.Id, Version: 1 },
    { Id: middle.Id },
    { Id: middle.Id, Version: 1 },
    { Id: top.Id },
  ]) {
    const answer = await call('PUT', url(base.Id), builtOn({ Id: (await create()).Id }, reference))
    const message = `SegmentGroups.Groups.0.SourceSegments.1.Id must not be the segment itself or one that is built on it; got "${reference.Id}"`
    isError(t, answer, 400, 'BadRequestException', message)
  }
  t.strictSame((await call('GET', url(base.Id))).body, base, 'it is as it was')

  await call('PUT', url(middle.Id), {})
  const old = await call('PUT', url(base.Id), builtOn({ Id: middle.Id, Version: 1 }))
  t.equal(old.status, 400, 'a version is what it was, whatever the segment is now')
  t.equal((await call('PUT', url(base.Id), builtOn({ Id: top.Id }))).status, 200)
  t.equal((await call('PUT', url(middle.Id), builtOn({ Id: base.Id }))).status, 400)
})

t.test('a chain and a net of many segments are looked through once', async t => {
  const { call, create, url } = await withApp()
  const first = await create()
  let [one, two] = [first.Id, (await create()).Id]
  for (let level = 0; level < 45; level++) {
    const both = builtOn({ Id: one }, { Id: two })
    one = (await create(both)).Id
    two = (await create(both)).Id
  }
  isError(
    t,
    await call('PUT', url(first.Id), builtOn({ Id: two })),
    400,
    'BadRequestException',
    /must not be the segment itself/,
  )
  const apart = await create()
  t.equal((await call('PUT', url(apart.Id), builtOn({ Id: one }, { Id: two }))).status, 200)
})

for (const [title, request, status, exception, message] of [
  [
    'a Name that is empty',
    { Name: '' },
    400,
    'BadRequestException',
    /^Name must be a string that is not empty/,
  ],
  [
    'Dimensions and SegmentGroups',
    { Dimensions: {}, SegmentGroups: {} },
    400,
    'BadRequestException',
    'Dimensions and SegmentGroups must not both be given',
  ],
  [
    'a wrong dimension',
    { Dimensions: plan() },
    400,
    'BadRequestException',
    'Dimensions.Attributes.plan.Values must have at least one value',
  ],
  [
    'an unknown source',
    builtOn({ Id: 'nope' }),
    404,
    'NotFoundException',
    'Segment not found: nope; SegmentGroups.Groups.0.SourceSegments.0.Id must be the Id of a segment of the application',
  ],
] as const) {
  t.test(`${title} answers ${status}, and the segment stays as it was`, async t => {
    const { call, create, url } = await withApp()
    const segment = await create({ Name: 'mine', Dimensions: plan('free') })
    isError(t, await call('PUT', url(segment.Id), request), status, exception, message)
    t.strictSame((await call('GET', `${url(segment.Id)}/versions`)).body, { Item: [segment] })
  })
}

t.test('of updates at the same time none is lost, and there is no gap between the versions', async t => {
  const { call, create, url } = await withApp()
  const { Id } = await create()
  const names = numbered('name ', 60)
  const answers = await Promise.all(names.map(Name => call('PUT', url(Id), { Name })))
  const versions = answers.map(({ body }) => body).sort((a, b) => b.Version - a.Version)
  t.strictSame(
    versions.map(({ Version }) => Version),
    Array.from({ length: 60 }, (_, index) => 61 - index),
  )
  t.strictSame(versions.map(({ Name }) => Name).sort(), names.sort())
  const { Item } = (await call('GET', `${url(Id)}/versions`)).body
  t.strictSame(Item.slice(0, -1), versions)
})

t.test('an unknown segment, one of another application and an unknown application answer 404', async t => {
  const { call, app, create, url, createApp } = await withApp()
  const { Id } = await create()
  const unknown = await call('PUT', url('nope'), { Name: 7 })
  isError(t, unknown, 404, 'NotFoundException', 'Segment not found: nope')
  const other = (await createApp({ Name: 'other' })).Id
  const elsewhere = await call('PUT', `/v1/apps/${other}/segments/${Id}`, {})
  isError(t, elsewhere, 404, 'NotFoundException', `Segment not found: ${Id}`)
  const noApp = await call('PUT', `/v1/apps/nope/segments/${Id}`, {})
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
  const noBody = await call('PUT', `/v1/apps/${app}/segments/${Id}`)
  isError(t, noBody, 400, 'BadRequestException', /^The request body is required/)
})
