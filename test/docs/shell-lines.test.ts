import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeFolder } from '../buckets.ts'
import { until } from '../helpers.ts'
import { type Block, blocksOf, pages } from './pages.ts'
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
 * Every ```sh block of the README and of docs/ is run as it stands, but for the port, in a folder like a clone. Blocks above
 * the first `##` are what the reader has done before, in another terminal or this one; each section begins where they have
 * led to, with the emulator's state and the shell's variables as they were then. A line that starts an emulator is as if typed
 * in another terminal, and the lines below it are for that one. A block without a language below one shows what it prints. What cannot be run has a comment
 * above it, `<!-- not run: why -->`; see commands.test.ts for what is checked of it all the same.
 */

const version = awsVersion()
/** From these on the AWS CLI reads AWS_ENDPOINT_URL_PINPOINT. */
const readsEndpoint =
  version !== undefined && (version[1] >= 29 || version[0] === 2) && !(version[0] === 2 && version[1] < 13)
/** What the pages tell those to do who have an older one. */
const forOldAws = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL_PINPOINT" "$@"; }'

const missing = version === undefined && 'there is no AWS CLI: install awscli'
if (missing && process.env.CI) t.fail(missing)

for (const page of pages) {
  const blocks = blocksOf(page)
  const scripts = blocks.filter(({ language, notRun }) => language === 'sh' && notRun === undefined)
  if (scripts.length > 0)
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

/** A reader types more slowly than the emulator works: what he has started is over when he types the next line. */
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
