import t from 'tap'
import {
  createApp,
  isError,
  roleArn,
  runImport,
  sharedTestApp,
  startEmulator,
} from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'

async function withJobs(count: number) {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const url = `/v1/apps/${Id}/jobs/import`
  const jobs: object[] = []
  for (let index = 1; index <= count; index++) {
    const request = { Format: 'CSV', S3Url: `s3://bucket/${index}`, RoleArn: roleArn }
    jobs.unshift((await call('POST', url, request)).body)
  }
  return { call, createApp, url, jobs }
}

t.test(
  'GetImportJobs answers the jobs of an application, newest first, each as GetImportJob does',
  async t => {
    const { call, url, jobs, createApp } = await withJobs(3)
    const other = (await createApp({ Name: 'other' })).Id
    const { status, body } = await call('GET', url)
    t.equal(status, 200)
    t.strictSame(body, { Item: jobs })
    t.strictSame((await call('GET', `/v1/apps/${other}/jobs/import`)).body, { Item: [] })
  },
)

t.test('GetImportJobs answers in pages', async t => {
  const { call, url, jobs } = await withJobs(3)
  const first = (await call('GET', `${url}?page-size=2`)).body
  t.strictSame(first.Item, jobs.slice(0, 2))
  const second = (await call('GET', `${url}?page-size=2&token=${first.NextToken}`)).body
  t.strictSame(second, { Item: jobs.slice(2) })
})

t.test('jobs that are over are listed with their counters and failures', async t => {
  const { client, url } = await startEmulator(t, { S3_DIR: 'fixtures/s3' })
  const app = await createApp(client)
  const completed = await runImport(client, app, { S3Url: 's3://demo/users.csv' })
  const failed = await runImport(client, app, { S3Url: 's3://missing/users.csv' })
  const { Item } = (await (await fetch(`${url}/v1/apps/${app}/jobs/import`)).json()) as { Item: object[] }
  t.strictSame(Item, [{ ...failed }, { ...completed }])
  matchEach(t, Item, [{ JobStatus: 'FAILED' }, { JobStatus: 'COMPLETED', TotalProcessed: 5 }])
})

t.test('a wrong page size, a wrong token and an unknown application are refused', async t => {
  const { call, url } = await withJobs(1)
  const size = await call('GET', `${url}?page-size=x`)
  isError(t, size, 400, 'BadRequestException', /^page-size must be/)
  isError(t, await call('GET', `${url}?token=x`), 400, 'BadRequestException', /^token must be/)
  const noApp = await call('GET', '/v1/apps/nope/jobs/import')
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})
