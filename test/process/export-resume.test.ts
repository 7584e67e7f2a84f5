import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CreateSegmentCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { openStore } from '../../server/store/open-store.ts'
import { type Buckets, makeBuckets } from '../support/buckets.ts'
import { countRows, expectSound } from '../support/database.ts'
import { csvFile } from '../support/endpoint-files.ts'
import { endpointsExported } from '../support/exported.ts'
import { createApp, createExportJob, runImport, until, waitForJob } from '../support/helpers.ts'
import { isLong } from '../support/long.ts'
import { forEver, type InUse, useEmulator } from '../support/prepared.ts'
import { completed, countersOf } from '../support/reads.ts'
import { startS3 } from '../support/s3.ts'
import { spawnEmulator } from '../support/spawn.ts'

/** A data folder in which two exports stand as CREATED; every copy of it begins with the same jobs. */
async function prepare(t: Test, buckets: Buckets, endpoints: number) {
  const dir = t.testdir({ 'data-0': {} })
  let copies = 0
  await buckets.put('data', 'in/all.csv', csvFile(endpoints))
  // Ten endpoints a piece.
  const settings = (dataDir: string) => ({ DATA_DIR: dataDir, PIECE_BYTES: '640', ...buckets.env })
  const first = join(dir, 'data-0')
  const env = { DATA_DIR: first, ...buckets.env }
  const [app, SegmentId] = await useEmulator(t, env, async ({ client }) => {
    const app = await createApp(client)
    const job = await runImport(client, app, { S3Url: 's3://data/in/all.csv', DefineSegment: true })
    return [app, job.Definition!.SegmentId!]
  })
  const jobs = await useEmulator(t, { ...env, JOB_STATE_DELAY_MS: forEver }, async ({ client }) => [
    await createExportJob(client, app),
    await createExportJob(client, app, { SegmentId }),
  ])
  return {
    app,
    jobs,
    copy(of = first) {
      const copy = join(dir, `data-${++copies}`)
      cpSync(of, copy, { recursive: true })
      return copy
    },
    start: (dataDir: string) => spawnEmulator(t, settings(dataDir)),
    use: <T>(dataDir: string, work: (emulator: InUse) => Promise<T>) =>
      useEmulator(t, settings(dataDir), work),
    /** Stops an emulator when all of the first job is written, and nothing is published. */
    toTheBrink: (dataDir: string) =>
      useEmulator(
        t,
        { ...settings(dataDir), JOB_STATE_DELAY_MS: forEver },
        async ({ client, ...jobControl }) => {
          await jobControl.control({ mode: 'manual' })
          await jobControl.advance(jobs[0]!, 'PROCESSING')
          // It rests in its next state before it does anything there.
          await jobControl.control({ mode: 'timed', delayMs: Number(forEver) })
          await waitForJob(client, jobs[0]!, ({ JobStatus }) => JobStatus === 'COMPLETING')
        },
      ),
  }
}

/** Buckets, and a data folder in which all of the first export is written, and nothing is published. */
async function prepareAtTheBrink(t: Test) {
  const buckets = makeBuckets(t)
  const prepared = await prepare(t, buckets, 100)
  const dataDir = prepared.copy()
  await prepared.toTheBrink(dataDir)
  return { ...prepared, buckets, dataDir }
}

/** Removes what was exported, so that the next run begins anew. */
async function clear(buckets: Buckets): Promise<void> {
  for (const key of Object.keys(await buckets.read('data'))) {
    if (!key.startsWith('in/')) await buckets.remove('data', key)
  }
}

const kills = [
  [0, 'SIGKILL'],
  [0.3, 'SIGTERM'],
  [0.6, 'SIGKILL'],
] as const

for (const [kind, make, endpoints, interruptions] of [
  ['a folder', makeBuckets, 600, kills],
  // s3rver needs its time for each object.
  ['S3', startS3, 110, kills.slice(2)],
].slice(0, isLong ? 2 : 1) as [string, (t: Test) => Buckets | Promise<Buckets>, number, typeof kills][]) {
  t.test(
    `exports to ${kind} that are killed and stopped again and again end like ones that are not`,
    async t => {
      const buckets = await make(t)
      const { app, jobs, copy, start, use } = await prepare(t, buckets, endpoints)

      const results = async ({ client }: InUse) => {
        for (const job of jobs) await waitForJob(client, job)
        const ended: object[] = []
        for (const job of jobs) {
          const over = await waitForJob(client, job)
          const lines = (await endpointsExported(buckets, job)).map(({ Id }) => Id).sort()
          ended.push({ JobStatus: over.JobStatus, Failures: over.Failures, ...countersOf(over), lines })
        }
        return ended
      }
      const wanted = await use(copy(), results)
      t.match(wanted, [{ JobStatus: 'COMPLETED' }, { JobStatus: 'COMPLETED' }])
      const objects = Object.keys(await buckets.read('data')).length
      await clear(buckets)

      const dataDir = copy()
      let highest = 0
      for (const [share, signal] of interruptions) {
        const { client, end } = await start(dataDir)
        const [job] = jobs
        const { TotalPieces = 0, ...at } = await waitForJob(
          client,
          job!,
          ({ CompletedPieces = -1, TotalPieces = 0 }) => CompletedPieces >= share * TotalPieces,
        )
        await end(signal)
        // On a copy, so that the next start finds what the kill has left.
        const store = openStore(copy(dataDir))
        const left = store.exportJobs.get(store.apps.find(app)!, job!.Id!)
        store.close()
        t.ok(TotalPieces > 10, 'with many pieces')
        t.ok(at.TotalProcessed! >= highest, 'TotalProcessed never decreases')
        highest = at.TotalProcessed!
        if (left?.JobStatus === 'PROCESSING') {
          const seen = Object.keys(await buckets.read('data')).filter(key => key.endsWith('.gz'))
          t.same(seen, [], 'nothing is to be seen of an export that is not over')
        }
      }
      t.strictSame(await use(dataDir, results), wanted)
      t.equal(Object.keys(await buckets.read('data')).length, objects, 'no object more, no draft')
      expectSound(t, dataDir)
    },
  )
}

t.test('publishing that was interrupted is taken up again', async t => {
  const { jobs, use, buckets, dataDir } = await prepareAtTheBrink(t)
  // As if it had been killed after the first object was in its place.
  const out = join(buckets.folder, 'data/out')
  const name = `${jobs[0]!.Id}-00000.gz`
  cpSync(join(out, `.${name}.part`), join(out, name))
  const job = await use(dataDir, async ({ client, control }) => {
    await control({ mode: 'immediate' })
    return waitForJob(client, jobs[0]!)
  })
  t.match(job, { JobStatus: 'COMPLETED' })
  t.equal((await endpointsExported(buckets, job)).length, job.TotalProcessed)
})

t.test('an export of which something written is gone is written anew, and whole', async t => {
  const { jobs, use, buckets, dataDir } = await prepareAtTheBrink(t)
  const out = join(buckets.folder, 'data/out')
  rmSync(join(out, `.${jobs[0]!.Id}-00005.gz.part`))
  const [before, job] = await use(dataDir, async ({ client, control }) => {
    const before = await waitForJob(client, jobs[0]!, () => true)
    await control({ mode: 'immediate' })
    return [before, await waitForJob(client, jobs[0]!)]
  })
  const count = before.TotalProcessed!
  t.ok(count > 50, 'with many endpoints')
  t.match(job, completed(count, before.TotalPieces))
  const ids = (await endpointsExported(buckets, job)).map(({ Id }) => Id)
  t.strictSame([ids.length, new Set(ids).size], [count, count])
  t.strictSame(hidden(buckets.folder), [])
})

t.test('an export whose source segment is deleted before a restart ends FAILED', async t => {
  const buckets = makeBuckets(t)
  const { app, jobs, copy, use } = await prepare(t, buckets, 100)
  const dataDir = copy()
  const [job, source] = await use(dataDir, async ({ client, control, advance }) => {
    // They have the slots until then.
    for (const job of jobs) await waitForJob(client, job)
    const create = async (WriteSegmentRequest: object) => {
      const command = new CreateSegmentCommand({ ApplicationId: app, WriteSegmentRequest })
      return (await client.send(command)).SegmentResponse!.Id!
    }
    const source = await create({})
    const SegmentId = await create({ SegmentGroups: { Groups: [{ SourceSegments: [{ Id: source }] }] } })
    await control({ mode: 'manual' })
    const job = await createExportJob(client, app, { SegmentId })
    await advance(job, 'INITIALIZING')
    // It rests in its next state before it does anything there.
    await control({ mode: 'timed', delayMs: Number(forEver) })
    return [await waitForJob(client, job, ({ JobStatus }) => JobStatus === 'PROCESSING'), source]
  })
  // As if the kill had come right after the call.
  const store = openStore(dataDir)
  await store.write(() => store.segments.delete(store.apps.find(app)!, source))
  store.close()
  const over = await use(dataDir, async ({ client, control }) => {
    await control({ mode: 'immediate' })
    return waitForJob(client, job)
  })
  t.match(over, { JobStatus: 'FAILED', Failures: [/has been changed or deleted meanwhile$/] })
  t.strictSame(await endpointsExported(buckets, job), [])
  t.strictSame(hidden(buckets.folder), [])
})

t.test(
  'the drafts of an application that was deleted before a kill are removed at the next start',
  async t => {
    const { app, use, buckets, dataDir } = await prepareAtTheBrink(t)
    t.ok(hidden(buckets.folder).length > 0)
    // As if the kill had come between the call and the worker.
    const store = openStore(dataDir)
    await store.write(() => store.apps.delete(app))
    store.close()
    await use(dataDir, async () => {
      await until(() => hidden(buckets.folder).length === 0 || undefined, 'the drafts to be removed')
      await until(() => countRows(dataDir).apps === undefined || undefined, 'the application to be purged')
    })
  },
)

/** The files of a folder that an import would pass over. */
const hidden = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => /(^|\/)\.[^/]+$/.test(name))
