import {
  type EndpointRequest,
  GetImportJobsCommand,
  GetSegmentImportJobsCommand,
  GetSegmentsCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { holdAt } from '../support/control.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import {
  createApp,
  createImportJob,
  roleArn,
  runImport,
  startEmulator,
  waitForJob,
} from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { completed, getEndpoint, getSegment, putEndpoint } from '../support/reads.ts'

const S3Url = 's3://data/users.csv'
const changed: EndpointRequest = {
  ChannelType: 'EMAIL',
  Address: 'old@example.com',
  Attributes: { kept: ['yes'] },
}

t.test('an import has the effects that its flags ask for', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('new', 'old'))
  const { client } = await startEmulator(t, buckets.env)

  for (const [RegisterEndpoints, DefineSegment, registers, defines] of [
    [true, true, true, true],
    [true, false, true, false],
    [false, true, false, true],
    [undefined, undefined, true, false],
    [undefined, true, true, true],
    [undefined, false, true, false],
    [true, undefined, true, false],
  ] as const) {
    t.test(`RegisterEndpoints=${RegisterEndpoints}, DefineSegment=${DefineSegment}`, async t => {
      const app = await createApp(client)
      await putEndpoint(client, app, 'old', changed)
      const before = await getEndpoint(client, app, 'old')
      const job = await runImport(client, app, { S3Url, RegisterEndpoints, DefineSegment })
      t.match(job, completed(2))
      t.match(job.Definition, {
        RegisterEndpoints: RegisterEndpoints ?? true,
        DefineSegment: DefineSegment ?? false,
        S3Url,
        RoleArn: roleArn,
        Format: 'CSV',
        ExternalId: '123456789012',
      })
      if (registers) {
        t.match(await getEndpoint(client, app, 'new'), { Address: 'new@example.com' })
        t.match(await getEndpoint(client, app, 'old'), {
          Address: 'old@example.com',
          Attributes: { kept: ['yes'] },
          CreationDate: before!.CreationDate,
        })
      } else {
        t.equal(await getEndpoint(client, app, 'new'), undefined, 'nothing is saved')
        t.same(await getEndpoint(client, app, 'old'), before, 'nothing is overwritten')
      }

      const { SegmentsResponse } = await client.send(new GetSegmentsCommand({ ApplicationId: app }))
      t.equal(SegmentsResponse?.Item?.length, defines ? 1 : 0)
      if (!defines) return void t.equal(job.Definition!.SegmentId, undefined)
      const segment = await getSegment(client, app, job.Definition!.SegmentId!)
      t.match(segment, {
        ApplicationId: app,
        Id: job.Definition!.SegmentId,
        SegmentType: 'IMPORT',
        Version: 1,
        tags: {},
        ImportDefinition: {
          Size: 2,
          ChannelCounts: { EMAIL: 2 },
          S3Url,
          RoleArn: roleArn,
          Format: 'CSV',
          ExternalId: '123456789012',
        },
      })
      matchEach(t, SegmentsResponse!.Item!, [segment])
    })
  }

  t.test('RegisterEndpoints and DefineSegment must not both be false', async t => {
    const app = await createApp(client)
    const refused = createImportJob(client, app, { S3Url, RegisterEndpoints: false, DefineSegment: false })
    await t.rejects(refused, { name: 'BadRequestException', message: /RegisterEndpoints and DefineSegment/ })
    const { ImportJobsResponse } = await client.send(new GetImportJobsCommand({ ApplicationId: app }))
    t.same(ImportJobsResponse?.Item, [])
  })
})

t.test(
  'the answer to CreateImportJob names the segment, which is there when the job is COMPLETED',
  async t => {
    const buckets = makeBuckets(t)
    await buckets.put('data', 'users.csv', csvOf('e1'))
    const { client, url } = await startEmulator(t, buckets.env)
    const app = await createApp(client)
    const create = () => createImportJob(client, app, { S3Url, DefineSegment: true, SegmentName: 'Named' })
    const created = await holdAt(url, 'COMPLETING', create, async ({ JobStatus, Definition }) => {
      t.equal(JobStatus, 'CREATED')
      const { SegmentId } = Definition!
      t.match(SegmentId, /^[0-9a-f]{32}$/)
      t.equal(await getSegment(client, app, SegmentId!), undefined, 'not before')
      const renewed = createImportJob(client, app, { S3Url, SegmentId })
      await t.rejects(renewed, { name: 'NotFoundException' }, 'nor can it be renewed before')
    })
    t.match(await waitForJob(client, created), completed(1))
    const { SegmentId } = created.Definition!
    t.match(await getSegment(client, app, SegmentId!), { Name: 'Named', Version: 1 })
  },
)

t.test('an import with SegmentId makes the next version of that segment', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'one.csv': csvOf('e1', 'e2', 'e3'), 'two.csv': csvOf('e3') })
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const one = { S3Url: 's3://data/one.csv', DefineSegment: true, SegmentName: 'First' }
  const SegmentId = (await runImport(client, app, one)).Definition!.SegmentId!
  const first = await getSegment(client, app, SegmentId)
  t.match(first, { Version: 1, Name: 'First', ImportDefinition: { Size: 3 } })

  const two = { S3Url: 's3://data/two.csv', DefineSegment: true, SegmentId }
  const job = await runImport(client, app, two)
  t.match(job, completed(1))
  const second = await getSegment(client, app, SegmentId)
  t.match(second, {
    Id: SegmentId,
    Version: 2,
    Name: 'First',
    Arn: first!.Arn,
    CreationDate: first!.CreationDate,
    ImportDefinition: { Size: 1, ChannelCounts: { EMAIL: 1 }, S3Url: 's3://data/two.csv' },
  })
  t.ok(second!.LastModifiedDate! > first!.LastModifiedDate!)

  await runImport(client, app, { ...two, DefineSegment: undefined, SegmentName: 'Third' })
  t.match(await getSegment(client, app, SegmentId), { Version: 3, Name: 'Third' })

  const { ImportJobsResponse } = await client.send(
    new GetSegmentImportJobsCommand({ ApplicationId: app, SegmentId }),
  )
  t.same(
    ImportJobsResponse?.Item?.map(({ Definition }) => Definition?.S3Url),
    ['s3://data/two.csv', 's3://data/two.csv', 's3://data/one.csv'],
    'the newest first',
  )
  const { SegmentsResponse } = await client.send(new GetSegmentsCommand({ ApplicationId: app }))
  t.equal(SegmentsResponse?.Item?.length, 1)
})

t.test('an import with the SegmentId of no segment is refused', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('e1'))
  const { client } = await startEmulator(t, buckets.env)
  const [app, other] = [await createApp(client), await createApp(client)]
  const made = await runImport(client, other, { S3Url, DefineSegment: true })
  for (const SegmentId of ['0123456789abcdef0123456789abcdef', made.Definition!.SegmentId!]) {
    const refused = createImportJob(client, app, { S3Url, DefineSegment: true, SegmentId })
    await t.rejects(refused, { name: 'NotFoundException', $metadata: { httpStatusCode: 404 } })
  }
  const { ImportJobsResponse } = await client.send(new GetImportJobsCommand({ ApplicationId: app }))
  t.same(ImportJobsResponse?.Item, [])
})

t.test(
  'rows without an Id are the same endpoint for the same channel and address, whenever they come',
  async t => {
    // A user has at most 15 endpoints, which tells how many there are.
    const row = (address: string, channel = 'EMAIL') => `${channel},${address},user`
    const fileOf = (rows: string[]) => ['ChannelType,Address,User.UserId', ...rows].join('\n')
    const buckets = makeBuckets(t)
    await putAll(buckets, 'data', {
      'same.csv': fileOf(Array(20).fill(row('a@example.com'))),
      'others.csv': fileOf(
        Array.from({ length: 14 }, (_, index) => row(`${index}`, index % 2 ? 'EMAIL' : 'SMS')),
      ),
      'one-more.csv': fileOf([row('a@example.com'), row('a@example.com', 'SMS')]),
    })
    const { client } = await startEmulator(t, buckets.env)
    const app = await createApp(client)
    const run = (key: string) => runImport(client, app, { S3Url: `s3://data/${key}` })
    t.match(await run('same.csv'), completed(20))
    t.match(await run('same.csv'), completed(20))
    t.match(await run('others.csv'), completed(14))
    t.match(await run('others.csv'), completed(14))
    t.match(await run('one-more.csv'), {
      JobStatus: 'COMPLETED',
      TotalProcessed: 2,
      TotalFailures: 1,
      Failures: ['one-more.csv line 3: Exceeded maximum endpoint per user count: 15'],
    })
  },
)

t.test(
  'a file that is imported again leaves the same endpoints, in whatever order its records are',
  async t => {
    const count = 120
    const ids = numbered('e', count)
    const record = (id: string, number: number) => ({
      Id: id,
      ChannelType: 'EMAIL',
      Address: `${id}@example.com`,
      OptOut: 'NONE',
      User: { UserId: `user${number >> 1}`, UserAttributes: { Team: [`team${number >> 1}`] } },
      Attributes: { Plan: [number % 7 === 0 ? 'pro' : 'free'] },
      Metrics: { Score: number },
      Location: { Country: 'GB' },
    })
    const lines = ids.map((id, number) => `${JSON.stringify(record(id, number))}\n`)
    const buckets = makeBuckets(t)
    await buckets.put('data', 'ordered.json', lines.join(''))
    await buckets.put('data', 'turned.json', lines.toReversed().join(''))
    const { client } = await startEmulator(t, buckets.env)
    const importFrom = (app: string, key: string) =>
      runImport(client, app, { S3Url: `s3://data/${key}`, Format: 'JSON', DefineSegment: true })
    const read = async (app: string) => {
      const endpoints = await Promise.all(ids.map(id => getEndpoint(client, app, id)))
      return endpoints.map(endpoint => {
        const { ApplicationId: _, RequestId, EffectiveDate, CreationDate, ...rest } = endpoint!
        return rest
      })
    }
    /**
     * What callers may have made of the endpoints meanwhile, some in each of the records that are compared at
     * once.
     */
    const change = async (app: string) => {
      await putEndpoint(client, app, 'e1', { OptOut: 'ALL' })
      await putEndpoint(client, app, 'e9', { Metrics: { Score: 1000, More: 1 } })
      await putEndpoint(client, app, 'e20', { Attributes: { Plan: ['none'], Kept: ['yes'] } })
      await putEndpoint(client, app, 'e31', { EndpointStatus: 'INACTIVE' })
      await putEndpoint(client, app, 'e40', { User: { UserAttributes: { Team: ['other'], Kept: ['yes'] } } })
      await putEndpoint(client, app, 'e53', { User: { UserId: 'user3' } })
      await putEndpoint(client, app, 'guest', { ChannelType: 'EMAIL', Address: 'e66@example.com' })
      await putEndpoint(client, app, 'sibling', {
        ChannelType: 'SMS',
        Address: '+4912345',
        User: { UserId: 'user40' },
      })
    }

    const [once, again, turned] = await Promise.all([1, 2, 3].map(() => createApp(client)))
    for (const app of [once!, again!, turned!])
      t.match(await importFrom(app, 'ordered.json'), completed(count))
    const first = await read(once!)
    t.match(await importFrom(once!, 'ordered.json'), completed(count))
    t.strictSame(await read(once!), first, 'nothing has changed')
    t.match(await getEndpoint(client, once!, 'e119'), first.at(-1))

    for (const app of [again!, turned!]) await change(app)
    const job = await importFrom(again!, 'ordered.json')
    t.match(job, completed(count))
    t.match(await importFrom(turned!, 'turned.json'), completed(count))
    t.strictSame(await read(again!), await read(turned!))
    t.match(
      await getEndpoint(client, again!, 'guest'),
      { EndpointStatus: 'INACTIVE' },
      'its address is taken',
    )
    t.match(await getEndpoint(client, again!, 'sibling'), { User: { UserAttributes: { Team: ['team40'] } } })
    for (const id of ['e0', 'e66', 'e119']) {
      t.match(await getEndpoint(client, again!, id), {
        RequestId: (await getEndpoint(client, again!, 'e5'))!.RequestId,
      })
    }
    const segment = await getSegment(client, again!, job.Definition!.SegmentId!)
    t.match(segment, { ImportDefinition: { Size: count, ChannelCounts: { EMAIL: count } } })
  },
)

t.test('an import that fails after it has written endpoints again leaves them as they were', async t => {
  const ids = numbered('e', 30)
  const lines = csvOf(...ids)
  const buckets = makeBuckets(t)
  await buckets.put('data', 'good/a.csv', lines)
  await buckets.put('data', 'mixed/a.csv', lines)
  await buckets.put('data', 'mixed/b.csv', 'NoSuchColumn\nx\n')
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  t.match(await runImport(client, app, { S3Url: 's3://data/good/' }), completed(30))
  const read = () => Promise.all(ids.map(id => getEndpoint(client, app, id)))
  const before = await read()
  t.match(await runImport(client, app, { S3Url: 's3://data/mixed/' }), { JobStatus: 'FAILED' })
  t.strictSame(await read(), before)
})
