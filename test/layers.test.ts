import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import t from 'tap'

/** The rooms of the server, folders and files, from the door down: each may use those below it. */
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

/** The first file of each thread but the HTTP thread. */
const threads = ['worker/job-worker.ts', 'worker/reader-thread.ts', 'store/snapshots/snapshot-thread.ts']

/** What the files of a folder import. */
interface Imports {
  /** The files that each file imports. */
  imports: Map<string, string[]>
  /** The same without imports of types: the files and packages that each file loads, at once or later. */
  loads: Map<string, string[]>
}

function readImports(folder: 'server' | 'console'): Imports {
  const path = new URL(`../${folder}/`, import.meta.url).pathname
  const imports: Imports['imports'] = new Map()
  const loads: Imports['loads'] = new Map()
  for (const file of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.tsx?$/.test(file)) continue
    const text = readFileSync(join(path, file), 'utf8')
    const found = text.matchAll(
      /(?:^(?:import|export) (type )?(?:[\w*]+|(?:\w+, )?\{[^}]*\})(?: as \w+)? from |^import |(typeof )?\bimport\()'([^']+)'/gm,
    )
    const targets = [...found].map(([, isType, isTypeOf, target]) => ({
      target: target!.startsWith('.') ? posix.join(posix.dirname(file), target!) : target!,
      isLoaded: isType === undefined && isTypeOf === undefined,
    }))
    imports.set(
      file,
      targets.map(({ target }) => target).filter(target => /\.tsx?$/.test(target)),
    )
    loads.set(
      file,
      targets.filter(({ isLoaded }) => isLoaded).map(({ target }) => target),
    )
  }
  return { imports, loads }
}

const { imports, loads } = readImports('server')

/** All that a file loads, at once or later, with the file that each came from. */
function allFrom(file: string): Map<string, string | undefined> {
  const cameFrom = new Map<string, string | undefined>([[file, undefined]])
  for (const [found] of cameFrom) {
    for (const target of loads.get(found) ?? []) {
      if (!cameFrom.has(target)) cameFrom.set(target, found)
    }
  }
  return cameFrom
}

const isOfFastify = (target: string) => /^@?fastify/.test(target)

t.test('no thread but the HTTP thread loads Fastify', async t => {
  t.ok([...allFrom('main.ts').keys()].some(isOfFastify), 'which does')
  for (const thread of threads) {
    t.ok(loads.has(thread), thread)
    const cameFrom = allFrom(thread)
    for (const target of [...cameFrom.keys()].filter(isOfFastify)) {
      const path: string[] = []
      for (let at: string | undefined = target; at !== undefined; at = cameFrom.get(at)) path.unshift(at)
      t.fail(path.join(' -> '))
    }
  }
})

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

for (const folder of ['server', 'console'] as const) {
  t.test(`no files of ${folder}/ import one another in a circle`, async t => {
    const { imports } = readImports(folder)
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
    t.ok(done.size > 100, `${done.size} files`)
  })
}

/**
 * The imports that lead from an entry of a folder, a file or a folder in it, to another entry of it: by the
 * folder, the entry, and the other entry.
 */
function importsInside({ imports }: Imports): Map<string, Map<string, Map<string, string>>> {
  const inside = new Map<string, Map<string, Map<string, string>>>()
  const inMap = <Value>(map: Map<string, Map<string, Value>>, key: string) => {
    if (!map.has(key)) map.set(key, new Map())
    return map.get(key)!
  }
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const [from, to] = [file.split('/'), target.split('/')]
      const depth = from.findIndex((entry, index) => entry !== to[index])
      if (depth === -1) continue
      const ofFolder = inMap(inside, from.slice(0, depth).join('/'))
      inMap(ofFolder, from[depth]!).set(to[depth]!, `${file} imports ${target}`)
    }
  }
  return inside
}

for (const folder of ['server', 'console'] as const) {
  t.test(`what is in one folder of ${folder}/ does not import one another in a circle`, async t => {
    const inside = importsInside(readImports(folder))
    for (const [of, entries] of inside) {
      const done = new Set<string>()
      const visit = (entry: string, path: string[], how: string[]): void => {
        if (path.includes(entry)) {
          const start = path.indexOf(entry)
          t.fail(`in ${join(folder, of)}: ${[...path.slice(start), entry].join(' -> ')}`, {
            how: how.slice(start),
          })
          return
        }
        if (done.has(entry)) return
        for (const [next, example] of entries.get(entry) ?? [])
          visit(next, [...path, entry], [...how, example])
        done.add(entry)
      }
      for (const entry of entries.keys()) visit(entry, [], [])
    }
    t.ok(inside.size > 5, `${inside.size} folders`)
  })
}
