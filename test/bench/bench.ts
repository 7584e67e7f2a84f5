import { mkdirSync, mkdtempSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Server, startServer } from './processes.ts'

/** What a run of the bench has: a folder of its own, and the size of what is measured. */
export interface Bench {
  folder: string
  /** The folder that is the bucket `bench` of every emulator. */
  bucket: string
  /** Of a large import, and behind reads and segments. */
  endpoints: number
}

const at = (path: string) => new URL(path, import.meta.url).pathname
/** The emulator as it stands in the repository. */
export const source = at('../../server/main.ts')

/** The emulator as it is published, which is what people run: `npm run bench` makes it first. */
const built = at('../../dist/main.js')

export function createBench(endpoints: number): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'pinpoint-bench-'))
  const bucket = join(folder, 's3', 'bench')
  mkdirSync(bucket, { recursive: true })
  return { folder, bucket, endpoints }
}

/** A data folder with nothing in it. */
export const makeDataDir = ({ folder }: Bench): string => mkdtempSync(join(folder, 'data-'))

/** Starts an emulator, with nothing in it unless told otherwise. */
export function startEmulator(
  bench: Bench,
  { main = built, dataDir = makeDataDir(bench) }: { main?: string; dataDir?: string } = {},
): Promise<Server> {
  const { folder } = bench
  const args = [main, '--port', '0', '--data-dir', dataDir, '--s3-dir', join(folder, 's3')]
  return startServer(args, { LOG_FORMAT: 'json' })
}

/** Starts the yardstick of calls. */
export const startBare = (answer: unknown = {}): Promise<Server> =>
  startServer([at('bare-fastify.ts'), JSON.stringify(answer)])

export const median = (numbers: number[]): number => quantile(numbers, 0.5)

export const quantile = (numbers: number[], part: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)]!

export const ms = (number: number): string => `${number.toFixed(number < 10 ? 1 : 0)} ms`

/** Prints a figure beside its yardstick, and how many times as much it is. */
export function report(
  what: string,
  figure: number,
  yardstick: number,
  { of, unit = ms }: { of: string; unit?: (number: number) => string },
): void {
  const beside = `${of}: ${unit(yardstick)}`
  console.log(
    `${what.padEnd(46)} ${unit(figure).padStart(14)}   ${beside.padEnd(46)} ${(figure / yardstick).toFixed(2)}x`,
  )
}

export const megabytes = (number: number | undefined): string =>
  number === undefined ? 'unknown' : `${number.toFixed(0)} MB`

export const perSecond = (number: number): string => `${number.toFixed(0)}/s`

// biome-ignore lint/suspicious/noExplicitAny: the bench reads a few members of bodies that the tests check
export async function call(method: string, url: string, body?: object): Promise<any> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** Milliseconds that a call takes. */
export async function timeOf(...args: Parameters<typeof call>): Promise<number> {
  const begun = performance.now()
  await call(...args)
  return performance.now() - begun
}

/** Begins to import an object, into a new application unless told otherwise; gives the URLs of that and of the job. */
export async function createJob(
  server: Server,
  key: string,
  into?: string,
): Promise<{ app: string; job: string }> {
  const app =
    into ?? `${server.url}/v1/apps/${(await call('POST', `${server.url}/v1/apps`, { Name: 'bench' })).Id}`
  const job = await call('POST', `${app}/jobs/import`, {
    Format: key.endsWith('.json') ? 'JSON' : 'CSV',
    S3Url: `s3://bench/${key}`,
    RoleArn: 'arn:aws:iam::123456789012:role/bench',
    DefineSegment: true,
  })
  return { app, job: `${app}/jobs/import/${job.Id}` }
}

/** Polls a job until it is over, and gives it with the milliseconds since `begun`. */
export async function finish(job: string, begun: number, rest = async () => {}) {
  for (;;) {
    const answer = await call('GET', job)
    if (answer.JobStatus === 'FAILED') throw new Error(`the job failed: ${answer.Failures}`)
    if (answer.JobStatus === 'COMPLETED') return { ...answer, ms: performance.now() - begun }
    await rest()
  }
}

/** A request as it is sent again and again. */
interface Request {
  method?: string
  path: string
  body?: string
}

/**
 * Requests a second that a server answers to 20 clients at once.
 *
 * @param next gives what is sent, by its number
 */
export async function requestsPerSecond(
  server: Server,
  count: number,
  next: (number: number) => Request,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  const send = ({ method = 'GET', path, body }: Request) =>
    new Promise<void>((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' }
      request(server.url + path, { agent, method, headers }, response => {
        if (response.statusCode! >= 300) reject(new Error(`${method} ${path}: ${response.statusCode}`))
        response.resume().on('end', resolve)
      })
        .on('error', reject)
        .end(body)
    })
  let sent = 0
  const client = async () => {
    while (sent < count) await send(next(sent++))
  }
  const begun = performance.now()
  await Promise.all(Array.from({ length: 20 }, client))
  agent.destroy()
  return (count / (performance.now() - begun)) * 1000
}

/**
 * Compares how many requests a second a server answers with what bare Fastify does with the same bytes, in turns.
 *
 * @param each what a request counts for
 */
export async function compareWithBare(
  what: string,
  server: Server,
  count: number,
  next: (number: number) => Request,
  each = 1,
): Promise<void> {
  const { method = 'GET', path, body } = next(0)
  const bare = await startBare(await call(method, server.url + path, body && JSON.parse(body)))
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < 5; round++) {
    theirs.push((await requestsPerSecond(bare, count, next)) * each)
    ours.push((await requestsPerSecond(server, count, next)) * each)
  }
  await bare.stop()
  report(what, median(ours), median(theirs), { of: 'bare Fastify, same bytes', unit: perSecond })
}
