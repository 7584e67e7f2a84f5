import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { until } from '../support/helpers.ts'
import { type Block, blocksOf } from './pages.ts'
import {
  commandsOf,
  isServer,
  lineForAws,
  makeClone,
  makeEnvironment,
  Shell,
  startServer,
} from './session.ts'

/*
 * Runs every ```sh block of the pages as it is, except for the port, against a real emulator, in a
 * folder like a clone.
 *
 * - The first page starts the emulator. The blocks in its opening are what a reader types first, and
 *   then those in the opening of another page; each section of a page begins with the state of the
 *   emulator and the shell variables that they leave.
 * - The opening of a page is what is above its first `##`; in the README, it is its section
 *   "Quick start".
 * - A line that starts an emulator runs as in another terminal; the lines below it call that one.
 * - A block without a language right below another one is what that prints.
 * - A block that cannot be run has a comment above it: `<!-- not run: reason -->`. names.test.ts
 *   checks what it names.
 */

const forAws = lineForAws()

const missing = forAws === undefined && 'there is no AWS CLI: install awscli'

/** The ```sh blocks of a page that are run. */
const scriptsOf = (page: string): Block[] =>
  blocksOf(page).filter(({ language, notRun }) => language === 'sh' && notRun === undefined)

const isOpening = ({ page, section }: Block): boolean =>
  section === (page === 'README.md' ? 'Quick start' : '') || section === ''

/**
 * Tests that the lines of pages work, if there are any. Without the AWS CLI that is skipped, except
 * in CI.
 *
 * @param pages the first one starts the emulator, and the others continue what its opening does
 */
export function testLines(t: Test, pages: string[]): void {
  if (pages.every(page => scriptsOf(page).length === 0)) return
  if (missing && process.env.CI) t.fail(missing)
  t.test(`what ${pages[0]} says to type works`, { skip: missing }, t => typeAll(t, pages))
}

/** What typed lines have left: the state of the emulator, and commands that set the variables. */
interface Left {
  snapshot?: ArrayBuffer
  variables: string
}

async function typeAll(t: Test, pages: string[]) {
  const clone = makeClone(t)
  const env = makeEnvironment(t)
  const start = (t: Test, command: string, more: Record<string, string>) =>
    // The modules are there already: every run of the tests begins with npm ci.
    startServer(t, clone, { ...env, PORT: '0', ...more }, command.replace('npm ci && ', ''))

  const opening = scriptsOf(pages[0]!).filter(isOpening)
  const first = opening.flatMap(({ code }) => commandsOf(code)).find(isServer) ?? 'npm start'
  const main = await start(t, first, makeSeed(t, pages))

  const begin = async (t: Test, { snapshot, variables }: Left) => {
    if (snapshot) await checked(fetch(`${main.url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot }))
    const shell = new Shell(t, clone, env)
    await shell.run('set -o pipefail')
    if (forAws) await shell.run(forAws)
    await shell.run(variables)
    return shell
  }
  /** Types the lines of blocks and returns what they print. They call the emulator that was started last. */
  const type = async (t: Test, shell: Shell, blocks: Block[]) => {
    let server = main
    let all = ''
    for (const { page, code, line, output: expected } of blocks) {
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

  /** Types the opening of a page. @returns what it prints and leaves */
  const typeOpening = async (t: Test, blocks: Block[], start: Left = { variables: ':' }) => {
    const shell = await begin(t, start)
    const printed = await type(t, shell, blocks)
    const assigned = blocks.flatMap(({ code }) => [...code.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]*)=/g)])
    const names = assigned.map(([, name]) => name)
    const declared = names.length === 0 ? '' : (await shell.run(`declare -p ${names.join(' ')}`)).output
    const snapshot = await (await checked(fetch(`${main.url}/_pinpoint/snapshot`))).arrayBuffer()
    return { printed, variables: `${start.variables}\n${declared}`, snapshot }
  }

  const { printed, ...left } = await typeOpening(t, opening)
  if (pages[0] === 'README.md') {
    t.match(printed, /"JobStatus": "COMPLETED"/, 'the quick start ends as the README says')
    t.match(printed, /"TotalProcessed": 5/)
    t.match(printed, /"users.csv line 6: Missing Address"/)
  }
  for (const page of pages) {
    const scripts = scriptsOf(page)
    const before = page === pages[0] ? [] : scripts.filter(isOpening)
    let start: Left | undefined = left
    if (before.length > 0) {
      start = undefined
      await t.test(`${page}, its opening`, async t => {
        start = await typeOpening(t, before, left)
      })
    }
    // Without what the opening leaves, nothing below it works.
    if (start === undefined) continue
    const from = start
    const sections = scripts.filter(block => !isOpening(block))
    for (const section of new Set(sections.map(({ section }) => section))) {
      await t.test(`${page}: ${section}`, async t => {
        const shell = await begin(t, from)
        await type(
          t,
          shell,
          sections.filter(block => block.section === section),
        )
      })
    }
  }
}

/** An answer that is no error. */
async function checked(answer: Promise<Response>): Promise<Response> {
  const response = await answer
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`)
  return response
}

/** Writes the seed that one of the pages shows to a file, and returns the setting that names it. */
function makeSeed(t: Test, pages: string[]): Record<string, string> {
  const blocks = pages.flatMap(blocksOf)
  const seed = blocks.find(({ language, code }) => language === 'json' && code.includes('"apps"'))
  if (seed === undefined) return {}
  const SEED = join(makeFolder(t), 'seed.json')
  writeFileSync(SEED, seed.code)
  return { SEED }
}

/** Waits for all jobs to end: readers type more slowly than the emulator works. */
async function untilJobsRest(url: string): Promise<void> {
  await until(async () => {
    const control = await fetch(`${url}/_pinpoint/job-control`)
    // One that needs a token answers nothing.
    if (!control.ok || ((await control.json()) as { mode: string }).mode === 'manual') return true
    const metrics = await (await fetch(`${url}/_pinpoint/metrics`)).text()
    const jobs = metrics.matchAll(/^pinpoint_jobs\{.*status="(\w+)".*\} (\d+)$/gm)
    return (
      [...jobs].every(([, status, count]) => count === '0' || /^(COMPLETED|FAILED)$/.test(status!)) ||
      undefined
    )
  }, 'the jobs to be over')
}
