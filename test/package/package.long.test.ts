import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { oldestNode } from '../../server/version.ts'
import { blocksOf, readPage } from '../docs/pages.ts'
import { makeFolder } from '../support/buckets.ts'
import { makeProject, refusesNode, run, runsPackage, unpack } from '../support/project.ts'

/**
 * What the package is tried with besides the node that runs the tests; each has its own line in the report.
 */
const otherNodes = [20, 22, 26]

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const nodes = makeFolder(t)
const nodePackage = `node-${process.platform}-${process.arch}`
const fetching = Promise.all(
  otherNodes.map(async major => {
    const folder = join(nodes, String(major))
    return {
      major: String(major),
      node: join(folder, 'bin', 'node'),
      skip: await unpack(`${nodePackage}@${major}`, folder, 'bin/node'),
    }
  }),
)
const testcontainers = 'testcontainers@12.2.0'
const { folder, missing, link } = await makeProject(t, ['vitest@5.1.1', 'jest@30.5.2'])
const example = (name: string) => join(folder, 'examples', name)

for (const { major, node, skip } of await fetching) {
  if (Number(major) < Number.parseInt(oldestNode, 10)) {
    t.test(`Node ${major} is too old, and says what is needed`, { skip }, t => refusesNode(t, folder, node))
  } else {
    t.test(`Node ${major} runs the package from a clean project`, { skip }, t =>
      runsPackage(t, folder, node, major),
    )
  }
}

link('@aws-sdk/client-pinpoint')

for (const [name, ...args] of [['vitest', 'run'], ['jest']] as const) {
  t.test(`the example for ${name} passes`, { skip: missing }, async t => {
    const { code, output } = await run(example(name), join(folder, 'node_modules', '.bin', name), args)
    t.equal(code, 0, output)
  })
}

t.test('the tests of the page about messages pass under Vitest', { skip: missing }, async t => {
  const page = 'docs/message-tests.md'
  const [tests] = blocksOf(page).filter(({ language }) => language === 'ts')
  const [, ownImport] = readPage(page).match(/`(import .* from 'vitest')`/)!
  const project = join(folder, 'messages')
  mkdirSync(project)
  const code = tests!.code.replace(/^import .* from 'node:test'$/m, ownImport!)
  writeFileSync(join(project, 'messages.test.ts'), code)
  const ended = await run(project, join(folder, 'node_modules', '.bin', 'vitest'), ['run'])
  t.equal(ended.code, 0, ended.output)
  t.match(ended.output, '4 passed')
})

t.test('the examples in TypeScript have the right types', { skip: missing }, async t => {
  const target = join(folder, 'node_modules', 'testcontainers')
  const isMissing = await unpack(testcontainers, target, 'package.json', 'build')
  link('@types/node')
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--types', 'node', '--lib', 'es2024,dom']
  const modules = ['--module', 'nodenext', '--target', 'es2024', '--allowImportingTsExtensions']
  const check = (file: string) => run(folder, process.execPath, [tsc, ...flags, ...modules, example(file)])
  t.strictSame(await check('vitest/users.test.ts'), { code: 0, output: '' })
  t.test('the example for Testcontainers has the right types', { skip: isMissing }, async t => {
    t.strictSame(await check('testcontainers/users.test.ts'), { code: 0, output: '' })
  })
})
