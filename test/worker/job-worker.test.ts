import Database from 'better-sqlite3'
import t from 'tap'
import { Clock } from '../../server/clock/clock.ts'
import { buildApp } from '../../server/emulator/app.ts'
import { EventBus } from '../../server/events/event-bus.ts'
import type { JobStatus } from '../../server/model/job-states.ts'
import type { AppRef } from '../../server/store/applications/applications.ts'
import { noState, roleArn, silent, until } from '../support/helpers.ts'
import { s3Credentials, startHolding, startS3 } from '../support/s3.ts'
import { endpoints, setUp, whenOver } from '../support/worker.ts'

const statesOf = (moves: { job: string; status: JobStatus }[], job: { id: string }) =>
  moves.filter(move => move.job === job.id).map(move => move.status)

/** Settings of a worker that reads from an S3 server alone. */
const fromS3 = ({ url: endpoint }: { url: string }) => ({
  s3Dir: undefined,
  s3: { region: 'us-east-1', endpoint, forcePathStyle: true, credentials: s3Credentials },
})

/** What a job goes through after CREATED when nothing is in its way. */
const straight = ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING', 'COMPLETED']

t.test('at its start the worker takes up the jobs that are not over, without being woken', async t => {
  const { put, createApp, createJob, startWorker, moves } = setUp(t)
  put('a.csv', endpoints(10))
  const app = await createApp()
  const jobs = [await createJob(app, 'a.csv'), await createJob(app, 'nowhere.csv')]
  await startWorker()
  await whenOver(jobs)
  t.match(
    jobs.map(job => job.get()),
    [{ JobStatus: 'COMPLETED', TotalProcessed: 10 }, { JobStatus: 'FAILED' }],
  )
  await until(() => (moves.length >= 9 ? true : undefined), 'the log of all moves')
  t.strictSame(statesOf(moves, jobs[0]!), straight)
  t.strictSame(statesOf(moves, jobs[1]!), [
    'PREPARING_FOR_INITIALIZATION',
    'INITIALIZING',
    'FAILING',
    'FAILED',
  ])
})

t.test('woken, the worker finds a job that was created meanwhile', async t => {
  const { put, createApp, createJob, startWorker } = setUp(t)
  put('a.csv', endpoints(10))
  const worker = await startWorker()
  const job = await createJob(await createApp(), 'a.csv')
  worker.wake()
  await whenOver([job])
  t.equal(job.status(), 'COMPLETED')
})

t.test('a stopped worker leaves its jobs where they are, and the next one ends them', async t => {
  const s3 = await startS3(t)
  await s3.put('demo', 'a.csv', endpoints(3000))
  const front = await startHolding(t, s3, 'e2000,')
  const { createApp, createJob, startWorker } = setUp(t, fromS3(front))
  const job = await createJob(await createApp(), 'a.csv')
  const worker = await startWorker()
  await until(() => ((job.get()?.TotalProcessed ?? 0) > 0 ? true : undefined), 'the first records')
  await worker.stop()
  t.notOk(worker.isRunning())
  const { JobStatus, TotalProcessed = 0 } = job.get()!
  t.equal(JobStatus, 'PROCESSING')
  t.ok(TotalProcessed < 3000)
  front.letGo()
  await startWorker()
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 3000, TotalFailures: 0 })
})

t.test('no more jobs run at once than may, in the order in which they were created', async t => {
  const { put, createApp, createJob, startWorker, moves } = setUp(t)
  const apps = [await createApp(), await createApp()]
  put('a.csv', endpoints(300))
  const jobs: Awaited<ReturnType<typeof createJob>>[] = []
  for (let index = 0; index < 7; index++) {
    jobs.push(await createJob(apps[index % 2]!, index === 3 ? 'no.csv' : 'a.csv'))
  }
  const worker = await startWorker({ jobStateDelayMs: 10 })
  await until(() => statesOf(moves, jobs[1]!).includes('PROCESSING') || undefined, 'the second job to run')
  const late = await createJob(apps[0]!, 'a.csv')
  worker.wake()
  jobs.push(late)
  await whenOver(jobs)
  const isOver = ({ status }: { status: JobStatus }) => status === 'COMPLETED' || status === 'FAILED'
  await until(() => (moves.filter(isOver).length === jobs.length ? true : undefined), 'the log of all moves')

  const running = new Set<string>()
  let most = 0
  for (const move of moves) {
    if (move.status === 'PREPARING_FOR_INITIALIZATION') running.add(move.job)
    if (isOver(move)) running.delete(move.job)
    most = Math.max(most, running.size)
  }
  t.equal(most, 2)
  t.strictSame(
    moves.filter(move => move.status === 'PREPARING_FOR_INITIALIZATION').map(move => move.job),
    jobs.map(job => job.id),
  )
  t.strictSame(statesOf(moves, jobs[0]!), straight, 'one that finds a slot does not wait')
  t.strictSame(statesOf(moves, jobs[6]!), ['PENDING_JOB', ...straight], 'one that finds none is PENDING_JOB')
})

t.test('a newer job does not overtake one that has just begun to wait', async t => {
  const delay = 300
  const { put, createApp, createJob, startWorker, moves } = setUp(t, {
    maxRunningImports: 1,
    jobStateDelayMs: delay,
  })
  put('a.csv', endpoints(1))
  const app = await createApp()
  const first = await createJob(app, 'a.csv')
  const worker = await startWorker()
  /** Creates a job when the first has been in a state for a part of the time that it rests there. */
  const createIn = async (status: JobStatus, part: number) => {
    const hasCome = () => (statesOf(moves, first).includes(status) ? performance.now() : undefined)
    const seen = await until(hasCome, status)
    await until(() => (performance.now() - seen > part * delay ? true : undefined), `a part of ${status}`)
    const job = await createJob(app, 'a.csv')
    worker.wake()
    return job
  }
  // The first gives its slot back at the end of COMPLETING. By then the second is PENDING_JOB, and still rests there;
  // the third finds out next whether there is a slot.
  const jobs = [first, await createIn('PROCESSING', 0.5), await createIn('COMPLETING', 0.25)]
  const started = () =>
    moves.filter(move => move.status === 'PREPARING_FOR_INITIALIZATION').map(move => move.job)
  await until(() => (started().length === jobs.length ? true : undefined), 'all jobs to start')
  t.strictSame(
    started(),
    jobs.map(job => job.id),
  )
})

t.test('jobs that had a slot when they were interrupted take it before those that waited', async t => {
  const { store, put, createApp, createJob, startWorker, moves } = setUp(t, { maxRunningImports: 1 })
  put('a.csv', endpoints(10))
  const app = await createApp()
  const jobs = [await createJob(app, 'a.csv'), await createJob(app, 'a.csv'), await createJob(app, 'a.csv')]
  await store.write(() => {
    store.jobControl.put({ mode: 'manual' })
    for (const { seq } of store.importProgress.unfinished(0)) {
      store.importProgress.letLeave(seq, ['CREATED', 'PREPARING_FOR_INITIALIZATION'])
    }
  })
  const worker = await startWorker()
  const held = 'INITIALIZING,PENDING_JOB,PENDING_JOB'
  await until(() => jobs.map(job => job.status()).join() === held || undefined, held)
  await worker.stop()
  await store.write(() => store.jobControl.put({ mode: 'immediate' }))
  moves.length = 0
  await startWorker()
  await whenOver(jobs)
  await until(() => (moves.length === 3 + 5 + 5 ? true : undefined), 'the log of all moves')
  t.strictSame(
    moves.map(move => jobs.findIndex(job => job.id === move.job)),
    [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
  )
})

t.test('a worker that dies is started again and goes on', async t => {
  const { put, createApp, createJob, startWorker, file } = setUp(t)
  put('a.csv', endpoints(10))
  const db = new Database(file)
  t.teardown(() => db.close())
  db.exec(
    `CREATE TRIGGER trouble BEFORE INSERT ON import_pieces BEGIN SELECT RAISE(ABORT, 'disk trouble'); END`,
  )
  const job = await createJob(await createApp(), 'a.csv')
  const worker = await startWorker()
  await until(() => (worker.isRunning() ? undefined : true), 'the worker to die')
  t.equal(job.status(), 'INITIALIZING', 'trouble with the database does not fail the job')
  db.exec('DROP TRIGGER trouble')
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 10, TotalPieces: 1 })
  t.ok(worker.isRunning())
})

for (const kind of ['folder', 'S3 server'] as const) {
  t.test(`a job that had read all but not ended its last piece goes on, from a ${kind}`, async t => {
    const s3 = kind === 'folder' ? undefined : await startS3(t)
    const { put, createApp, createJob, startWorker, file } = setUp(t, s3 && fromS3(s3))
    put('a.csv', endpoints(10))
    await s3?.put('demo', 'a.csv', endpoints(10))
    const db = new Database(file)
    t.teardown(() => db.close())
    db.exec(
      `CREATE TRIGGER trouble BEFORE UPDATE ON import_pieces WHEN new.status = 'COMPLETED'
       BEGIN SELECT RAISE(ABORT, 'disk trouble'); END`,
    )
    const job = await createJob(await createApp(), 'a.csv')
    const worker = await startWorker()
    await until(() => (worker.isRunning() ? undefined : true), 'the worker to die')
    t.match(job.get(), { JobStatus: 'PROCESSING', TotalProcessed: 10, CompletedPieces: 0 })
    db.exec('DROP TRIGGER trouble')
    await whenOver([job])
    const { JobStatus, TotalProcessed, CompletedPieces, Failures } = job.get()!
    t.strictSame([JobStatus, TotalProcessed, CompletedPieces, Failures], ['COMPLETED', 10, 1, undefined])
  })
}

t.test('calls are answered and write while a large import runs', async t => {
  const s3 = await startS3(t)
  await s3.put('demo', 'a.csv', endpoints(20_000))
  // All but the last are imported as fast as they can be.
  const front = await startHolding(t, s3, 'e19999,')
  const { store, createApp, createJob, startWorker } = setUp(t, fromS3(front))
  const app = await createApp()
  const job = await createJob(app, 'a.csv')
  const worker = await startWorker()
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
  const call = async (method: 'GET' | 'PUT' | 'POST', url: string, body?: object) => {
    const response = await http.inject({ method, url, ...(body && { payload: body }) })
    return { status: response.statusCode, body: response.json() }
  }
  await until(() => ((job.get()?.TotalProcessed ?? 0) > 0 ? true : undefined), 'the import to run')

  for (let index = 0; index < 20; index++) {
    const url = `/v1/apps/${app.id}/endpoints/mine-${index}`
    const body = { ChannelType: 'SMS', Address: `+49${index}` }
    const put = await call('PUT', url, body)
    const got = await call('GET', url)
    const created = await call('POST', '/v1/apps', { Name: `app ${index}` })
    t.strictSame([put.status, got.status, created.status], [202, 200, 201])
    t.match(got.body, body)
  }
  t.equal(job.status(), 'PROCESSING', 'the import was still running')
  await worker.stop()
})

t.test('nothing of a deleted application is left in the end, and all of every other', async t => {
  const { store, put, createApp, createJob, startWorker, count } = setUp(t)
  put('a.csv', `${endpoints(2500)}\nbad,EMAIL,`)
  const kept = await createApp()
  const before = await createJob(kept, 'a.csv')
  const worker = await startWorker()
  await whenOver([before])
  const alone = count()
  t.match(alone, {
    apps: 1,
    endpoints: 2500,
    import_members: 2500,
    import_failures: 1,
    documents: 1,
    tags: 1,
  })

  await t.test('whose import is over', async t => {
    const app = await createApp()
    await importTwice(app)
    await store.write(() => store.apps.delete(app.id))
    worker.wake()
    await untilAlone()
    t.equal(store.apps.get(app.id), undefined)
  })

  await t.test('whose import is running', async t => {
    put('many.csv', endpoints(30_000))
    const app = await createApp()
    const job = await createJob(app, 'many.csv')
    worker.wake()
    await until(() => ((job.get()?.TotalProcessed ?? 0) > 0 ? true : undefined), 'the import to run')
    await store.write(() => store.apps.delete(app.id))
    worker.wake()
    await untilAlone()
    t.ok(worker.isRunning())
  })

  await t.test('that was deleted when no worker ran', async () => {
    const app = await createApp()
    await importTwice(app)
    await worker.stop()
    await store.write(() => store.apps.delete(app.id))
    await startWorker()
    await untilAlone()
  })

  t.match(before.get(), { JobStatus: 'COMPLETED', TotalProcessed: 2501, TotalFailures: 1 })
  t.match(store.endpoints.get(kept, 'e1')?.endpoint, { Address: 'e1@example.com' })

  async function importTwice(app: AppRef) {
    const jobs = [await createJob(app, 'a.csv'), await createJob(app, 'a.csv')]
    await store.write(() => {
      const now = new Date().toISOString()
      store.applicationSettings.put(app, {}, now)
      store.eventStreams.put(app, { DestinationStreamArn: '', RoleArn: roleArn }, now)
    })
    worker.wake()
    await whenOver(jobs)
  }
  function untilAlone() {
    return until(
      () => (JSON.stringify(count()) === JSON.stringify(alone) ? true : undefined),
      'the rows to be cleared away',
    )
  }
})

t.test('what a COMPLETED job kept of the endpoints that it changed is cleared away', async t => {
  const { put, createApp, createJob, startWorker, count } = setUp(t)
  put('a.csv', endpoints(1200))
  const app = await createApp()
  const jobs = [await createJob(app, 'a.csv'), await createJob(app, 'a.csv')]
  await startWorker({ maxRunningImports: 1 })
  await whenOver(jobs)
  await until(() => (count().endpoints_before_import === 0 ? true : undefined), 'the kept rows to go')
  t.match(count(), { endpoints: 1200, import_members: 2400, import_jobs: 2 })
})

t.test('the versions and members of a deleted segment are cleared away, and no others', async t => {
  const { store, put, createApp, createJob, startWorker, count } = setUp(t)
  put('many.csv', endpoints(1200))
  put('user.csv', 'Id,ChannelType,Address,User.UserId\nann-1,EMAIL,ann@example.com,ann')
  put('users.csv', 'User.UserId\nann')
  const app = await createApp()
  const one = await createJob(app, 'many.csv')
  const other = await createJob(app, 'many.csv')
  const worker = await startWorker({ maxRunningImports: 1 })
  await whenOver([one, other])
  const renewals: (typeof one)[] = []
  for (const key of ['user.csv', 'users.csv', 'many.csv']) renewals.push(await createJob(app, key, one.id))
  worker.wake()
  await whenOver(renewals)
  await store.write(() => {
    store.segments.update(app, one.id, { Name: 'renamed' }, 'now')
    store.segments.create(app, { Id: 'dimensional' }, 'now')
    store.segments.update(app, 'dimensional', {}, 'now')
  })
  const all = {
    documents: 3,
    document_versions: 8,
    segment_imports: 6,
    import_members: 3601,
    import_user_members: 1,
  }
  const kept = { import_jobs: 5, endpoints: 1201 }
  t.match(count(), { ...all, ...kept })

  await store.write(() => store.segments.delete(app, one.id))
  worker.wake()
  await until(() => (count().documents === 2 ? true : undefined), 'the segment to be cleared away')
  const rest = {
    documents: 2,
    document_versions: 3,
    segment_imports: 1,
    import_members: 1200,
    import_user_members: 0,
  }
  t.match(count(), { ...rest, ...kept })
  t.equal(store.segments.get(app, other.id)?.Version, 1)

  await worker.stop()
  await store.write(() => {
    store.segments.delete(app, 'dimensional')
    store.segments.delete(app, other.id)
  })
  await startWorker()
  await until(() => (count().documents === 0 ? true : undefined), 'those deleted when no worker ran')
  t.match(count(), {
    document_versions: 0,
    segment_imports: 0,
    import_members: 0,
    import_user_members: 0,
    ...kept,
  })
})

t.test('records that are written are counted, also where their application is deleted next', async t => {
  const { put, createApp, createJob, startWorker, store } = setUp(t)
  put('a.csv', endpoints(60_000))
  const worker = await startWorker()
  const app = await createApp()
  const job = await createJob(app, 'a.csv')
  worker.wake()
  // Whoever writes ends the job's transaction.
  const written = await until(async () => {
    const processed = await store.write(() => job.get()!.TotalProcessed ?? 0)
    if (processed === 0) return undefined
    return store.write(() => {
      const { TotalProcessed } = job.get()!
      store.apps.delete(app.id)
      return TotalProcessed
    })
  }, 'the job to be under way')
  t.ok(written < 60_000)
  await until(
    () => worker.counters.get('importProcessed') === written || undefined,
    `${written} to be counted`,
  )
})
