import { CreateAppCommand, DeleteAppCommand, GetAppCommand, GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { modelledExceptions } from '../../server/model/exception.ts'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import {
  buildTestApp,
  createApp,
  createClient,
  createExportJob,
  createImportJob,
  isError,
  readJob,
  runExport,
  runImport,
  startEmulator,
  until,
  waitForJob,
} from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { completed, getEndpoint } from '../support/reads.ts'

const many = 8000
const objects = {
  'users.csv': csvOf('e1', 'e2', 'e3', 'e4', 'e5'),
  'others.csv': csvOf('e6'),
  'many.csv': csvOf(numbered('m', many)),
}

/** An emulator over objects, with functions that add rules. */
async function withFaults(t: Test) {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', objects)
  const env = { ...buckets.env, DATA_DIR: t.testdir() }
  const emulator = await startEmulator(t, env)
  const call = controlOf(emulator.url)
  const clear = () => call('DELETE', '/_pinpoint/faults')
  /** Adds a rule for the rest of the test, and gives its id. */
  const add = async (t: Test, rule: object): Promise<string> => {
    const { status, body } = await call('POST', '/_pinpoint/faults', rule)
    t.equal(status, 201, JSON.stringify(body))
    t.match(body, rule)
    // The emulator may be stopped by then.
    t.teardown(() => clear().catch(() => {}))
    return body.id
  }
  return { ...emulator, env, buckets, call, add, clear, app: await createApp(emulator.client) }
}

t.test('fault rules for calls', async t => {
  const { client, url, call, add, clear, close, app } = await withFaults(t)

  await t.test('a rule fails its calls, and no others, with the exception in its exact form', async t => {
    for (const [error, status] of Object.entries(modelledExceptions)) {
      await add(t, { operation: 'CreateApp', error, message: `no ${error}` })
      const answer = await call('POST', '/v1/apps', { Name: 'shop' })
      isError(t, answer, status, error, `no ${error}`)
      t.equal(answer.headers['retry-after'], status === 429 ? '1' : undefined)
      t.equal((await call('GET', '/v1/apps')).status, 200)
      t.equal((await clear()).status, 204)
      await t.resolves(createApp(client))
    }
    const id = await add(t, { operation: 'Get*s', error: 'ForbiddenException' })
    await t.rejects(client.send(new GetAppsCommand({})), {
      name: 'ForbiddenException',
      message: `the fault rule ${id} says so`,
      $metadata: { httpStatusCode: 403 },
    })
    t.ok(await client.send(new GetAppCommand({ ApplicationId: app })))
    await clear()
    await add(t, { error: 'ConflictException' })
    isError(t, await call('GET', `/v1/apps/${app}/campaigns`), 409, 'ConflictException', /./)
    t.equal((await call('GET', '/_pinpoint/faults')).status, 200, 'control calls are not struck')
    t.equal((await call('GET', '/v1/nowhere')).status, 404)
  })

  await t.test('calls fail as often as the rule says: an SDK that tries again comes through', async t => {
    const patient = createClient(url, { maxAttempts: 4 })
    t.teardown(() => patient.destroy())
    const list = new GetAppsCommand({})
    for (const [error, times, ms] of [
      ['InternalServerErrorException', 2, 0],
      ['TooManyRequestsException', 1, 1000],
    ] as const) {
      const id = await add(t, { operation: 'GetApps', error, times })
      const since = performance.now()
      const { $metadata } = await patient.send(list)
      t.equal($metadata.attempts, times + 1)
      t.ok(performance.now() - since >= ms, 'the SDK has waited as long as Retry-After says')
      const { items } = (await call('GET', '/_pinpoint/faults')).body
      t.match(items.at(-1), { id, operation: 'GetApps', error, times, timesLeft: 0 })
    }
    await add(t, { operation: 'GetApps', error: 'InternalServerErrorException', times: 4 })
    const twenty = await Promise.all(Array.from({ length: 20 }, () => call('GET', '/v1/apps')))
    t.equal(twenty.filter(({ status }) => status === 500).length, 4, 'however many call at once')
    await add(t, { operation: 'GetApps', error: 'ForbiddenException', probability: 0 })
    t.ok(await client.send(list))
  })

  await t.test('a rule delays its calls alone, until the caller leaves or the emulator stops', async t => {
    const id = await add(t, { operation: 'GetApp', latencyMs: 50 })
    const since = performance.now()
    t.ok(await client.send(new GetAppCommand({ ApplicationId: app })))
    t.ok(performance.now() - since >= 49)
    t.equal((await call('DELETE', `/_pinpoint/faults/${id}`)).status, 204)

    await call('POST', '/_pinpoint/faults', { operation: 'CreateApp', latencyMs: 3_600_000 })
    const leaving = new AbortController()
    const left = client.send(new CreateAppCommand({ CreateApplicationRequest: { Name: 'left' } }), {
      abortSignal: leaving.signal,
    })
    const last = Promise.allSettled([call('POST', '/v1/apps', { Name: 'last' })])
    t.ok(await client.send(new GetAppsCommand({})), 'others are answered')
    leaving.abort()
    await t.rejects(left, { name: 'AbortError' })
    await close()
    await last
  })
})

t.test('fault rules for jobs', async t => {
  const { client, call, add, clear, close, env, buckets, app } = await withFaults(t)
  const S3Url = 's3://data/users.csv'
  const pathOf = ({ Type, Id }: { Type?: string | undefined; Id?: string | undefined }) =>
    `/_pinpoint/apps/${app}/${Type === 'EXPORT' ? 'export' : 'import'}-jobs/${Id}`
  const statesOf = async (job: { Type?: string | undefined; Id?: string | undefined }) =>
    (await call('GET', pathOf(job))).body.history.map(({ status }: { status: string }) => status)

  await t.test('jobs that a rule is about, and no others, fail in any state', async t => {
    await add(t, { job: { s3Url: 's3://data/others*' }, failAt: 'CREATED' })
    await add(t, { job: { format: 'JSON' }, failAt: 'CREATED' })
    await add(t, { job: { applicationId: 'another' }, failAt: 'CREATED' })
    await add(t, { job: { type: 'EXPORT' }, failAt: 'CREATED' })
    t.match(await runImport(client, app, { S3Url }), completed(5))
    t.match(await runImport(client, app, { S3Url: 's3://data/others.csv' }), { JobStatus: 'FAILED' })
    t.match(await runExport(client, app), { JobStatus: 'FAILED' })
    await clear()
    const way = ['CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING']
    for (const [index, failAt] of way.entries()) {
      await add(t, { job: { s3Url: 's3://data/*' }, failAt, reason: `told at ${failAt}`, times: 2 })
      const job = await runImport(client, app, { S3Url })
      t.match(job, { JobStatus: 'FAILED', Failures: [`${S3Url}: told at ${failAt}`] })
      t.same(await statesOf(job), [...way.slice(0, index + 1), 'FAILING', 'FAILED'])
      const exported = await runExport(client, app)
      t.match(exported, { JobStatus: 'FAILED', Failures: [`s3://data/out: told at ${failAt}`] })
      t.same(await statesOf(exported), [...way.slice(0, index + 1), 'FAILING', 'FAILED'])
      t.match(await runImport(client, app, { S3Url }), completed(5), 'twice, and no more')
    }
    t.same(Object.keys(await buckets.read('data')), Object.keys(objects).sort(), 'exports leave nothing')
  })

  await t.test('jobs hang until the rule is removed, or the application deleted', async t => {
    for (const hangAt of ['CREATED', 'INITIALIZING', 'PROCESSING', 'COMPLETING'] as const) {
      const id = await add(t, { job: {}, hangAt, times: 1 })
      const job = await createImportJob(client, app, { S3Url })
      await waitForJob(client, job, ({ JobStatus }) => JobStatus === hangAt)
      t.match(await runImport(client, app, { S3Url }), completed(5), 'others go on')
      t.equal((await readJob(client, job)).JobStatus, hangAt)
      await call('DELETE', `/_pinpoint/faults/${id}`)
      t.match(await waitForJob(client, job), completed(5))
    }
    const id = await add(t, { job: {}, failAt: 'INITIALIZING', hangAt: 'FAILING' })
    const job = await createExportJob(client, app)
    await until(async () => ((await statesOf(job)).includes('FAILING') ? true : undefined), 'FAILING')
    await call('PUT', '/_pinpoint/job-control', { mode: 'manual' })
    isError(
      t,
      await call('POST', `${pathOf(job)}/advance`),
      409,
      'ConflictException',
      `the fault rule ${id} keeps the job in FAILING: DELETE /_pinpoint/faults/${id} first`,
    )
    await clear()
    t.match((await call('POST', `${pathOf(job)}/advance`)).body, { JobStatus: 'FAILED' })
    await call('PUT', '/_pinpoint/job-control', { mode: 'immediate' })

    const doomed = await createApp(client)
    await add(t, { job: { applicationId: doomed }, hangAt: 'PROCESSING' })
    for (let jobs = 0; jobs < 2; jobs++) {
      const hung = await createImportJob(client, doomed, { S3Url })
      await waitForJob(client, hung, ({ TotalProcessed }) => TotalProcessed === 5)
    }
    await client.send(new DeleteAppCommand({ ApplicationId: doomed }))
    t.match(await runImport(client, app, { S3Url }), completed(5), 'their slots are free again')
  })

  await t.test('pieces and records of jobs fail as rules say', async t => {
    await add(t, { job: {}, failPieces: 2, reason: 'told to' })
    const job = await runImport(client, app, { S3Url: 's3://data/' })
    t.match(job, {
      JobStatus: 'FAILED',
      TotalPieces: 3,
      CompletedPieces: 1,
      FailedPieces: 2,
      TotalFailures: 0,
      Failures: ['many.csv: told to', 'others.csv: told to'],
    })
    t.match(await runExport(client, app), { JobStatus: 'FAILED', FailedPieces: 1, Failures: [/: told to$/] })
    await clear()
    await add(t, { job: {}, failRecords: { every: 2, reason: 'every second' } })
    const halves = await runImport(client, app, { S3Url, DefineSegment: true })
    t.match(halves, { JobStatus: 'COMPLETED', TotalProcessed: 5, TotalFailures: 2, CompletedPieces: 1 })
    t.same(
      halves.Failures,
      [2, 4].map(number => `users.csv line ${number + 1}: every second`),
    )
    await clear()
    await add(t, { job: {}, failRecords: { every: 1 } })
    t.match(await runImport(client, app, { S3Url }), {
      JobStatus: 'FAILED',
      TotalFailures: 5,
      FailedPieces: 1,
      Failures: [/^users\.csv: none of the 5 records/, /the fault rule \w+ says so$/],
    })
  })

  await t.test('one of several jobs fails by its id', async t => {
    await call('PUT', '/_pinpoint/job-control', { mode: 'manual' })
    const [chosen, other] = [
      await createImportJob(client, app, { S3Url }),
      await createImportJob(client, app, { S3Url }),
    ]
    await add(t, { job: { id: chosen.Id! }, failAt: 'PROCESSING', reason: 'this one' })
    await call('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
    t.match(await waitForJob(client, chosen), { JobStatus: 'FAILED', Failures: [`${S3Url}: this one`] })
    t.match(await waitForJob(client, other), completed(5))
    await clear()
  })

  await t.test('jobs fail by a rule that is added while they are under way', async t => {
    const hanging = await add(t, { job: {}, hangAt: 'PROCESSING' })
    const job = await createImportJob(client, app, { S3Url: 's3://data/others.csv' })
    await waitForJob(client, job, ({ TotalProcessed }) => TotalProcessed === 1)
    await add(t, { job: {}, failAt: 'PROCESSING', reason: 'told late' })
    await call('DELETE', `/_pinpoint/faults/${hanging}`)
    t.match(await waitForJob(client, job), {
      JobStatus: 'FAILED',
      Failures: ['s3://data/others.csv: told late'],
    })
    t.equal(await getEndpoint(client, app, 'e6'), undefined)
  })

  await t.test('rules and their jobs go on after the emulator was stopped', async t => {
    const rule = { job: { s3Url: 's3://*/many.csv' }, failRecords: { every: 7, reason: 'seventh' }, times: 1 }
    const { id } = (await call('POST', '/_pinpoint/faults', rule)).body
    const job = await createImportJob(client, app, { S3Url: 's3://data/many.csv' })
    await waitForJob(client, job, ({ TotalProcessed = 0 }) => TotalProcessed > 0)
    await close()
    const again = await startEmulator(t, env)
    const { items } = (await controlOf(again.url)('GET', '/_pinpoint/faults')).body
    matchEach(t, items, [{ id, ...rule, timesLeft: 0 }])
    t.match(await waitForJob(again.client, job), {
      JobStatus: 'COMPLETED',
      TotalProcessed: many,
      TotalFailures: Math.floor(many / 7),
    })
  })
})

t.test('a fault rule that cannot be meant is refused, and told what would be right', async t => {
  const { call } = buildTestApp(t)
  const refused = async (rule: object, message: string | RegExp) =>
    isError(t, await call('POST', '/_pinpoint/faults', rule), 400, 'BadRequestException', message)
  await refused(
    {},
    /^a rule must say what happens: error or latencyMs for calls; for jobs, job and failAt or /,
  )
  await refused({ operation: 'GetApp' }, /^a rule must say what happens/)
  await refused({ error: 'OutOfOrder' }, /^error must be one of BadRequestException, .*; got "OutOfOrder"$/)
  await refused({ latencyMs: 1, message: 'slow' }, 'message needs the error whose message it is')
  for (const operation of ['CreateNothing', 'create*', '*Nothing', '']) {
    await refused(
      { operation, latencyMs: 1 },
      new RegExp(
        `; got "${operation.replace('*', '\\*')}"; the operations are CreateApp, .*VerifyOTPMessage$`,
      ),
    )
  }
  await refused(
    { latencyMs: 1, job: {} },
    /^a rule is for calls .* or for jobs .*; got both latencyMs and job$/,
  )
  await refused({ error: 'ConflictException', reason: 'x' }, /got both error and reason$/)
  await refused({ failAt: 'CREATED' }, /^a rule for jobs needs job/)
  await refused({ job: {} }, 'a rule for jobs must say what happens: failAt, failPieces, failRecords, hangAt')
  await refused(
    { job: {}, failAt: 'FAILED' },
    /^failAt must be one of CREATED, .*, COMPLETING; got "FAILED"$/,
  )
  await refused(
    { job: {}, hangAt: 'COMPLETED' },
    /^hangAt must be one of CREATED, .*FAILING; got "COMPLETED"$/,
  )
  await refused({ job: { bucket: 'b' }, failPieces: 1 }, /^job\.bucket is not a name that is known here/)
  await refused({ job: { format: 'XML' }, failPieces: 1 }, 'job.format must be one of CSV, JSON; got "XML"')
  await refused({ job: {}, failPieces: 0 }, 'failPieces must be a whole number from 1; got 0')
  await refused(
    { job: {}, failRecords: {} },
    'failRecords.every is required: it must be a whole number from 1',
  )
  await refused({ job: { type: 'EXPORT' }, failRecords: { every: 1 } }, /^failRecords is for imports/)
  await refused({ job: {}, hangAt: 'CREATED', reason: 'x' }, /^reason needs the failAt or failPieces/)
  await refused({ latencyMs: 1, probability: 2 }, 'probability must be a number from 0 to 1; got 2')
  await refused({ latencyMs: 1, times: 0.5 }, 'times must be a whole number from 1; got 0.5')
  t.same((await call('GET', '/_pinpoint/faults')).body, { items: [] })
  isError(
    t,
    await call('DELETE', '/_pinpoint/faults/none'),
    404,
    'NotFoundException',
    'Fault not found: none',
  )
})
