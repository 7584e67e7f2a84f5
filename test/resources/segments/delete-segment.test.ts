import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'
import { withSegments } from '../../support/segment-versions.ts'

/** What is said of a segment that is gone, where it is a source of another one as well. */
const notFound = (id: string, isSource: boolean) =>
  `Segment not found: ${id}${isSource ? '; SegmentGroups.Groups.0.SourceSegments.0.Id must be the Id of a segment of the application' : ''}`

t.test('DeleteSegment answers 200 with the segment as it was, and it is gone for every call', async t => {
  const { call, app, defineSegment, url } = await withSegments()
  const kept = (await call('GET', url(await defineSegment({ SegmentName: 'kept' })))).body
  const imported = await defineSegment({ SegmentName: 'imported' })
  await defineSegment({ SegmentId: imported })
  const { Id: dimensional } = (
    await call('POST', `/v1/apps/${app}/segments`, { Name: 'd', tags: { team: 'red' } })
  ).body
  await call('PUT', url(dimensional), { Dimensions: {} })
  for (const Id of [imported, dimensional]) {
    const segment = (await call('GET', url(Id))).body
    const deleted = await call('DELETE', url(Id))
    t.equal(deleted.status, 200)
    t.strictSame(deleted.body, segment)
    for (const [method, path, body] of [
      ['GET', url(Id)],
      ['GET', `${url(Id)}/versions`],
      ['GET', `${url(Id)}/versions/1`],
      ['GET', `${url(Id)}/jobs/import`],
      ['GET', `/_pinpoint/apps/${app}/segments/${Id}/endpoints`],
      ['PUT', url(Id), { Name: 'again' }],
      ['DELETE', url(Id)],
      ['POST', `/v1/apps/${app}/segments`, { SegmentGroups: { Groups: [{ SourceSegments: [{ Id }] }] } }],
      [
        'POST',
        `/v1/apps/${app}/jobs/import`,
        { Format: 'CSV', S3Url: 's3://bucket/k', RoleArn: 'arn:aws:iam::123456789012:role/x', SegmentId: Id },
      ],
    ] as const) {
      const answer = await call(method, path, body)
      isError(t, answer, 404, 'NotFoundException', notFound(Id, path.endsWith('/segments')))
    }
    const tags = await call('GET', `/v1/tags/${segment.Arn}`)
    isError(t, tags, 404, 'NotFoundException', `Resource not found: ${segment.Arn}`)
  }
  t.strictSame((await call('GET', `/v1/apps/${app}/segments`)).body, { Item: [kept] })
  t.equal((await call('GET', `/v1/apps/${app}/jobs/import`)).body.Item.length, 3, 'the jobs are still there')
})

t.test('the tags of a deleted segment go with it, and the worker is told', async t => {
  let wakes = 0
  const { call, store, createApp } = buildTestApp(t, {
    jobWorker: { isRunning: () => true, wake: () => void wakes++ },
  })
  const app = await createApp({ Name: 'shop', tags: { a: 'b' } })
  const url = `/v1/apps/${app.Id}/segments`
  const { Id, Arn } = (await call('POST', url, { tags: { team: 'red' } })).body
  const other = (await call('POST', url, { tags: { team: 'blue' } })).body
  await call('DELETE', `${url}/${Id}`)
  t.strictSame(
    [Arn, other.Arn, app.Arn].map(arn => store.tags.get(arn)),
    [{}, { team: 'blue' }, { a: 'b' }],
  )
  t.equal(wakes, 1)
})

t.test('a segment built on a deleted one keeps its definition, and cannot be given it again', async t => {
  const { call, app, url } = await withSegments()
  const create = async (request: object) => (await call('POST', `/v1/apps/${app}/segments`, request)).body
  const { Id } = await create({})
  const definition = { SegmentGroups: { Groups: [{ SourceSegments: [{ Id }] }] } }
  const built = await create(definition)
  const further = await create({ SegmentGroups: { Groups: [{ SourceSegments: [{ Id: built.Id }] }] } })
  await call('DELETE', url(Id))
  t.strictSame((await call('GET', url(built.Id))).body, built)
  isError(t, await call('PUT', url(built.Id), definition), 404, 'NotFoundException', notFound(Id, true))
  const onFurther = { SegmentGroups: { Groups: [{ SourceSegments: [{ Id: further.Id }] }] } }
  t.equal((await call('PUT', url((await create({})).Id), onFurther)).status, 200)
  t.equal((await call('PUT', url(built.Id), {})).status, 200)
})

t.test('an unknown segment, one of another application and an unknown application answer 404', async t => {
  const { call, defineSegment, url, createApp } = await withSegments()
  const Id = await defineSegment()
  const segment = (await call('GET', url(Id))).body
  isError(t, await call('DELETE', url('nope')), 404, 'NotFoundException', 'Segment not found: nope')
  const other = (await createApp({ Name: 'other' })).Id
  const elsewhere = await call('DELETE', `/v1/apps/${other}/segments/${Id}`)
  isError(t, elsewhere, 404, 'NotFoundException', `Segment not found: ${Id}`)
  const noApp = await call('DELETE', `/v1/apps/nope/segments/${Id}`)
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
  t.strictSame((await call('GET', url(Id))).body, segment)
})
