import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import {
  type Bench,
  call,
  compareWithBare,
  createJob,
  finish,
  median,
  megabytes,
  ms,
  quantile,
  report,
  startBare,
  startEmulator,
  timeOf,
} from './bench.ts'

/** Imports: a small one from the call to its end, what it costs to ask for it, and a large one. */
export async function benchImports(bench: Bench): Promise<void> {
  await benchSmallImport(bench)
  await benchLargeImport(bench)
}

/** An endpoint of the large files: ten columns, its id at random, as ids that callers make mostly are. */
const endpoint = (number: number) => ({
  Id: randomBytes(12).toString('hex'),
  ChannelType: 'EMAIL',
  Address: `user${number}@example.com`,
  OptOut: 'NONE',
  'User.UserId': `user-${number >> 1}`,
  'Attributes.Plan': number % 20 === 0 ? 'Acme, Inc' : 'free',
  'Location.Country': 'GB',
  'Location.City': 'London',
  'Metrics.Score': (number % 100) + 0.5,
  'Demographic.Timezone': 'Europe/Paris',
})

function* csv(count: number): Generator<string> {
  yield `${Object.keys(endpoint(0)).join()}\n`
  for (let number = 0; number < count; number++) {
    const values = Object.values(endpoint(number))
    yield `${values.map(value => (String(value).includes(',') ? `"${value}"` : value)).join()}\n`
  }
}

function* ndjson(count: number): Generator<string> {
  for (let number = 0; number < count; number++) {
    const given = endpoint(number)
    const nested = {
      ...{ Id: given.Id, ChannelType: given.ChannelType, Address: given.Address, OptOut: given.OptOut },
      User: { UserId: given['User.UserId'] },
      Attributes: { Plan: [given['Attributes.Plan']] },
      Location: { Country: given['Location.Country'], City: given['Location.City'] },
      Metrics: { Score: given['Metrics.Score'] },
      Demographic: { Timezone: given['Demographic.Timezone'] },
    }
    yield `${JSON.stringify(nested)}\n`
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

/** A client asks for its job ten times a second. */
const pause = () => setTimeout(100)

async function benchLargeImport(bench: Bench): Promise<void> {
  const { bucket, endpoints } = bench
  const tenth = Math.round(endpoints / 10)
  await pipeline(csv(endpoints), createWriteStream(join(bucket, 'large.csv')))
  await pipeline(csv(tenth), createWriteStream(join(bucket, 'tenth.csv')))
  await pipeline(ndjson(endpoints), createWriteStream(join(bucket, 'large.json')))
  const sqlite = importWithSqlite(bench, join(bucket, 'large.csv'))
  const compare = (what: string, took: number) => {
    if (sqlite === undefined) console.log(`${what}: ${ms(took)} (install sqlite3 for the yardstick)`)
    else report(what, took, sqlite, { of: 'sqlite3 .import, keyed table' })
  }

  const emulator = await startEmulator(bench)
  const importInto = async (key: string, app?: string, rest: (job: string) => Promise<void> = pause) => {
    const begun = performance.now()
    const created = await createJob(emulator, key, app)
    return { ...created, ...(await finish(created.job, begun, () => rest(created.job))) }
  }
  const small = await importInto('tenth.csv')
  const large = await importInto('large.csv')
  const memory = emulator.peakMemory()
  const again = await importInto('large.csv', large.app)
  const json = await importInto('large.json')
  // The client of this one takes a core for itself, and half of another in the emulator.
  const calls: number[] = []
  const asked = await importInto(
    'large.csv',
    undefined,
    async job => void calls.push(await timeOf('GET', job)),
  )
  await emulator.stop()
  compare(`${endpoints} endpoints from CSV`, large.ms)
  compare('the same from JSON', json.ms)
  report('the same CSV again', again.ms, large.ms, { of: 'the first time' })
  report('an endpoint of the large file', large.ms / endpoints, small.ms / tenth, {
    of: `of one of ${tenth}`,
    unit: number => `${(number * 1000).toFixed(1)} µs`,
  })
  console.log(`peak memory of the first two: ${megabytes(memory)}`)
  console.log(`GetImportJob without a pause meanwhile, p99 of ${calls.length}: ${ms(quantile(calls, 0.99))}`)
  report('an import meanwhile', asked.ms, large.ms, { of: 'of the same file, asked for ten times a second' })
}

/** Milliseconds that SQLite's own command line needs for the same file. */
function importWithSqlite({ folder }: Bench, file: string): number | undefined {
  const columns = ['Id TEXT PRIMARY KEY', ...'bcdefghij'].join(', ')
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
