import t from 'tap'
import { countRows, refuseWrites } from '../support/database.ts'
import { csvOf, ndjsonOf, numbered } from '../support/endpoint-files.ts'
import { until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { setUp, whenOver } from '../support/worker.ts'

/** Has a worker that died started again at once, so that a test need not wait. */
const soon = { firstDelay: 10 }

/** A line of a megabyte, which takes more than twenty when it is parsed. */
const heavyLine = `{"Id":"heavy","ChannelType":"SMS","Address":"+49","Attributes":{"a":[${'{},'.repeat(340_000)}{}]}}\n`

/**
 * Megabytes with which the worker imports anything but such a line; what tap loads into its threads takes
 * some, too.
 */
const littleMemory = { ...soon, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 24 } }

const csv = (count: number, from = 0) => csvOf(numbered('e', count, from))
const ndjson = (count: number, from = 0) => ndjsonOf(numbered('e', count, from))

t.test('a job of which the worker dies three times at one point ends FAILED, and others go on', async t => {
  const { call, store, put, createApp, createJob, startWorker, control } = setUp(t, { maxRunningImports: 3 })
  put('before.csv', 'Id,ChannelType,Address\ne1,EMAIL,before@example.com\n')
  put('heavy.json', ndjson(1000) + heavyLine + ndjson(1000, 1000))
  put('a.csv', csv(500, 5000))
  const app = await createApp()
  const before = await createJob(app, 'before.csv')
  const worker = await startWorker({}, littleMemory)
  await whenOver([before])
  const there = store.endpoints.get(app, 'e1')

  // Both come to PROCESSING at once, so that the worker dies of one while it does the other.
  await control('manual')
  const [other, heavy] = [await createJob(await createApp(), 'a.csv'), await createJob(app, 'heavy.json')]
  await other.advance('INITIALIZING')
  await heavy.advance('INITIALIZING')
  await control('immediate')
  const seen = new Set<string>()
  let deathsOfOther = 0
  await until(async () => {
    const running = worker.isRunning()
    seen.add(`${running} ${(await call('GET', '/_pinpoint/health')).status}`)
    deathsOfOther = Math.max(deathsOfOther, other.deaths() ?? 0)
    return (heavy.status() === 'FAILED' && other.status() === 'COMPLETED') || undefined
  }, 'both jobs to be over')

  t.strictSame([...seen].sort(), ['false 503', 'true 200'], 'health tells whether jobs can be done')
  // Once more where the worker died before the first records were committed, which is another point.
  t.ok([3, 4].includes(worker.counters.get('workerRestarts')))
  t.match(heavy.get(), { TotalProcessed: 1000, CompletedPieces: 0 })
  matchEach(t, heavy.get().Failures!, [
    /^s3:\/\/demo\/heavy\.json: the job worker died 3 times at the same point of this job, .*memory/,
  ])
  t.match(other.get(), { JobStatus: 'COMPLETED', TotalProcessed: 500 })
  t.ok(deathsOfOther <= 1, 'the other is not held to be at fault')
  t.strictSame(store.endpoints.get(app, 'e1'), there, 'what the job had changed is as it was')
  t.equal(store.endpoints.get(app, 'e999'), undefined, 'what it had made is gone')
  t.equal(store.segments.get(app, heavy.segmentId), undefined)
})

t.test('a large job of which its reader dies three times ends FAILED, and others go on', async t => {
  const { put, createApp, createJob, startWorker } = setUp(t, { maxRunningImports: 2 })
  // So many bytes that a reader thread reads them.
  const long = ndjsonOf(numbered('x'.repeat(200), 11_000))
  put('heavy.json', ndjson(1000) + heavyLine + long)
  put('a.json', long)
  const [heavy, other] = [
    await createJob(await createApp(), 'heavy.json'),
    await createJob(await createApp(), 'a.json'),
  ]
  await startWorker({}, littleMemory)
  await whenOver([heavy, other])
  t.match(heavy.get(), { JobStatus: 'FAILED', CompletedPieces: 0 })
  matchEach(t, heavy.get().Failures!, [/the job worker died 3 times at the same point of this job, .*memory/])
  t.match(other.get(), { JobStatus: 'COMPLETED', TotalProcessed: 11_000 })
})

t.test('a job that comes further between the deaths of the worker is COMPLETED', async t => {
  const { put, createApp, createJob, startWorker, dataDir } = setUp(t)
  put('a.csv', csv(12_000))
  const writes = refuseWrites(t, dataDir)
  const dieAt = (id: string) => writes.refuse(`INSERT ON endpoints WHEN new.id = '${id}'`)
  const job = await createJob(await createApp(), 'a.csv')
  dieAt('e100')
  await startWorker({}, soon)
  await until(() => job.deaths() === 2 || undefined, 'the worker to die twice')
  let before = 0
  for (const id of ['e4000', 'e8000', 'e11000']) {
    dieAt(id)
    before = await until(() => {
      const { TotalProcessed = 0 } = job.get()
      return TotalProcessed > before && job.deaths() === 1 ? TotalProcessed : undefined
    }, `the worker to die at ${id}`)
  }
  writes.allow()
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 12_000, Failures: undefined })
})

t.test('a job that cannot be undone ends FAILED, and says what is left of it', async t => {
  const { store, put, createApp, createJob, startWorker, dataDir } = setUp(t)
  put('a.csv', csv(10))
  put('b.csv', `${csv(600)}bad,EMAIL,`)
  const app = await createApp()
  const before = await createJob(app, 'a.csv')
  const first = await startWorker({}, soon)
  await whenOver([before])
  const there = store.endpoints.get(app, 'e1')
  await first.stop()
  const writes = refuseWrites(t, dataDir)
  writes.refuse('DELETE ON endpoints')
  const job = await createJob(app, 'b.csv')
  // The last piece fails, as the only record in it is bad.
  await startWorker({ pieceBytes: 20 }, soon)
  await whenOver([job])
  t.equal(job.status(), 'FAILED')
  t.match(job.get().Failures![0], /^b\.csv: none of the 1 records/)
  t.match(
    job.get().Failures!.find(failure => failure.startsWith('s3://')),
    's3://demo/b.csv: 590 endpoints that the job created and 0 that it changed could not be undone, as the job worker died 3 times at the same point of this job, the last time of: refused by the test',
  )
  t.strictSame(store.endpoints.get(app, 'e1'), there, 'what it had changed is as it was')
  writes.allow()
  await until(() => !('endpoints_before_import' in countRows(dataDir)) || undefined, 'the purge')
})

t.test('a job that is held is not at fault when the worker dies, and keeps no other waiting', async t => {
  const { store, put, createApp, createJob, startWorker, control, dataDir } = setUp(t)
  put('held.csv', csv(10))
  put('a.csv', csv(10, 100))
  const app = await createApp()
  const first = await startWorker({}, soon)
  await control('manual')
  const held = await createJob(app, 'held.csv')
  await held.advance('PROCESSING')
  await until(() => held.isHeld() || undefined, 'the job to be held')
  await first.stop()
  await store.write(() => store.importProgress.countDeath(held.seq, 'an earlier death'))
  const writes = refuseWrites(t, dataDir)
  writes.refuse('INSERT ON endpoints')
  const deadly = await createJob(app, 'a.csv')
  await startWorker({}, soon)
  const advanced = deadly.advance('FAILED')
  await whenOver([deadly])
  await advanced
  matchEach(t, deadly.get().Failures!, [/the job worker died 3 times at the same point of this job/])
  t.equal(held.deaths(), 1)
  writes.allow()
  await control('immediate')
  await whenOver([held])
  t.match(held.get(), { JobStatus: 'COMPLETED', TotalProcessed: 10 })
})

t.test('a worker that is stopped has not died', async t => {
  const { put, createApp, createJob, startWorker, control } = setUp(t)
  put('a.csv', csv(5000))
  const job = await createJob(await createApp(), 'a.csv')
  await control('manual')
  for (const state of ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING'] as const) {
    const worker = await startWorker()
    await job.advance(state)
    await worker.stop()
    t.equal(job.deaths(), 0, state)
  }
  await startWorker()
  await control('immediate')
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 5000 })
})
