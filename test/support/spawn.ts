import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { PinpointClient } from '@aws-sdk/client-pinpoint'
import type { Test } from 'tap'
import { builtModule } from './built.ts'
import { createClient, until } from './helpers.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The program of the process. */
export const main = builtModule('server/main.ts')

/** How a process ended, and all that it said. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** An emulator that is a process of its own. */
export interface SpawnedEmulator {
  url: string
  client: PinpointClient
  pid: number
  /** The lines of its log so far. */
  log: () => LogLine[]
  /** All that it has written so far. */
  stdout: () => string
  /** Sends a signal, and gives how the process ended. */
  end: (signal: NodeJS.Signals) => Promise<Ended>
}

export interface LogLine {
  msg: string
  [field: string]: unknown
}

type Child = ChildProcessByStdio<null, Readable, Readable>

/** Where the tests' processes keep what they have compiled. */
const { NODE_COMPILE_CACHE } = process.env
const compileCache: Record<string, string> =
  NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: resolve(NODE_COMPILE_CACHE) }

/** Starts the emulator's process. */
function spawnMain(t: Test, given: Record<string, string>, flags: readonly string[] = []) {
  const env: Record<string, string> = { PORT: '0', LOG_FORMAT: 'json', ...compileCache, ...given }
  return spawnNode(t, env, [main, ...flags])
}

/** Starts node with nothing in its environment but what is named. */
const spawnNode = (t: Test, env: Record<string, string>, args: string[]) =>
  spawnBare(t, env, [process.execPath, ...args])

/**
 * Starts a program with nothing in its environment but what is named; it is gone after the test. tap's own
 * additions are left out, which it gives to every process that a test starts: they see what is covered, take
 * half of a start, and end the process at signals that node ignores.
 */
function spawnBare(t: Test, env: Record<string, string>, command: string[], { detached = false } = {}) {
  // tap adds to the environment; `env -i` begins with an empty one, and becomes the process.
  const variables = Object.entries(env).map(entry => entry.join('='))
  const child: Child = spawn('/usr/bin/env', ['-i', ...variables, ...command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, stdout, stderr }))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

/**
 * Starts an emulator by `npm start`, in this repository, as a process group of its own. The process that gets
 * the signal of `end` is npm.
 */
export function beginByNpm(t: Test, given: Record<string, string>): BegunEmulator {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, PORT: '0', LOG_FORMAT: 'json', ...compileCache, ...given }
  return begun(t, spawnBare(t, env, ['npm', 'start', '--silent'], { detached: true }))
}

/** Runs the emulator's process to its end: for what ends by itself. */
export async function runMain(
  t: Test,
  env: Record<string, string> = {},
  flags: string[] = [],
): Promise<Ended> {
  return spawnMain(t, env, flags).ended
}

/** Runs the emulator's process to its end, while nobody reads some of its outputs. */
export async function runUnread(
  t: Test,
  flags: string[],
  unread: readonly ('stdout' | 'stderr')[],
): Promise<Ended> {
  const { child, ended } = spawnMain(t, {}, flags)
  for (const name of unread) child[name].destroy()
  return ended
}

/** Runs node to its end. */
export async function runNode(t: Test, env: Record<string, string>, args: string[]): Promise<Ended> {
  return spawnNode(t, { ...compileCache, ...env }, args).ended
}

/** Runs a program that is an ES module's text to its end. */
export const runScript = (t: Test, env: Record<string, string>, text: string): Promise<Ended> =>
  runNode(t, env, ['--input-type=module', '--eval', text])

/** Starts `pinpoint-local import` as a process, whose progress can be seen and which a signal ends. */
export function beginImport(t: Test, env: Record<string, string>, argv: string[]) {
  const { child, ended, stderr } = spawnMain(t, env, ['import', ...argv])
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return { end, ended, stderr }
}

/** An emulator's process that has just been started. */
export interface BegunEmulator {
  /** Resolves when it says that it is ready; rejects if it ends before that. */
  ready: Promise<SpawnedEmulator>
  /** Sends a signal, and gives how the process ended. */
  end: (signal: NodeJS.Signals) => Promise<Ended>
}

/** Starts an emulator as a process of its own, and does not wait for it. */
export function beginEmulator(
  t: Test,
  env: Record<string, string>,
  flags: readonly string[] = [],
): BegunEmulator {
  return begun(t, spawnMain(t, env, flags))
}

function begun(t: Test, { child, ended, stdout }: ReturnType<typeof spawnBare>): BegunEmulator {
  let over: Ended | undefined
  void ended.then(how => {
    over = how
  })
  const log = () =>
    stdout()
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as LogLine)
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  const readyUrl = () => {
    if (over !== undefined) throw new Error(`the emulator ended before it was ready: ${over.stderr}`)
    return stdout().match(/pinpoint-local ready on ([^\s"]+)(?:"\})?\n/)?.[1]
  }
  const ready = until(readyUrl, 'the ready line').then(url => {
    const client = createClient(url)
    t.teardown(() => client.destroy())
    return { url, client, pid: child.pid!, log, stdout, end }
  })
  ready.catch(() => {})
  return { ready, end }
}

/** Starts an emulator as a process of its own and waits until it says that it is ready. */
export const spawnEmulator = (
  t: Test,
  env: Record<string, string>,
  flags: readonly string[] = [],
): Promise<SpawnedEmulator> => beginEmulator(t, env, flags).ready
