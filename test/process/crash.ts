import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { ImportJobResponse } from '@aws-sdk/client-pinpoint'
import Database from 'better-sqlite3'
import type { Test } from 'tap'
import { openStore } from '../../server/store/open-store.ts'
import { csvFile, ndjsonFile } from '../support/endpoint-files.ts'
import { heldBy, sameRows, seenBy } from '../support/held.ts'
import { createApp, createExportJob, createImportJob, runImport, until } from '../support/helpers.ts'
import { forEver, Prepared } from '../support/prepared.ts'
import { expectSound } from '../support/sound.ts'

/** One import at a time, as the rows of one are written over by the next; the export and the delete run beside it. */
const settings = { MAX_RUNNING_IMPORTS: '1', PIECE_BYTES: '10000' }

/** How a database stands. */
interface Standing {
  isOver: boolean
  /** Of each job, imports first: its state and how many records or endpoints it has done. */
  jobs: { id: string; status: string; processed: number }[]
  /** Endpoints of the deleted application that are still there. */
  deleted: number
}

/**
 * Kills the emulator again and again at random moments of imports, an export and a delete, and expects that all of them
 * end as they do when nothing is killed. Begins anew each time they are over, until it has killed as often as it should.
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
  const prepared = await prepare(t, endpoints)
  const wanted = await uninterrupted(t, prepared)
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
      left = standing(copy, t)
      rmSync(copy, { recursive: true })
      for (const { id, processed } of left.jobs) {
        if (processed < (highest.get(id) ?? 0)) t.fail(`kill ${killed}: what ${id} had counted is lost`)
        highest.set(id, processed)
      }
      const jobs = left.jobs.map(({ status, processed }) => `${status} ${processed}`).join(', ')
      tell(`round ${round}, kill ${killed} of ${kills}: ${jobs}; ${left.deleted} deleted endpoints left`)
    }
    const found = await finish(prepared, dataDir)
    t.strictSame(found.seen, wanted.seen, `round ${round}: jobs and segments after ${killed - before} kills`)
    t.strictSame(found.exported, wanted.exported, 'what is exported')
    sameRows(t, found.held, wanted.held)
  }
}

/**
 * Makes a data folder with everything still to be done: an import that makes a segment, one that renews a segment, one
 * that fails in its last object, an export of an application, and another application that is deleted.
 */
async function prepare(t: Test, endpoints: number): Promise<Prepared> {
  const prepared = new Prepared(t, {
    'few.csv': csvFile(20),
    'a.csv': csvFile(endpoints),
    'b.json': ndjsonFile(endpoints),
    'bad/a.csv': csvFile(endpoints),
    'bad/b.csv': 'Colour\nred\n',
  })
  const { dataDir } = prepared
  // The other applications come first: the place of a job's own endpoints may not depend on what is cleared away.
  const apps = await prepared.use(dataDir, settings, async ({ client }) => {
    const deleted = await createApp(client, 'deleted')
    await runImport(client, deleted, { S3Url: 's3://demo/a.csv', DefineSegment: true })
    const exported = await createApp(client, 'exported')
    await runImport(client, exported, { S3Url: 's3://demo/a.csv', DefineSegment: true })
    const imported = await createApp(client, 'imported')
    const few = await runImport(client, imported, { S3Url: 's3://demo/few.csv', DefineSegment: true })
    return { deleted, exported, imported, SegmentId: few.Definition!.SegmentId! }
  })
  await prepared.use(dataDir, { ...settings, JOB_STATE_DELAY_MS: forEver }, async ({ client }) => {
    const { deleted, exported, imported, SegmentId } = apps
    for (const request of [
      { S3Url: 's3://demo/a.csv', DefineSegment: true },
      { S3Url: 's3://demo/b.json', Format: 'JSON', DefineSegment: true, SegmentId },
      { S3Url: 's3://demo/bad/', DefineSegment: true },
    ] as const) {
      prepared.jobs.push(await createImportJob(client, imported, request))
    }
    await createExportJob(client, exported, { S3UrlPrefix: 's3://demo/out' })
    await createExportJob(client, deleted, { S3UrlPrefix: 's3://demo/out' })
  })
  // Without a worker, which would begin to clear it away.
  const store = openStore(dataDir)
  await store.write(() => store.apps.delete(apps.deleted))
  store.close()
  return prepared
}

async function uninterrupted(t: Test, prepared: Prepared) {
  const dataDir = prepared.copy()
  const begun = performance.now()
  const found = await finish(prepared, dataDir)
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

/** Lets everything come to its end, stops the emulator, and gives what there is then; what was exported is removed. */
async function finish(prepared: Prepared, dataDir: string) {
  const seen = await prepared.use(dataDir, settings, async ({ client }) => {
    await until(() => standing(dataDir).isOver || undefined, 'all jobs to be over')
    return seenBy(client, prepared.jobs as ImportJobResponse[])
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
  return { seen, held: heldBy(dataDir), exported: [...files.sort(), ...lines.sort()] }
}

/** @param t expects that the database is whole, which takes its time */
function standing(dataDir: string, t?: Test): Standing {
  const db = new Database(join(dataDir, 'pinpoint.db'))
  try {
    if (t !== undefined) expectSound(t, db)
    const jobs = ['import_jobs', 'export_jobs'].flatMap(table =>
      db
        .prepare<[], Standing['jobs'][number]>(
          `SELECT j.id, status, total_processed AS processed FROM ${table} j JOIN apps a ON a.seq = j.app
           WHERE a.id IS NOT NULL ORDER BY j.seq`,
        )
        .all(),
    )
    const deleted = db
      .prepare('SELECT count(*) FROM endpoints e JOIN apps a ON a.seq = e.app WHERE a.id IS NULL')
      .pluck()
      .get() as number
    const apps = db.prepare('SELECT count(*) FROM apps WHERE id IS NULL').pluck().get()
    const isFinal = ({ status }: { status: string }) => status === 'COMPLETED' || status === 'FAILED'
    return { jobs, deleted, isOver: apps === 0 && jobs.every(isFinal) }
  } finally {
    db.close()
  }
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
