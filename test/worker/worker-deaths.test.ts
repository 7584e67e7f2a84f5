import Database from 'better-sqlite3'
import t from 'tap'
import { Clock } from '../../server/clock/clock.ts'
import { buildApp } from '../../server/emulator/app.ts'
import { EventBus } from '../../server/events/event-bus.ts'
import type { JobStatus } from '../../server/model/job-states.ts'
import { noState, silent, until } from '../support/helpers.ts'
import { endpoints, setUp, whenOver } from '../support/worker.ts'

/** Restarts soon, so that a test need not wait for long. */
const soon = { firstDelay: 10 }

/** A line of a megabyte, which takes more than twenty when it is parsed. */
const heavyLine = `{"Id":"heavy","ChannelType":"SMS","Address":"+49","Attributes":{"a":[${'{},'.repeat(340_000)}{}]}}`

/** So many megabytes that the worker imports anything but such a line; what tap loads into its threads takes some, too. */
const littleMemory = { ...soon, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 24 } }

const ndjson = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      Id: `e${from + index}`,
      ChannelType: 'EMAIL',
      Address: `new-${from + index}@example.com`,
    }),
  )

t.test(
  'a job that the worker dies of three times at the same point ends FAILED, and others go on',
  async t => {
    const { store, put, createApp, createJob, startWorker, deaths } = setUp(t, { maxRunningImports: 3 })
    put('before.csv', endpoints(10))
    put('heavy.json', [...ndjson(1000), heavyLine, ...ndjson(1000, 1000)].join('\n'))
    put('a.csv', endpoints(500, 5000))
    const app = await createApp()
    const before = await createJob(app, 'before.csv')
    const first = await startWorker()
    await whenOver([before])
    await first.stop()
    const there = store.endpoints.get(app, 'e1')

    const other = await createJob(await createApp(), 'a.csv')
    const heavy = await createJob(app, 'heavy.json')
    // All of them rest before PROCESSING, so that the worker dies of one while the others are under way.
    const worker = await startWorker({ jobStateDelayMs: 100 }, littleMemory)
    const http = buildApp({
      config: { region: 'us-east-1', accountId: '123456789012', quotas: false },
      store,
      jobWorker: worker,
      state: noState,
      bus: new EventBus(),
      preflight: async () => undefined,
      clock: new Clock(),
      logger: silent,
    })
    t.teardown(() => http.close())
    const health = async () => {
      const { statusCode } = await http.inject({ url: '/_pinpoint/health' })
      return { running: worker.isRunning(), statusCode }
    }
    const seen = new Set<string>()
    await until(async () => {
      const { running, statusCode } = await health()
      seen.add(`${running} ${statusCode}`)
      return heavy.status() === 'FAILED' && other.status() === 'COMPLETED' ? true : undefined
    }, 'both jobs to be over')

    t.strictSame([...seen].sort(), ['false 503', 'true 200'], 'health tells whether jobs can be done')
    const { body: metrics } = await http.inject({ url: '/_pinpoint/metrics' })
    // Once more where the worker died before the records that come first were committed, which is another point.
    t.match(metrics, /^pinpoint_worker_restarts_total [34]$/m)
    t.match(heavy.get(), { TotalProcessed: 1000, CompletedPieces: 0 })
    t.match(heavy.get()?.Failures, [
      /^s3:\/\/demo\/heavy\.json: the job worker died 3 times at the same point of this job, .*memory/,
    ])
    t.match(other.get(), { JobStatus: 'COMPLETED', TotalProcessed: 500 })
    t.equal(deaths()[2], 3)
    t.ok((deaths()[1] as number) <= 1, 'the other is not held to be at fault')
    t.strictSame(store.endpoints.get(app, 'e1'), there, 'what the job had changed is as it was')
    t.equal(store.endpoints.get(app, 'e999'), undefined, 'what it had made is gone')
    t.equal(store.segments.get(app, heavy.id), undefined)
  },
)

t.test('a large job that its reader dies of three times ends FAILED, and others go on', async t => {
  const { put, createApp, createJob, startWorker } = setUp(t, { maxRunningImports: 2 })
  // As many bytes as have a job read by a thread of its own.
  put('heavy.json', [...ndjson(1000), heavyLine, ...ndjson(60_000, 1000)].join('\n'))
  put('a.json', ndjson(60_000).join('\n'))
  const [heavy, other] = [
    await createJob(await createApp(), 'heavy.json'),
    await createJob(await createApp(), 'a.json'),
  ]
  await startWorker({}, littleMemory)
  await whenOver([heavy, other])
  t.match(heavy.get(), { JobStatus: 'FAILED', CompletedPieces: 0 })
  t.match(heavy.get()?.Failures, [/the job worker died 3 times at the same point of this job, .*memory/])
  t.match(other.get(), { JobStatus: 'COMPLETED', TotalProcessed: 60_000 })
})

t.test('a job that comes further between the deaths of the worker goes on to its end', async t => {
  const { put, createApp, createJob, startWorker, deaths, file } = setUp(t)
  put('a.csv', endpoints(12_000))
  const db = new Database(file)
  t.teardown(() => db.close())
  /** Lets the worker die when it comes to an endpoint. */
  const dieAt = (id: string) =>
    db.exec(`DROP TRIGGER IF EXISTS trouble;
      CREATE TRIGGER trouble BEFORE INSERT ON endpoints WHEN new.id = '${id}'
      BEGIN SELECT RAISE(ABORT, 'trouble at ${id}'); END`)
  const job = await createJob(await createApp(), 'a.csv')
  dieAt('e100')
  await startWorker({}, soon)
  await until(() => (deaths()[0] === 2 ? true : undefined), 'the worker to die twice')
  let before = 0
  for (const id of ['e4000', 'e8000', 'e11000']) {
    dieAt(id)
    before = await until(() => {
      const { TotalProcessed = 0 } = job.get()!
      return TotalProcessed > before && deaths()[0] === 1 ? TotalProcessed : undefined
    }, `the worker to die at ${id}`)
  }
  db.exec('DROP TRIGGER trouble')
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 12_000, Failures: undefined })
})

t.test(
  'a job that the worker dies of while it is undone ends FAILED, and says what is left of it',
  async t => {
    const { store, put, createApp, createJob, startWorker, file, count } = setUp(t)
    put('a.csv', endpoints(10))
    put('b.csv', `${endpoints(600)}\nbad,EMAIL,`)
    const app = await createApp()
    const before = await createJob(app, 'a.csv')
    const first = await startWorker({}, soon)
    await whenOver([before])
    const there = store.endpoints.get(app, 'e1')
    const db = new Database(file)
    t.teardown(() => db.close())
    db.exec(`CREATE TRIGGER trouble BEFORE DELETE ON endpoints BEGIN SELECT RAISE(ABORT, 'trouble'); END`)
    const job = await createJob(app, 'b.csv')
    first.wake()
    await first.stop()
    // The last piece fails, as the only record in it is bad.
    await startWorker({ pieceBytes: 20 }, soon)
    await whenOver([job])
    t.equal(job.status(), 'FAILED')
    t.match(job.get()!.Failures![0], /^b\.csv: none of the 1 records/)
    t.match(
      job.get()!.Failures!.find(failure => failure.startsWith('s3://')),
      's3://demo/b.csv: 590 endpoints that the job created and 0 that it changed could not be undone, as the job worker died 3 times at the same point of this job, the last time of: trouble',
    )
    t.strictSame(store.endpoints.get(app, 'e1'), there, 'what it had changed is as it was')
    db.exec('DROP TRIGGER trouble')
    await until(() => (count().endpoints_before_import === 0 ? true : undefined), 'nothing more to be kept')
  },
)

t.test('a job that is held is not what the worker dies of, and keeps no other waiting', async t => {
  const { store, put, createApp, createJob, startWorker, file, deaths } = setUp(t)
  put('held.csv', endpoints(10))
  put('a.csv', endpoints(10, 100))
  const app = await createApp()
  await store.write(() => store.jobControl.put({ mode: 'manual' }))
  /** Lets the job that was created last leave these states. */
  const letLeave = (...states: JobStatus[]) =>
    store.write(() => store.importProgress.letLeave(store.importProgress.unfinished(0).at(-1)!.seq, states))
  const first = await startWorker({}, soon)
  const held = await createJob(app, 'held.csv')
  await letLeave('CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING')
  first.wake()
  await until(() => {
    const { held: isHeld, job } = store.importJobs.find(app, held.id)!
    return isHeld && job.JobStatus === 'PROCESSING' ? true : undefined
  }, 'PROCESSING')
  await first.stop()
  const db = new Database(file)
  t.teardown(() => db.close())
  db.exec(`UPDATE import_jobs SET deaths = 1, death_progress = 'PROCESSING 10 1 0';
    CREATE TRIGGER trouble BEFORE INSERT ON endpoints BEGIN SELECT RAISE(ABORT, 'trouble'); END`)
  const deadly = await createJob(app, 'a.csv')
  await letLeave(
    ...(['CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'FAILING'] as const),
  )
  const worker = await startWorker({}, soon)
  await whenOver([deadly])
  t.equal(deadly.status(), 'FAILED')
  t.same(deaths(), [1, 3])
  await store.write(() => store.jobControl.put({ mode: 'immediate' }))
  db.exec('DROP TRIGGER trouble')
  worker.wake()
  await whenOver([held])
  t.match(held.get(), { JobStatus: 'COMPLETED', TotalProcessed: 10 })
})

t.test('a worker that is stopped has not died', async t => {
  const { put, createApp, createJob, startWorker, deaths } = setUp(t)
  put('a.csv', endpoints(5000))
  const job = await createJob(await createApp(), 'a.csv')
  for (let stops = 0; stops < 4; stops++) {
    const worker = await startWorker({ jobStateDelayMs: 86_400_000 })
    await worker.stop()
  }
  await startWorker()
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 5000 })
  t.same(deaths(), [0])
})
