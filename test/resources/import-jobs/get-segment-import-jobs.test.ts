import { GetSegmentImportJobsCommand, type PinpointClient } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import {
  createApp,
  isError,
  roleArn,
  runImport,
  sharedTestApp,
  startEmulator,
} from '../../support/helpers.ts'

const list = (client: PinpointClient, ApplicationId: string, SegmentId: string, page: object = {}) =>
  client
    .send(new GetSegmentImportJobsCommand({ ApplicationId, SegmentId, ...page }))
    .then(({ ImportJobsResponse }) => ImportJobsResponse!)

t.test('GetSegmentImportJobs answers the jobs that made and renewed a segment, newest first', async t => {
  const { client } = await startEmulator(t, { S3_DIR: 'fixtures/s3' })
  const app = await createApp(client)
  const S3Url = 's3://demo/users.csv'
  const made = await runImport(client, app, { S3Url, DefineSegment: true })
  await runImport(client, app, { S3Url })
  const other = await runImport(client, app, { S3Url, DefineSegment: true })
  const renewed = await runImport(client, app, { S3Url, SegmentId: made.Id })
  t.strictSame(await list(client, app, made.Id!), { Item: [renewed, made] })
  t.strictSame(await list(client, app, other.Id!), { Item: [other] })

  const first = await list(client, app, made.Id!, { PageSize: '1' })
  t.strictSame(first.Item, [renewed])
  const second = await list(client, app, made.Id!, { PageSize: '1', Token: first.NextToken })
  t.strictSame(second, { Item: [made] })

  await t.rejects(list(client, app, other.Id!, { Token: first.NextToken }), {
    name: 'BadRequestException',
    message: /^token must be/,
  })
  await t.rejects(list(client, app, other.Id!, { PageSize: '0' }), {
    name: 'BadRequestException',
    message: /^page-size must be/,
  })
  await t.rejects(list(client, await createApp(client), made.Id!), {
    name: 'NotFoundException',
    message: `Segment not found: ${made.Id}`,
  })
})

t.test('a segment that is not made yet, or that nobody makes, answers 404 NotFoundException', async t => {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const request = { Format: 'CSV', S3Url: 's3://bucket/key', RoleArn: roleArn, DefineSegment: true }
  const job = (await call('POST', `/v1/apps/${Id}/jobs/import`, request)).body
  for (const segment of [job.Id, 'nope']) {
    const answer = await call('GET', `/v1/apps/${Id}/segments/${segment}/jobs/import`)
    isError(t, answer, 404, 'NotFoundException', `Segment not found: ${segment}`)
  }
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const { call } = sharedTestApp()
  const answer = await call('GET', '/v1/apps/nope/segments/x/jobs/import')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
