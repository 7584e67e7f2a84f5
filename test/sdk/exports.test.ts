import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateSegmentCommand,
  DeleteAppCommand,
  DeleteEndpointCommand,
  DeleteSegmentCommand,
  type EndpointResponse,
  GetExportJobCommand,
  GetSegmentExportJobsCommand,
  type ImportJobRequest,
  type PinpointClient,
  UpdateSegmentCommand,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { type Buckets, makeBuckets, putAll } from '../support/buckets.ts'
import { holdAt, jobsOf, seenInEachState } from '../support/control.ts'
import { csvOf, ndjsonOf, numbered } from '../support/endpoint-files.ts'
import { endpointsExported, readExports } from '../support/exported.ts'
import {
  createApp,
  createExportJob,
  createImportJob,
  readJob,
  runExport,
  runImport,
  startEmulator,
  until,
  waitForJob,
} from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { completed, defineSegment, getEndpoint, putEndpoint, sameStates, statesOf } from '../support/reads.ts'
import { kindsOfBuckets, startFront, startS3, unusedUrl } from '../support/s3.ts'

/** The buckets of most tests, emptied for each. */
const folders = makeBuckets(t)
const emulators = new Map<string, ReturnType<typeof startEmulator>>()

/** An emulator over those buckets; tests with the same settings share it. */
function shared(env: Record<string, string>) {
  const key = JSON.stringify(env)
  const emulator = emulators.get(key) ?? startEmulator(t, { ...folders.env, ...env })
  emulators.set(key, emulator)
  return emulator
}

/** An emulator over buckets, and an application in which a file of endpoints is a segment. */
async function setUp(
  t: Test,
  {
    buckets = folders as Buckets,
    objects = { 'in/users.csv': csvOf('e1', 'e2', 'e3') } as Record<string, string>,
    env = {} as Record<string, string>,
  } = {},
) {
  if (buckets === folders) rmSync(join(folders.folder, 'data'), { recursive: true, force: true })
  await putAll(buckets, 'data', objects)
  const emulator = await (buckets === folders ? shared(env) : startEmulator(t, { ...buckets.env, ...env }))
  const { client } = emulator
  const app = await createApp(client)
  const define = (key: string, more: Partial<ImportJobRequest> = {}) =>
    defineSegment(t, client, app, `s3://data/${key}`, more)
  const idsOf = async (job: { Id?: string | undefined }) =>
    (await endpointsExported(buckets, { Id: job.Id })).map(({ Id }) => Id)
  return { ...emulator, buckets, app, define, idsOf }
}

const createSegment = async (client: PinpointClient, app: string, WriteSegmentRequest: object) => {
  const command = new CreateSegmentCommand({ ApplicationId: app, WriteSegmentRequest })
  return (await client.send(command)).SegmentResponse!.Id!
}

for (const [kind, make] of kindsOfBuckets) {
  t.test(`a whole application is exported as GetEndpoint answers it: to ${kind}`, async t => {
    const { client, app, define, buckets } = await setUp(t, { buckets: await make(t) })
    await define('in/users.csv')
    await putEndpoint(client, app, 'Full/é "1"', {
      ChannelType: 'EMAIL',
      Address: 'Full "1" \\ é@example.com',
      OptOut: 'ALL',
      Attributes: { 'a "b"': ['x\ny', 'ü'], plan: ['pro'] },
      Metrics: { visits: 3, share: 0.1, huge: 1e300 },
      Location: { City: 'Köln', Country: 'DE', Latitude: 50.9, Longitude: -7 },
      Demographic: { Make: 'M', Timezone: 'Europe/Berlin' },
      User: { UserId: 'ann', UserAttributes: { town: ['Köln'] } },
      EffectiveDate: '2019-08-23T10:54:35.220Z',
    })
    await putEndpoint(client, app, 'bare', {})
    const job = await runExport(client, app)
    t.match(job, completed(5))
    const objects = await readExports(buckets, job)
    t.same(Object.keys(objects), [`out/${job.Id}-00000.gz`])
    const [lines] = Object.values(objects)
    t.same(lines!.map(({ Id }) => Id).sort(), ['Full/é "1"', 'bare', 'e1', 'e2', 'e3'])
    for (const line of lines!) {
      t.strictSame(line, { ...(await getEndpoint(client, app, line.Id!)) })
      t.match(line, { Location: {}, Demographic: {}, Attributes: {}, Metrics: {}, User: {} })
    }
    const others = Object.keys(await buckets.read('data')).filter(key => !key.includes(job.Id!))
    t.same(others, ['in/users.csv'], 'nothing else is left in the bucket')
  })

  t.test(`a large export is several objects, near-equal, each once: to ${kind}`, async t => {
    const ids = numbered('e', 25)
    const { client, app, define, buckets } = await setUp(t, {
      buckets: await make(t),
      objects: { 'in/users.csv': csvOf(...ids) },
      // Ten endpoints a piece.
      env: { PIECE_BYTES: '640' },
    })
    const segment = await define('in/users.csv')
    for (const request of [{}, { SegmentId: segment }]) {
      const job = await runExport(client, app, request)
      t.match(job, completed(25, 3))
      const objects = await readExports(buckets, job)
      t.same(
        Object.keys(objects),
        ['00000', '00001', '00002'].map(number => `out/${job.Id}-${number}.gz`),
      )
      t.same(
        Object.values(objects).map(({ length }) => length),
        [8, 8, 9],
      )
      t.same(
        Object.values(objects)
          .flat()
          .map(({ Id }) => Id)
          .sort(),
        [...ids].sort(),
      )
    }
  })

  t.test(`nothing is seen before all of it is written: in ${kind}`, async t => {
    const env = { PIECE_BYTES: '64' }
    const { client, app, define, buckets, url } = await setUp(t, { buckets: await make(t), env })
    await define('in/users.csv')
    const seen = async () => Object.keys(await buckets.read('data')).filter(key => key.endsWith('.gz')).length
    const create = () => createExportJob(client, app)
    const job = await holdAt(url, 'PROCESSING', create, async job => {
      const written = await readJob(client, job)
      t.match(written, { CompletedPieces: 3 })
      t.equal(await seen(), 0)
    })
    await waitForJob(client, job)
    t.equal(await seen(), 3)
  })
}

t.test('a job goes through its states in their order, and has counters from PROCESSING on', async t => {
  const { client, app, define, url } = await setUp(t)
  await define('in/users.csv')
  const request = { S3UrlPrefix: 's3://data/out/' }
  const seen = await seenInEachState({ url, client }, () => createExportJob(client, app, request))
  await sameStates(t, client, seen)
  const [created] = seen
  t.strictSame(Object.keys(created!).sort(), [
    ...['ApplicationId', 'CreationDate', 'Definition', 'Id', 'JobStatus', 'Type'],
  ])
  t.strictSame(created!.Definition, { ...request, RoleArn: created!.Definition!.RoleArn! })
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
  for (const at of seen) {
    t.match(at, { Id: created!.Id, ApplicationId: app, Type: 'EXPORT', CreationDate: iso })
    t.strictSame(at.Definition, created!.Definition)
    const isCounted = ['PROCESSING', 'COMPLETING', 'COMPLETED'].includes(at.JobStatus!)
    for (const name of ['TotalPieces', 'CompletedPieces', 'FailedPieces', 'TotalProcessed', 'TotalFailures'])
      t.equal(name in at, isCounted, `${at.JobStatus} ${isCounted ? 'has' : 'has no'} ${name}`)
    t.equal(at.CompletionDate !== undefined, at.JobStatus === 'COMPLETED')
  }
  t.match(
    seen.find(({ JobStatus }) => JobStatus === 'PROCESSING'),
    { TotalPieces: 1, TotalProcessed: 0, CompletedPieces: 0 },
  )
  t.match(seen.at(-1), { CompletionDate: iso, ...completed(3) })
})

t.test('an application without endpoints is one empty object', async t => {
  const { client, app, buckets } = await setUp(t)
  const job = await runExport(client, app, { S3UrlPrefix: 's3://data' })
  t.match(job, completed(0))
  t.same(await readExports(buckets, job), { [`${job.Id}-00000.gz`]: [] })
})

t.test('a slash at the end of the prefix changes nothing', async t => {
  const { client, app, buckets } = await setUp(t)
  for (const [S3UrlPrefix, key] of [
    ['s3://data/a/b', 'a/b/'],
    ['s3://data/a/b/', 'a/b/'],
    ['s3://data/', ''],
  ]) {
    const job = await runExport(client, app, { S3UrlPrefix })
    t.same(Object.keys(await readExports(buckets, job)), [`${key}${job.Id}-00000.gz`])
  }
})

t.test('a segment is exported at a version', async t => {
  const { client, app, define, idsOf } = await setUp(t, {
    objects: { 'a.csv': csvOf('e1', 'e2', 'e3'), 'b.csv': csvOf('e3', 'e4') },
  })
  const SegmentId = await define('a.csv')
  await define('b.csv', { SegmentId })
  await client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId: 'e2' }))
  for (const [SegmentVersion, ids] of [
    [1, ['e1', 'e3']],
    [2, ['e3', 'e4']],
    [undefined, ['e3', 'e4']],
  ] as const) {
    const job = await runExport(client, app, { SegmentId, SegmentVersion })
    t.match(job, completed(2))
    t.strictSame(job.Definition?.SegmentVersion, SegmentVersion)
    t.same(await idsOf(job), ids)
  }
  const { ExportJobsResponse } = await client.send(
    new GetSegmentExportJobsCommand({ ApplicationId: app, SegmentId }),
  )
  t.same(
    ExportJobsResponse?.Item?.map(job => job.Definition?.SegmentVersion),
    [undefined, 2, 1],
  )
})

t.test('the version is the one that was current when the job was created', async t => {
  const { client, app, idsOf, url } = await setUp(t)
  await putEndpoint(client, app, 'gb', { ...email('gb'), Location: { Country: 'GB' } })
  await putEndpoint(client, app, 'de', { ...email('de'), Location: { Country: 'DE' } })
  const inCountry = (country: string) => ({
    Dimensions: { Location: { Country: { DimensionType: 'INCLUSIVE' as const, Values: [country] } } },
  })
  const SegmentId = await createSegment(client, app, inCountry('GB'))
  const update = new UpdateSegmentCommand({
    ApplicationId: app,
    SegmentId,
    WriteSegmentRequest: inCountry('DE'),
  })
  const create = () => createExportJob(client, app, { SegmentId })
  const created = await holdAt(url, 'CREATED', create, () => client.send(update))
  t.same(await idsOf(await waitForJob(client, created)), ['gb'])
  t.same(await idsOf(await runExport(client, app, { SegmentId })), ['de'])
})

const email = (id: string) => ({ ChannelType: 'EMAIL' as const, Address: `${id}@example.com` })

t.test('a segment of very many dimensions is exported; one of too many fails its job alone', async t => {
  const { client, app, idsOf, url } = await setUp(t)
  const Attributes = Object.fromEntries(
    Array.from({ length: 100 }, (_, name) => [
      `name${name}`,
      { AttributeType: 'CONTAINS', Values: numbered('value', 50) },
    ]),
  )
  const SourceSegments: { Id: string }[] = []
  const builtOn = async (count: number) => {
    while (SourceSegments.length < count) {
      SourceSegments.push({ Id: await createSegment(client, app, { Dimensions: { Attributes } }) })
    }
    const Groups = [{ SourceSegments, SourceType: 'ALL', Type: 'ALL' }]
    return createSegment(client, app, { SegmentGroups: { Groups, Include: 'ALL' } })
  }
  await putEndpoint(client, app, 'other', email('other'))
  const values = Object.fromEntries(Object.keys(Attributes).map(name => [name, ['value7']]))
  const few = Object.fromEntries(Object.entries(values).slice(0, 99))
  await putEndpoint(client, app, 'nearly', { ...email('nearly'), Attributes: few })
  await putEndpoint(client, app, 'all', { ...email('all'), Attributes: values })
  const membersOf = async (segment: string): Promise<[number, { items?: unknown[] }]> => {
    const response = await fetch(`${url}/_pinpoint/apps/${app}/segments/${segment}/endpoints`)
    return [response.status, (await response.json()) as object]
  }

  const large = await builtOn(7)
  t.same(await idsOf(await runExport(client, app, { SegmentId: large })), ['all'])
  const [status, members] = await membersOf(large)
  t.equal(status, 200)
  matchEach(t, members.items!, [{ Id: 'all' }])

  const tooLarge = await builtOn(20)
  const says = /the segment is too large together with the segments that it is built on/
  const failed = await runExport(client, app, { SegmentId: tooLarge })
  t.equal(failed.JobStatus, 'FAILED')
  matchEach(t, failed.Failures!, [says])
  t.match(await membersOf(tooLarge), [400, { Message: says }])
  t.same((await idsOf(await runExport(client, app, {}))).sort(), ['all', 'nearly', 'other'], 'others go on')
})

t.test('a segment is exported with whoever is in it', async t => {
  const { client, app, define, idsOf, url } = await setUp(t, {
    objects: {
      'users.json': `${JSON.stringify({ User: { UserId: 'ann' } })}\n${ndjsonOf('named')}`,
      'alone.csv': csvOf('e1', 'alone'),
    },
  })
  await putEndpoint(client, app, 'ann-1', { ...email('1'), User: { UserId: 'ann' } })
  await putEndpoint(client, app, 'ann-2', { ...email('2'), User: { UserId: 'ann' } })
  await putEndpoint(client, app, 'ben', { ...email('3'), User: { UserId: 'ben' } })
  await putEndpoint(client, app, 'e1', { ...email('old'), Attributes: { plan: ['pro'] } })
  const users = await define('users.json')
  const alone = await define('alone.csv', { RegisterEndpoints: false })
  const pro = { Attributes: { plan: { AttributeType: 'INCLUSIVE' as const, Values: ['pro'] } } }
  const dimensional = await createSegment(client, app, { Dimensions: pro })
  const groups = await createSegment(client, app, {
    SegmentGroups: {
      Include: 'ANY',
      Groups: [{ SourceSegments: [{ Id: alone }] }, { Dimensions: [pro] }],
    },
  })
  const members = async (segment: string) => {
    const answer = await fetch(`${url}/_pinpoint/apps/${app}/segments/${segment}/endpoints`)
    return ((await answer.json()) as { items: EndpointResponse[] }).items.map(({ Id }) => Id)
  }
  for (const [SegmentId, ids] of [
    [users, ['named', 'ann-1', 'ann-2']],
    [alone, ['alone', 'e1']],
    [dimensional, ['e1']],
    // Registered, and in the segment as its import defines it: one endpoint.
    [groups, ['e1', 'alone']],
    [await createSegment(client, app, { Name: 'all' }), ['ann-1', 'ann-2', 'ben', 'e1', 'named']],
  ] as const) {
    // Before anybody has asked for its members: nothing is in the index then. And after.
    for (const round of ['first', 'second']) {
      const job = await runExport(client, app, { SegmentId })
      t.match(job, completed(ids.length), round)
      t.same(await idsOf(job), ids, round)
      t.same(await members(SegmentId), ids)
    }
  }
})

t.test('what was exported can be imported: the same endpoints in another application', async t => {
  const { client, app, define, buckets } = await setUp(t)
  await define('in/users.csv')
  await putEndpoint(client, app, 'full', {
    ...email('full'),
    Attributes: { plan: ['pro', 'team'] },
    Metrics: { visits: 3.5 },
    Location: { City: 'Köln', Country: 'DE', Latitude: 50.9, Longitude: 7 },
    User: { UserId: 'ann', UserAttributes: { town: ['Köln'] } },
    EffectiveDate: '2019-08-23T10:54:35.220Z',
  })
  const job = await runExport(client, app, { S3UrlPrefix: 's3://data/out/' })
  const other = await createApp(client)
  const again = await runImport(client, other, { S3Url: 's3://data/out/', Format: 'JSON' })
  t.match(again, { JobStatus: 'COMPLETED', TotalProcessed: 4, TotalFailures: 0 })
  const second = await runExport(client, other, { S3UrlPrefix: 's3://data/again' })
  const comparable = ({ ApplicationId, CreationDate, RequestId, ...rest }: EndpointResponse) => rest
  t.same(
    (await endpointsExported(buckets, second)).map(comparable).sort(byId),
    (await endpointsExported(buckets, job)).map(comparable).sort(byId),
  )
})

const byId = (a: { Id?: string | undefined }, b: { Id?: string | undefined }) => (a.Id! < b.Id! ? -1 : 1)

t.test('an export that cannot be written ends FAILED, says why and leaves nothing', async t => {
  const url = await unusedUrl()
  const s3 = await startS3(t)
  await s3.put('data', 'x', 'x')
  rmSync(join(folders.folder, 'data'), { recursive: true, force: true })
  for (const [title, env, S3UrlPrefix, says] of [
    ['nowhere to write to', {}, 's3://data/out', /S3_DIR .*AWS_ENDPOINT_URL_S3/],
    ['no such folder', undefined, 's3://nowhere/out', /no folder nowhere .*S3_DIR/],
    ['no such bucket', s3.env, 's3://nowhere/out', /bucket nowhere does not exist/],
    ['wrong credentials', { ...s3.env, AWS_ACCESS_KEY_ID: 'someone' }, 's3://data/out', /denied/],
    ['nobody there', { AWS_ENDPOINT_URL_S3: url }, 's3://data/out', /ECONNREFUSED/],
    ['out of the folder', undefined, 's3://data/../../out', /between its slashes/],
    ['a file is in the way', undefined, 's3://data/file/out', /cannot be written: [^;]*$/],
    ['a file is in the way, further up', undefined, 's3://data/file/a/out', /cannot be written: [^;]*$/],
  ] as const) {
    await t.test(title, async t => {
      mkdirSync(join(folders.folder, 'data'), { recursive: true })
      writeFileSync(join(folders.folder, 'data/file'), 'x')
      const { client } = await (env === undefined ? shared({}) : startEmulator(t, env))
      const job = await runExport(client, await createApp(client), { S3UrlPrefix })
      t.equal(job.JobStatus, 'FAILED')
      t.equal(job.Failures?.length, 1)
      t.match(job.Failures?.[0], says)
      t.ok(job.Failures![0]!.startsWith(`${S3UrlPrefix}: `))
      t.ok(job.CompletionDate)
      t.same(Object.keys(await folders.read('data')), ['file'])
    })
  }
})

t.test('an export of which an object cannot be published removes those that were', async t => {
  const { client, app, define, buckets, url } = await setUp(t, { env: { PIECE_BYTES: '64' } })
  await define('in/users.csv')
  const create = () => createExportJob(client, app)
  const created = await holdAt(url, 'PROCESSING', create, ({ Id }) =>
    // A folder where the second object is to be.
    mkdirSync(join(folders.folder, `data/out/${Id}-00001.gz`)),
  )
  const job = await waitForJob(client, created)
  t.same((await statesOf(client, job)).slice(-3), ['COMPLETING', 'FAILING', 'FAILED'])
  t.match(job, { FailedPieces: 1, CompletedPieces: 2, TotalPieces: 3, TotalProcessed: 3 })
  t.match(job.Failures?.[0], /cannot be written/)
  t.same(Object.keys(await buckets.read('data')), ['in/users.csv'])
})

t.test('a piece that cannot be written is counted as failed', async t => {
  const { client, app, define, buckets, url } = await setUp(t, { env: { PIECE_BYTES: '64' } })
  await define('in/users.csv')
  const create = () => createExportJob(client, app)
  const created = await holdAt(url, 'INITIALIZING', create, ({ Id }) =>
    // A folder where the second draft is to be.
    mkdirSync(join(folders.folder, `data/out/.${Id}-00001.gz.part`), { recursive: true }),
  )
  const job = await waitForJob(client, created)
  t.same((await statesOf(client, job)).slice(-3), ['PROCESSING', 'FAILING', 'FAILED'])
  t.match(job, { FailedPieces: 1, CompletedPieces: 1, TotalPieces: 3, TotalProcessed: 1 })
  t.match(job.Failures?.[0], /cannot be written/)
  t.same(Object.keys(await buckets.read('data')), ['in/users.csv'])
})

t.test('a segment that is deleted before it is exported fails the job', async t => {
  const { client, app, define, buckets, url } = await setUp(t)
  const SegmentId = await define('in/users.csv')
  const create = () => createExportJob(client, app, { SegmentId })
  const created = await holdAt(url, 'CREATED', create, () =>
    client.send(new DeleteSegmentCommand({ ApplicationId: app, SegmentId })),
  )
  const job = await waitForJob(client, created)
  t.equal(job.JobStatus, 'FAILED')
  matchEach(t, job.Failures!, [/segment .* has been deleted/])
  t.same(await readExports(buckets, job), {})
})

const ofChannel = (channel: string) => ({ Dimensions: { Demographic: { Channel: { Values: [channel] } } } })

for (const [title, change, ends] of [
  ['changed', ofChannel('SMS'), 'FAILED'],
  ['deleted', undefined, 'FAILED'],
  ['updated to what it was', ofChannel('EMAIL'), 'COMPLETED'],
] as const) {
  t.test(`an export whose source segment is ${title} between two pieces ends ${ends}`, async t => {
    const s3 = await startS3(t)
    let changeSource = async (): Promise<unknown> => undefined
    const { env } = await startFront(t, s3, undefined, async ({ path }) => {
      if (path.includes('-00001.gz?uploads')) await changeSource()
      return false
    })
    const { client, app, define, buckets } = await setUp(t, {
      buckets: { ...s3, env },
      env: { PIECE_BYTES: '64' },
    })
    await define('in/users.csv')
    const source = await createSegment(client, app, ofChannel('EMAIL'))
    const SegmentId = await createSegment(client, app, {
      SegmentGroups: { Groups: [{ SourceSegments: [{ Id: source }] }] },
    })
    const named = { ApplicationId: app, SegmentId: source }
    changeSource = () =>
      change === undefined
        ? client.send(new DeleteSegmentCommand(named))
        : client.send(new UpdateSegmentCommand({ ...named, WriteSegmentRequest: change }))
    const job = await runExport(client, app, { SegmentId })
    if (ends === 'COMPLETED') return void t.match(job, completed(3, 3))
    t.match(job, { JobStatus: 'FAILED', CompletedPieces: 1, TotalPieces: 3, TotalProcessed: 1 })
    matchEach(t, job.Failures!, [/: a segment on which .* is built has been changed or deleted meanwhile$/])
    t.same(await readExports(buckets, job), {})
  })
}

t.test('an export has no endpoint that is created or deleted while it runs', async t => {
  const { client, app, define, idsOf, url } = await setUp(t)
  await define('in/users.csv')
  const create = () => createExportJob(client, app)
  const created = await holdAt(url, 'INITIALIZING', create, async () => {
    await putEndpoint(client, app, 'late', email('late'))
    await client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId: 'e2' }))
    await putEndpoint(client, app, 'e3', { Attributes: { plan: ['pro'] } })
  })
  const job = await waitForJob(client, created)
  t.match(job, completed(2))
  t.same(await idsOf(job), ['e1', 'e3'], 'those created later are not in it')
})

t.test('an application that is deleted takes its exports with it, and what they have written', async t => {
  const { client, app, define, buckets, url } = await setUp(t)
  await define('in/users.csv')
  const finished = await runExport(client, app, { S3UrlPrefix: 's3://data/kept' })
  const create = () => createExportJob(client, app)
  const running = await holdAt(url, 'PROCESSING', create, async () => {
    t.equal(Object.keys(await buckets.read('data')).length, 3, 'a draft is there')
    await client.send(new DeleteAppCommand({ ApplicationId: app }))
  })
  const get = new GetExportJobCommand({ ApplicationId: app, JobId: running.Id })
  await t.rejects(client.send(get), { name: 'NotFoundException' })
  const left = [`in/users.csv`, `kept/${finished.Id}-00000.gz`]
  await until(async () => {
    const keys = Object.keys(await buckets.read('data'))
    return keys.join() === left.join() || undefined
  }, 'the draft to be removed')
  const other = await createApp(client)
  t.match(await runExport(client, other), completed(0), 'and the worker goes on')
})

t.test('exports wait for a slot as imports do, and not for imports', async t => {
  const { client, app, url } = await setUp(t, { env: { MAX_RUNNING_IMPORTS: '1' } })
  const { control, advance } = jobsOf(url)
  await control({ mode: 'manual' })
  const imported = await createImportJob(client, app, { S3Url: 's3://data/in/users.csv' })
  await advance(imported, 'PROCESSING')
  const [first, second] = [await createExportJob(client, app), await createExportJob(client, app)]
  await advance(first, 'PREPARING_FOR_INITIALIZATION')
  await advance(second, 'PENDING_JOB')
  await advance(first, 'COMPLETED')
  await advance(second, 'COMPLETED')
  await control({ mode: 'immediate' })
  t.match(await waitForJob(client, imported), { JobStatus: 'COMPLETED' })
  const path = ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING', 'COMPLETED']
  t.same(await statesOf(client, first), ['CREATED', ...path])
  t.same(await statesOf(client, second), ['CREATED', 'PENDING_JOB', ...path])
})
