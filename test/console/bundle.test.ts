import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bundleConsole } from '../../server/console/bundle.ts'

const files = {
  'index.html': `<head><base href="./"><link rel="icon" href="icon.svg"><link rel="stylesheet" href="styles.css">
    <script type="module" src="main.tsx"></script></head><a href="https://example.com/">x</a>`,
  'main.tsx': `import { shared } from './shared.ts'
    import icons from './icons.svg'
    console.log(icons, shared('main'))
    import('./later.tsx').then(({ later }) => later())
    import('./last.tsx')`,
  'shared.ts': `export const shared = (by: string) => 'shared by ' + by`,
  'later.tsx': `import { shared } from './shared.ts'
    import { deep } from './deep.ts'
    export const later = () => console.log(shared('later'), deep)`,
  'last.tsx': `import { deep } from './deep.ts'
    console.log(deep)`,
  'deep.ts': `export const deep = 'for later parts alone'`,
  'styles.css': 'body { color: light-dark(red, blue) }',
  'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'icons.svg': '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="x"/></svg>',
}

async function bundle(t: Test) {
  const folder = t.testdir(files)
  const { page, assets } = await bundleConsole(folder)
  const textOf = (name: string) => Buffer.from(assets.get(name)!.content).toString()
  /** The name of the asset that is made of a source. */
  const nameOf = (stem: string, type: string) =>
    [...assets.keys()].find(name => name.startsWith(`${stem}-`) && name.endsWith(type))!
  return { folder, page, assets, textOf, nameOf }
}

t.test('the page of the console names its files by their hashes, and leaves other addresses', async t => {
  const { page, nameOf } = await bundle(t)
  t.match(page, '<base href="./">')
  t.match(page, `<link rel="icon" href="assets/${nameOf('icon', '.svg')}">`)
  t.match(page, `<link rel="stylesheet" href="assets/${nameOf('styles', '.css')}">`)
  t.match(page, `<script type="module" src="assets/${nameOf('main', '.js')}">`)
  t.match(page, '<a href="https://example.com/">')
})

t.test('the page of the console preloads what is imported at first, not what is imported later', async t => {
  const { page, assets, nameOf, textOf } = await bundle(t)
  const chunk = [...assets.keys()].find(name => textOf(name).includes('shared by '))!
  t.strictSame(
    [...page.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, address]) => address),
    [`assets/${chunk}`],
  )
  t.match(textOf(nameOf('main', '.js')), `import("./${nameOf('later', '.js')}")`)
  t.match(textOf(nameOf('main', '.js')), `"./${nameOf('icons', '.svg')}"`)
  t.equal(assets.size, 8, [...assets.keys()].join())
})

t.test('the bundle of the console is made again after a change, and only then', async t => {
  const { folder, assets } = await bundle(t)
  t.equal((await bundleConsole(folder)).assets, assets)
  writeFileSync(join(folder, 'shared.ts'), `export const shared = (by: string) => 'changed for ' + by`)
  const changed = await bundleConsole(folder)
  t.notOk(
    [...assets.keys()].every(name => changed.assets.has(name)),
    'names change with the content',
  )
  writeFileSync(join(folder, 'main.tsx'), 'const = 1')
  await t.rejects(bundleConsole(folder), /main\.tsx:1:6: ERROR/)
  writeFileSync(join(folder, 'main.tsx'), 'console.log(1)')
  t.match((await bundleConsole(folder)).page, '<script')
})

t.test('each icon that the console names is in its sheet', async t => {
  const folder = new URL('../../console/', import.meta.url)
  const sheet = readFileSync(new URL('icons.svg', folder), 'utf8')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => /\.tsx?$/.test(file))
    .flatMap(file => [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:<Icon name=|\bicon[=:] ?)["']([\w-]+)/g),
    ])
    .map(([, name]) => name!)
  t.ok(names.length > 50)
  t.strictSame(
    [...new Set(names)].filter(name => !sheet.includes(`id="${name}"`)),
    [],
  )
})
