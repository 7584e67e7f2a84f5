import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { root, run, runsPackage } from '../support/project.ts'

const noRegistry = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT)\b/

t.test(
  'npm installs the package, as it is committed, by its git URL',
  { skip: !existsSync(join(root, '.git')) && 'this is no clone' },
  async t => {
    const folder = makeFolder(t)
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
    cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
    // npm installs what the package is built with, and builds it.
    const { code, output } = await run(folder, 'npm', ['install', '--no-audit', `git+file://${root}`])
    if (code !== 0 && noRegistry.test(output))
      return void t.pass('', { skip: `npm reaches no registry: ${output}` })
    t.equal(code, 0, output)
    await runsPackage(t, folder, process.execPath, process.versions.node.split('.')[0]!)
  },
)
