import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type OnLoadResult } from 'esbuild'
import { emptyState } from './server/store/migrate.ts'
import { oldestNode } from './server/version.ts'

/**
 * Makes `dist`: what each thread runs in few files, as to find and to read five hundred takes as long as to run them, and
 * so that nobody has to install what is in them. better-sqlite3 stays outside, since it brings a binary.
 *
 * All files are side by side: what the code looks for beside itself (a thread's file, the migrations, package.json in the
 * folder above) is there for every one of them.
 */
const dist = 'dist'
rmSync(dist, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: [
    'server/main.ts',
    'server/index.ts',
    'server/worker/job-worker.ts',
    'server/worker/reader-thread.ts',
    'server/store/snapshot-thread.ts',
  ],
  outdir: dist,
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: `node${oldestNode}`,
  external: ['better-sqlite3'],
  // Of the AWS SDK, what has names to import.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  plugins: [
    { name: 'require', setup: ({ onLoad }) => onLoad({ filter: /[\\/]validator\.ts$/ }, withPlainRequire) },
  ],
  // Modules of the older kind ask for node's own with it.
  banner: {
    js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);",
  },
  metafile: true,
})
cpSync('server/store/migrations', join(dist, 'migrations'), { recursive: true })
writeFileSync(join(dist, 'empty.db'), emptyState())
writeFileSync(join(dist, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)))

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

/** The licences of the packages that files are from. */
function licences(files: string[]): string {
  const packages = new Set(files.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []))
  const texts = [...packages].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find(name => /^licen[cs]e/i.test(name))
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
    return `${name} ${version} (${license})\n\n${text}`
  })
  return `pinpoint-local has in it what these packages are:\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
