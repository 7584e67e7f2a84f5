import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { ExportJobResponse, ImportJobResponse } from '@aws-sdk/client-pinpoint'
import type { Test } from 'tap'
import { isFinal, type JobStatus } from '../../server/model/job-moves.ts'
import { openStore } from '../../server/store/open-store.ts'
import { countRows, expectSound, readRows, sameRows } from '../support/database.ts'
import { csvFile, ndjsonFile } from '../support/endpoint-files.ts'
import {
  createApp,
  createExportJob,
  createImportJob,
  runImport,
  until,
  waitForJob,
} from '../support/helpers.ts'
import { forEver, Prepared, seenBy } from '../support/prepared.ts'

/**
 * One import at a time, as the rows of one are written over by the next; the export and the delete run beside
 * it.
 */
const settings = { MAX_RUNNING_IMPORTS: '1', PIECE_BYTES: '10000' }

/** What a database says of the jobs and of the deleted application. */
interface Standing {
  /** Whether all jobs are over and nothing of the deleted application is left. */
  isOver: boolean
  jobs: Pick<ImportJobResponse, 'Id' | 'JobStatus' | 'TotalProcessed'>[]
}

/**
 * Kills the emulator again and again at random moments of imports, an export and a delete, and expects that
 * all of them end as they do when nothing is killed. Begins anew each time they are over, until it has killed
 * as often as it should.
 *
 * @param endpoints in each of the files
 * @param seed of the moments
 * @param tell is told of every kill
 */
export async function crash(
  t: Test,
  {
    endpoints,
    kills,
    seed,
    tell = () => {},
  }: { endpoints: number; kills: number; seed: number; tell?: (text: string) => void },
): Promise<void> {
  const random = randomFrom(seed)
  const all = await prepare(t, endpoints)
  const { prepared } = all
  const wanted = await uninterrupted(t, all)
  tell(`nothing killed: ${wanted.ms} ms`)

  let killed = 0
  for (let round = 1; killed < kills; round++) {
    const dataDir = prepared.copy()
    const highest = new Map<string, number>()
    let left = standing(dataDir)
    const before = killed
    while (killed < kills && !left.isOver) {
      const env = { ...settings, JOB_STATE_DELAY_MS: random() < 0.3 ? '20' : '0' }
      const { ready, end } = prepared.begin(dataDir, env)
      // While it starts, or while it works, for a tenth of all there is to do on average.
      if (random() > 0.3) await ready
      await setTimeout(random() * 0.2 * wanted.ms)
      await end('SIGKILL')
      killed++
      // On a copy, so that the next start finds what the kill has left.
      const copy = prepared.copy(dataDir)
      expectSound(t, copy)
      left = standing(copy)
      rmSync(copy, { recursive: true })
      for (const { Id, TotalProcessed = 0 } of left.jobs) {
        if (TotalProcessed < (highest.get(Id!) ?? 0)) t.fail(`kill ${killed}: what ${Id} had counted is lost`)
        highest.set(Id!, TotalProcessed)
      }
      const jobs = left.jobs.map(({ JobStatus, TotalProcessed = 0 }) => `${JobStatus} ${TotalProcessed}`)
      tell(`round ${round}, kill ${killed} of ${kills}: ${jobs.join(', ')}`)
    }
    const found = await finish(all, dataDir)
    t.strictSame(found.seen, wanted.seen, `round ${round}: jobs and segments after ${killed - before} kills`)
    t.strictSame(found.exported, wanted.exported, 'what is exported')
    sameRows(t, found.rows, wanted.rows)
  }
}

/** The imports of a data folder, and its export. */
interface Everything {
  prepared: Prepared
  exportJob: ExportJobResponse
}

/**
 * Makes a data folder with everything still to be done: an import that makes a segment, one that renews a
 * segment, one that fails in its last object, an export of an application, and another application that is
 * deleted.
 */
async function prepare(t: Test, endpoints: number): Promise<Everything> {
  const prepared = new Prepared(t, {
    'few.csv': csvFile(20),
    'a.csv': csvFile(endpoints),
    'b.json': ndjsonFile(endpoints),
    'bad/a.csv': csvFile(endpoints),
    'bad/b.csv': 'Colour\nred\n',
  })
  const { dataDir } = prepared
  // The other applications come first: the place of a job's own endpoints may not depend on what is cleared
  // away.
  const apps = await prepared.use(dataDir, settings, async ({ client }) => {
    const deleted = await createApp(client, 'deleted')
    await runImport(client, deleted, { S3Url: 's3://demo/a.csv', DefineSegment: true })
    const exported = await createApp(client, 'exported')
    await runImport(client, exported, { S3Url: 's3://demo/a.csv', DefineSegment: true })
    const imported = await createApp(client, 'imported')
    const few = await runImport(client, imported, { S3Url: 's3://demo/few.csv', DefineSegment: true })
    return { deleted, exported, imported, SegmentId: few.Definition!.SegmentId! }
  })
  const exportJob = await prepared.use(
    dataDir,
    { ...settings, JOB_STATE_DELAY_MS: forEver },
    async ({ client }) => {
      const { deleted, exported, imported, SegmentId } = apps
      for (const request of [
        { S3Url: 's3://demo/a.csv', DefineSegment: true },
        { S3Url: 's3://demo/b.json', Format: 'JSON', DefineSegment: true, SegmentId },
        { S3Url: 's3://demo/bad/', DefineSegment: true },
      ] as const) {
        prepared.jobs.push(await createImportJob(client, imported, request))
      }
      await createExportJob(client, deleted, { S3UrlPrefix: 's3://demo/out' })
      return createExportJob(client, exported, { S3UrlPrefix: 's3://demo/out' })
    },
  )
  // Without a worker, which would begin to clear it away.
  const store = openStore(dataDir)
  await store.write(() => store.apps.delete(apps.deleted))
  store.close()
  return { prepared, exportJob }
}

async function uninterrupted(t: Test, all: Everything) {
  const dataDir = all.prepared.copy()
  const begun = performance.now()
  const found = await finish(all, dataDir)
  t.match(found.seen, [
    { JobStatus: 'COMPLETED' },
    { Version: 1 },
    { JobStatus: 'COMPLETED' },
    { Version: 2 },
    { JobStatus: 'FAILED' },
  ])
  t.ok(found.exported.length > 0)
  return { ...found, ms: Math.round(performance.now() - begun) }
}

/**
 * Lets everything come to its end, stops the emulator, and gives what there is then; what was exported is
 * removed.
 */
async function finish({ prepared, exportJob }: Everything, dataDir: string) {
  const seen = await prepared.use(dataDir, settings, async ({ client }) => {
    for (const job of prepared.jobs) await waitForJob(client, job)
    await waitForJob(client, exportJob)
    await until(() => countRows(dataDir).apps === 2 || undefined, 'the deleted application to be purged')
    return seenBy(client, prepared.jobs)
  })
  const out = join(prepared.s3Dir, 'demo/out')
  const files = readdirSync(out, { encoding: 'utf8' })
  const lines = files.flatMap(name =>
    gunzipSync(readFileSync(join(out, name)))
      .toString()
      .trimEnd()
      .split('\n'),
  )
  rmSync(out, { recursive: true })
  return { seen, rows: readRows(dataDir), exported: [...files.sort(), ...lines.sort()] }
}

/** Reads the database of an emulator that does not run. */
function standing(dataDir: string): Standing {
  const store = openStore(dataDir)
  const page = { before: Number.MAX_SAFE_INTEGER, limit: 100 }
  const apps = store.apps.list(page).map(({ value }) => store.apps.find(value.Id)!)
  const jobs = apps.flatMap(app =>
    [...store.importJobs.list(app, page), ...store.exportJobs.list(app, page)].map(({ value }) => value),
  )
  store.close()
  const isPurged = countRows(dataDir).apps === apps.length
  return { jobs, isOver: isPurged && jobs.every(({ JobStatus }) => isFinal(JobStatus as JobStatus)) }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
