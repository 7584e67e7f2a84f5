import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { until } from '../support/helpers.ts'
import { main } from '../support/spawn.ts'
import { root } from './pages.ts'

/** What is of one machine or of one run, and not of the repository. */
const notCloned = ['.git', '.tap', '.built', '.pinpoint-local', 'dist', 'fixtures']

/**
 * Makes a folder like a clone of the repository in which `npm ci` was run, with what a reader of the pages
 * has besides: a bucket of their own, and a folder of exported files.
 */
export function makeClone(t: Test): string {
  const clone = makeFolder(t)
  const link = (name: string) => symlinkSync(join(root, name), join(clone, name))
  for (const name of readdirSync(root)) if (!notCloned.includes(name)) link(name)
  mkdirSync(join(clone, 'fixtures'))
  for (const name of readdirSync(join(root, 'fixtures'))) if (name !== 's3') link(`fixtures/${name}`)
  // Exports write into it.
  cpSync(join(root, 'fixtures', 's3'), join(clone, 'fixtures', 's3'), { recursive: true })

  const users = readFileSync(join(root, 'fixtures', 's3', 'demo', 'users.csv'))
  mkdirSync(join(clone, 'buckets', 'customers'), { recursive: true })
  writeFileSync(join(clone, 'buckets', 'customers', 'users.csv'), users)
  mkdirSync(join(clone, 'exported'))
  const lines = readFileSync(join(root, 'fixtures', 's3', 'demo', 'users.ndjson'))
  writeFileSync(join(clone, 'exported', '0123456789abcdef-00000.gz'), gzipSync(lines))
  return clone
}

/** What a reader has in his environment: nothing of this machine's or this test's but where programs are. */
export function makeEnvironment(t: Test): Record<string, string> {
  const home = makeFolder(t)
  const bin = join(home, 'bin')
  mkdirSync(bin)
  // The package's bin, as if it were installed.
  const program = join(bin, 'pinpoint-local')
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`)
  chmodSync(program, 0o755)
  // An answer that is an error fails the line; so does one that takes for ever.
  writeFileSync(join(home, '.curlrc'), 'silent\nshow-error\nfail-with-body\nmax-time = 60\n')
  const cache = process.env.NODE_COMPILE_CACHE
  return {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    LANG: 'C.UTF-8',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    npm_config_update_notifier: 'false',
    ...(cache !== undefined && { NODE_COMPILE_CACHE: resolve(cache) }),
  }
}

/** Whether a command line starts an emulator that runs until it is stopped. */
export function isServer(command: string): boolean {
  const words = command
    .replace(/(^|\s)#.*$/, '')
    .replace(/^npm ci && |^(\w+=\S*\s+)*/, '')
    .trim()
  return (
    /^(npm start|(npx )?pinpoint-local)( --)?( serve)?( --\S+( [^-\s]\S*)?)*$/.test(words) &&
    !/--(help|version)/.test(words)
  )
}

/** The command lines of a shell script. */
export function commandsOf(script: string): string[] {
  const commands: string[] = []
  let command = ''
  for (const line of script.split('\n')) {
    command += command === '' ? line : `\n${line}`
    if (line.endsWith('\\') || spawnSync('bash', ['-n', '-c', command]).status !== 0) continue
    if (!/^\s*(#.*)?$/.test(command)) commands.push(command)
    command = ''
  }
  if (command !== '') commands.push(command)
  return commands
}

/** Starts a program with an environment of its own: tap would add to it. */
function spawnIn(cwd: string, env: Record<string, string>, args: string[], stdin: 'pipe' | 'ignore') {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const child = spawn('/usr/bin/env', ['-i', ...variables, 'bash', ...args], {
    cwd,
    detached: true,
    stdio: [stdin, 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable, Readable, Readable>
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text
    })
  }
  const ended = once(child, 'close')
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, name)
    } catch {}
  }
  return { child, ended, signal, output: () => output }
}

/** Runs a command line that starts an emulator, and waits until it is ready. */
export async function startServer(t: Test, cwd: string, env: Record<string, string>, command: string) {
  const { ended, signal, output } = spawnIn(cwd, env, ['-c', command], 'ignore')
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  t.teardown(async () => {
    signal('SIGKILL')
    await ended
  })
  const url = await until(() => {
    if (isOver) throw new Error(`${command} has ended:\n${output()}`)
    return output().match(/pinpoint-local ready on (http:\/\/[^\s"]+)/)?.[1]
  }, `${command} to be ready`)
  return {
    url,
    /** Ends it as Ctrl-C does. */
    async stop() {
      signal('SIGINT')
      await ended
    },
  }
}

/** A bash in which command lines are typed, one after the other. */
export class Shell {
  readonly #bash: ReturnType<typeof spawnIn>
  readonly #mark = randomUUID()
  #read = 0

  constructor(t: Test, cwd: string, env: Record<string, string>) {
    this.#bash = spawnIn(cwd, env, ['--noprofile', '--norc'], 'pipe')
    t.teardown(async () => {
      this.#bash.signal('SIGKILL')
      await this.#bash.ended
    })
  }

  /** Runs a command line to its end; gives its exit status and what it printed. */
  async run(command: string): Promise<{ code: number; output: string }> {
    // As one write of bash's, so that nothing of the command's comes between.
    this.#bash.child.stdin.write(`{ ${command}\n} </dev/null 2>&1; printf '%s %s\\n' "${this.#mark}" "$?"\n`)
    const pattern = new RegExp(`^([\\s\\S]*?)${this.#mark} (\\d+)\n`)
    const [all, output, code] = await until(
      () => this.#bash.output().slice(this.#read).match(pattern) ?? undefined,
      `the end of: ${command}`,
    )
    this.#read += all.length
    return { code: Number(code), output: output! }
  }
}

/**
 * A line for a shell that lets the AWS CLI find the emulator, as the README tells readers with one older
 * than 1.29 or 2.13, which does not read AWS_ENDPOINT_URL_PINPOINT; empty for a newer one. Undefined
 * where there is no AWS CLI.
 */
export function lineForAws(): string | undefined {
  const version = awsVersion()
  if (version === undefined) return undefined
  const [major, minor] = version
  const readsEndpoint = major === 2 ? minor >= 13 : minor >= 29
  return readsEndpoint ? '' : 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL_PINPOINT" "$@"; }'
}

/** What the AWS CLI says of its version; undefined where there is none. */
function awsVersion(): [major: number, minor: number] | undefined {
  try {
    const [, major, minor] = execFileSync('aws', ['--version'], { encoding: 'utf8' }).match(
      /^aws-cli\/(\d+)\.(\d+)/,
    )!
    return [Number(major), Number(minor)]
  } catch {
    return undefined
  }
}
