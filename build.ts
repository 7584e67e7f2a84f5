import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import {
  type CodeSplittingOptions,
  type OutputChunk,
  type PluginContext,
  type RolldownPlugin,
  rolldown,
} from 'rolldown'
import { bundleConsole } from './server/console/bundle.ts'
import { startPinpoint } from './server/index.ts'
import { emptyDatabase } from './server/store/database/schema.ts'
import { oldestNode } from './server/version.ts'

/**
 * Makes `dist`: what each thread runs in few files, as to find and to read five hundred takes as long as to run them, and
 * so that nobody has to install what is in them. better-sqlite3 stays outside, since it brings a binary.
 *
 * All files are side by side: what the code looks for beside itself (a thread's file, the migrations, package.json in the
 * folder above) is there for every one of them.
 *
 *     node build.ts [FOLDER] [MODULE ...]
 *
 * Each MODULE is one more that can be imported, as tests need it.
 */
const [dist = 'dist', ...more] = process.argv.slice(2)

/** Where the licence is of packages that come without a file of it. */
const licencesElsewhere: Record<string, string[]> = {
  // In their repository it is one for all packages.
  '@aws-sdk/credential-provider-http': ['node_modules/@aws-sdk/client-s3/LICENSE'],
  '@aws-sdk/credential-provider-login': ['node_modules/@aws-sdk/client-s3/LICENSE'],
  '@aws-sdk/nested-clients': ['node_modules/@aws-sdk/client-s3/LICENSE'],
  // No file in its repository either: its package.json says MIT, and who its author is.
  'abstract-logging': ['licences/abstract-logging.txt'],
}

/**
 * What runs in the main thread, and what runs in others. They share no files, as no module of one is loaded in the other.
 */
const mainThread = ['server/main.ts', 'server/index.ts', ...more]
const otherThreads = [
  'server/worker/job-worker.ts',
  'server/worker/reader-thread.ts',
  'server/store/snapshots/snapshot-thread.ts',
]

/** Packages that are loaded when they are first needed: each is a file of its own, which no start has to read. */
const loadedLater = ['fast-json-stringify', 'awesome-phonenumber', 'light-my-request']

/** Packages that Fastify would require if `noOtherCompilers` let it. */
const neverRequired = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler']

const withPlainRequire: RolldownPlugin = {
  name: 'plain require',
  resolveId: (id, importer) =>
    importer !== undefined && loadedLater.includes(id) ? { id: `./${id}.cjs`, external: true } : undefined,
  // What is loaded at once when it is first wanted: in the sources node has `createRequire` for it, the bundler `require`.
  transform: {
    filter: { id: /[\\/](schema-compilers|country-of)\.ts$/ },
    handler(text, id) {
      const code = text.replace(/^const require = createRequire\(import\.meta\.url\)$/m, '')
      if (code === text) throw new Error(`${id} has no createRequire any more`)
      return { code }
    },
  },
}

rmSync(dist, { recursive: true, force: true })
const chunks = await Promise.all([
  bundle(mainThread, '.js', {
    groups: [
      groupOf('check', ['server/main.ts', 'server/index.ts']),
      groupOf('start', ['server/cli/serve.ts']),
      groupOf('app', ['server/emulator/app.ts']),
    ],
  }),
  bundle(otherThreads, '.js', {
    groups: [groupOf('worker', ['server/worker/job-worker.ts'])],
  }),
  bundle(loadedLater, '.cjs'),
])
cpSync('server/store/database/migrations', join(dist, 'migrations'), { recursive: true })
writeFileSync(join(dist, 'empty.db'), emptyDatabase())
writeFileSync(join(dist, 'openapi.json'), JSON.stringify(await openapiDocument()))
const { page, assets, inputs } = await bundleConsole()
mkdirSync(join(dist, 'console'))
writeFileSync(join(dist, 'console', 'index.html'), page)
for (const [name, { content }] of assets) {
  writeFileSync(join(dist, 'console', `${name}.br`), brotliCompressSync(content))
}
const modules = chunks.flat().flatMap(({ moduleIds }) => moduleIds.map(id => relative('', id)))
writeFileSync(join(dist, 'LICENSES.txt'), licences([...modules, ...inputs]))

/**
 * Bundles modules into `dist`, each into a file of its name, and what they share into further files.
 *
 * @param extension `.js` for modules, `.cjs` for what is required
 */
async function bundle(
  input: string[],
  extension: '.js' | '.cjs',
  codeSplitting?: CodeSplittingOptions,
): Promise<OutputChunk[]> {
  const bundling = await rolldown({
    input: Object.fromEntries(input.map(file => [basename(file, '.ts'), file])),
    platform: 'node',
    // Of the AWS SDK, what has names to import.
    resolve: { mainFields: ['module', 'main'] },
    // The OpenAPI document and the web console are made here, so what makes them is not needed there.
    external: ['better-sqlite3', /[\\/](describe-api|console[\\/]bundle)\.ts$/, ...neverRequired],
    transform: { target: `node${oldestNode}` },
    plugins: [withPlainRequire],
  })
  const { output } = await bundling.write({
    dir: dist,
    format: extension === '.js' ? 'esm' : 'cjs',
    entryFileNames: `[name]${extension}`,
    chunkFileNames: `[name]-[hash]${extension}`,
    // One character that is not ASCII would have a whole file kept in two bytes a character: 5 % of a start.
    charset: 'ascii',
    comments: false,
    exports: 'named',
    codeSplitting,
  })
  return output.filter(part => part.type === 'chunk')
}

/** Puts all that some modules import, themselves apart, into one file, unless an earlier group has it. */
function groupOf(name: string, roots: string[]) {
  let found: Set<string> | undefined
  return {
    debugName: name,
    name: (id: string, context: Pick<PluginContext, 'getModuleInfo'>) => {
      found ??= importedBy(roots, context)
      return found.has(id) ? name : undefined
    },
  }
}

function importedBy(roots: string[], context: Pick<PluginContext, 'getModuleInfo'>): Set<string> {
  const found = new Set<string>()
  const add = (id: string) => {
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) {
      if (found.has(imported)) continue
      found.add(imported)
      add(imported)
    }
  }
  for (const root of roots) add(resolve(root))
  return found
}

/** The OpenAPI document of an emulator from source, without the URL of its server. */
async function openapiDocument(): Promise<object> {
  const emulator = await startPinpoint()
  try {
    const response = await fetch(`${emulator.url}/_pinpoint/openapi.json`)
    if (!response.ok) throw new Error(`no OpenAPI document: ${response.status} ${await response.text()}`)
    const { servers, ...document } = (await response.json()) as { servers: object[] }
    return document
  } finally {
    await emulator.close()
  }
}

/**
 * The licence texts of all packages that the files are from, and of the icons, whose shapes are in
 * `console/icons.svg`.
 *
 * @throws Error that names a package without one
 */
function licences(files: string[]): string {
  const folders = new Set(files.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []))
  const texts = [...folders].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const inPackage = readdirSync(folder).filter(file => /^(licen[cs]e|copying|notice)/i.test(file))
    const paths = inPackage.length > 0 ? inPackage.map(file => join(folder, file)) : licencesElsewhere[name]
    if (paths === undefined) {
      throw new Error(
        `${name} comes without the text of its licence (${license}): say in build.ts where it is`,
      )
    }
    return [`${name} ${version} (${license})`, ...paths.map(path => readFileSync(path, 'utf8').trim())].join(
      '\n\n',
    )
  })
  texts.push(`lucide (ISC)\n\n${readFileSync('licences/lucide.txt', 'utf8').trim()}`)
  return `pinpoint-local has in it what these packages are:\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
