import t from 'tap'
import { buildTestApp, isError, roleArn } from '../../support/helpers.ts'

const now = new Date('2026-01-02T03:04:05.678Z')

let wakes = 0
/** Without a worker; it counts how often the worker is woken. */
const { call, createApp } = buildTestApp(t, { now: () => now, jobWorker: { wake: () => void wakes++ } })

/** An application with a segment, and the path of its export jobs. */
async function withApp() {
  const { Id: id } = await createApp()
  const { Id: segment } = (await call('POST', `/v1/apps/${id}/segments`, { Name: 'all' })).body
  wakes = 0
  return { id, segment, url: `/v1/apps/${id}/jobs/export`, wakes: () => wakes }
}

const least = { S3UrlPrefix: 's3://bucket/out', RoleArn: roleArn }

t.test('CreateExportJob answers 202 with the job as CREATED', async t => {
  const { id, url, wakes } = await withApp()
  const { status, body } = await call('POST', url, least)
  t.equal(status, 202)
  t.match(body.Id, /^[0-9a-f]{32}$/)
  t.strictSame(body, {
    ApplicationId: id,
    Id: body.Id,
    JobStatus: 'CREATED',
    CreationDate: now.toISOString(),
    Type: 'EXPORT',
    Definition: least,
  })
  t.equal(wakes(), 1, 'the worker is told')
  t.strictSame((await call('GET', `${url}/${body.Id}`)).body, body, 'GetExportJob answers the same')
})

t.test('the answer repeats what was asked for, and nothing else', async t => {
  const { url, segment } = await withApp()
  for (const more of [{ SegmentId: segment }, { SegmentId: segment, SegmentVersion: 1 }]) {
    const { status, body } = await call('POST', url, { ...least, ...more, ExternalId: 'x' })
    t.equal(status, 202)
    t.strictSame(body.Definition, { ...least, ...more })
  }
  for (const S3UrlPrefix of ['s3://my.bucket-1', 's3://bucket/', 's3://bucket/a prefix/ünï/']) {
    const { body } = await call('POST', url, { ...least, S3UrlPrefix })
    t.equal(body.Definition.S3UrlPrefix, S3UrlPrefix)
  }
})

t.test('a wrong definition answers 400 naming the member and the rule, and makes no job', async t => {
  const { url, segment, wakes } = await withApp()
  for (const [body, message] of [
    [{ RoleArn: roleArn }, /S3UrlPrefix/],
    [{ S3UrlPrefix: 's3://bucket/out' }, /RoleArn/],
    [{ ...least, S3UrlPrefix: 'bucket/out' }, /^S3UrlPrefix must be s3:\/\/bucket .*got "bucket\/out"/],
    [{ ...least, S3UrlPrefix: 'https://bucket.s3.amazonaws.com/x' }, /^S3UrlPrefix must be/],
    [{ ...least, S3UrlPrefix: 's3://../x' }, /^S3UrlPrefix must be/],
    [{ ...least, S3UrlPrefix: 7 }, /S3UrlPrefix/],
    [{ ...least, RoleArn: 'me' }, /^RoleArn must be/],
    [{ ...least, SegmentId: '' }, /^SegmentId must not be empty/],
    [{ ...least, SegmentVersion: 1 }, /^SegmentVersion needs the SegmentId/],
    [
      { ...least, SegmentId: segment, SegmentVersion: 0 },
      /^SegmentVersion must be a whole number from 1; got 0/,
    ],
    [{ ...least, SegmentId: segment, SegmentVersion: 1.5 }, /SegmentVersion/],
    [{ ...least, SegmentId: segment, SegmentVersion: '1' }, /SegmentVersion/],
  ] as const) {
    isError(t, await call('POST', url, body), 400, 'BadRequestException', message)
  }
  t.strictSame((await call('GET', url)).body, { Item: [] })
  t.equal(wakes(), 0)
})

t.test(
  'what is not there answers 404, the application before anything that is wrong with the body',
  async t => {
    const { url, segment } = await withApp()
    const noApp = await call('POST', '/v1/apps/nope/jobs/export', { RoleArn: 7 })
    isError(t, noApp, 404, 'NotFoundException', 'Application not found')
    const noSegment = await call('POST', url, { ...least, SegmentId: 'nope' })
    isError(t, noSegment, 404, 'NotFoundException', 'Segment not found: nope')
    const noVersion = await call('POST', url, { ...least, SegmentId: segment, SegmentVersion: 2 })
    isError(t, noVersion, 404, 'NotFoundException', 'Segment version not found: 2')
    t.strictSame((await call('GET', url)).body, { Item: [] })
  },
)
