import { brotliCompressSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { bundleConsole } from '../../server/console/bundle.ts'

/** Bytes that a browser loads, as gzip, before the first page can be shown. */
const maxFirstLoad = 45_000

/** Bytes that the console adds to the package, which holds its assets as brotli. */
const maxInPackage = 150_000

const { page, assets } = await bundleConsole()

/** A table of sizes, the largest first, for a test that fails. */
const listed = (sizes: Map<string, number>): string =>
  [...sizes]
    .sort(([, a], [, b]) => b - a)
    .map(([name, bytes]) => `${bytes} ${name}`)
    .join('\n')

const total = (sizes: Map<string, number>): number =>
  [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)

const textOf = (name: string): string => Buffer.from(assets.get(name)!.content).toString()

/** The asset that was made of a page. */
const assetOf = (page: string): string => [...assets.keys()].find(name => name.startsWith(`${page}-`))!

/** A script, and all that it imports at its start. */
function withImports(name: string): Set<string> {
  const found = new Set([name])
  for (const each of found) {
    for (const [, next] of textOf(each).matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)) found.add(next!)
  }
  return found
}

t.test(`the first load of the console is at most ${maxFirstLoad} bytes`, async t => {
  const ofStart = withImports(assetOf('start'))
  t.ok(ofStart.size > 1, 'the first page imports others')
  const named = [...page.matchAll(/="assets\/([^"]+)"/g)].map(([, name]) => name!)
  const pictures = [...assets.keys()].filter(name => name.endsWith('.svg'))
  const loaded = new Set([...named, ...pictures, ...ofStart])
  t.ok(named.length >= 2, 'a script and a style sheet')
  t.ok(pictures.length >= 1, 'icons')
  const sizes = new Map([['the page', gzipSync(page).length]])
  for (const name of loaded) sizes.set(name, assets.get(name)!.encode('gzip').body.length)
  t.ok(total(sizes) <= maxFirstLoad, `${total(sizes)}:\n${listed(sizes)}`)
})

t.test(`the console takes at most ${maxInPackage} bytes of the package`, async t => {
  const sizes = new Map([['the page', gzipSync(page).length]])
  for (const [name, { content }] of assets) sizes.set(name, brotliCompressSync(content).length)
  t.ok(total(sizes) <= maxInPackage, `${total(sizes)}:\n${listed(sizes)}`)
})
