import { gzipSync } from 'node:zlib'
import {
  GetAppsCommand,
  GetEndpointCommand,
  GetImportJobsCommand,
  GetSegmentCommand,
  type ImportJobResponse,
  type JobStatus,
  UpdateEndpointCommand,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { countRows, readRows, sameRows } from '../support/database.ts'
import { allEndpoints } from '../support/emulators.ts'
import { csvFile, idOf, ndjsonFile } from '../support/endpoint-files.ts'
import { runImport, until, waitForJob } from '../support/helpers.ts'
import { onlyLong } from '../support/long.ts'
import { forEver, type InUse, Prepared, seenBy } from '../support/prepared.ts'

/**
 * Ends the emulator each time the first job has come so far, starts it again, and watches that totals only
 * grow.
 */
async function interrupt(
  t: Test,
  prepared: Prepared,
  dataDir: string,
  interruptions: { at: number; by: NodeJS.Signals }[],
) {
  const [job] = prepared.jobs
  let highest = 0
  let fallen = 0
  const watch = ({ TotalProcessed = 0 }: ImportJobResponse) => {
    if (TotalProcessed < highest) fallen++
    highest = Math.max(highest, TotalProcessed)
    return highest
  }
  let folder = dataDir
  for (const { at, by } of interruptions) {
    const seenBefore = highest
    for (let attempt = 1; ; attempt++) {
      // For another attempt, should the job have been faster than this test.
      const before = prepared.copy(folder)
      const { client, end } = await prepared.start(folder)
      await waitForJob(client, job!, job => watch(job) >= at)
      await end(by)
      const [left] = prepared.leftBehind(t, folder)
      if (left?.JobStatus === 'PROCESSING' || attempt === 6) {
        t.equal(left?.JobStatus, 'PROCESSING', `${by} came in the middle, at ${left?.TotalProcessed}`)
        t.ok(left!.TotalProcessed! >= highest, 'what was seen is kept')
        break
      }
      folder = before
      highest = seenBefore
    }
  }
  const seen = await prepared.use(folder, {}, async ({ client }) => {
    await waitForJob(client, job!, job => {
      watch(job)
      return job.JobStatus === 'COMPLETED' || job.JobStatus === 'FAILED'
    })
    return seenBy(client, prepared.jobs)
  })
  t.equal(fallen, 0, 'TotalProcessed never decreased')
  return { seen, rows: readRows(folder) }
}

t.test('a CSV import that is killed and stopped again and again ends like one that is not', async t => {
  const prepared = new Prepared(t, { 'in/a.csv': csvFile(12_000), 'in/b/c.csv': csvFile(300) })
  await prepared.create([{ S3Url: 's3://demo/in/', DefineSegment: true, SegmentName: 'all' }])
  const wanted = await prepared.uninterrupted()
  t.match(wanted.seen, [{ JobStatus: 'COMPLETED', TotalProcessed: 12_300, FailedPieces: 0 }, { Version: 1 }])
  const [job] = wanted.seen as ImportJobResponse[]
  t.ok(job!.TotalFailures! > 200, 'with bad rows')
  t.ok(job!.TotalPieces! > 50, 'with many pieces')
  t.equal(job!.Failures?.length, 100)

  const found = await interrupt(t, prepared, prepared.copy(), [
    { at: 1, by: 'SIGKILL' },
    { at: 2000, by: 'SIGTERM' },
    { at: 4000, by: 'SIGKILL' },
  ])
  t.strictSame(found.seen, wanted.seen)
  sameRows(t, found.rows, wanted.rows)
})

t.test('an import into an existing segment, when killed, ends like one that is not', onlyLong, async t => {
  const prepared = new Prepared(t, { 'a.json': ndjsonFile(6_000), 'few.csv': csvFile(10) })
  await prepared.create([{ S3Url: 's3://demo/a.json', Format: 'JSON' }], async (client, app) => {
    const { Definition } = await runImport(client, app, { S3Url: 's3://demo/few.csv', DefineSegment: true })
    return { SegmentId: Definition!.SegmentId!, DefineSegment: true }
  })
  const wanted = await prepared.uninterrupted()
  t.match(wanted.seen, [{ JobStatus: 'COMPLETED', TotalProcessed: 6_000 }, { Version: 2 }])

  const found = await interrupt(t, prepared, prepared.copy(), [{ at: 1500, by: 'SIGKILL' }])
  t.strictSame(found.seen, wanted.seen)
  sameRows(t, found.rows, wanted.rows)
})

t.test('an import that registers no endpoints, when killed, ends like one that is not', onlyLong, async t => {
  const prepared = new Prepared(t, { 'a.csv.gz': gzipSync(csvFile(6_000)) })
  await prepared.create([{ S3Url: 's3://demo/a.csv.gz', DefineSegment: true, RegisterEndpoints: false }])
  const wanted = await prepared.uninterrupted()
  t.match(wanted.seen, [{ JobStatus: 'COMPLETED', TotalProcessed: 6_000 }, { Version: 1 }])

  const found = await interrupt(t, prepared, prepared.copy(), [{ at: 1500, by: 'SIGKILL' }])
  t.strictSame(found.seen, wanted.seen)
  sameRows(t, found.rows, wanted.rows)
})

t.test('an import that is killed in each of its states ends like one that is not', async t => {
  const prepared = new Prepared(t, { 'a.csv': csvFile(600), 'b.csv': csvFile(900) })
  await prepared.create([
    { S3Url: 's3://demo/a.csv', DefineSegment: true },
    { S3Url: 's3://demo/b.csv', DefineSegment: true },
  ])
  const oneByOne = { MAX_RUNNING_IMPORTS: '1' }
  const wanted = await prepared.uninterrupted(oneByOne)
  t.match(wanted.seen, [{ JobStatus: 'COMPLETED' }, {}, { JobStatus: 'COMPLETED' }, {}])

  const dataDir = prepared.copy()
  await prepared.use(dataDir, { JOB_STATE_DELAY_MS: forEver }, ({ control }) => control({ mode: 'manual' }))
  const [a, b] = prepared.jobs
  for (const { moves, left } of [
    { moves: [], left: ['CREATED', 'CREATED'] },
    {
      moves: [
        [a, 'PREPARING_FOR_INITIALIZATION'],
        [b, 'PENDING_JOB'],
      ],
      left: ['PREPARING_FOR_INITIALIZATION', 'PENDING_JOB'],
    },
    { moves: [[a, 'INITIALIZING']], left: ['INITIALIZING', 'PENDING_JOB'] },
    { moves: [[a, 'PROCESSING']], left: ['PROCESSING', 'PENDING_JOB'] },
    { moves: [[a, 'COMPLETING']], left: ['COMPLETING', 'PENDING_JOB'] },
  ] as { moves: [ImportJobResponse, JobStatus][]; left: JobStatus[] }[]) {
    const { advance, end } = await prepared.start(dataDir, oneByOne)
    for (const [job, status] of moves) await advance(job, status)
    await end('SIGKILL')
    t.strictSame(
      prepared.leftBehind(t, dataDir).map(job => job.JobStatus),
      left,
    )
  }
  const seen = await prepared.use(dataDir, oneByOne, async ({ client, control }) => {
    await control({ mode: 'immediate' })
    for (const job of prepared.jobs) await waitForJob(client, job)
    return seenBy(client, prepared.jobs)
  })
  t.strictSame(seen, wanted.seen)
  sameRows(t, readRows(dataDir), wanted.rows)
})

t.test('an endpoint that was updated after its row was imported keeps the update', onlyLong, async t => {
  const prepared = new Prepared(t, { 'a.csv': csvFile(16_000) })
  await prepared.create([{ S3Url: 's3://demo/a.csv' }])
  const dataDir = prepared.copy()
  const [job] = prepared.jobs
  // Its row is the second, and it comes only once.
  const endpoint = { ApplicationId: prepared.applicationId, EndpointId: idOf(1) }
  const first = await prepared.start(dataDir)
  await waitForJob(first.client, job!, ({ TotalProcessed = 0 }) => TotalProcessed > 500)
  await first.client.send(
    new UpdateEndpointCommand({ ...endpoint, EndpointRequest: { Attributes: { likes: ['coffee'] } } }),
  )
  await first.end('SIGKILL')
  t.match(prepared.leftBehind(t, dataDir), [{ JobStatus: 'PROCESSING' }])

  await prepared.use(dataDir, {}, async ({ client }) => {
    t.match(await waitForJob(client, job!), { JobStatus: 'COMPLETED', TotalProcessed: 16_000 })
    const { EndpointResponse } = await client.send(new GetEndpointCommand(endpoint))
    t.strictSame(EndpointResponse?.Attributes, { likes: ['coffee'] })
  })
})

t.test(
  'a job that is killed while it is FAILING ends FAILED, and what was there before is untouched',
  async t => {
    // The header of the last object is not usable, so the last piece fails, when all others are imported.
    const files = { 'before.csv': csvFile(40), 'in/a.csv': csvFile(9000), 'in/b.csv': 'Colour\nred\n' }
    const prepared = new Prepared(t, files)
    await prepared.create([{ S3Url: 's3://demo/in/', DefineSegment: true }], async (client, app) => {
      await runImport(client, app, { S3Url: 's3://demo/before.csv' })
      await client.send(
        new UpdateEndpointCommand({
          ApplicationId: app,
          EndpointId: idOf(50),
          EndpointRequest: { ChannelType: 'EMAIL', Address: 'x@example.com', User: { UserId: 'user-50' } },
        }),
      )
      return {}
    })
    const [job] = prepared.jobs
    const { applicationId: app } = prepared
    const before = await prepared.use(prepared.copy(), { JOB_STATE_DELAY_MS: forEver }, emulator =>
      allEndpoints(emulator, app),
    )
    t.ok(before.length > 30)
    const isAsBefore = async (t: Test, emulator: InUse) => {
      const after = await allEndpoints(emulator, app)
      t.equal(after.length, before.length, 'as many endpoints as before')
      t.strictSame(after.slice(0, before.length), before)
    }

    await t.test('a job that is FAILING ends FAILED, and what was there before is untouched', async t => {
      const dataDir = prepared.copy()
      await prepared.use(dataDir, {}, async emulator => {
        t.match(await waitForJob(emulator.client, job!), { JobStatus: 'FAILED', FailedPieces: 1 })
        await isAsBefore(t, emulator)
      })
    })

    const dataDir = prepared.copy()
    await prepared.use(dataDir, { JOB_STATE_DELAY_MS: forEver }, ({ control }) => control({ mode: 'manual' }))
    const first = await prepared.start(dataDir)
    await first.advance(job!, 'PROCESSING')
    // It rests in its next state before it does anything there.
    await first.control({ mode: 'timed', delayMs: Number(forEver) })
    await waitForJob(first.client, job!, ({ JobStatus }) => JobStatus === 'FAILING')
    await first.end('SIGKILL')
    t.match(prepared.leftBehind(t, dataDir), [{ JobStatus: 'FAILING' }])

    // Again, in the middle of taking back what it wrote.
    const { endpoints: all = 0 } = countRows(dataDir)
    const second = await prepared.start(dataDir)
    await second.control({ mode: 'immediate' })
    await until(() => countRows(dataDir).endpoints! < all || undefined, 'the first endpoints to be undone')
    await second.end('SIGKILL')
    prepared.leftBehind(t, dataDir)

    await prepared.use(dataDir, {}, async emulator => {
      const { client } = emulator
      const { JobStatus, Failures, CompletionDate } = await waitForJob(client, job!)
      t.equal(JobStatus, 'FAILED')
      t.match(Failures?.[0], /header/)
      t.ok(CompletionDate)
      const segment = new GetSegmentCommand({
        ApplicationId: app,
        SegmentId: job!.Definition!.SegmentId,
      })
      await t.rejects(client.send(segment), { name: 'NotFoundException' })
      await isAsBefore(t, emulator)
    })
  },
)

t.test('several jobs, running and waiting, are all there after a kill and all end', onlyLong, async t => {
  const prepared = new Prepared(t, {
    'a.csv': csvFile(300),
    'b.csv': csvFile(100),
    'c.json': ndjsonFile(100),
  })
  await prepared.create([
    { S3Url: 's3://demo/a.csv', DefineSegment: true },
    { S3Url: 's3://demo/b.csv', DefineSegment: true },
    { S3Url: 's3://demo/nowhere.csv' },
    { S3Url: 's3://demo/c.json', Format: 'JSON' },
  ])
  const dataDir = prepared.copy()
  await prepared.use(dataDir, { JOB_STATE_DELAY_MS: forEver }, ({ control }) => control({ mode: 'manual' }))
  const [running, ...waiting] = prepared.jobs
  const first = await prepared.start(dataDir, { MAX_RUNNING_IMPORTS: '1' })
  await first.advance(running!, 'PROCESSING')
  for (const job of waiting) await first.advance(job, 'PENDING_JOB')
  await first.end('SIGKILL')
  t.match(prepared.leftBehind(t, dataDir), [
    { JobStatus: 'PROCESSING' },
    { JobStatus: 'PENDING_JOB' },
    { JobStatus: 'PENDING_JOB' },
    { JobStatus: 'PENDING_JOB' },
  ])

  await prepared.use(dataDir, {}, async ({ client, control }) => {
    const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
    t.equal(ApplicationsResponse?.Item?.length, 1)
    const { ImportJobsResponse } = await client.send(
      new GetImportJobsCommand({ ApplicationId: prepared.applicationId }),
    )
    t.strictSame(ImportJobsResponse?.Item?.map(job => job.Id).sort(), prepared.jobs.map(job => job.Id).sort())
    await control({ mode: 'immediate' })
    const ended: unknown[] = []
    for (const job of prepared.jobs) {
      const { JobStatus, TotalProcessed } = await waitForJob(client, job)
      ended.push([JobStatus, TotalProcessed])
    }
    t.strictSame(ended, [
      ['COMPLETED', 300],
      ['COMPLETED', 100],
      ['FAILED', 0],
      ['COMPLETED', 100],
    ])
  })
})
