import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A server in a process of its own. */
export interface Server {
  url: string
  /** Milliseconds from the process's start until it said that it was ready. */
  startMs: number
  /** The most memory that the process has had, in MB; undefined where the system does not tell. */
  peakMemory(): number | undefined
  stop(): Promise<void>
}

/** Starts a server that says `ready on <url>` when it is, and waits for that. */
export async function startServer(args: string[], env: Record<string, string> = {}): Promise<Server> {
  const begun = performance.now()
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await readUrl(child)
  return {
    url,
    startMs: performance.now() - begun,
    peakMemory: () => {
      if (process.platform !== 'linux') return undefined
      return Number(readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)?.[1]) / 1024
    },
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

function readUrl(child: ChildProcess): Promise<string> {
  // Its log is read to the end, as somebody would; a server whose pipe is full or closed is another server.
  const lines = createInterface({ input: child.stdout! })
  return new Promise((resolve, reject) => {
    lines.on('line', line => {
      const url = line.match(/ready on (http:\/\/[^\s"]+)/)?.[1]
      if (url !== undefined) resolve(url)
    })
    lines.on('close', () => reject(new Error('the server ended before it was ready')))
  })
}
