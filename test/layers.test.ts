import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import t from 'tap'

const server = new URL('../server/', import.meta.url).pathname

/** What each part may import besides itself: imports point one way. Files at the top put the parts together. */
const mayImport: Record<string, string[]> = {
  cli: [
    'buckets',
    'command-line',
    'config',
    'import',
    'log',
    'shapes',
    'start',
    'start-error',
    'temp-folder',
  ],
  shapes: [],
  buckets: [],
  aws: ['disk-trouble', 'shapes'],
  store: ['disk-trouble', 'shapes', 'start-error'],
  'endpoint-rules': ['shapes', 'store'],
  jobs: ['disk-trouble', 'shapes', 'store'],
  import: ['buckets', 'endpoint-rules', 'jobs', 'shapes', 'store'],
  export: ['buckets', 'jobs', 'shapes', 'store'],
  worker: ['buckets', 'disk-trouble', 'export', 'import', 'jobs', 'store'],
  seed: ['aws', 'endpoint-rules', 'import', 'resources', 'shapes', 'start-error', 'store'],
  resources: ['aws', 'endpoint-rules', 'quotas', 'shapes', 'store'],
  control: ['aws', 'resources', 'shapes', 'store', 'version'],
}

t.test('the parts of the server import one another in one direction only', async t => {
  const parts = new Set<string>()
  for (const file of readdirSync(server, { recursive: true, encoding: 'utf8' })) {
    const [part, ...rest] = file.split('/')
    if (rest.length === 0 || !file.endsWith('.ts')) continue
    parts.add(part!)
    const text = readFileSync(join(server, file), 'utf8')
    for (const [, path] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = posix.join(posix.dirname(file), path!).split('/')[0]!.replace('.ts', '')
      t.ok(target === part || mayImport[part!]?.includes(target), `${file} imports ${path}`)
    }
    if (['store', 'jobs', 'import', 'export'].includes(part!))
      t.notMatch(text, "from 'fastify'", `${file} does not know Fastify`)
  }
  t.strictSame([...parts].sort(), Object.keys(mayImport).sort())
})
