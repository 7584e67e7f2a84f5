import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Bench, Build } from './bench.ts'
import { call, createApp, createImportJob, timeOf, waitForJob } from './client.ts'
import { makeFolder, type Server, startBareFastify, startEmulator } from './servers.ts'
import { importBySqlite } from './sqlite-import.ts'
import { beginTable, type Goal, mebibytes, milliseconds, seconds, type TableRow } from './table.ts'
import { measureInTurns, median, quantile } from './turns.ts'
import { writeCsv, writeNdjson } from './write-files.ts'

type AddRow = (row: TableRow) => void

const memoryGoal: Goal = { of: 'figure', atMost: 200 }

/**
 * Imports into new emulators: how long they take, how much memory, and how long other callers wait meanwhile.
 */
export async function benchImports(bench: Bench): Promise<void> {
  const { bucket, rows, tenTimes } = bench
  await writeCsv(join(bucket, 'small.csv'), 10)
  await writeCsv(join(bucket, 'data.csv'), rows)
  await writeCsv(join(bucket, 'changed.csv'), rows, 1)
  await writeNdjson(join(bucket, 'data.json'), rows)
  const addRow = beginTable(bench, 'Imports')
  await benchSmallImport(bench, addRow)
  await benchLargeImports(bench, addRow)
  await benchUpdatesMeanwhile(bench, addRow)
  if (tenTimes) await benchTenTimes(bench, addRow)
}

/** How long somebody waits for a job of ten records who asks for it without a pause. */
async function benchSmallImport(bench: Bench, addRow: AddRow): Promise<void> {
  const measured = []
  for (const build of bench.builds) {
    const figure = await onNewEmulator(bench, build, async server => {
      const times: number[] = []
      for (let round = 0; round < 50; round++) {
        const app = await createApp(server)
        const begun = performance.now()
        const job = await createImportJob(server, app, 'small.csv')
        while ((await call('GET', server.url + job)).JobStatus !== 'COMPLETED');
        times.push(performance.now() - begun)
      }
      return median(times)
    })
    measured.push({ figure })
  }
  addRow({
    what: '10 endpoints, POST to COMPLETED',
    measured,
    unit: milliseconds,
    goal: { of: 'figure', atMost: 50 },
  })
}

/** Imports while a client asks for its job five times a second. */
async function benchLargeImports(bench: Bench, addRow: AddRow): Promise<void> {
  const { builds, rounds, bucket, rows } = bench
  const bare = await startBareFastify(bench)
  const polls = builds.map((): Latencies => ({ ours: [], bare: [] }))
  const importBy = (build: Build, server: Server, app: string, key: string) =>
    importObject(server, app, key, async pollMs => {
      const { ours, bare: yardstick } = polls[builds.indexOf(build)]!
      ours.push(pollMs)
      yardstick.push(await timeOf('GET', bare.url))
    })
  const sqlite = async () => importBySqlite(bench, join(bucket, 'data.csv'))

  const csv = await measureInTurns(builds, rounds, sqlite, build =>
    onNewEmulator(bench, build, async (server, app) => {
      const before = server.processorSeconds()
      const first = await importBy(build, server, app, 'data.csv')
      const processor = server.processorSeconds() - before
      const memoryOfFirst = server.peakMemory()
      const again = await importBy(build, server, app, 'data.csv')
      const changed = await importBy(build, server, app, 'changed.csv')
      return { first, again, changed, processor, memoryOfFirst, memoryOfAll: server.peakMemory() }
    }),
  )
  const ndjson = await measureInTurns(builds, rounds, sqlite, build =>
    onNewEmulator(bench, build, (server, app) => importBy(build, server, app, 'data.json')),
  )
  await bare.stop()

  const best = csv.figures.map(series => ({
    first: Math.min(...series.map(({ first }) => first)),
    again: Math.min(...series.map(({ again }) => again)),
    changed: Math.min(...series.map(({ changed }) => changed)),
    processor: Math.min(...series.map(({ processor }) => processor)),
    memoryOfFirst: Math.max(...series.map(({ memoryOfFirst }) => memoryOfFirst)),
    memoryOfAll: Math.max(...series.map(({ memoryOfAll }) => memoryOfAll)),
  }))
  addRow({
    what: `${rows.toLocaleString('en')} endpoints from CSV`,
    measured: best.map(({ first }) => ({ figure: first, yardstick: Math.min(...csv.yardstick) })),
    of: 'sqlite3 .import',
    unit: seconds,
    goal: { of: 'ratio', atMost: 2 },
  })
  addRow({
    what: 'its processor time, which noise disturbs less',
    measured: best.map(({ processor }) => ({ figure: processor })),
    unit: seconds,
  })
  addRow({
    what: 'the same from NDJSON',
    measured: ndjson.figures.map(times => ({
      figure: Math.min(...times),
      yardstick: Math.min(...ndjson.yardstick),
    })),
    of: 'sqlite3 .import of the CSV',
    unit: seconds,
  })
  addRow({
    what: 'the same CSV again, nothing changed',
    measured: best.map(({ first, again }) => ({ figure: again, yardstick: first })),
    of: 'the first time',
    unit: seconds,
    goal: { of: 'ratio', atMost: 1.5 },
  })
  addRow({
    what: 'a CSV of a later day, each endpoint changed',
    measured: best.map(({ first, changed }) => ({ figure: changed, yardstick: first })),
    of: 'the first time',
    unit: seconds,
  })
  addRow({
    what: 'peak memory, first import',
    measured: best.map(({ memoryOfFirst }) => ({ figure: memoryOfFirst })),
    unit: mebibytes,
    goal: memoryGoal,
  })
  addRow({
    what: 'peak memory, after all three imports of CSV',
    measured: best.map(({ memoryOfAll }) => ({ figure: memoryOfAll })),
    unit: mebibytes,
    goal: memoryGoal,
  })
  addRow({
    what: `GetImportJob meanwhile, p99 of ${polls[0]!.ours.length}`,
    ...besideBare(polls, 0.99),
    goal: { of: 'figure', atMost: 10 },
  })
}

/** An import while somebody calls UpdateEndpoint every few milliseconds. */
async function benchUpdatesMeanwhile(bench: Bench, addRow: AddRow): Promise<void> {
  const { builds } = bench
  const bare = await startBareFastify(bench)
  const updates = builds.map((): Latencies => ({ ours: [], bare: [] }))
  const times: number[] = []
  for (const [index, build] of builds.entries()) {
    const { ours, bare: yardstick } = updates[index]!
    times[index] = await onNewEmulator(bench, build, (server, app) =>
      importObject(server, app, 'data.csv', async () => {
        for (let number = 0; number < 30; number++) {
          const endpoint = { ChannelType: 'EMAIL', Address: `caller-${number}@example.com` }
          ours.push(await timeOf('PUT', `${server.url}${app}/endpoints/caller-${number}`, endpoint))
          yardstick.push(await timeOf('PUT', `${bare.url}/endpoints/caller-${number}`, endpoint))
          await setTimeout(5)
        }
      }),
    )
  }
  await bare.stop()
  addRow({ what: 'UpdateEndpoint during an import, median', ...besideBare(updates, 0.5) })
  addRow({
    what: `UpdateEndpoint during an import, p99 of ${updates[0]!.ours.length}`,
    ...besideBare(updates, 0.99),
  })
  addRow({
    what: 'that import, from CSV',
    measured: times.map(figure => ({ figure })),
    unit: seconds,
  })
}

/** What ten times the rows take of memory. */
async function benchTenTimes(bench: Bench, addRow: AddRow): Promise<void> {
  const rows = 10 * bench.rows
  const file = join(bench.bucket, 'ten-times.csv')
  await writeCsv(file, rows)
  const results = []
  for (const build of bench.builds) {
    results.push(
      await onNewEmulator(bench, build, async (server, app) => {
        const time = await importObject(server, app, 'ten-times.csv')
        return { time, memory: server.peakMemory() }
      }),
    )
  }
  rmSync(file)
  const what = `${rows.toLocaleString('en')} endpoints from CSV`
  addRow({ what, measured: results.map(({ time }) => ({ figure: time })), unit: seconds })
  addRow({
    what: `${what}, peak memory`,
    measured: results.map(({ memory }) => ({ figure: memory })),
    unit: mebibytes,
    goal: memoryGoal,
  })
}

/** Runs with a new emulator and an application in it, and removes its data. */
async function onNewEmulator<T>(
  bench: Bench,
  build: Build,
  run: (server: Server, app: string) => Promise<T>,
): Promise<T> {
  const dataDir = makeFolder(bench, 'data')
  const server = await startEmulator(bench, build, dataDir)
  const result = await run(server, await createApp(server))
  await server.stop()
  rmSync(dataDir, { recursive: true })
  return result
}

/**
 * Imports an object of the bucket.
 *
 * @param between is called after each poll that found the job unfinished, with the milliseconds that the poll
 *   took
 * @returns seconds
 */
async function importObject(
  server: Server,
  app: string,
  key: string,
  between?: (pollMs: number) => Promise<void>,
): Promise<number> {
  const begun = Date.now()
  return (await waitForJob(server, await createImportJob(server, app, key), begun, between)).seconds
}

/**
 * Milliseconds that calls took during an import, and those that a bare Fastify took which was called after
 * each.
 */
interface Latencies {
  ours: number[]
  bare: number[]
}

const besideBare = (latencies: Latencies[], part: number) => ({
  measured: latencies.map(({ ours, bare }) => ({
    figure: quantile(ours, part),
    yardstick: quantile(bare, part),
  })),
  of: 'bare Fastify meanwhile',
  unit: milliseconds,
})
