import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { until } from '../support/helpers.ts'
import { type Block, blocksOf } from './pages.ts'
import {
  awsVersion,
  commandsOf,
  isServer,
  makeClone,
  makeEnvironment,
  Shell,
  startServer,
} from './session.ts'

/*
 * Runs every ```sh block of a page as it stands, but for the port, against a real emulator, in a
 * folder like a clone.
 *
 * - Blocks above the first `##` are what a reader does first. Each section begins with the state of
 *   the emulator and the shell variables that they leave.
 * - A line that starts an emulator runs as in another terminal; the lines below it call that one.
 * - A block without a language right below another one is what that prints.
 * - A block that cannot be run has a comment above it: `<!-- not run: reason -->`. What it names is
 *   checked all the same, by names.test.ts.
 */

const version = awsVersion()
const [major, minor] = version ?? [0, 0]
/** Whether the AWS CLI reads AWS_ENDPOINT_URL_PINPOINT: from 1.29 and 2.13 on. */
const readsEndpoint = major === 2 ? minor >= 13 : minor >= 29
/** What the README tells those to do who have an older one. */
const forOldAws = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL_PINPOINT" "$@"; }'

const missing = version === undefined && 'there is no AWS CLI: install awscli'

/** Tests that the lines of a page work, if there are any. Without the AWS CLI that is skipped, but in CI. */
export function testLines(t: Test, page: string): void {
  const blocks = blocksOf(page)
  const scripts = blocks.filter(({ language, notRun }) => language === 'sh' && notRun === undefined)
  if (scripts.length === 0) return
  if (missing && process.env.CI) t.fail(missing)
  t.test(`what ${page} says to type works`, { skip: missing }, t => typeAll(t, page, blocks, scripts))
}

async function typeAll(t: Test, page: string, blocks: Block[], scripts: Block[]) {
  const clone = makeClone(t)
  const env = makeEnvironment(t, clone)
  const start = (t: Test, command: string, more: Record<string, string>) =>
    // Modules are there already, by the npm ci with which every run of the tests begins.
    startServer(t, clone, { ...env, PORT: '0', ...more }, command.replace('npm ci && ', ''))

  const seed = blocks.find(({ language, code }) => language === 'json' && code.includes('"apps"'))
  const seedFile = join(makeFolder(t), 'seed.json')
  if (seed !== undefined) writeFileSync(seedFile, seed.code)
  const before = scripts.filter(({ section }) => section === '')
  const first = before.flatMap(({ code }) => commandsOf(code)).find(isServer) ?? 'npm start'
  const main = await start(t, first, seed === undefined ? {} : { SEED: seedFile })

  const newShell = async (t: Test, variables: string) => {
    const shell = new Shell(t, clone, env)
    await shell.run('set -o pipefail')
    if (!readsEndpoint) await shell.run(forOldAws)
    await shell.run(variables)
    return shell
  }
  /** Types the lines of blocks, and gives what they print. The emulator is the one that was started last. */
  const type = async (t: Test, shell: Shell, blocks: Block[]) => {
    let server = main
    let all = ''
    for (const { code, line, output: expected } of blocks) {
      let printed = ''
      for (const command of commandsOf(code)) {
        if (command === first) continue
        if (isServer(command)) {
          if (server !== main) await server.stop()
          server = await start(t, command, { DATA_DIR: makeFolder(t) })
          t.pass(`${page}:${line}: ${command}`)
        } else {
          const { code, output } = await shell.run(command.replaceAll('http://127.0.0.1:7467', server.url))
          t.equal(code, 0, `${page}:${line}: ${command}\n${output}`)
          printed += output
          await untilJobsRest(server.url)
        }
      }
      if (expected !== undefined) t.match(printed, expected, `${page}:${line} prints what is below it`)
      all += printed
    }
    return all
  }

  const shell = await newShell(t, ':')
  const printed = await type(t, shell, before)
  if (page === 'README.md') {
    t.match(printed, /"JobStatus": "COMPLETED"/, 'the first minute ends as the README says')
    t.match(printed, /"TotalProcessed": 5/)
    t.match(printed, /"users.csv line 6: /)
  }
  const assignments = before.flatMap(({ code }) => [...code.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]*)=/g)])
  const names = assignments.map(([, name]) => name)
  const variables = names.length === 0 ? ':' : (await shell.run(`declare -p ${names.join(' ')}`)).output
  const snapshot = await (await fetch(`${main.url}/_pinpoint/snapshot`)).arrayBuffer()
  for (const section of new Set(scripts.map(({ section }) => section))) {
    if (section === '') continue
    await t.test(section, async t => {
      await fetch(`${main.url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
      const shell = await newShell(t, variables)
      await type(
        t,
        shell,
        scripts.filter(block => block.section === section),
      )
    })
  }
}

/** Readers type more slowly than the emulator works: a job is over when they type the next line. */
async function untilJobsRest(url: string): Promise<void> {
  await until(async () => {
    const control = await fetch(`${url}/_pinpoint/job-control`)
    // One that wants a token tells nothing.
    if (!control.ok || ((await control.json()) as { mode: string }).mode === 'manual') return true
    const metrics = await (await fetch(`${url}/_pinpoint/metrics`)).text()
    const jobs = metrics.matchAll(/^pinpoint_jobs\{.*status="(\w+)".*\} (\d+)$/gm)
    return (
      [...jobs].every(([, status, count]) => count === '0' || /^(COMPLETED|FAILED)$/.test(status!)) ||
      undefined
    )
  }, 'the jobs to be over')
}
