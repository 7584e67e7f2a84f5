import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Bench, Build } from './bench.ts'

/** A server in a process of its own. */
export interface Server {
  url: string
  /** Milliseconds from the start of the process to its first answer of 200 to `/_pinpoint/health`. */
  startMs: number
  /** The most memory that the process has held, in MiB; NaN where there is no /proc. */
  peakMemory(): number
  /** Seconds of processor time that the process has used; NaN where there is no /proc. */
  processorSeconds(): number
  stop(): Promise<void>
}

/** Milliseconds between two looks at whether a server is ready; more of them would take its processor. */
const readyInterval = 4

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A new, empty folder. */
export const makeFolder = ({ folder }: Bench, name: string): string => mkdtempSync(join(folder, `${name}-`))

/** Starts a build as a container does: settings from variables, no flags. */
export function startEmulator(
  bench: Bench,
  { main }: Build,
  dataDir = makeFolder(bench, 'data'),
): Promise<Server> {
  return startServer(bench, [main], { env: { DATA_DIR: dataDir, S3_DIR: bench.buckets } })
}

/** Starts the yardstick of calls, which answers every request with the same JSON. */
export const startBareFastify = (bench: Bench, answer: unknown = {}): Promise<Server> =>
  startServer(bench, [fileURLToPath(new URL('bare-fastify.js', import.meta.url)), JSON.stringify(answer)])

/**
 * Starts a server with node, and waits until it is ready. Its environment has nothing but PATH, PORT and what
 * is given; its output goes into a file, since a bench that reads a line for each request would take the time
 * from the server.
 */
export async function startServer(
  bench: Bench,
  args: string[],
  { env = {}, cwd = makeFolder(bench, 'cwd') }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Server> {
  const port = await freePort()
  const output = join(makeFolder(bench, 'output'), 'log')
  const file = openSync(output, 'a')
  const begun = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, PORT: String(port), ...env },
    stdio: ['ignore', file, file],
  })
  running.add(child)
  const exited = once(child, 'exit').then(() => running.delete(child))
  while (!(await isReady(port))) {
    if (!running.has(child)) throw new Error(`${args[0]} did not start:\n${readFileSync(output, 'utf8')}`)
    await setTimeout(readyInterval)
  }
  const startMs = performance.now() - begun
  return {
    url: `http://127.0.0.1:${port}`,
    startMs,
    peakMemory() {
      return Number(readProcess(child, 'status').match(/VmHWM:\s+(\d+)/)?.[1]) / 1024
    },
    processorSeconds() {
      // In hundredths of a second, the fields 14 and 15; counted behind the name, which may have spaces.
      const fields = readProcess(child, 'stat').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

function isReady(port: number): Promise<boolean> {
  return new Promise(resolve => {
    get({ host: '127.0.0.1', port, path: '/_pinpoint/health', agent: false }, response => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', () => resolve(false))
  })
}

const readProcess = ({ pid }: ChildProcess, file: string) =>
  process.platform === 'linux' ? readFileSync(`/proc/${pid}/${file}`, 'utf8') : ''
