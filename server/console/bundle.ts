import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { Asset } from './asset.ts'
import { assetsFolder, baseElement } from './page.ts'

/** The root of the repository. */
const root = fileURLToPath(new URL('../../', import.meta.url))

/** The bundled console. */
export interface Bundle {
  page: string
  assets: Map<string, Asset>
  /** All files that it is made of, relative to the root of the repository. */
  inputs: string[]
}

/** The latest bundle, with the state of the sources that it was made from. */
let latest: { state: string; bundle: Promise<Bundle> } | undefined

/**
 * Bundles the console in memory, which takes a twentieth of a second. It does so again only if a
 * source has changed since, so one can edit the sources and reload the page.
 *
 * @param sources the folder of the sources
 * @throws Error that says what is wrong in which source
 */
export function bundleConsole(sources = join(root, 'console')): Promise<Bundle> {
  const state = stateOf(sources)
  if (latest?.state !== state) latest = { state, bundle: makeBundle(sources) }
  return latest.bundle
}

/** The names, sizes and times of all sources: a different text after each change. */
function stateOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const states = names.map(name => {
    const path = join(folder, name)
    const { size, mtimeMs } = statSync(path)
    return [path, size, mtimeMs]
  })
  return JSON.stringify(states)
}

/** The addresses in index.html: names of files beside it. */
const addresses = /(?<=\s(?:src|href)=")[\w-][\w/.-]*(?=")/g

/**
 * Bundles the files that index.html names (scripts, styles, pictures) with all that they import,
 * and puts their hashed names there. What is imported by `import()` becomes a file of its own, which
 * the browser loads when it is needed.
 */
async function makeBundle(sources: string): Promise<Bundle> {
  const html = await readFile(join(sources, 'index.html'), 'utf8')
  if (!html.includes(baseElement)) throw new Error(`index.html of the console must have ${baseElement}`)
  const entries = [...new Set(html.match(addresses))]
  const { outputFiles, metafile } = await build({
    absWorkingDir: sources,
    entryPoints: entries,
    outdir: assetsFolder,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    loader: { '.svg': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
    metafile: true,
  })
  // A picture that is an entry point also becomes a script, which nobody needs.
  const outputs = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => !isPicture(entryPoint))
  const outputOf = (source: string): string =>
    outputs.find(
      ([path, { entryPoint, inputs }]) => entryPoint === source || (isPicture(path) && source in inputs),
    )![0]
  const scripts = entries.filter(entry => entry.endsWith('.tsx')).map(outputOf)
  const preloads = importsOf(scripts, metafile.outputs).map(
    path => `<link rel="modulepreload" href="${path}">`,
  )
  const contents = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))
  return {
    page: html.replace(addresses, outputOf).replace('</head>', `${preloads.join('')}</head>`),
    assets: new Map(
      outputs.map(([path]) => {
        const name = basename(path)
        return [name, new Asset(name, contents.get(name)!)]
      }),
    ),
    inputs: Object.keys(metafile.inputs).map(path =>
      relative(root, join(sources, path)).replaceAll('\\', '/'),
    ),
  }
}

const isPicture = (path: string | undefined): boolean => path?.endsWith('.svg') ?? false

/** The scripts that others import at their start, directly or by another one. */
function importsOf(scripts: string[], outputs: Metafile['outputs']): string[] {
  const found = new Set(scripts)
  for (const script of found) {
    for (const { path, kind } of outputs[script]!.imports) if (kind === 'import-statement') found.add(path)
  }
  return [...found].slice(scripts.length)
}
