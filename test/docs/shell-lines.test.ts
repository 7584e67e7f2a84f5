import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeFolder } from '../buckets.ts'
import { until } from '../helpers.ts'
import { type Block, blocksOf, pages } from './pages.ts'
import {
  awsVersion,
  commandsOf,
  freePort,
  isServer,
  makeClone,
  makeEnvironment,
  Shell,
  startServer,
} from './session.ts'

/*
 * Every ```sh block of the README and of docs/ is run as it stands, but for the port, in a folder like a clone. Blocks above
 * the first `##` are what the reader has done before, in another terminal or this one; each section begins where they have
 * led to, with the emulator's state and the shell's variables as they were then. A line that starts an emulator is waited
 * for until that is ready. A block without a language below one shows what it prints. What cannot be run has a comment
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
  const port = await freePort()
  const seed = blocks.find(({ language, code }) => language === 'json' && code.includes('"apps"'))
  const seedFile = join(makeFolder(t), 'seed.json')
  if (seed !== undefined) writeFileSync(seedFile, seed.code)
  const settings = { ...env, PORT: String(port), ...(seed !== undefined && { SEED: seedFile }) }
  const before = scripts.filter(({ section }) => section === '')
  // Modules are there already, by the npm ci with which every run of the tests begins.
  const commands = (block: Block) =>
    commandsOf(
      block.code
        .replaceAll('127.0.0.1:7467', `127.0.0.1:${port}`)
        .replaceAll('npm ci && npm start', 'npm start'),
    )
  const start = before.flatMap(commands).find(isServer) ?? 'npm start'
  const { url } = await startServer(t, clone, settings, start)

  const newShell = async (t: Test, variables: string) => {
    const shell = new Shell(t, clone, env)
    await shell.run('set -o pipefail')
    if (!readsEndpoint) await shell.run(forOldAws)
    await shell.run(variables)
    return shell
  }
  const type = async (t: Test, shell: Shell, block: Block) => {
    let printed = ''
    for (const command of commands(block)) {
      if (command === start) continue
      if (isServer(command)) {
        const other = await startServer(t, clone, { ...env, PORT: '0', DATA_DIR: makeFolder(t) }, command)
        await other.stop()
        t.pass(command)
        continue
      }
      const { code, output } = await shell.run(command)
      t.equal(code, 0, `${page}:${block.line}: ${command}\n${output}`)
      printed += output
      await untilJobsRest(url)
    }
    if (block.output !== undefined)
      t.match(printed, block.output, `${page}:${block.line} prints what is below it`)
    return printed
  }

  const shell = await newShell(t, ':')
  let printed = ''
  for (const block of before) printed += await type(t, shell, block)
  if (page === 'README.md') {
    t.match(printed, /"JobStatus": "COMPLETED"/, 'the first minute ends as the README says')
    t.match(printed, /"TotalProcessed": 5/)
    t.match(printed, /"users.csv line 6: /)
  }
  const names = before.flatMap(({ code }) =>
    [...code.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]*)=/g)].map(([, name]) => name),
  )
  const variables = names.length === 0 ? ':' : (await shell.run(`declare -p ${names.join(' ')}`)).output
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  for (const section of new Set(scripts.map(({ section }) => section))) {
    if (section === '') continue
    await t.test(section, async t => {
      await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
      const shell = await newShell(t, variables)
      for (const block of scripts) if (block.section === section) await type(t, shell, block)
    })
  }
}

/** A reader types more slowly than the emulator works: what he has started is over when he types the next line. */
async function untilJobsRest(url: string): Promise<void> {
  await until(async () => {
    const { mode } = (await (await fetch(`${url}/_pinpoint/job-control`)).json()) as { mode: string }
    if (mode === 'manual') return true
    const metrics = await (await fetch(`${url}/_pinpoint/metrics`)).text()
    const jobs = metrics.matchAll(/^pinpoint_jobs\{.*status="(\w+)".*\} (\d+)$/gm)
    return (
      [...jobs].every(([, status, count]) => count === '0' || /^(COMPLETED|FAILED)$/.test(status!)) ||
      undefined
    )
  }, 'the jobs to be over')
}
