import { readFileSync } from 'node:fs'
import { GetEndpointCommand, GetSegmentCommand, type PinpointClient } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { holdAt } from '../../support/control.ts'
import {
  createApp,
  createImportJob,
  isError,
  roleArn,
  runImport,
  sharedTestApp,
  startEmulator,
  waitForJob,
} from '../../support/helpers.ts'

const S3_DIR = t.testdir({
  bucket: {
    'two.csv': 'Id,ChannelType,Address\na,EMAIL,a@example.com\nb,SMS,+442071838750\n',
    'one.json': '{"Id":"c","ChannelType":"CUSTOM","Address":"c"}\n',
    'users.csv': readFileSync('fixtures/s3/demo/users.csv'),
  },
})
const { client, url } = await startEmulator(t, { S3_DIR })
const getSegment = (client: PinpointClient, ApplicationId: string, SegmentId: string) =>
  client
    .send(new GetSegmentCommand({ ApplicationId, SegmentId }))
    .then(({ SegmentResponse }) => SegmentResponse!)

t.test('GetSegment answers every member of an imported segment', async t => {
  const app = await createApp(client)
  const job = await runImport(client, app, {
    S3Url: 's3://bucket/users.csv',
    DefineSegment: true,
    SegmentName: 'users',
    ExternalId: 'mine',
  })
  const response = await fetch(`${url}/v1/apps/${app}/segments/${job.Definition?.SegmentId}`)
  t.equal(response.status, 200)
  t.strictSame(await response.json(), {
    ApplicationId: app,
    Arn: `arn:aws:mobiletargeting:us-east-1:123456789012:apps/${app}/segments/${job.Id}`,
    CreationDate: job.CompletionDate,
    Id: job.Id,
    ImportDefinition: {
      ChannelCounts: { EMAIL: 2, SMS: 1, GCM: 1 },
      ExternalId: 'mine',
      Format: 'CSV',
      RoleArn: roleArn,
      S3Url: 's3://bucket/users.csv',
      Size: 4,
    },
    LastModifiedDate: job.CompletionDate,
    Name: 'users',
    SegmentType: 'IMPORT',
    tags: {},
    Version: 1,
  })
})

t.test('a segment without a name has no Name', async t => {
  const app = await createApp(client)
  const { Id } = await runImport(client, app, { S3Url: 's3://bucket/two.csv', DefineSegment: true })
  t.notOk('Name' in (await getSegment(client, app, Id!)))
})

t.test(
  'a renewed segment has the next version, the new import, and its own id, name and creation date',
  async t => {
    const app = await createApp(client)
    const first = await runImport(client, app, {
      S3Url: 's3://bucket/two.csv',
      DefineSegment: true,
      SegmentName: 'users',
    })
    const before = await getSegment(client, app, first.Id!)
    const renewal = { S3Url: 's3://bucket/one.json', Format: 'JSON', SegmentId: first.Id } as const
    const second = await runImport(client, app, renewal)
    const after = await getSegment(client, app, first.Id!)
    t.strictSame(after, {
      ...before,
      ImportDefinition: {
        ...before.ImportDefinition,
        ChannelCounts: { CUSTOM: 1 },
        Format: 'JSON',
        S3Url: 's3://bucket/one.json',
        Size: 1,
      },
      LastModifiedDate: second.CompletionDate,
      Version: 2,
    })
    await runImport(client, app, { ...renewal, SegmentName: 'renamed' })
    t.match(await getSegment(client, app, first.Id!), { Name: 'renamed', Version: 3 })
  },
)

t.test('a segment is there once its job is COMPLETED, and not before', async t => {
  const app = await createApp(client)
  const create = () => createImportJob(client, app, { S3Url: 's3://bucket/two.csv', DefineSegment: true })
  const job = await holdAt(url, 'COMPLETING', create, ({ Id }) =>
    t.rejects(getSegment(client, app, Id!), {
      name: 'NotFoundException',
      message: `Segment not found: ${Id}`,
    }),
  )
  t.match(await waitForJob(client, job), { JobStatus: 'COMPLETED' })
  t.match(await getSegment(client, app, job.Id!), { Id: job.Id })
})

t.test('the segment of a job that has not begun is not there', async t => {
  const { call, ...http } = sharedTestApp()
  const { Id } = await http.createApp()
  const request = { Format: 'CSV', S3Url: 's3://bucket/two.csv', RoleArn: roleArn, DefineSegment: true }
  const job = (await call('POST', `/v1/apps/${Id}/jobs/import`, request)).body
  const answer = await call('GET', `/v1/apps/${Id}/segments/${job.Definition.SegmentId}`)
  isError(t, answer, 404, 'NotFoundException', `Segment not found: ${job.Id}`)
})

t.test('a FAILED job makes no segment, and leaves the one that it was to renew as it was', async t => {
  const app = await createApp(client)
  const failed = await runImport(client, app, { S3Url: 's3://missing/two.csv', DefineSegment: true })
  t.equal(failed.JobStatus, 'FAILED')
  await t.rejects(getSegment(client, app, failed.Id!), { name: 'NotFoundException' })

  const made = await runImport(client, app, { S3Url: 's3://bucket/two.csv', DefineSegment: true })
  const before = await getSegment(client, app, made.Id!)
  const renewed = await runImport(client, app, { S3Url: 's3://missing/two.csv', SegmentId: made.Id })
  t.equal(renewed.JobStatus, 'FAILED')
  t.strictSame(await getSegment(client, app, made.Id!), before)
})

t.test('a segment of a job that registers no endpoints holds them, and GetEndpoint does not', async t => {
  const app = await createApp(client)
  const { Id } = await runImport(client, app, {
    S3Url: 's3://bucket/two.csv',
    DefineSegment: true,
    RegisterEndpoints: false,
  })
  const { ImportDefinition } = await getSegment(client, app, Id!)
  t.match(ImportDefinition, { Size: 2, ChannelCounts: { EMAIL: 1, SMS: 1 } })
  await t.rejects(client.send(new GetEndpointCommand({ ApplicationId: app, EndpointId: 'a' })), {
    name: 'NotFoundException',
  })
})

t.test('an unknown segment, one of another application and an unknown application answer 404', async t => {
  const [one, other] = [await createApp(client), await createApp(client)]
  const { Id } = await runImport(client, one, { S3Url: 's3://bucket/two.csv', DefineSegment: true })
  await t.rejects(getSegment(client, other, Id!), {
    name: 'NotFoundException',
    message: `Segment not found: ${Id}`,
  })
  const { call, ...http } = sharedTestApp()
  const app = (await http.createApp()).Id
  const unknown = await call('GET', `/v1/apps/${app}/segments/nope`)
  isError(t, unknown, 404, 'NotFoundException', 'Segment not found: nope')
  const noApp = await call('GET', '/v1/apps/nope/segments/x')
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})
