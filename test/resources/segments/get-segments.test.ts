import { GetSegmentCommand, GetSegmentsCommand, type PinpointClient } from '@aws-sdk/client-pinpoint'
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

const list = (client: PinpointClient, ApplicationId: string, page: object = {}) =>
  client
    .send(new GetSegmentsCommand({ ApplicationId, ...page }))
    .then(({ SegmentsResponse }) => SegmentsResponse!)

t.test(
  'GetSegments answers the segments of an application, newest first, each as GetSegment does',
  async t => {
    const { client } = await startEmulator(t, { S3_DIR: 'fixtures/s3' })
    const [app, other] = [await createApp(client), await createApp(client)]
    const ids: string[] = []
    for (const SegmentName of ['one', 'two', 'three']) {
      const job = await runImport(client, app, {
        S3Url: 's3://demo/users.csv',
        DefineSegment: true,
        SegmentName,
      })
      ids.push(job.Id!)
    }
    await runImport(client, app, { S3Url: 's3://demo/users.csv', SegmentId: ids[0] })
    await runImport(client, app, { S3Url: 's3://demo/users.csv' })
    const { Item, NextToken } = await list(client, app)
    t.equal(NextToken, undefined)
    matchEach(t, Item!, [{ Name: 'three' }, { Name: 'two' }, { Name: 'one', Version: 2 }])
    t.equal(Item?.length, 3, 'a renewed segment stands there once')
    for (const segment of Item!) {
      const one = await client.send(new GetSegmentCommand({ ApplicationId: app, SegmentId: segment.Id }))
      t.strictSame(segment, one.SegmentResponse)
    }
    t.strictSame(await list(client, other), { Item: [] })

    const first = await list(client, app, { PageSize: '2' })
    t.strictSame(first.Item, Item?.slice(0, 2))
    t.strictSame(await list(client, app, { PageSize: '2', Token: first.NextToken }), { Item: Item?.slice(2) })
  },
)

t.test('a segment whose job is not over is not listed', async t => {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const request = { Format: 'CSV', S3Url: 's3://bucket/key', RoleArn: roleArn, DefineSegment: true }
  await call('POST', `/v1/apps/${Id}/jobs/import`, request)
  t.strictSame(await call('GET', `/v1/apps/${Id}/segments`).then(({ body }) => body), { Item: [] })
})

t.test('a wrong page size, a wrong token and an unknown application are refused', async t => {
  const { call, createApp } = sharedTestApp()
  const { Id } = await createApp()
  const size = await call('GET', `/v1/apps/${Id}/segments?page-size=1001`)
  isError(t, size, 400, 'BadRequestException', /^page-size must be/)
  const token = await call('GET', `/v1/apps/${Id}/segments?token=x`)
  isError(t, token, 400, 'BadRequestException', /^token must be/)
  const noApp = await call('GET', '/v1/apps/nope/segments')
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})
