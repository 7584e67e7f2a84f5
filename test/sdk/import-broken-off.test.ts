import { gzipSync } from 'node:zlib'
import { DeleteEndpointCommand, type EndpointRequest, type ImportJobResponse } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { putAll } from '../support/buckets.ts'
import { holdAt } from '../support/control.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { base, createFilledApp, good } from '../support/filled-app.ts'
import { createApp, createImportJob, runImport, startEmulator, waitForJob } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { getEndpoint, getSegment, putEndpoint, statesOf, untilProcessed } from '../support/reads.ts'
import { startFront, startS3 } from '../support/s3.ts'

t.test('a job whose object breaks off while it is read ends FAILED and leaves all as it was', async t => {
  const s3 = await startS3(t)
  await putAll(s3, 'data', { 'base.csv': base, 'users.csv': good + csvOf('more').split('\n')[1] })
  const front = await startFront(t, s3, async ({ key, from, body, send, breakOff }) => {
    if (key === 'base.csv') return send(body)
    await send(body.subarray(0, Math.max(0, good.length - from)))
    breakOff()
  })
  const { client } = await startEmulator(t, front.env)
  const { app, SegmentId, look } = await createFilledApp(t, client, 's3://data/base.csv')
  const before = await look()
  const job = await runImport(client, app, { S3Url: 's3://data/users.csv', SegmentId })
  t.same((await statesOf(client, job)).slice(-3), ['PROCESSING', 'FAILING', 'FAILED'])
  t.match(job, { TotalPieces: 1, FailedPieces: 1, CompletedPieces: 0 })
  matchEach(t, job.Failures!, [/^users\.csv: broke off at byte \d+ of \d+/])
  t.same(await look(), before)
})

t.test('a job whose object breaks off once is as if it had not', async t => {
  const s3 = await startS3(t)
  const ids = numbered('e', 20_000)
  const content = csvOf(...ids)
  await s3.put('data', 'users.csv', content)
  await s3.put('data', 'users.csv.gz', gzipSync(content))
  const broken = new Set<string>()
  const front = await startFront(t, s3, async ({ key, body, send, breakOff }) => {
    if (broken.has(key)) return send(body)
    broken.add(key)
    await send(body.subarray(0, body.length / 2))
    breakOff()
  })
  const { client } = await startEmulator(t, front.env)
  for (const key of ['users.csv', 'users.csv.gz']) {
    const app = await createApp(client)
    const job = await runImport(client, app, { S3Url: `s3://data/${key}`, DefineSegment: true })
    t.match(
      job,
      { JobStatus: 'COMPLETED', TotalProcessed: 20_000, TotalFailures: 0, Failures: undefined },
      key,
    )
    const segment = await getSegment(client, app, job.Definition!.SegmentId!)
    t.equal(segment?.ImportDefinition?.Size, 20_000)
    t.match(await getEndpoint(client, app, 'e19999'), { Address: 'e19999@example.com' })
  }
  t.equal(broken.size, 2)
})

t.test('a .gz that could not be measured is imported whole or not at all', async t => {
  const s3 = await startS3(t)
  const ids = Array.from({ length: 5_000 }, (_, index) => `e${index % 10}`)
  await s3.put('data', 'users.csv.gz', gzipSync(csvOf(...ids)))
  let measuring = true
  const front = await startFront(t, s3, async ({ body, send, breakOff }) => {
    if (measuring) breakOff()
    else await send(body)
  })
  const { client, url } = await startEmulator(t, front.env)
  const app = await createApp(client)
  const create = () => createImportJob(client, app, { S3Url: 's3://data/users.csv.gz' })
  const created = await holdAt(url, 'INITIALIZING', create, () => {
    measuring = false
  })
  const job = await waitForJob(client, created)
  if (job.JobStatus !== 'FAILED') t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 5_000 })
  else t.match(job.Failures?.[0], /^users\.csv\.gz: |^s3:/)
})

/** Jobs whose objects are read up to their last line, and then wait to break off. */
async function startHeldJobs(t: Test, objects: Record<string, string>) {
  const s3 = await startS3(t)
  await putAll(s3, 'data', objects)
  const held: Record<string, PromiseWithResolvers<void>> = Object.fromEntries(
    Object.keys(objects).map(key => [key, Promise.withResolvers()]),
  )
  const front = await startFront(t, s3, async ({ key, from, body, send, breakOff }) => {
    await send(body.subarray(0, Math.max(0, body.lastIndexOf('\n') + 1)))
    if (from === 0) await held[key]!.promise
    breakOff()
  })
  const { client } = await startEmulator(t, front.env)
  const app = await createApp(client)
  return {
    client,
    app,
    /** Starts the job of an object, and gives it when all but the last line has been imported. */
    async begin(key: string): Promise<ImportJobResponse> {
      const job = await createImportJob(client, app, { S3Url: `s3://data/${key}` })
      return untilProcessed(client, job, objects[key]!.split('\n').length - 2)
    },
    /** Lets a job fail. */
    async fail(job: ImportJobResponse): Promise<void> {
      held[job.Definition!.S3Url!.replace('s3://data/', '')]!.resolve()
      const { JobStatus } = await waitForJob(client, job)
      t.equal(JobStatus, 'FAILED')
    },
  }
}

t.test('what callers do while a job runs outlives the failure of the job', async t => {
  const rows = ['written', 'deleted', 'other'].map(id => `${id},EMAIL,${id}@example.com,pro`)
  const text = ['Id,ChannelType,Address,Attributes.plan', ...rows, 'last,EMAIL'].join('\n')
  const { client, app, begin, fail } = await startHeldJobs(t, { 'users.csv': text })
  for (const id of ['written', 'deleted']) {
    await putEndpoint(client, app, id, { ChannelType: 'SMS', Address: `${id}-before` })
  }
  const job = await begin('users.csv')
  await putEndpoint(client, app, 'written', { Attributes: { by: ['caller'] } })
  await putEndpoint(client, app, 'new', { ChannelType: 'SMS', Address: 'new' })
  await client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId: 'deleted' }))
  await fail(job)
  t.match(await getEndpoint(client, app, 'written'), { Attributes: { by: ['caller'] } })
  t.match(await getEndpoint(client, app, 'new'), { Address: 'new' })
  t.equal(await getEndpoint(client, app, 'deleted'), undefined)
  t.equal(await getEndpoint(client, app, 'other'), undefined)
})

t.test(
  'what others write outlives a failing job that touches the same endpoints before and after',
  async t => {
    const rows = ['caller,EMAIL,c@example.com,job', 'importer,EMAIL,i@example.com,job', '']
    const half = ['Id,ChannelType,Address,Attributes.By', ...rows].join('\n')
    const s3 = await startS3(t)
    await putAll(s3, 'data', {
      'twice.csv': `${half}${rows.join('\n')}last`,
      'other.csv': 'Id,Attributes.Other\nimporter,job\n',
    })
    const held = Promise.withResolvers<void>()
    const front = await startFront(t, s3, async ({ key, from, body, send, breakOff }) => {
      if (key === 'other.csv') return send(body)
      if (from === 0) {
        await send(body.subarray(0, half.length))
        await held.promise
        await send(body.subarray(half.length, body.length - 1))
      }
      breakOff()
    })
    const { client } = await startEmulator(t, front.env)
    const app = await createApp(client)
    const before: EndpointRequest = { ChannelType: 'SMS', Address: 'before', Attributes: { By: ['before'] } }
    for (const id of ['caller', 'importer']) await putEndpoint(client, app, id, before)

    const job = await createImportJob(client, app, { S3Url: 's3://data/twice.csv' })
    await untilProcessed(client, job, 2)
    await putEndpoint(client, app, 'caller', { Attributes: { By: ['caller'], Other: ['caller'] } })
    t.match(await runImport(client, app, { S3Url: 's3://data/other.csv' }), { JobStatus: 'COMPLETED' })
    held.resolve()
    t.match(await waitForJob(client, job), { JobStatus: 'FAILED', TotalProcessed: 4 })
    t.match(await getEndpoint(client, app, 'caller'), { Attributes: { By: ['caller'], Other: ['caller'] } })
    t.match(await getEndpoint(client, app, 'importer'), { Attributes: { Other: ['job'] } })
  },
)

for (const order of [
  ['1.csv', '2.csv'],
  ['2.csv', '1.csv'],
]) {
  t.test(`two jobs over the same endpoints leave nothing when both fail, ${order[0]} first`, async t => {
    const textOf = (plan: string) =>
      [
        'Id,ChannelType,Address,Attributes.plan',
        `there,EMAIL,there@example.com,${plan}`,
        `created,EMAIL,created@example.com,${plan}`,
        'last,EMAIL',
      ].join('\n')
    const { client, app, begin, fail } = await startHeldJobs(t, {
      '1.csv': textOf('one'),
      '2.csv': textOf('two'),
    })
    await putEndpoint(client, app, 'there', { ChannelType: 'SMS', Address: 'before' })
    const before = await getEndpoint(client, app, 'there')
    const jobs = { '1.csv': await begin('1.csv'), '2.csv': await begin('2.csv') }
    t.match(await getEndpoint(client, app, 'there'), { Attributes: { plan: ['two'] } })
    for (const key of order) await fail(jobs[key as keyof typeof jobs])
    t.same(await getEndpoint(client, app, 'there'), before)
    t.equal(await getEndpoint(client, app, 'created'), undefined)
  })
}
