import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Bench } from './bench.ts'
import { call } from './client.ts'
import { type Server, startBareFastify } from './servers.ts'
import { type Goal, perSecond, type TableRow } from './table.ts'
import { measureInTurns } from './turns.ts'

/** A request as the client sends it. */
export interface LoadRequest {
  method?: 'GET' | 'POST' | 'PUT'
  path: string
  body?: string
  headers?: Record<string, string>
}

/** What a client sends to a server over 20 connections at once. */
export interface Load {
  url: string
  requests: LoadRequest[]
  /** Sends the requests again and again for so long; undefined: sends each of them once. */
  seconds: number | undefined
}

const rounds = 3
const loadSeconds = 3
const loadProcess = fileURLToPath(new URL('load-process.ts', import.meta.url))

/**
 * Compares how many requests a second each build answers with what bare Fastify does with the same requests
 * and the same bytes in its answers. The fastest of three rounds counts. Where a server had time to spare,
 * its limit was not what was measured, but the client's or other processes': then all are compared by the
 * processor time that they used.
 *
 * @param subjects what stands for each build
 * @param requestsOf a round's requests
 * @param once whether a request may be sent only once, as a write would find nothing to do the second time
 * @param each what a request counts for
 */
export async function compareWithBare<Subject extends { server: Server }>(
  bench: Bench,
  what: string,
  subjects: Subject[],
  requestsOf: (subject: Subject, round: number) => LoadRequest[],
  { once = false, each = 1, goal }: { once?: boolean; each?: number; goal?: Goal } = {},
): Promise<TableRow> {
  const [first] = subjects
  const [sample] = requestsOf(first!, 0)
  const { method = 'GET', path, body } = sample!
  const bare = await startBareFastify(
    bench,
    await call(method, first!.server.url + path, body === undefined ? undefined : JSON.parse(body)),
  )
  let round = 0
  const { yardstick, figures } = await measureInTurns(
    subjects,
    rounds,
    () => sendLoad(bare, requestsOf(first!, 0), loadSeconds),
    subject => sendLoad(subject.server, requestsOf(subject, ++round), once ? undefined : loadSeconds),
  )
  await bare.stop()
  const byProcessor = [yardstick, ...figures].some(hadTimeToSpare)
  const fastest = (rounds: Answered[]) =>
    each * Math.max(...rounds.map(({ perSecond, busy }) => (byProcessor ? perSecond / busy : perSecond)))
  return {
    what: byProcessor ? `${what}, by processor time` : what,
    measured: figures.map(ofBuild => ({ figure: fastest(ofBuild), yardstick: fastest(yardstick) })),
    of: 'bare Fastify, same bytes',
    unit: perSecond,
    ...(goal && { goal }),
  }
}

/** What a server did in a round. */
interface Answered {
  perSecond: number
  /** Processors that it kept busy; NaN where the system does not tell. */
  busy: number
}

/** Whether a server was idle for a tenth of the time even when it was fastest. */
const hadTimeToSpare = (rounds: Answered[]) =>
  rounds.toSorted((a, b) => b.perSecond - a.perSecond)[0]!.busy < 0.9

async function sendLoad(
  server: Server,
  requests: LoadRequest[],
  seconds: number | undefined,
): Promise<Answered> {
  const headers = { 'content-type': 'application/json' }
  const load: Load = {
    url: server.url,
    requests: requests.map(request => (request.body === undefined ? request : { ...request, headers })),
    seconds,
  }
  const child = spawn(process.execPath, [loadProcess], { stdio: ['pipe', 'pipe', 'inherit'] })
  const before = server.processorSeconds()
  child.stdin.end(JSON.stringify(load))
  const { answers, ms, ...failures } = JSON.parse(await text(child.stdout))
  if (Object.values(failures).some(count => count !== 0))
    throw new Error(`requests to ${requests[0]!.path} failed: ${JSON.stringify(failures)}`)
  return {
    perSecond: (answers / ms) * 1000,
    busy: (server.processorSeconds() - before) / (ms / 1000),
  }
}
