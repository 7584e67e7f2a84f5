import t from 'tap'
import { countRows, refuseWrites } from '../support/database.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { isOver, roleArn, until } from '../support/helpers.ts'
import { s3Credentials, startHolding, startS3 } from '../support/s3.ts'
import { setUp, whenOver } from '../support/worker.ts'

/** Settings of a worker that reads from an S3 server alone. */
const fromS3 = ({ url: endpoint }: { url: string }) => ({
  s3Dir: undefined,
  s3: { region: 'us-east-1', endpoint, forcePathStyle: true, credentials: s3Credentials },
})

/** The states of a job that finds a slot and completes. */
const straight = [
  ...['CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING'],
  ...['COMPLETING', 'COMPLETED'],
]
/** The same of one that waits for a slot. */
const waited = ['CREATED', 'PENDING_JOB', ...straight.slice(1)]

const csv = (count: number) => csvOf(numbered('e', count))

t.test('a worker that starts runs the jobs that are not over', async t => {
  const { put, createApp, createJob, startWorker } = setUp(t)
  put('a.csv', csv(10))
  const app = await createApp()
  const jobs = [await createJob(app, 'a.csv'), await createJob(app, 'nowhere.csv')]
  await startWorker()
  await whenOver(jobs)
  t.match(
    jobs.map(job => job.get()),
    [{ JobStatus: 'COMPLETED', TotalProcessed: 10 }, { JobStatus: 'FAILED' }],
  )
  t.strictSame(jobs[0]!.states(), straight)
  t.strictSame(jobs[1]!.states(), [...straight.slice(0, 3), 'FAILING', 'FAILED'])
})

t.test('a worker that runs is woken by a new job', async t => {
  const { put, createApp, createJob, startWorker } = setUp(t)
  put('a.csv', csv(10))
  await startWorker()
  const job = await createJob(await createApp(), 'a.csv')
  await whenOver([job])
  t.equal(job.status(), 'COMPLETED')
})

t.test('a worker that is stopped leaves its jobs as they are, and the next one completes them', async t => {
  const s3 = await startS3(t)
  await s3.put('demo', 'a.csv', csv(3000))
  const front = await startHolding(t, s3, 'e2000,')
  const { createApp, createJob, startWorker } = setUp(t, fromS3(front))
  const job = await createJob(await createApp(), 'a.csv')
  const worker = await startWorker()
  await until(() => (job.get().TotalProcessed ?? 0) > 0 || undefined, 'the first records')
  await worker.stop()
  t.notOk(worker.isRunning())
  const { JobStatus, TotalProcessed = 0 } = job.get()
  t.equal(JobStatus, 'PROCESSING')
  t.ok(TotalProcessed < 3000)
  front.letGo()
  await startWorker()
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 3000, TotalFailures: 0 })
})

t.test('jobs get the slots in the order in which they were created', async t => {
  const { put, createApp, createJob, startWorker, moves } = setUp(t)
  const apps = [await createApp(), await createApp()]
  put('a.csv', csv(300))
  const jobs: Awaited<ReturnType<typeof createJob>>[] = []
  for (let index = 0; index < 7; index++) {
    jobs.push(await createJob(apps[index % 2]!, index === 3 ? 'no.csv' : 'a.csv'))
  }
  await startWorker()
  await until(() => jobs[1]!.states().includes('PROCESSING') || undefined, 'the second job to run')
  jobs.push(await createJob(apps[0]!, 'a.csv'))
  await whenOver(jobs)
  const overs = () => moves.filter(({ status }) => isOver({ JobStatus: status }))
  await until(() => overs().length === jobs.length || undefined, 'the log of all moves')

  const running = new Set<string>()
  let most = 0
  for (const { job, status } of moves) {
    if (status === 'PREPARING_FOR_INITIALIZATION') running.add(job)
    if (isOver({ JobStatus: status })) running.delete(job)
    most = Math.max(most, running.size)
  }
  t.equal(most, 2, 'no more run at once than there are slots')
  t.strictSame(
    moves.filter(move => move.status === 'PREPARING_FOR_INITIALIZATION').map(move => move.job),
    jobs.map(job => job.id),
  )
  t.strictSame(jobs[0]!.states(), straight, 'one that finds a slot does not wait')
  t.strictSame(jobs[6]!.states(), waited, 'one that finds none is PENDING_JOB')
})

t.test('a job that is held as PENDING_JOB keeps no slot from a younger one', async t => {
  const { put, createApp, createJob, startWorker, control, moves } = setUp(t, { maxRunningImports: 1 })
  put('a.csv', csv(1))
  const app = await createApp()
  await startWorker()
  await control('manual')
  const [first, second] = [await createJob(app, 'a.csv'), await createJob(app, 'a.csv')]
  await first.advance('PROCESSING')
  await second.advance('PENDING_JOB')
  await first.advance('COMPLETED')
  const third = await createJob(app, 'a.csv')
  await third.advance()
  t.equal(third.status(), 'PREPARING_FOR_INITIALIZATION', 'the second waits for a person, not for a slot')
  await control('immediate')
  await whenOver([second, third])
  t.strictSame(
    moves.filter(move => move.status === 'PREPARING_FOR_INITIALIZATION').map(move => move.job),
    [first, third, second].map(job => job.id),
  )
})

t.test('after a restart, jobs that had a slot take it before those that waited', async t => {
  const { put, createApp, createJob, startWorker, control, moves } = setUp(t, { maxRunningImports: 1 })
  put('a.csv', csv(10))
  const app = await createApp()
  const worker = await startWorker()
  await control('manual')
  const jobs = [await createJob(app, 'a.csv'), await createJob(app, 'a.csv'), await createJob(app, 'a.csv')]
  await jobs[0]!.advance('INITIALIZING')
  for (const job of jobs.slice(1)) await job.advance('PENDING_JOB')
  await worker.stop()
  await control('immediate')
  moves.length = 0
  await startWorker()
  await whenOver(jobs)
  await until(() => moves.length === 3 + 5 + 5 || undefined, 'the log of all moves')
  t.strictSame(
    moves.map(move => jobs.findIndex(job => job.id === move.job)),
    [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
  )
})

t.test('a worker that dies is started again, and its jobs go on', async t => {
  const { put, createApp, createJob, startWorker, dataDir } = setUp(t)
  put('a.csv', csv(10))
  const writes = refuseWrites(t, dataDir)
  writes.refuse('INSERT ON import_pieces')
  const job = await createJob(await createApp(), 'a.csv')
  const worker = await startWorker({}, { firstDelay: 10 })
  await until(() => !worker.isRunning() || undefined, 'the worker to die')
  t.equal(job.status(), 'INITIALIZING', 'an error of the database does not fail the job')
  writes.allow()
  await whenOver([job])
  t.match(job.get(), { JobStatus: 'COMPLETED', TotalProcessed: 10, TotalPieces: 1 })
  t.ok(worker.isRunning())
})

for (const kind of ['folder', 'S3 server'] as const) {
  t.test(`a job from a ${kind} goes on after a death between its last record and its end`, async t => {
    const s3 = kind === 'folder' ? undefined : await startS3(t)
    const { put, createApp, createJob, startWorker, dataDir } = setUp(t, s3 && fromS3(s3))
    put('a.csv', csv(10))
    await s3?.put('demo', 'a.csv', csv(10))
    const writes = refuseWrites(t, dataDir)
    writes.refuse(`UPDATE ON import_pieces WHEN new.status = 'COMPLETED'`)
    const job = await createJob(await createApp(), 'a.csv')
    const worker = await startWorker({}, { firstDelay: 10 })
    await until(() => !worker.isRunning() || undefined, 'the worker to die')
    t.match(job.get(), { JobStatus: 'PROCESSING', TotalProcessed: 10, CompletedPieces: 0 })
    writes.allow()
    await whenOver([job])
    const { JobStatus, TotalProcessed, CompletedPieces, Failures } = job.get()
    t.strictSame([JobStatus, TotalProcessed, CompletedPieces, Failures], ['COMPLETED', 10, 1, undefined])
  })
}

t.test('calls read and write while a large import runs', async t => {
  const s3 = await startS3(t)
  await s3.put('demo', 'a.csv', csv(20_000))
  // All but the last are imported as fast as they can be.
  const front = await startHolding(t, s3, 'e19999,')
  const { call, createApp, createJob, startWorker } = setUp(t, fromS3(front))
  const app = await createApp()
  const job = await createJob(app, 'a.csv')
  const worker = await startWorker()
  await until(() => (job.get().TotalProcessed ?? 0) > 0 || undefined, 'the import to run')

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

t.test('everything of a deleted application is purged, and nothing of another', async t => {
  const { call, store, put, createApp, createJob, startWorker, dataDir } = setUp(t)
  put('a.csv', `${csv(2500)}bad,EMAIL,`)
  const kept = await createApp()
  const before = await createJob(kept, 'a.csv')
  const worker = await startWorker()
  await whenOver([before])
  const alone = countRows(dataDir)
  t.match(alone, {
    apps: 1,
    endpoints: 2500,
    import_members: 2500,
    import_failures: 1,
    documents: 1,
    tags: 1,
  })
  const deleteApp = (id: string) => call('DELETE', `/v1/apps/${id}`)
  const untilAlone = () =>
    until(() => JSON.stringify(countRows(dataDir)) === JSON.stringify(alone) || undefined, 'the purge')
  /** An application with all that one can have. */
  const createFull = async () => {
    const { id } = await createApp()
    const app = store.apps.find(id)!
    await whenOver([await createJob(app, 'a.csv'), await createJob(app, 'a.csv')])
    await call('PUT', `/v1/apps/${id}/settings`, { Limits: { Daily: 1 } })
    const stream = {
      DestinationStreamArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/s',
      RoleArn: roleArn,
    }
    t.equal((await call('POST', `/v1/apps/${id}/eventstream`, stream)).status, 200)
    return id
  }

  await t.test('an application whose import is over is purged', async t => {
    const id = await createFull()
    await deleteApp(id)
    await untilAlone()
    t.equal(store.apps.get(id), undefined)
  })

  await t.test('an application whose import runs is purged', async t => {
    put('many.csv', csv(30_000))
    const app = await createApp()
    const job = await createJob(app, 'many.csv')
    await until(() => (job.get().TotalProcessed ?? 0) > 0 || undefined, 'the import to run')
    await deleteApp(app.id)
    await untilAlone()
    t.ok(worker.isRunning())
  })

  await t.test('an application that was deleted while no worker ran is purged', async () => {
    const id = await createFull()
    await worker.stop()
    await deleteApp(id)
    await startWorker()
    await untilAlone()
  })

  t.match(before.get(), { JobStatus: 'COMPLETED', TotalProcessed: 2501, TotalFailures: 1 })
  t.match(store.endpoints.get(kept, 'e1')?.endpoint, { Address: 'e1@example.com' })
})

t.test('an update in the middle of an undo leaves one endpoint ACTIVE at its address', async t => {
  const { call, put, createApp, createJob, startWorker, dataDir } = setUp(t)
  const app = await createApp()
  const path = (id: string) => `/v1/apps/${app.id}/endpoints/${id}`
  const seen = async (id: string) => (await call('GET', path(id))).body.EndpointStatus
  const putOne = async (id: string, body: object) => t.equal((await call('PUT', path(id), body)).status, 202)
  for (const place of ['a', 'b', 'c'])
    await putOne(`older-${place}`, { ChannelType: 'EMAIL', Address: `${place}@x` })
  put('takers.csv', 'Id,ChannelType,Address\ntaker-a,EMAIL,a@x\ntaker-b,EMAIL,b@x\ntaker-c,EMAIL,c@x')
  await call('POST', '/_pinpoint/faults', { job: {}, failAt: 'COMPLETING' })
  const writes = refuseWrites(t, dataDir)
  // What the job overwrote is restored before what it created is deleted.
  writes.refuse('DELETE ON endpoints')
  const job = await createJob(app, 'takers.csv')
  const worker = await startWorker({}, { firstDelay: 86_400_000 })
  await until(() => !worker.isRunning() || undefined, 'the worker to die')
  t.equal(job.status(), 'FAILING')
  for (const id of ['older-a', 'taker-a', 'older-b', 'taker-b']) t.equal(await seen(id), 'ACTIVE', id)

  // Each names an endpoint that is ACTIVE at its address already, the last with its address.
  await putOne('taker-a', { Attributes: { likes: ['tea'] } })
  await putOne('older-b', { Attributes: { likes: ['tea'] } })
  await putOne('taker-c', { Address: 'c@x' })
  const wanted = {
    'older-a': 'INACTIVE',
    'taker-a': 'ACTIVE',
    'older-b': 'ACTIVE',
    'older-c': 'INACTIVE',
    'taker-c': 'ACTIVE',
  }
  const isAsWanted = async () => {
    for (const [id, status] of Object.entries(wanted)) t.equal(await seen(id), status, id)
  }
  await isAsWanted()
  t.equal(await seen('taker-b'), 'INACTIVE')

  await worker.stop()
  writes.allow()
  await startWorker()
  await whenOver([job])
  t.equal(job.status(), 'FAILED')
  await isAsWanted()
  t.equal(await seen('taker-b'), undefined, 'what the job created, and nobody named since, is deleted')
})

t.test(
  'an import in the middle of the undo of another leaves one endpoint ACTIVE at its address',
  async t => {
    const { call, put, createApp, createJob, startWorker } = setUp(t)
    const app = await createApp()
    const statusOf = async (id: string) =>
      (await call('GET', `/v1/apps/${app.id}/endpoints/${id}`)).body.EndpointStatus
    const count = 20_000
    const file = (name: string) =>
      ['Id,ChannelType,Address', ...numbered('', count).map(n => `${name}${n},EMAIL,a${n}@x`)].join('\n')
    put('older.csv', file('older-'))
    put('takers.csv', file('taker-'))
    put('again.csv', 'Id,ChannelType,Address\ntaker-0,EMAIL,a0@x')
    await startWorker({ maxRunningImports: 2 })
    await whenOver([await createJob(app, 'older.csv')])
    await call('POST', '/_pinpoint/faults', { job: { s3Url: '*takers.csv' }, failAt: 'COMPLETING' })
    const takers = await createJob(app, 'takers.csv')
    // What the job overwrote is restored before what it created is deleted.
    await until(async () => {
      const isRestored = takers.status() === 'FAILING' && (await statusOf('older-0')) === 'ACTIVE'
      return isRestored || undefined
    }, 'the first to be restored')
    const again = await createJob(app, 'again.csv')
    await whenOver([takers, again])
    t.strictSame([takers.status(), again.status()], ['FAILED', 'COMPLETED'])
    t.strictSame([await statusOf('older-0'), await statusOf('taker-0')], ['INACTIVE', 'ACTIVE'])
    t.strictSame([await statusOf('older-1'), await statusOf('taker-1')], ['ACTIVE', undefined])
  },
)

t.test('the undo log of a COMPLETED job is purged', async t => {
  const { put, createApp, createJob, startWorker, dataDir } = setUp(t)
  put('a.csv', csv(1200))
  const app = await createApp()
  const jobs = [await createJob(app, 'a.csv'), await createJob(app, 'a.csv')]
  await startWorker({ maxRunningImports: 1 })
  await whenOver(jobs)
  await until(() => countRows(dataDir).endpoints_before_import === undefined || undefined, 'the purge')
  t.match(countRows(dataDir), { endpoints: 1200, import_members: 2400, import_jobs: 2 })
})

t.test('the versions and members of a deleted segment are purged, and no others', async t => {
  const { call, store, put, createApp, createJob, startWorker, dataDir } = setUp(t)
  put('many.csv', csv(1200))
  put('user.csv', 'Id,ChannelType,Address,User.UserId\nann-1,EMAIL,ann@example.com,ann')
  put('users.csv', 'User.UserId\nann')
  const app = await createApp()
  const [one, other] = [await createJob(app, 'many.csv'), await createJob(app, 'many.csv')]
  const worker = await startWorker({ maxRunningImports: 1 })
  await whenOver([one, other])
  const renewals: (typeof one)[] = []
  for (const key of ['user.csv', 'users.csv', 'many.csv']) {
    renewals.push(await createJob(app, key, one.segmentId))
  }
  await whenOver(renewals)
  const segments = `/v1/apps/${app.id}/segments`
  await call('PUT', `${segments}/${one.segmentId}`, { Name: 'renamed' })
  const dimensional = (await call('POST', segments, { Dimensions: {} })).body.Id
  await call('PUT', `${segments}/${dimensional}`, { Dimensions: {} })
  const all = {
    documents: 3,
    document_versions: 8,
    segment_imports: 6,
    import_members: 3601,
    import_user_members: 1,
  }
  const kept = { import_jobs: 5, endpoints: 1201 }
  t.match(countRows(dataDir), { ...all, ...kept })

  await call('DELETE', `${segments}/${one.segmentId}`)
  await until(() => countRows(dataDir).documents === 2 || undefined, 'the purge of the segment')
  const left = countRows(dataDir)
  t.match(left, { documents: 2, document_versions: 3, segment_imports: 1, import_members: 1200, ...kept })
  t.notOk('import_user_members' in left)
  t.equal(store.segments.get(app, other.segmentId)?.Version, 1)

  await worker.stop()
  for (const id of [dimensional, other.segmentId]) await call('DELETE', `${segments}/${id}`)
  await startWorker()
  const isPurged = () => countRows(dataDir).documents === undefined
  await until(() => isPurged() || undefined, 'the purge of those that were deleted while no worker ran')
  const rows = countRows(dataDir)
  t.match(rows, kept)
  for (const table of [...Object.keys(all)]) t.notOk(table in rows, table)
})

t.test('records are counted once they are written, even if their application is deleted next', async t => {
  const { put, createApp, createJob, startWorker, store } = setUp(t)
  put('a.csv', csv(60_000))
  const worker = await startWorker()
  const app = await createApp()
  const job = await createJob(app, 'a.csv')
  // Whoever writes ends the job's transaction.
  const written = await until(async () => {
    const processed = await store.write(() => job.get().TotalProcessed ?? 0)
    if (processed === 0) return undefined
    return store.write(() => {
      const { TotalProcessed } = job.get()
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
