import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import t from 'tap'

const server = new URL('../server/', import.meta.url).pathname

/** The rooms of the server, folders and the files beside them, from the door down: each may use those below it. */
const rooms = [
  'main.ts',
  'index.ts',
  'cli',
  'emulator',
  'control',
  'console',
  'seed',
  'worker',
  'resources',
  'import',
  'export',
  'campaigns',
  'journeys',
  'audience',
  'delivery',
  'endpoints',
  'jobs',
  'events',
  'store',
  'http',
  'templates',
  'validation',
  'model',
  'clock',
  'buckets',
  'process',
  'version.ts',
]

/** Rooms that know nothing of HTTP: the worker's thread does not load it. */
const withoutFastify = [
  'import',
  'export',
  'campaigns',
  'journeys',
  'audience',
  'campaigns',
  'journeys',
  'audience',
  'delivery',
  'endpoints',
  'jobs',
  'events',
  'store',
  'model',
  'clock',
  'templates',
  'buckets',
]

/** The files of the server, each with the files that it imports. */
const imports = new Map<string, string[]>()
for (const file of readdirSync(server, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!file.endsWith('.ts')) continue
  const text = readFileSync(join(server, file), 'utf8')
  const paths = [...text.matchAll(/(?:from|import\(|^import)\s*'(\.[^']+\.ts)'/gm)].map(([, path]) => path!)
  imports.set(
    file,
    paths.map(path => posix.join(posix.dirname(file), path)),
  )
  if (withoutFastify.includes(file.split('/')[0]!))
    t.notMatch(text, "from 'fastify'", `${file} does not know Fastify`)
}

t.test('each room of the server imports only rooms below it', async t => {
  for (const [file, targets] of imports) {
    const level = rooms.indexOf(file.split('/')[0]!)
    t.not(level, -1, `${file} is in a known room`)
    for (const target of targets) {
      t.ok(rooms.indexOf(target.split('/')[0]!) >= level, `${file} may import ${target}`)
    }
  }
  const present = new Set([...imports.keys()].map(file => file.split('/')[0]))
  t.strictSame(
    rooms.filter(room => !present.has(room)),
    [],
    'each room is there',
  )
})

t.test('no files of the server import one another in a circle', async t => {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      t.fail([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  t.pass(`${done.size} files`)
})
