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

t.test(`the first load is at most ${maxFirstLoad} bytes`, async t => {
  const named = [...page.matchAll(/="assets\/([^"]+)"/g)].map(([, name]) => name!)
  const pictures = [...assets.keys()].filter(name => name.endsWith('.svg'))
  const sizes = new Map([['the page', gzipSync(page).length]])
  for (const name of [...named, ...pictures]) sizes.set(name, assets.get(name)!.encode('gzip').body.length)
  t.ok(sizes.size >= 4, 'the page, a script, a style sheet and the icons')
  t.ok(total(sizes) <= maxFirstLoad, `${total(sizes)}:\n${listed(sizes)}`)
})

t.test(`the package has at most ${maxInPackage} bytes of it`, async t => {
  const sizes = new Map([['the page', gzipSync(page).length]])
  for (const [name, { content }] of assets) sizes.set(name, brotliCompressSync(content).length)
  t.ok(total(sizes) <= maxInPackage, `${total(sizes)}:\n${listed(sizes)}`)
})
