import { CreateImportJobCommand, GetSegmentCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import type { JobStatus } from '../../../server/model/job-moves.ts'
import {
  answerOf,
  buildTestApp,
  createApp,
  createAppBy,
  createImportJob,
  isError,
  roleArn,
  runImport,
  signedBy,
  startEmulator,
} from '../../support/helpers.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
let wakes = 0
/** Without a worker; it counts how often the worker is woken. */
const http = buildTestApp(t, { now: () => now, jobWorker: { wake: () => void wakes++ } })
const { client } = await startEmulator(t, { S3_DIR: 'fixtures/s3' })

/** An application, and the path of its import jobs. */
async function withApp() {
  const { app, call } = http
  const { Id: id } = await http.createApp()
  wakes = 0
  return { app, call, id, url: `/v1/apps/${id}/jobs/import`, wakes: () => wakes }
}

const least = { Format: 'CSV', S3Url: 's3://bucket/users.csv', RoleArn: roleArn }

t.test('CreateImportJob answers 201 with the job as CREATED, defaults filled in', async t => {
  const { call, id, url, wakes } = await withApp()
  const { status, body } = await call('POST', url, least)
  t.equal(status, 201)
  t.match(body.Id, /^[0-9a-f]{32}$/)
  t.strictSame(body, {
    ApplicationId: id,
    Id: body.Id,
    JobStatus: 'CREATED',
    CreationDate: '2026-01-02T03:04:05.678Z',
    Type: 'IMPORT',
    Definition: { ...least, ExternalId: '123456789012', RegisterEndpoints: true, DefineSegment: false },
  })
  t.equal(wakes(), 1, 'the worker is told')
  t.strictSame((await call('GET', `${url}/${body.Id}`)).body, body, 'GetImportJob answers the same')
})

t.test('the answer repeats all that was asked for', async t => {
  const { call, url } = await withApp()
  const asked = {
    S3Url: 's3://my.bucket-1/a prefix/ünï',
    RoleArn: 'arn:aws-cn:iam::000011112222:role/path/my+role@x',
    ExternalId: 'mine',
    Format: 'JSON',
    RegisterEndpoints: false,
    DefineSegment: true,
    SegmentName: 'Ünï segment',
  }
  const { body } = await call('POST', url, asked)
  t.strictSame(body.Definition, { ...asked, SegmentId: body.Definition.SegmentId })
})

t.test('the answer names the segment that the job will make, which has the id of the job', async t => {
  const { call, url } = await withApp()
  const { body } = await call('POST', url, { ...least, DefineSegment: true, SegmentName: 'users' })
  t.equal(body.Definition.SegmentId, body.Id)
  t.equal(body.Definition.SegmentName, 'users')
})

for (const url of ['s3://abc', 's3://abc/', 's3://bucket/prefix', 's3://bucket/a//b', 's3://123/%20 ?#']) {
  t.test(`the S3Url ${url} is taken as it is`, async t => {
    const { call, url: jobs } = await withApp()
    const { status, body } = await call('POST', jobs, { ...least, S3Url: url })
    t.equal(status, 201)
    t.equal(body.Definition.S3Url, url)
  })
}

const refused: [title: string, change: object, message: string | RegExp][] = [
  ['no Format', { Format: undefined }, /^Format is required.*one of CSV, JSON/],
  ['an empty SegmentId', { SegmentId: '', DefineSegment: true }, 'SegmentId must not be empty'],
  ['an unknown Format', { Format: 'XML' }, /^Format must be one of CSV, JSON; got "XML"/],
  ['a Format in lower case', { Format: 'csv' }, /^Format must be one of CSV, JSON; got "csv"/],
  ['no S3Url', { S3Url: undefined }, /^S3Url is required.*a string/],
  ['an S3Url that is a number', { S3Url: 7 }, 'S3Url must be a string; got 7'],
  ['no RoleArn', { RoleArn: undefined }, /^RoleArn is required.*a string/],
  [
    'a DefineSegment that is a string',
    { DefineSegment: 'true' },
    /^DefineSegment must be true or false; got "true"/,
  ],
  [
    'a RegisterEndpoints that is a number',
    { RegisterEndpoints: 1 },
    /^RegisterEndpoints must be true or false/,
  ],
  ['a SegmentName that is a list', { SegmentName: [] }, /^SegmentName must be a string; got a list/],
  [
    'both flags false',
    { RegisterEndpoints: false, DefineSegment: false },
    /^RegisterEndpoints and DefineSegment must not both be false/,
  ],
  [
    'RegisterEndpoints false, and no DefineSegment',
    { RegisterEndpoints: false },
    /^RegisterEndpoints and DefineSegment must not both be false/,
  ],
]
for (const url of [
  '',
  'users.csv',
  's3:bucket/key',
  's3://',
  's3:///key',
  'S3://bucket/key',
  'https://bucket.s3.amazonaws.com/key',
  's3://Bucket/key',
  's3://ab/key',
  `s3://${'a'.repeat(64)}/key`,
  's3://../key',
  's3://a..b/key',
  's3://bu cket/key',
  ' s3://bucket/key',
]) {
  refused.push([`the S3Url ${JSON.stringify(url)}`, { S3Url: url }, /^S3Url must be s3:\/\/bucket\/key/])
}
for (const arn of [
  '',
  'role',
  'arn:aws:iam::123456789012:user/import',
  'arn:aws:iam::12345:role/import',
  'arn:aws:iam:us-east-1:123456789012:role/import',
  'arn:aws:iam::123456789012:role/',
  `${roleArn}\n`,
]) {
  refused.push([
    `the RoleArn ${JSON.stringify(arn)}`,
    { RoleArn: arn },
    /^RoleArn must be the ARN of an IAM role/,
  ])
}
for (const [title, change, message] of refused) {
  t.test(`${title} answers 400 and creates no job`, async t => {
    const { call, url, wakes } = await withApp()
    isError(t, await call('POST', url, { ...least, ...change }), 400, 'BadRequestException', message)
    t.strictSame((await call('GET', url)).body, { Item: [] })
    t.equal(wakes(), 0)
  })
}

t.test('an unknown application answers 404, before anything that is wrong with the body', async t => {
  const { app, call } = await withApp()
  for (const body of [least, {}, { Format: 'XML' }]) {
    const answer = await call('POST', '/v1/apps/nope/jobs/import', body)
    isError(t, answer, 404, 'NotFoundException', 'Application not found')
  }
  const url = '/v1/apps/nope/jobs/import'
  t.equal((await app.inject({ method: 'POST', url, payload: '{bad' })).statusCode, 400, 'but after its form')
})

t.test('an unknown segment answers 404 NotFoundException and creates no job', async t => {
  const { call, url } = await withApp()
  for (const flags of [{}, { DefineSegment: true }]) {
    const answer = await call('POST', url, { ...least, ...flags, SegmentId: 'nope' })
    isError(t, answer, 404, 'NotFoundException', 'Segment not found: nope')
  }
  t.strictSame((await call('GET', url)).body.Item, [])
})

t.test('a segment that a job has yet to make cannot be renewed', async t => {
  const { call, url } = await withApp()
  const { Id } = (await call('POST', url, { ...least, DefineSegment: true })).body
  const answer = await call('POST', url, { ...least, SegmentId: Id })
  isError(t, answer, 404, 'NotFoundException', `Segment not found: ${Id}`)
})

t.test('a SegmentId renews that segment, with and without DefineSegment', async t => {
  const app = await createApp(client)
  const first = await runImport(client, app, { S3Url: 's3://demo/users.csv', DefineSegment: true })
  let version = 1
  for (const DefineSegment of [undefined, true]) {
    const job = await runImport(client, app, {
      S3Url: 's3://demo/users.csv',
      SegmentId: first.Id,
      RegisterEndpoints: DefineSegment !== true,
      ...(DefineSegment && { DefineSegment }),
    })
    t.equal(job.JobStatus, 'COMPLETED')
    t.equal(job.Definition?.SegmentId, first.Id)
    t.equal(job.Definition?.DefineSegment, DefineSegment ?? false, 'echoed as sent')
    const segment = await client.send(new GetSegmentCommand({ ApplicationId: app, SegmentId: first.Id }))
    t.equal(segment.SegmentResponse?.Version, ++version)
  }
})

t.test('a segment that no import made answers 400', async t => {
  const { call, id, url } = await withApp()
  const { Id } = (await call('POST', `/v1/apps/${id}/segments`, {})).body
  const message = `SegmentId must be that of an imported segment; ${Id} is DIMENSIONAL`
  isError(t, await call('POST', url, { ...least, SegmentId: Id }), 400, 'BadRequestException', message)
})

t.test("another application's segment answers 404", async t => {
  const [one, other] = [await createApp(client), await createApp(client)]
  const { Id } = await runImport(client, one, { S3Url: 's3://demo/users.csv', DefineSegment: true })
  const renewed = createImportJob(client, other, { S3Url: 's3://demo/users.csv', SegmentId: Id })
  await t.rejects(renewed, { name: 'NotFoundException', message: `Segment not found: ${Id}` })
})

t.test('the real SDK reads the exception and its message', async t => {
  const command = new CreateImportJobCommand({
    ApplicationId: await createApp(client),
    ImportJobRequest: { Format: 'CSV', S3Url: 'nowhere', RoleArn: roleArn },
  })
  const error = await client.send(command).catch(error => error)
  t.equal(error.name, 'BadRequestException')
  t.match(error.message, /^S3Url must be s3:\/\/bucket\/key/)
  t.match(error.RequestID, /^[0-9a-f-]{36}$/)
  t.equal(error.$metadata.requestId, error.RequestID)
})

/**
 * An application with quotas and callers of any account. There is no worker: a job stays as it is until it is
 * moved.
 */
function withQuotas(t: Test, quotas = true) {
  const config = { region: 'us-east-1', accountId: '123456789012', quotas }
  const { app, store } = buildTestApp(t, { config })
  const call = async (method: 'POST' | 'DELETE', url: string, payload: object, account = '123456789012') => {
    return answerOf(await app.inject({ method, url, payload, headers: signedBy(account) }))
  }
  /** Creates an application of an account and gives its URL. */
  const createApp = async (account?: string) =>
    `/v1/apps/${(await createAppBy((...sent) => call(...sent, account))).Id}`
  /** Creates so many jobs, one after the other, and gives the statuses. */
  const createJobs = async (count: number, url: string, account?: string) => {
    const statuses: number[] = []
    for (let index = 0; index < count; index++) {
      statuses.push((await call('POST', `${url}/jobs/import`, least, account)).status)
    }
    return statuses
  }
  /** Moves the oldest job that is not over through its next states. */
  const move = (...states: JobStatus[]) => {
    const [job] = store.importProgress.unfinished(0)
    for (const status of states) {
      store.importProgress.move(job!, status, new Date().toISOString())
      job!.status = status
    }
  }
  return { call, createApp, createJobs, move }
}

const ten: number[] = Array(10).fill(201)

t.test('with quotas, the eleventh import job of an account answers 429 and is not created', async t => {
  const { call, createApp, createJobs } = withQuotas(t)
  const [one, other] = [await createApp(), await createApp()]
  t.same([...(await createJobs(7, one)), ...(await createJobs(3, other))], ten, 'in whichever applications')
  isError(
    t,
    await call('POST', `${one}/jobs/import`, least),
    429,
    'TooManyRequestsException',
    'Account 123456789012 has 10 import jobs that are not COMPLETED or FAILED; it must not have more',
  )
  t.same(await createJobs(1, other), [429])
})

t.test('a job counts until it is COMPLETED or FAILED', async t => {
  const { createApp, createJobs, move } = withQuotas(t)
  const url = await createApp()
  t.same(await createJobs(10, url), ten)
  move('PENDING_JOB', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING')
  t.same(await createJobs(1, url), [429])
  move('COMPLETED')
  t.same(await createJobs(2, url), [201, 429])
  move('FAILING')
  t.same(await createJobs(1, url), [429])
  move('FAILED')
  t.same(await createJobs(2, url), [201, 429])
})

t.test('each account may have ten, and the jobs of a deleted application are gone', async t => {
  const { call, createApp, createJobs } = withQuotas(t)
  const [mine, theirs] = [await createApp(), await createApp('000011112222')]
  t.same(await createJobs(11, mine), [...ten, 429])
  t.same(await createJobs(11, theirs, '000011112222'), [...ten, 429])
  t.equal((await call('DELETE', mine, {})).status, 200)
  const next = await createApp()
  t.same(await createJobs(1, next), [201])
  t.same(await createJobs(1, theirs, '000011112222'), [429])
})

t.test('what is wrong with a request is told before the quota', async t => {
  const { call, createApp, createJobs } = withQuotas(t)
  const url = await createApp()
  await createJobs(10, url)
  const answers = [
    await call('POST', '/v1/apps/nope/jobs/import', least),
    await call('POST', `${url}/jobs/import`, { ...least, Format: 'XML' }),
    await call('POST', `${url}/jobs/import`, { ...least, S3Url: 'nowhere' }),
    await call('POST', `${url}/jobs/import`, { ...least, SegmentId: 'nope' }),
    await call('POST', `${url}/jobs/import`, least),
  ]
  t.same(
    answers.map(({ status }) => status),
    [404, 400, 400, 404, 429],
  )
})

t.test('calls at the same time do not get past the quota', async t => {
  const { call, createApp } = withQuotas(t)
  const url = await createApp()
  const answers = await Promise.all(
    Array.from({ length: 15 }, () => call('POST', `${url}/jobs/import`, least)),
  )
  t.equal(answers.filter(({ status }) => status === 201).length, 10)
  t.equal(answers.filter(({ status }) => status === 429).length, 5)
})

t.test('without quotas an account may have any number', async t => {
  const { createApp, createJobs } = withQuotas(t, false)
  t.same(await createJobs(12, await createApp()), Array(12).fill(201))
})
