import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { type BuildOptions, build, type OnLoadResult } from 'esbuild'
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
 * What runs in the main thread, and what runs in others. They share no files: esbuild makes a chunk for each set of modules
 * that the same entries need, and a start would spend a tenth of its time on finding some eighty of them.
 */
const threads = [
  ['server/main.ts', 'server/index.ts', ...more],
  [
    'server/worker/job-worker.ts',
    'server/worker/reader-thread.ts',
    'server/store/snapshots/snapshot-thread.ts',
  ],
]

/** Packages that are loaded when they are first needed: each is a file of its own, which no start has to parse. */
const loadedLater = ['fast-json-stringify', 'awesome-phonenumber', 'light-my-request']

/** Packages that Fastify would require if `noOtherCompilers` let it. */
const neverRequired = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler']

const common: BuildOptions & { metafile: true } = {
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: `node${oldestNode}`,
  // Of the AWS SDK, what has names to import.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
}

rmSync(dist, { recursive: true, force: true })
const builds = await Promise.all([
  ...threads.map(entryPoints =>
    build({
      ...common,
      entryPoints,
      entryNames: '[name]',
      splitting: true,
      format: 'esm',
      // The OpenAPI document and the web console are made here, so what makes them is not needed there.
      external: ['better-sqlite3', './describe-api.ts', './bundle.ts', ...neverRequired],
      plugins: [
        {
          name: 'require',
          setup({ onLoad, onResolve }) {
            onLoad({ filter: /[\\/](schema-compilers|country-of)\.ts$/ }, withPlainRequire)
            onResolve({ filter: /^[\w-]+$/ }, ({ path }) =>
              loadedLater.includes(path) ? { path: `./${path}.cjs`, external: true } : undefined,
            )
          },
        },
      ],
      // Modules of the older kind ask for node's own with it.
      banner: {
        js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);",
      },
    }),
  ),
  build({ ...common, entryPoints: loadedLater, outExtension: { '.js': '.cjs' }, format: 'cjs' }),
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
writeFileSync(
  join(dist, 'LICENSES.txt'),
  licences([...builds.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...inputs]),
)

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
 * What is loaded at once when it is first wanted: node's own modules have `createRequire` for it, and esbuild knows nothing
 * but `require`.
 */
function withPlainRequire({ path }: { path: string }): OnLoadResult {
  const text = readFileSync(path, 'utf8')
  const contents = text.replace(/^const require = createRequire\(import\.meta\.url\)$/m, '')
  if (contents === text) throw new Error(`${path} has no createRequire any more`)
  return { contents, loader: 'ts' }
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
