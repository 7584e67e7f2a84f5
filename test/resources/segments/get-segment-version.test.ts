import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { withSegments } from '../../support/segment-versions.ts'

t.test('GetSegmentVersion answers each version as GetSegment did while it was the current one', async t => {
  const { call, defineSegment, url } = await withSegments()
  const SegmentId = await defineSegment({ SegmentName: 'first' })
  const segments = [(await call('GET', url(SegmentId))).body]
  for (const request of [{}, { SegmentName: 'third', Format: 'JSON' as const }]) {
    await defineSegment({ SegmentId, ...request })
    segments.push((await call('GET', url(SegmentId))).body)
  }
  t.match(segments, [
    { Version: 1, Name: 'first', ImportDefinition: { S3Url: 's3://bucket/1.csv' } },
    { Version: 2, Name: 'first', ImportDefinition: { S3Url: 's3://bucket/2.csv' } },
    { Version: 3, Name: 'third', ImportDefinition: { S3Url: 's3://bucket/3.csv', Format: 'JSON' } },
  ])
  t.equal(new Set(segments.map(segment => segment.LastModifiedDate)).size, 3)
  for (const segment of segments) {
    const { status, body } = await call('GET', `${url(SegmentId)}/versions/${segment.Version}`)
    t.equal(status, 200)
    t.strictSame(body, segment)
  }
})

t.test('id, ARN, creation date and tags of every version are those of the segment', async t => {
  const { call, defineSegment, url } = await withSegments()
  const SegmentId = await defineSegment()
  await defineSegment({ SegmentId })
  const { Arn, CreationDate } = (await call('GET', url(SegmentId))).body
  await call('POST', `/v1/tags/${encodeURIComponent(Arn)}`, { tags: { team: 'red' } })
  for (const version of [1, 2]) {
    const { body } = await call('GET', `${url(SegmentId)}/versions/${version}`)
    t.match(body, { Id: SegmentId, Arn, CreationDate, tags: { team: 'red' }, Version: version })
  }
})

t.test('a version that the segment does not have answers 404, though another segment has it', async t => {
  const { call, defineSegment, url } = await withSegments()
  const SegmentId = await defineSegment()
  await defineSegment({ SegmentId: await defineSegment() })
  for (const version of ['2', '99999999999999999999', '9'.repeat(400)]) {
    const answer = await call('GET', `${url(SegmentId)}/versions/${version}`)
    isError(t, answer, 404, 'NotFoundException', `Segment version not found: ${version}`)
  }
})

for (const version of ['0', '-1', '1.5', '1e0', '01', ' 1', 'latest', '$LATEST']) {
  t.test(`the version "${version}" answers 400`, async t => {
    const { call, defineSegment, url } = await withSegments()
    const SegmentId = await defineSegment()
    const answer = await call('GET', `${url(SegmentId)}/versions/${encodeURIComponent(version)}`)
    const message = `version must be a whole number from 1; got "${version}"`
    isError(t, answer, 400, 'BadRequestException', message)
  })
}

t.test('an unknown segment, one of another application and an unknown application answer 404', async t => {
  const { call, defineSegment, url, createApp } = await withSegments()
  const SegmentId = await defineSegment()
  const unknown = await call('GET', `${url('nope')}/versions/x`)
  isError(t, unknown, 404, 'NotFoundException', 'Segment not found: nope')
  const other = (await createApp({ Name: 'other' })).Id
  const elsewhere = await call('GET', `/v1/apps/${other}/segments/${SegmentId}/versions/1`)
  isError(t, elsewhere, 404, 'NotFoundException', `Segment not found: ${SegmentId}`)
  const noApp = await call('GET', `/v1/apps/nope/segments/${SegmentId}/versions/x`)
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})
