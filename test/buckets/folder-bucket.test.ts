import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { openFolder } from '../../server/buckets/folder-bucket.ts'
import { makeFolder } from '../support/buckets.ts'
import { matchEach } from '../support/items.ts'
import { find, isUnreadable, keysOf, list, read } from '../support/reading.ts'

/** Writes files below a folder. */
function fill(folder: string, files: Record<string, string>) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

t.test('every file is an object, at any depth, with its size', async t => {
  const folder = t.testdir({ 'a.csv': 'abc', b: { c: { 'd.csv': 'é' } }, empty: '', nothing: {} })
  matchEach(t, await list(openFolder(folder)), [
    { key: 'a.csv', size: 3 },
    { key: 'b/c/d.csv', size: 2 },
    { key: 'empty', size: 0 },
  ])
})

t.test('the order of keys is that of their UTF-8 bytes, as in S3', async t => {
  const folder = t.testdir()
  const keys = [
    ...[
      'a.csv',
      'a/b.csv',
      'a-b.csv',
      'a0.csv',
      'a',
      'B',
      'b',
      'a!b/c',
      'a!b',
      'z/a/b',
      'z/a-b',
      'z/a.b',
      'z/a0',
    ],
    // Its UTF-16 code comes before the next one's; its bytes come after.
    ...['\u{1f600}', '\ufb00', 'é', 'e\u0301', '~'],
  ].filter(key => key !== 'a' && key !== 'a!b')
  fill(folder, Object.fromEntries(keys.map(key => [key, 'x'])))
  const wanted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  t.same(await keysOf(openFolder(folder)), wanted)
  t.ok(
    wanted.indexOf('a.csv') < wanted.indexOf('a/b.csv') &&
      wanted.indexOf('a/b.csv') < wanted.indexOf('a0.csv'),
  )
})

t.test('a prefix takes the keys that begin with it, also in the middle of a name', async t => {
  const folder = t.testdir()
  fill(folder, { 'in/part-1': '', 'in/part-2/a': '', 'in/port': '', 'inner/x': '', in2: '' })
  const bucket = openFolder(folder)
  t.same(await keysOf(bucket, 'in/par'), ['in/part-1', 'in/part-2/a'])
  t.same(await keysOf(bucket, 'in/part-2'), ['in/part-2/a'])
  t.same(await keysOf(bucket, 'in/part-2/'), ['in/part-2/a'])
  t.same(await keysOf(bucket, 'in'), ['in/part-1', 'in/part-2/a', 'in/port', 'in2', 'inner/x'])
  t.same(await keysOf(bucket, 'in/'), ['in/part-1', 'in/part-2/a', 'in/port'])
  t.same(await keysOf(bucket, 'in/port/'), [])
  t.same(await keysOf(bucket, 'nowhere'), [])
})

t.test('a path that leads out of the folder does not exist', async t => {
  const root = t.testdir({
    bucket: { 'a.csv': 'a', sub: { 'b.csv': 'b' } },
    other: { 'secret.csv': 'secret' },
  })
  const bucket = openFolder(join(root, 'bucket'))
  const out = [
    '../other/secret.csv',
    '../',
    '..',
    'sub/../../other/secret.csv',
    join(root, 'other/secret.csv'),
    '/',
    './',
  ]
  for (const key of [...out, 'sub/../a.csv', './a.csv', '//a.csv', 'sub//b.csv']) {
    t.same(await keysOf(bucket, key), [], `${key} lists nothing`)
  }
  for (const key of out) {
    await isUnreadable(t, read(bucket, { key, size: 6, etag: '' }), /a folder cannot hold the key|not exist/)
  }
})

t.test('a key with NUL leads nowhere', async t => {
  const bucket = openFolder(t.testdir({ 'a.csv': 'a' }))
  t.same(await keysOf(bucket, 'a.csv\0'), [])
  t.same(await keysOf(bucket, 'a.csv\0/'), [])
  const { etag, size } = await find(bucket, 'a.csv')
  await isUnreadable(t, read(bucket, { key: 'a.csv\0', etag, size }), 'a folder cannot hold the key')
})

t.test('keys that Windows takes for something else are not read there', async t => {
  const folder = t.testdir({ 'a.csv': 'a', sub: { 'NUL.csv': 'a', 'b.csv': 'b' }, 'odd.': { 'c.csv': 'c' } })
  fill(folder, { 'x\\y.csv': 'x', 'a.csv:b': 'b' })
  const bucket = openFolder(folder, { flavour: 'win32' })
  const says = /a folder cannot hold the key .*: on Windows /
  for (const key of [
    'x\\y.csv',
    'a.csv:b',
    'sub/NUL.csv',
    'sub\\b.csv',
    '..\\a.csv',
    'C:/a.csv',
    'odd./c.csv',
  ]) {
    await isUnreadable(t, read(bucket, { key, size: 1, etag: '' }), says)
  }
  matchEach(t, await list(bucket), [
    { key: 'a.csv', unreadable: undefined },
    { key: 'a.csv:b', unreadable: says },
    { key: 'odd./', unreadable: says },
    { key: 'sub/NUL.csv', unreadable: says },
    { key: 'sub/b.csv', unreadable: undefined },
    { key: 'x\\y.csv', unreadable: says },
  ])
  t.match(await list(openFolder(folder, { flavour: 'posix' })), { length: 6 })
})

t.test('a link that leads out of the folder is listed, and says why it is not read', async t => {
  const root = t.testdir({
    bucket: { 'a.csv': 'a' },
    other: { 'secret.csv': 'secret' },
    'bucket-2': { 'b.csv': 'b' },
  })
  const folder = join(root, 'bucket')
  symlinkSync(join(root, 'other'), join(folder, 'folder'))
  symlinkSync('../other/secret.csv', join(folder, 'file.csv'))
  symlinkSync('../bucket-2', join(folder, 'neighbour'))
  symlinkSync('..', join(folder, 'up'))
  symlinkSync('nowhere', join(folder, 'broken.csv'))
  const bucket = openFolder(folder)
  const out = /^a link that leads out of its bucket's folder is not followed/
  const broken = /^a link leads to nothing/
  matchEach(t, await list(bucket), [
    { key: 'a.csv', unreadable: undefined },
    { key: 'broken.csv', unreadable: broken },
    { key: 'file.csv', unreadable: out },
    { key: 'folder/', unreadable: out },
    { key: 'neighbour/', unreadable: out },
    { key: 'up/', unreadable: out },
  ])
  for (const [key, link, says] of [
    ['folder/secret.csv', 'folder/', out],
    ['folder/', 'folder/', out],
    ['fol', 'folder/', out],
    ['file.csv', 'file.csv', out],
    ['file', 'file.csv', out],
    ['neighbour/b.csv', 'neighbour/', out],
    ['up/other/secret.csv', 'up/', out],
    ['broken.csv', 'broken.csv', broken],
    ['broken.csv/a.csv', 'broken.csv/', broken],
  ] as const) {
    const found = await list(bucket, key)
    matchEach(t, found, [{ key: link, size: 0, unreadable: says }])
    await isUnreadable(t, read(bucket, found[0]!), says)
  }
  t.same(await keysOf(bucket, 'filed'), [], 'others are not in the way')
  await isUnreadable(t, read(bucket, { key: 'folder/secret.csv', size: 6, etag: '' }), out)
  await isUnreadable(t, read(bucket, { key: 'up/other/secret.csv', size: 6, etag: '' }), out)
})

t.test(
  'pipes, and names that are no text, are listed, and say why they are not read: S3 cannot have them',
  { skip: process.platform !== 'linux' && 'only Linux has both' },
  async t => {
    const folder = t.testdir({ 'a.csv': 'a', sub: {} })
    execFileSync('mkfifo', [join(folder, 'pipe.csv')])
    const latin1 = (name: string) => Buffer.from(join(folder, name), 'latin1')
    writeFileSync(latin1('caf\xe9.csv'), 'a')
    mkdirSync(latin1('d\xe9'))
    writeFileSync(latin1('sub/\xe9.csv'), 'a')
    // The character that Node shows for bytes that are no text may itself be in a name.
    writeFileSync(join(folder, '\ufffd.csv'), 'a')
    const bucket = openFolder(folder)
    const pipe = /^a pipe, a socket or a device is not read/
    const noText = /^its name is not UTF-8 text/
    matchEach(t, await list(bucket), [
      { key: 'a.csv', unreadable: undefined },
      { key: 'caf\ufffd.csv', unreadable: noText },
      { key: 'd\ufffd/', unreadable: noText },
      { key: 'pipe.csv', size: 0, unreadable: pipe },
      { key: 'sub/\ufffd.csv', unreadable: noText },
      { key: '\ufffd.csv', size: 1, unreadable: undefined },
    ])
    await isUnreadable(t, read(bucket, (await list(bucket, 'pipe'))[0]!), pipe)
    await isUnreadable(t, read(bucket, (await list(bucket, 'caf'))[0]!), noText)
    t.same(await keysOf(bucket, 'a.csv'), ['a.csv'], 'others are not in the way')
  },
)

t.test('a file that becomes a link out of the folder after it was listed is not read', async t => {
  const root = t.testdir({ bucket: { 'a.csv': 'listed' }, 'secret.csv': 'secret' })
  const bucket = openFolder(join(root, 'bucket'))
  const object = await find(bucket, 'a.csv')
  rmSync(join(root, 'bucket/a.csv'))
  symlinkSync('../secret.csv', join(root, 'bucket/a.csv'))
  await isUnreadable(t, read(bucket, object), "leads out of its bucket's folder")
})

t.test('links inside the folder are followed', async t => {
  const folder = t.testdir({ real: { 'a.csv': 'aaa' } })
  symlinkSync('real', join(folder, 'folder'))
  symlinkSync('real/a.csv', join(folder, 'file.csv'))
  const bucket = openFolder(folder)
  matchEach(t, await list(bucket), [
    { key: 'file.csv', size: 3 },
    { key: 'folder/a.csv', size: 3 },
    { key: 'real/a.csv', size: 3 },
  ])
  t.equal(String(await read(bucket, await find(bucket, 'folder/a.csv'))), 'aaa')
})

t.test('a bucket that is a link itself is the folder that it points to', async t => {
  const root = t.testdir({ real: { 'a.csv': 'aaa' } })
  symlinkSync('real', join(root, 'bucket'))
  const bucket = openFolder(join(root, 'bucket'))
  t.equal(String(await read(bucket, await find(bucket, 'a.csv'))), 'aaa')
})

t.test('links that lead round in circles come to an end', async t => {
  const folder = t.testdir({ a: { 'x.csv': 'x' }, b: { 'y.csv': 'y' } })
  symlinkSync('../b', join(folder, 'a/to-b'))
  symlinkSync('../a', join(folder, 'b/to-a'))
  symlinkSync('.', join(folder, 'a/self'))
  symlinkSync('loop', join(folder, 'loop'))
  const keys = await keysOf(openFolder(folder))
  t.ok(keys.includes('a/x.csv') && keys.includes('b/y.csv') && keys.includes('a/to-b/y.csv'))
  t.equal(new Set(keys).size, keys.length)
  t.match(await list(openFolder(folder), 'loop'), [{ key: 'loop', unreadable: /^a link leads to nothing/ }])
})

t.test("a link to the bucket itself leads nowhere new, and is in no one's way", async t => {
  const folder = t.testdir({ 'a.csv': 'a' })
  symlinkSync('.', join(folder, 'self'))
  t.same(await list(openFolder(folder)), [await find(openFolder(folder), 'a.csv')])
})

t.test('a folder of more files than can be sorted is unreadable, and named', async t => {
  const folder = t.testdir({ in: { 'a.csv': 'a', 'b.csv': 'b', 'c.csv': 'c' } })
  const bucket = openFolder(folder, { maxNames: 2 })
  await isUnreadable(t, keysOf(bucket, 'in/'), /\/in holds more than 2 files of the prefix/)
  t.same(await keysOf(bucket, 'in/c'), ['in/c.csv'], 'others do not count')
})

t.test('an object is read whole, and from any byte on', async t => {
  const text = 'é漢😀'.repeat(50_000)
  const bucket = openFolder(t.testdir({ 'a.csv': text }))
  const object = await find(bucket, 'a.csv')
  const bytes = Buffer.from(text)
  for (const from of [0, 1, 65_535, 65_536, bytes.length - 1, bytes.length]) {
    t.ok((await read(bucket, object, from)).equals(bytes.subarray(from)), `from byte ${from}`)
  }
})

t.test('names with characters of every kind are keys', async t => {
  const folder = t.testdir()
  const keys = ['a b+c&d=e?f#g%20h.csv', 'ü/漢字/😀.csv', "it's [one] {two} (three)!.csv", '-rf', '...']
  fill(folder, Object.fromEntries(keys.map(key => [key, key])))
  const bucket = openFolder(folder)
  t.same((await keysOf(bucket)).sort(), [...keys].sort())
  for (const key of keys) t.equal(String(await read(bucket, await find(bucket, key))), key)
})

t.test('a file that vanishes after it was listed is unreadable', async t => {
  const folder = t.testdir({ 'a.csv': 'a' })
  const bucket = openFolder(folder)
  const object = await find(bucket, 'a.csv')
  rmSync(join(folder, 'a.csv'))
  await isUnreadable(t, read(bucket, object), 'does not exist any more')
  mkdirSync(join(folder, 'a.csv'))
  await isUnreadable(t, read(bucket, object), 'does not exist any more')
})

t.test('a bucket that vanishes is unreadable', async t => {
  const folder = makeFolder(t)
  fill(folder, { 'a.csv': 'a' })
  const bucket = openFolder(folder)
  const object = await find(bucket, 'a.csv')
  rmSync(folder, { recursive: true })
  await isUnreadable(t, list(bucket))
  await isUnreadable(t, read(bucket, object), 'does not exist any more')
})

t.test('a file that changes after it was listed is unreadable', async t => {
  const folder = t.testdir({ 'a.csv': 'old', 'b.csv': 'old', 'c.csv': 'old' })
  const bucket = openFolder(folder)
  const objects = await list(bucket)
  appendFileSync(join(folder, 'a.csv'), 'er')
  truncateSync(join(folder, 'b.csv'), 1)
  writeFileSync(join(folder, 'c.csv'), 'new')
  utimesSync(join(folder, 'c.csv'), 0, 0)
  for (const object of objects) await isUnreadable(t, read(bucket, object), 'has changed')
})

t.test('a file that changes while it is read is unreadable', async t => {
  for (const change of ['a', 'b'] as const) {
    const folder = makeFolder(t)
    const file = join(folder, 'a.csv')
    writeFileSync(file, Buffer.alloc(1024 * 1024))
    const bucket = openFolder(folder)
    const object = await find(bucket, 'a.csv')
    const reading = async () => {
      let chunks = 0
      for await (const _ of bucket.open(object, 0, new AbortController().signal)) {
        if (chunks++ > 0) continue
        if (change === 'a') appendFileSync(file, 'more')
        else truncateSync(file, 512 * 1024)
      }
    }
    await isUnreadable(t, reading(), 'has changed')
  }
})

t.test('reading stops when it is told to', async t => {
  const folder = makeFolder(t)
  writeFileSync(join(folder, 'a.csv'), Buffer.alloc(1024 * 1024))
  const bucket = openFolder(folder)
  const object = await find(bucket, 'a.csv')
  const stopping = new AbortController()
  const reason = new Error('enough')
  const reading = async () => {
    for await (const _ of bucket.open(object, 0, stopping.signal)) stopping.abort(reason)
  }
  await t.rejects(reading(), reason)
})
