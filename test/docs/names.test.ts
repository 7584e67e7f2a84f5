import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { runImport } from '../../server/cli/import.ts'
import { jobStatuses } from '../../server/model/job-states.ts'
import { allSettings } from '../../server/process/config.ts'
import { buildTestApp } from '../support/helpers.ts'
import { type Block, blocksOf, pages, readPage, root } from './pages.ts'

/*
 * What the pages name is there: also what nobody runs, as it takes Docker, a registry or AWS.
 */

const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const operations = new Set(readJson('fixtures/operations.json').map(({ name }: { name: string }) => name))
const scripts = Object.keys(readJson('package.json').scripts)

/** Variables that are read by the emulator, by clients, by the tests and by the conftest.py of docs/python.md. */
const variables = new Set([
  ...['AWS_ENDPOINT_URL_PINPOINT', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...['AWS_DEFAULT_REGION', 'CHROMIUM_PATH', 'PINPOINT_URL'],
  ...Object.values(allSettings).flatMap(({ variables }) => variables),
])

/** What `import --help` says. */
async function importHelp(): Promise<string> {
  const stdout = new PassThrough()
  await runImport({}, ['--help'], { stdout, stderr: new PassThrough() })
  return stdout.end().setEncoding('utf8').read()
}

/** Flags of `serve`, which are those of the settings, and of `import`. */
const flags = new Set([
  ...['--help', '--version', ...Object.values(allSettings).map(({ flag }) => flag)],
  ...((await importHelp()).match(/--[a-z][\w-]*/g) ?? []),
])

t.test('operations, settings and pages that the text names are there', async t => {
  for (const page of pages) {
    const text = readPage(page)
    for (const [, word] of text.matchAll(/\b((?:Create|Get|Update|Delete|Put)[A-Z]\w+?)(?:Command)?\b/g))
      if (!/Re(quest|sponse)$/.test(word!)) t.ok(operations.has(word), `${page}: ${word}`)
    const words = new Set([...variables, ...jobStatuses, 'US_EAST_1'])
    for (const [word] of text.matchAll(/\b(?:[A-Z]+(?:_[A-Z0-9]+)+|SEED)\b/g)) {
      t.ok(words.has(word.replace(/^PINPOINT_LOCAL_/, '')), `${page}: ${word}`)
    }
    for (const [, path] of text.matchAll(/\]\((?!#|http)([^)#]+)/g))
      t.ok(existsSync(join(root, dirname(page), path!)), `${page}: ${path}`)
  }
})

t.test(
  'every block is of a language that these tests know, and has a reason where it is not run',
  async t => {
    const known = ['sh', 'ts', 'js', 'json', 'csv', 'py', 'ini', 'java', 'go', 'hcl', 'yaml']
    for (const page of pages) {
      for (const { language, line, notRun, code } of blocksOf(page)) {
        t.ok(
          known.includes(language),
          `${page}:${line} is ${language || 'of no language, and not below one that prints it'}`,
        )
        if (language === 'sh' && /\bdocker\b/.test(code))
          t.ok(notRun, `${page}:${line} says why it is not run`)
      }
      const comments = readPage(page).match(/<!-- not run\b.*/g) ?? []
      const said = blocksOf(page).filter(({ notRun }) => notRun !== undefined)
      t.equal(comments.length, said.length, `${page}: each "not run" has a reason and a block below it`)
    }
  },
)

t.test(
  'lines that are not run name scripts, flags, settings, files and control calls that there are',
  async t => {
    const { app } = buildTestApp(t)
    await app.ready()
    const calls = new Set(app.routes.map(({ url }) => url.split('/')[2]))
    const check = ({ page, line, code }: Block) => {
      const at = `${page}:${line}`
      for (const [, run, name] of code.matchAll(/\bnpm (run )?(?!ci\b|install\b|pack\b|exec\b)([\w:]+)/g))
        t.ok(scripts.includes(name!), `${at}: npm ${run ?? ''}${name}`)
      for (const text of code
        .replaceAll('\\\n', ' ')
        .split('\n')
        .map(text => text.replace(/\s#\s.*/, ''))) {
        // What stands behind the name of the program, or of the image, is its own.
        const [, own = ''] = text.match(/\bpinpoint-local((?: +\S+)*)$/) ?? []
        for (const [flag] of own.matchAll(/--[a-z][\w-]*/g)) t.ok(flags.has(flag), `${at}: ${flag}`)
        for (const [, name] of text.matchAll(/(?:^|\s)(?:-e |--env )?([A-Z][A-Z0-9_]+)=/g))
          t.ok(variables.has(name!.replace(/^PINPOINT_LOCAL_/, '')), `${at}: ${name}`)
      }
      for (const [path] of code.matchAll(
        /(?<![\w/.-])(?:\.\/)?(?:fixtures|examples|docs|server|test)\/[\w./-]+/g,
      ))
        t.ok(existsSync(join(root, path)), `${at}: ${path}`)
      for (const [, call] of code.matchAll(/\/_pinpoint\/([\w.-]+)/g))
        t.ok(calls.has(call!), `${at}: ${call}`)
    }
    const notRun = pages
      .flatMap(blocksOf)
      .filter(({ language, notRun }) => language === 'sh' && notRun !== undefined)
    t.ok(notRun.length > 0)
    for (const block of notRun) check(block)
  },
)
