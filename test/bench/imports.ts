import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  type Bench,
  call,
  compareWithBare,
  createJob,
  finish,
  median,
  ms,
  report,
  startBare,
  startEmulator,
} from './bench.ts'

/** Imports: a small one from the call to its end, what it costs to ask for it, and a large one. */
export async function benchImports(bench: Bench): Promise<void> {
  await benchSmallImport(bench)
  await benchLargeImport(bench)
}

function* csv(count: number): Generator<string> {
  yield 'Id,ChannelType,Address,User.UserId,Attributes.Plan,Location.Country,Metrics.Score,Demographic.Timezone\n'
  for (let number = 0; number < count; number++) {
    const id = String(number).padStart(8, '0')
    const plan = number % 20 === 0 ? '"Acme, Inc"' : 'free'
    yield `ep-${id},EMAIL,user${id}@example.com,user-${number >> 1},${plan},GB,${number % 100}.5,Europe/Paris\n`
  }
}

async function benchSmallImport(bench: Bench): Promise<void> {
  await pipeline(csv(10), createWriteStream(join(bench.bucket, 'small.csv')))
  const emulator = await startEmulator(bench)
  const bare = await startBare()
  const imports: number[] = []
  const calls: number[] = []
  for (let round = 0; round < 50; round++) {
    let begun = performance.now()
    for (const method of ['POST', 'POST', 'GET'])
      await call(method, bare.url, method === 'POST' ? {} : undefined)
    calls.push(performance.now() - begun)
    begun = performance.now()
    imports.push((await finish((await createJob(emulator, 'small.csv')).job, begun)).ms)
  }
  await bare.stop()
  report('10 endpoints, POST to COMPLETED', median(imports), median(calls), {
    of: 'bare Fastify, three calls',
  })
  const { job } = await createJob(emulator, 'small.csv')
  await finish(job, 0)
  const path = job.slice(emulator.url.length)
  await compareWithBare('GetImportJob', emulator, 10_000, () => ({ path }))
  await emulator.stop()
}

async function benchLargeImport(bench: Bench): Promise<void> {
  const file = join(bench.bucket, 'large.csv')
  await pipeline(csv(bench.endpoints), createWriteStream(file))
  const emulator = await startEmulator(bench)
  const begun = performance.now()
  const { ms: ours, TotalProcessed } = await finish((await createJob(emulator, 'large.csv')).job, begun)
  const memory = emulator.peakMemory()
  await emulator.stop()
  if (TotalProcessed !== bench.endpoints)
    throw new Error(`${TotalProcessed} of ${bench.endpoints} records were processed`)

  const what = `${bench.endpoints} endpoints from CSV`
  const theirs = importWithSqlite(bench, file)
  if (theirs === undefined)
    console.log(`${what}: ${ms(ours)} (install the sqlite3 command line for the yardstick)`)
  else report(what, ours, theirs, { of: 'sqlite3 .import, keyed table' })
  console.log(`peak memory meanwhile: ${memory === undefined ? 'unknown' : `${memory.toFixed(0)} MB`}`)
}

/** Milliseconds that SQLite's own command line needs for the same file. */
function importWithSqlite({ folder }: Bench, file: string): number | undefined {
  const columns = ['Id TEXT PRIMARY KEY', ...'bcdefgh'].join(', ')
  const script = [
    `CREATE TABLE endpoints (${columns});`,
    '.mode csv',
    `.import --skip 1 ${file} endpoints`,
  ].join('\n')
  try {
    const begun = performance.now()
    execFileSync('sqlite3', [join(folder, 'yardstick.db')], { input: script })
    return performance.now() - begun
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
