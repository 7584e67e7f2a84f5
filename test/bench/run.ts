import { execFileSync } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { type Server, startServer } from './processes.ts'

/**
 * Measures what users feel, each figure beside a yardstick of the same run: on a noisy machine only the ratio says
 * something.
 *
 *     npm run bench [-- --endpoints 1000000]
 */
const { values } = parseArgs({ options: { endpoints: { type: 'string', default: '1000000' } } })
const endpoints = Number(values.endpoints)
const folder = mkdtempSync(join(tmpdir(), 'pinpoint-bench-'))
const bucket = join(folder, 's3', 'bench')
const at = (path: string) => new URL(path, import.meta.url).pathname
const source = at('../../server/main.ts')
const built = at('../../dist/main.js')
const bare = at('bare-fastify.ts')

const startEmulator = (main = source) =>
  startServer(
    [main, '--port', '0', '--data-dir', mkdtempSync(join(folder, 'data-')), '--s3-dir', join(folder, 's3')],
    {
      LOG_FORMAT: 'json',
    },
  )

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1]!
const ms = (number: number) => `${number.toFixed(number < 10 ? 1 : 0)} ms`

function report(what: string, figure: string, yardstick: string, ratio: number): void {
  console.log(`${what.padEnd(34)} ${figure.padStart(16)}   ${yardstick.padEnd(46)} ${ratio.toFixed(2)}x`)
}

// biome-ignore lint/suspicious/noExplicitAny: the bench reads a few members of bodies that the tests check
async function call(method: string, url: string, body?: object): Promise<any> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return response.json()
}

async function createJob(url: string, key: string): Promise<string> {
  const { Id: app } = await call('POST', `${url}/v1/apps`, { Name: 'bench' })
  const { Id } = await call('POST', `${url}/v1/apps/${app}/jobs/import`, {
    Format: 'CSV',
    S3Url: `s3://bench/${key}`,
    RoleArn: 'arn:aws:iam::123456789012:role/bench',
    DefineSegment: true,
  })
  return `${url}/v1/apps/${app}/jobs/import/${Id}`
}

/** Polls a job until it is over, and gives it with the milliseconds since `begun`. */
async function finish(job: string, begun: number) {
  for (;;) {
    const answer = await call('GET', job)
    if (answer.JobStatus === 'FAILED') throw new Error(`the job failed: ${answer.Failures}`)
    if (answer.JobStatus === 'COMPLETED') return { ...answer, ms: performance.now() - begun }
  }
}

/** Requests a second that a server answers to 20 clients at once. */
async function requestsPerSecond(url: string, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  const get = () =>
    new Promise<void>((resolve, reject) => {
      request(url, { agent }, response => response.resume().on('end', resolve))
        .on('error', reject)
        .end()
    })
  const client = async (requests: number) => {
    for (let sent = 0; sent < requests; sent++) await get()
  }
  const begun = performance.now()
  await Promise.all(Array.from({ length: 20 }, () => client(count / 20)))
  agent.destroy()
  return (count / (performance.now() - begun)) * 1000
}

function* csv(count: number): Generator<string> {
  yield 'Id,ChannelType,Address,User.UserId,Attributes.Plan,Location.Country,Metrics.Score,Demographic.Timezone\n'
  for (let number = 0; number < count; number++) {
    const id = String(number).padStart(8, '0')
    const plan = number % 20 === 0 ? '"Acme, Inc"' : 'free'
    yield `ep-${id},EMAIL,user${id}@example.com,user-${number >> 1},${plan},GB,${number % 100}.5,Europe/Paris\n`
  }
}

async function benchStart(): Promise<void> {
  const ours: number[] = []
  const fromBuild: number[] = []
  const bares: number[] = []
  for (let round = 0; round < 7; round++) {
    for (const [times, start] of [
      [bares, () => startServer([bare])],
      [ours, () => startEmulator()],
      ...(existsSync(built) ? [[fromBuild, () => startEmulator(built)] as const] : []),
    ] as const) {
      const server = await start()
      times.push(server.startMs)
      await server.stop()
    }
  }
  const yardstick = median(bares)
  report(
    'start to ready, from source',
    ms(median(ours)),
    `bare Fastify: ${ms(yardstick)}`,
    median(ours) / yardstick,
  )
  if (fromBuild.length === 0) console.log('start to ready, from the build      (run npm run build first)')
  else
    report(
      'start to ready, from the build',
      ms(median(fromBuild)),
      `bare Fastify: ${ms(yardstick)}`,
      median(fromBuild) / yardstick,
    )
}

async function benchSmallImport(emulator: Server): Promise<void> {
  await pipeline(csv(10), createWriteStream(join(bucket, 'small.csv')))
  const yardstick = await startServer([bare])
  const imports: number[] = []
  const calls: number[] = []
  for (let round = 0; round < 50; round++) {
    let begun = performance.now()
    for (const method of ['POST', 'POST', 'GET'])
      await call(method, yardstick.url, method === 'POST' ? {} : undefined)
    calls.push(performance.now() - begun)
    begun = performance.now()
    imports.push((await finish(await createJob(emulator.url, 'small.csv'), begun)).ms)
  }
  await yardstick.stop()
  const [ours, theirs] = [median(imports), median(calls)]
  report(
    '10 endpoints, POST to COMPLETED',
    ms(ours),
    `bare Fastify, three calls: ${ms(theirs)}`,
    ours / theirs,
  )
}

async function benchRequests(emulator: Server): Promise<void> {
  const job = await createJob(emulator.url, 'small.csv')
  const { ms: _, ...answer } = await finish(job, 0)
  const yardstick = await startServer([bare, JSON.stringify(answer)])
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < 5; round++) {
    theirs.push(await requestsPerSecond(yardstick.url, 10_000))
    ours.push(await requestsPerSecond(job, 10_000))
  }
  await yardstick.stop()
  report(
    'GetImportJob',
    `${median(ours).toFixed(0)}/s`,
    `bare Fastify, same bytes: ${median(theirs).toFixed(0)}/s`,
    median(ours) / median(theirs),
  )
}

async function benchLargeImport(): Promise<void> {
  const file = join(bucket, 'large.csv')
  await pipeline(csv(endpoints), createWriteStream(file))
  const emulator = await startEmulator()
  const begun = performance.now()
  const { ms: ours, TotalProcessed } = await finish(await createJob(emulator.url, 'large.csv'), begun)
  const memory = emulator.peakMemory()
  await emulator.stop()
  if (TotalProcessed !== endpoints)
    throw new Error(`${TotalProcessed} of ${endpoints} records were processed`)

  const what = `${endpoints} endpoints from CSV`
  const theirs = importWithSqlite(file)
  if (theirs === undefined)
    console.log(`${what}: ${ms(ours)} (install the sqlite3 command line for the yardstick)`)
  else report(what, ms(ours), `sqlite3 .import, keyed table: ${ms(theirs)}`, ours / theirs)
  console.log(
    `${'peak memory meanwhile'.padEnd(34)} ${memory === undefined ? 'unknown' : `${memory.toFixed(0)} MB`.padStart(16)}`,
  )
}

/** Milliseconds that SQLite's own command line needs for the same file. */
function importWithSqlite(file: string): number | undefined {
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

mkdirSync(bucket, { recursive: true })
try {
  await benchStart()
  const emulator = await startEmulator()
  await benchSmallImport(emulator)
  await benchRequests(emulator)
  await emulator.stop()
  await benchLargeImport()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
