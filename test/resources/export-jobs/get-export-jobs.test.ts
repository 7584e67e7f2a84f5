import t from 'tap'
import { makeBuckets } from '../../support/buckets.ts'
import {
  createApp,
  isError,
  roleArn,
  runExport,
  sharedTestApp,
  startEmulator,
} from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'

/** Two applications; in the first, jobs of two segments and of the whole, the newest first. */
async function withJobs() {
  const { call, createApp } = sharedTestApp()
  const [Id, other] = [(await createApp()).Id, (await createApp({ Name: 'other' })).Id]
  const segments: string[] = []
  for (const Name of ['a', 'b']) {
    segments.push((await call('POST', `/v1/apps/${Id}/segments`, { Name })).body.Id)
  }
  const url = `/v1/apps/${Id}/jobs/export`
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects in a body
  const jobs: any[] = []
  for (const SegmentId of [segments[0], undefined, segments[1], segments[0]]) {
    const request = { S3UrlPrefix: 's3://bucket/out', RoleArn: roleArn, ...(SegmentId && { SegmentId }) }
    jobs.unshift((await call('POST', url, request)).body)
  }
  return { call, app: `/v1/apps/${Id}`, other: `/v1/apps/${other}`, segments, jobs }
}

t.test('GetExportJobs answers the jobs of an application in pages, newest first', async t => {
  const { call, app, other, jobs } = await withJobs()
  t.strictSame((await call('GET', `${app}/jobs/export`)).body, { Item: jobs })
  t.strictSame((await call('GET', `${other}/jobs/export`)).body, { Item: [] })
  t.strictSame((await call('GET', `${app}/jobs/import`)).body, { Item: [] }, 'they are no import jobs')
  const first = (await call('GET', `${app}/jobs/export?page-size=3`)).body
  t.strictSame(first.Item, jobs.slice(0, 3))
  await call('POST', `${app}/jobs/export`, { S3UrlPrefix: 's3://bucket/out', RoleArn: roleArn })
  const second = (await call('GET', `${app}/jobs/export?page-size=3&token=${first.NextToken}`)).body
  t.strictSame(second, { Item: jobs.slice(3) }, 'a job that was created meanwhile changes nothing')
})

t.test('GetSegmentExportJobs answers those of a segment', async t => {
  const { call, app, segments, jobs } = await withJobs()
  const [a, b] = segments
  t.strictSame((await call('GET', `${app}/segments/${b}/jobs/export`)).body, { Item: [jobs[1]] })
  const url = `${app}/segments/${a}/jobs/export?page-size=1`
  const first = (await call('GET', url)).body
  t.strictSame(first.Item, [jobs[0]])
  t.strictSame((await call('GET', `${url}&token=${first.NextToken}`)).body, { Item: [jobs[3]] })
  const wrong = await call('GET', `${app}/segments/${b}/jobs/export?token=${first.NextToken}`)
  isError(t, wrong, 400, 'BadRequestException', /^token must be/)
})

t.test('a job is listed as GetExportJob answers it', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('bucket', 'a', 'a')
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const completed = await runExport(client, app, { S3UrlPrefix: 's3://bucket' })
  const failed = await runExport(client, app, { S3UrlPrefix: 's3://missing' })
  const { Item } = (await (await fetch(`${url}/v1/apps/${app}/jobs/export`)).json()) as { Item: object[] }
  t.strictSame(Item, [{ ...failed }, { ...completed }])
  matchEach(t, Item, [{ JobStatus: 'FAILED' }, { JobStatus: 'COMPLETED', TotalProcessed: 0 }])
})

t.test('what is not there answers 404, a wrong page 400', async t => {
  const { call, app, other, segments, jobs } = await withJobs()
  for (const [url, message] of [
    ['/v1/apps/nope/jobs/export', 'Application not found'],
    ['/v1/apps/nope/jobs/export/x', 'Application not found'],
    [`${app}/jobs/export/nope`, 'Export job not found: nope'],
    [`${other}/jobs/export/${jobs[0].Id}`, `Export job not found: ${jobs[0].Id}`],
    [`${app}/jobs/import/${jobs[0].Id}`, `Import job not found: ${jobs[0].Id}`],
    [`${app}/segments/nope/jobs/export`, 'Segment not found: nope'],
    [`${other}/segments/${segments[0]}/jobs/export`, `Segment not found: ${segments[0]}`],
  ] as const) {
    isError(t, await call('GET', url), 404, 'NotFoundException', message)
  }
  const size = await call('GET', `${app}/jobs/export?page-size=0`)
  isError(t, size, 400, 'BadRequestException', /^page-size must be/)
})
