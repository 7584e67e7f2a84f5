import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { runImport } from '../../server/cli/import.ts'
import { allSettings } from '../../server/process/settings.ts'
import { buildTestApp } from '../support/helpers.ts'
import { type Block, blocksOf, codePages, pages, readPage, root, rowsOf, sectionOf } from './pages.ts'

/*
 * What the pages name exists. This covers what no test can run, as it needs Docker, a registry or AWS.
 */

const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const operations = new Set(readJson('fixtures/operations.json').map(({ name }: { name: string }) => name))
const scripts = Object.keys(readJson('package.json').scripts)

/**
 * Variables that are read by the emulator, by clients, by the tests and by the conftest.py of docs/python.md.
 */
const variables = new Set([
  ...['AWS_ENDPOINT_URL_PINPOINT', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...['AWS_DEFAULT_REGION', 'CHROMIUM_PATH', 'MACHINE_NODE', 'PINPOINT_URL'],
  ...Object.values(allSettings).flatMap(({ variables }) => variables),
])

const capitals = /\b(?:[A-Z]+(?:_[A-Z0-9]+)+|SEED)\b/g

/** The output of `import --help`. */
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

/** The ids that headings of a page have on GitHub. */
const anchorsOf = (page: string): string[] =>
  [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Words in capitals that stand in the code: statuses, counters and other values of the model. */
const wordsInCode = readdirSync(join(root, 'server'), { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .flatMap(path => readFileSync(join(root, 'server', path), 'utf8').match(capitals) ?? [])

t.test('operations, settings and values that the text names exist', async t => {
  const words = new Set([...variables, ...wordsInCode, 'US_EAST_1', 'UTF_8', 'INVALID_ARGUMENT'])
  for (const page of pages) {
    const text = readPage(page)
    for (const [, word] of text.matchAll(/\b((?:Create|Get|Update|Delete|Put)[A-Z]\w+?)(?:Command)?\b/g))
      if (!/Re(quest|sponse)$/.test(word!)) t.ok(operations.has(word), `${page}: ${word}`)
    for (const [word] of text.matchAll(capitals)) {
      t.ok(words.has(word.replace(/^PINPOINT_LOCAL_/, '')), `${page}: ${word}`)
    }
  }
})

t.test('links lead to files and headings that exist', async t => {
  for (const page of pages) {
    for (const [, path = '', anchor] of readPage(page).matchAll(/\]\((?!http)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(join(root, target)), `${page}: ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(target).includes(anchor), `${page}: ${target}#${anchor}`)
    }
    for (const [, picture] of readPage(page).matchAll(/\bsrc(?:set)?="([^"]+)"/g)) {
      const target = join(dirname(page), picture!)
      t.ok(existsSync(join(root, target)), `${page}: ${target}`)
    }
  }
})

t.test('the README lists all pages for users, and stays short enough to be read', async t => {
  const readme = readPage('README.md')
  t.ok(readme.split('\n').length <= 201, 'it has at most 200 lines')
  const table = rowsOf(readme.slice(readme.indexOf('## Documentation'))).join()
  for (const page of pages) {
    if (page.startsWith('docs/') && !codePages.includes(page)) t.ok(table.includes(`(${page})`), page)
  }
})

t.test('files and scripts that the pages about the code name exist', async t => {
  const filesIn = (folder: string) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  const names = new Set([...filesIn('server'), ...filesIn('test')].map(path => basename(path)))
  /** A path from the root or from server/, or the name of a file alone. */
  const isThere = (path: string) =>
    existsSync(join(root, path)) || existsSync(join(root, 'server', path)) || names.has(path)
  for (const page of codePages) {
    const inCode = [...readPage(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!)
    for (const code of inCode) {
      const [, script] = code.match(/^npm (?:run )?([\w:]+)/) ?? []
      if (script !== undefined && !['ci', 'run'].includes(script))
        t.ok(scripts.includes(script), `${page}: ${code}`)
      for (const word of code.split(' ')) {
        if (
          /^\.?\w[\w.-]*\/[\w./-]*$|^[\w-][\w.-]*\.(ts|js|sql)$/.test(word) &&
          !/^(dist|node_modules)\//.test(word)
        )
          t.ok(isThere(word), `${page}: ${word}`)
      }
    }
  }
})

t.test('the table of layers has all folders of the server', async t => {
  const folders = readdirSync(join(root, 'server'), { withFileTypes: true }).filter(each =>
    each.isDirectory(),
  )
  const named = rowsOf(sectionOf('docs/architecture.md', 'Layers')).flatMap(([room]) => room!.split(', '))
  t.strictSame(
    named.filter(room => room.endsWith('/`')).sort(),
    folders.map(({ name }) => `\`${name}/\``).sort(),
  )
})

t.test('each decision has its four parts, and each rule says what enforces it', async t => {
  /** A test, a run of one, or people who review a change. */
  const enforcers = /^(`(test|fixtures)\/|`npm run |review(?![a-z]))/
  const decisions = pages.filter(page => page.startsWith('docs/decisions/'))
  t.ok(decisions.length > 5)
  for (const page of decisions) {
    for (const section of readPage(page).split('\n## ').slice(1)) {
      const title = `${page}: ${section.split('\n')[0]}`
      const parts = [...section.matchAll(/^- \*\*(.+?):\*\* (.)/gm)].map(([, part]) => part)
      t.strictSame(parts, ['Context', 'Decision', 'Consequence', 'Enforced by'], title)
      t.match(section.split('**Enforced by:** ')[1], enforcers, title)
    }
  }
  const rules = readPage('docs/invariants.md').match(/^- .+(?:\n {2}.+)*/gm)!
  t.ok(rules.length > 10)
  for (const rule of rules) t.match(rule.replaceAll(/\s+/g, ' ').split('. _')[1], enforcers, rule)
})

t.test(
  'every block is of a language that these tests know, and has a reason where it is not run',
  async t => {
    const known = 'sh ts js json csv py ini java go hcl xml yaml mermaid'.split(' ')
    for (const page of pages) {
      for (const { language, line, notRun, code } of blocksOf(page)) {
        t.ok(
          known.includes(language),
          `${page}:${line} is ${language || 'of no language, and not below a block that prints it'}`,
        )
        if (language === 'sh' && /\bdocker\b/.test(code))
          t.ok(notRun, `${page}:${line} says why it is not run`)
      }
      const comments = readPage(page).match(/^ *<!-- not run\b.*/gm) ?? []
      const said = blocksOf(page).filter(({ notRun }) => notRun !== undefined)
      t.equal(comments.length, said.length, `${page}: each "not run" has a reason and a block below it`)
    }
  },
)

t.test(
  'lines that are not run name scripts, flags, settings, files and control calls that exist',
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
        // Flags after the name of the program, or of the image, are its own.
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
