import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { withSegments } from '../../support/segment-versions.ts'

const numbers = (body: { Item: { Version: number }[] }) => body.Item.map(segment => segment.Version)

t.test('GetSegmentVersions answers the versions of a segment, newest first, each as alone', async t => {
  const { call, defineSegment, url } = await withSegments()
  const SegmentId = await defineSegment({ SegmentName: 'first' })
  const other = await defineSegment()
  for (const SegmentName of ['second', 'third']) await defineSegment({ SegmentId, SegmentName })
  const { status, body } = await call('GET', `${url(SegmentId)}/versions`)
  t.equal(status, 200)
  t.strictSame(Object.keys(body), ['Item'])
  matchEach(t, body.Item, [{ Name: 'third' }, { Name: 'second' }, { Name: 'first' }])
  t.strictSame(numbers(body), [3, 2, 1])
  for (const segment of body.Item) {
    t.strictSame((await call('GET', `${url(SegmentId)}/versions/${segment.Version}`)).body, segment)
  }
  t.strictSame(numbers((await call('GET', `${url(other)}/versions`)).body), [1])
})

t.test('versions of a segment come in pages, which a new version does not shift', async t => {
  const { call, defineSegment, url } = await withSegments()
  const SegmentId = await defineSegment()
  for (let version = 2; version <= 5; version++) await defineSegment({ SegmentId })
  const page = async (token?: string) => {
    const query = new URLSearchParams({ 'page-size': '2', ...(token !== undefined && { token }) })
    return (await call('GET', `${url(SegmentId)}/versions?${query}`)).body
  }
  const first = await page()
  t.strictSame(numbers(first), [5, 4])
  await defineSegment({ SegmentId })
  const second = await page(first.NextToken)
  t.strictSame(numbers(second), [3, 2])
  const third = await page(second.NextToken)
  t.strictSame(numbers(third), [1])
  t.notOk('NextToken' in third)
})

t.test('a wrong page size, and a token of another list, answer 400', async t => {
  const { call, app, defineSegment, url } = await withSegments()
  const [one, other] = [await defineSegment(), await defineSegment()]
  for (const SegmentId of [one, other]) await defineSegment({ SegmentId })
  const size = await call('GET', `${url(one)}/versions?page-size=0`)
  isError(t, size, 400, 'BadRequestException', /^page-size must be/)
  for (const list of [`${url(other)}/versions`, `/v1/apps/${app}/segments`]) {
    const { NextToken } = (await call('GET', `${list}?page-size=1`)).body
    t.type(NextToken, 'string')
    const token = await call('GET', `${url(one)}/versions?token=${NextToken}`)
    isError(t, token, 400, 'BadRequestException', /^token must be/)
  }
})

t.test('an unknown segment, one of another application and an unknown application answer 404', async t => {
  const { call, defineSegment, url, createApp } = await withSegments()
  const SegmentId = await defineSegment()
  const unknown = await call('GET', `${url('nope')}/versions`)
  isError(t, unknown, 404, 'NotFoundException', 'Segment not found: nope')
  const other = (await createApp({ Name: 'other' })).Id
  const elsewhere = await call('GET', `/v1/apps/${other}/segments/${SegmentId}/versions`)
  isError(t, elsewhere, 404, 'NotFoundException', `Segment not found: ${SegmentId}`)
  const noApp = await call('GET', `/v1/apps/nope/segments/${SegmentId}/versions`)
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})
