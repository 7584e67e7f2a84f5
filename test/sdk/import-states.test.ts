import { DeleteAppCommand, GetImportJobCommand, type ImportJobResponse } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { jobsOf, seenInEachState } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, createImportJob, runImport, startEmulator, waitForJob } from '../support/helpers.ts'
import { completed, getEndpoint, sameStates, statesOf, untilProcessed } from '../support/reads.ts'
import { startFront, startS3 } from '../support/s3.ts'

const S3Url = 's3://data/users.csv'
const counted = ['PROCESSING', 'COMPLETING', 'COMPLETED', 'FAILING', 'FAILED']

t.test('a job goes through its states in their order and skips none', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('e1', 'e2'))
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const seen = await seenInEachState({ url, client }, () => createImportJob(client, app, { S3Url }))
  await sameStates(t, client, seen)
  t.match(seen.at(-1), completed(2))

  const [created] = seen
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
  for (const at of seen) {
    const {
      JobStatus,
      CompletionDate,
      Failures,
      TotalProcessed,
      TotalFailures,
      CompletedPieces,
      FailedPieces,
    } = at
    t.match(at, { Id: created!.Id, ApplicationId: created!.ApplicationId, Type: 'IMPORT' })
    t.same(at.Definition, created!.Definition)
    t.equal(at.CreationDate, created!.CreationDate)
    t.match(at.CreationDate, iso)
    t.equal(Failures, undefined)
    if (JobStatus === 'COMPLETED') t.match(CompletionDate, iso)
    else t.equal(CompletionDate, undefined, `${JobStatus} has no CompletionDate`)
    const counters = [TotalProcessed, TotalFailures, CompletedPieces, FailedPieces, at.TotalPieces]
    const has = counted.includes(JobStatus!)
    t.ok(
      counters.every(counter => (counter !== undefined) === has),
      `${JobStatus} has ${has ? 'all' : 'no'} counters`,
    )
  }
  t.match(
    seen.find(({ JobStatus }) => JobStatus === 'PROCESSING'),
    { TotalPieces: 1, TotalProcessed: 0, CompletedPieces: 0 },
    'the pieces are known when PROCESSING begins',
  )
})

t.test('a job waits as PENDING_JOB while another has the only slot', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('e1'))
  const { client, url } = await startEmulator(t, { ...buckets.env, MAX_RUNNING_IMPORTS: '1' })
  const app = await createApp(client)
  const { control, advance } = jobsOf(url)
  await control({ mode: 'manual' })
  const first = await createImportJob(client, app, { S3Url })
  await advance(first, 'PREPARING_FOR_INITIALIZATION')
  const second = await createImportJob(client, app, { S3Url })
  await advance(second, 'PENDING_JOB')
  await control({ mode: 'immediate' })
  const done = [await waitForJob(client, first), await waitForJob(client, second)]
  const path = ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING', 'COMPLETED']
  t.same(await statesOf(client, first), ['CREATED', ...path])
  t.same(await statesOf(client, second), ['CREATED', 'PENDING_JOB', ...path])
  t.ok(
    done[1]!.CompletionDate! >= done[0]!.CompletionDate!,
    'the one that waited is not done before the one that did not',
  )
})

t.test('as many jobs run at once as MAX_RUNNING_IMPORTS allows', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'users.csv', csvOf('e1', 'e2'))
  const held = Promise.withResolvers<void>()
  const front = await startFront(t, s3, async ({ send, body }) => {
    await send(body.subarray(0, -5))
    await held.promise
    await send(body.subarray(-5))
  })
  const { client } = await startEmulator(t, { ...front.env, MAX_RUNNING_IMPORTS: '2' })
  const app = await createApp(client)
  const jobs: ImportJobResponse[] = []
  for (let count = 0; count < 4; count++) jobs.push(await createImportJob(client, app, { S3Url }))
  for (const job of jobs.slice(0, 2)) await untilProcessed(client, job, 1)
  for (const job of jobs.slice(2)) {
    const waiting = await waitForJob(client, job, ({ JobStatus }) => JobStatus === 'PENDING_JOB')
    t.equal(waiting.TotalProcessed, undefined)
  }
  held.resolve()
  for (const job of jobs) t.match(await waitForJob(client, job), completed(2))
})

t.test('counters are running totals while a job is PROCESSING', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'users.csv', csvOf('e1', 'e2', 'e3'))
  const held = Promise.withResolvers<void>()
  const front = await startFront(t, s3, async ({ send, body }) => {
    const half = body.indexOf('e3,')
    await send(body.subarray(0, half))
    await held.promise
    await send(body.subarray(half))
  })
  const { client } = await startEmulator(t, front.env)
  const app = await createApp(client)
  const job = await createImportJob(client, app, { S3Url })
  t.match(await untilProcessed(client, job, 1), {
    JobStatus: 'PROCESSING',
    TotalProcessed: 2,
    TotalPieces: 1,
    CompletedPieces: 0,
    FailedPieces: 0,
  })
  t.match(await getEndpoint(client, app, 'e2'), { Address: 'e2@example.com' }, 'what is counted is there')
  t.equal(await getEndpoint(client, app, 'e3'), undefined)
  held.resolve()
  t.match(await waitForJob(client, job), completed(3))
})

t.test('an application that is deleted takes its running jobs with it, and frees their slots', async t => {
  const s3 = await startS3(t)
  await putAll(s3, 'data', { 'users.csv': csvOf('e1', 'e2', 'e3'), 'others.csv': csvOf('e4') })
  const held = Promise.withResolvers<void>()
  const front = await startFront(t, s3, async ({ key, send, body }) => {
    if (key !== 'users.csv') return send(body)
    await send(body.subarray(0, -5))
    await held.promise
    await send(body.subarray(-5))
  })
  const { client } = await startEmulator(t, { ...front.env, MAX_RUNNING_IMPORTS: '1' })
  const [app, other] = [await createApp(client), await createApp(client)]
  const running = await createImportJob(client, app, { S3Url, DefineSegment: true })
  await untilProcessed(client, running, 1)
  const waiting = await createImportJob(client, app, { S3Url })
  const next = await createImportJob(client, other, { S3Url: 's3://data/others.csv' })
  await waitForJob(client, next, ({ JobStatus }) => JobStatus === 'PENDING_JOB')

  await client.send(new DeleteAppCommand({ ApplicationId: app }))
  for (const { Id } of [running, waiting]) {
    const get = client.send(new GetImportJobCommand({ ApplicationId: app, JobId: Id }))
    await t.rejects(get, { name: 'NotFoundException' })
  }
  t.equal(await getEndpoint(client, app, 'e1'), undefined)
  held.resolve()
  t.match(await waitForJob(client, next), completed(1))
  t.match(await runImport(client, other, { S3Url }), completed(3), 'and the worker goes on as before')
})

t.test('the job of a deleted application gives its slot away even while it waits for S3', async t => {
  const s3 = await startS3(t)
  await putAll(s3, 'data', { 'silent.csv': csvOf('never'), 'users.csv': csvOf('e1') })
  const reached = Promise.withResolvers<void>()
  const front = await startFront(t, s3, async ({ key, body, send }) => {
    if (key === 'users.csv') return send(body)
    reached.resolve()
    await new Promise(() => {})
  })
  const { client } = await startEmulator(t, { ...front.env, MAX_RUNNING_IMPORTS: '1' })
  const [deleted, other] = [await createApp(client), await createApp(client)]
  await createImportJob(client, deleted, { S3Url: 's3://data/silent.csv' })
  await reached.promise
  const waiting = await createImportJob(client, other, { S3Url: 's3://data/users.csv' })
  await waitForJob(client, waiting, ({ JobStatus }) => JobStatus === 'PENDING_JOB')
  await client.send(new DeleteAppCommand({ ApplicationId: deleted }))
  t.match(await waitForJob(client, waiting), { JobStatus: 'COMPLETED', TotalProcessed: 1 })
})
