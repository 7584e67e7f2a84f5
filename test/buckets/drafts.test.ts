import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { UnwritableError, type WritableBucket } from '../../server/buckets/bucket.ts'
import { draftsInFolder } from '../../server/buckets/folder-drafts.ts'
import { createBuckets } from '../../server/buckets/open-bucket.ts'
import { type Buckets, makeBuckets } from '../support/buckets.ts'
import { s3Credentials, startS3, unusedUrl } from '../support/s3.ts'

const { signal } = new AbortController()
const key = 'deep/er/object.gz'

/** A bucket that can be written, and what is in it. */
async function open(t: Test, kind: 'folder' | 'S3') {
  const folders = makeBuckets(t)
  const s3 = kind === 'S3' ? await startS3(t) : undefined
  const buckets: Buckets = s3 ?? folders
  await buckets.put('data', 'there', 'before')
  const bucket = createBuckets({
    s3Dir: folders.folder,
    s3: s3 && { region: 'us-east-1', endpoint: s3.url, forcePathStyle: true, credentials: s3Credentials },
  }).openBucket('data')
  /** The objects that somebody sees who looks for those with an ending. */
  const seen = async () => {
    const { there: _, ...others } = await buckets.read('data')
    return Object.fromEntries(Object.entries(others).filter(([key]) => key.endsWith('.gz')))
  }
  return { bucket, seen, buckets, folder: join(folders.folder, 'data') }
}

async function* chunks(...texts: (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

const write = async (bucket: WritableBucket, content: AsyncIterable<Uint8Array>, name = key) =>
  bucket.write(name, await bucket.begin(name, signal), content, signal)

for (const kind of ['folder', 'S3'] as const) {
  t.test(`in ${kind}, an object is seen when it is published, and then whole`, async t => {
    const { bucket, seen } = await open(t, kind)
    const begun = await bucket.begin(key, signal)
    t.same(await seen(), {})
    const draft = await bucket.write(key, begun, chunks('one, ', 'two'), signal)
    t.same(await seen(), {})
    await bucket.publish(key, draft, signal)
    t.same(await seen(), { [key]: Buffer.from('one, two') })
    await bucket.publish(key, draft, signal)
    t.same(await seen(), { [key]: Buffer.from('one, two') }, 'to publish it again changes nothing')
  })

  t.test(`in ${kind}, an object of many megabytes is written as it was given`, async t => {
    const { bucket, seen } = await open(t, kind)
    const chunk = Buffer.alloc(700_001, 'some bytes, ')
    const content = Array.from({ length: 30 }, () => chunk)
    await bucket.publish(key, await write(bucket, chunks(...content)), signal)
    t.ok((await seen())[key]?.equals(Buffer.concat(content)))
  })

  t.test(`in ${kind}, an object can be discarded whatever has become of it`, async t => {
    const { bucket, buckets } = await open(t, kind)
    const before = await buckets.read('data')
    await bucket.discard(key, await bucket.begin(key, signal), signal)
    t.same(await buckets.read('data'), before, 'begun')
    const draft = await write(bucket, chunks('text'))
    await bucket.discard(key, draft, signal)
    t.same(await buckets.read('data'), before, 'written')
    // s3rver cannot abort an upload.
    if (kind === 'folder')
      await t.rejects(bucket.publish(key, draft, signal), { message: /is gone from the folder/ })
    const published = await write(bucket, chunks('text'))
    await bucket.publish(key, published, signal)
    await bucket.discard(key, published, signal)
    t.same(await buckets.read('data'), before, 'published')
    await bucket.discard(key, published, signal)
  })

  t.test(`in ${kind}, what the content throws comes out, and nothing is seen`, async t => {
    const { bucket, seen } = await open(t, kind)
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half')
      throw new RangeError('broken')
    }
    await t.rejects(write(bucket, broken()), { name: 'RangeError', message: 'broken' })
    t.same(await seen(), {})
    await bucket.publish(key, await write(bucket, chunks('whole')), signal)
    t.same(await seen(), { [key]: Buffer.from('whole') }, 'and it can be written again')
  })

  t.test(`in ${kind}, writing can be stopped`, async t => {
    const { bucket, seen } = await open(t, kind)
    const stopping = new AbortController()
    const reason = new Error('stop')
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let count = 0; ; count++) {
        if (count === 20) stopping.abort(reason)
        yield Buffer.alloc(1_000_000)
      }
    }
    const draft = await bucket.begin(key, signal)
    await t.rejects(bucket.write(key, draft, endless(), stopping.signal), reason)
    t.same(await seen(), {})
  })
}

t.test('keys that would lead out of a folder are refused, and nothing outside is touched', async t => {
  const { bucket, folder } = await open(t, 'folder')
  const outside = t.testdir({ 'kept.txt': 'kept' })
  symlinkSync(outside, join(folder, 'link'))
  mkdirSync(join(folder, 'made'))
  symlinkSync(outside, join(folder, 'made/link'))
  for (const [name, says] of [
    ['../outside.gz', /between its slashes/],
    ['a/../../outside.gz', /between its slashes/],
    ['/etc/object.gz', /between its slashes/],
    ['a//b.gz', /between its slashes/],
    ['a/./b.gz', /between its slashes/],
    ['link/b.gz', /leads out of its bucket's folder, by the link link/],
    ['link/deep/b.gz', /leads out of its bucket's folder, by the link link/],
    ['a\0b/c.gz', /between its slashes/],
    [`${'x'.repeat(300)}/c.gz`, /cannot be written.*ENAMETOOLONG/],
    ['there/c.gz', /cannot be written.*ENOTDIR/],
    ['made/link/b.gz', /leads out of its bucket's folder, by the link link/],
    ['a/..', /between its slashes/],
    ['a/', /between its slashes/],
    ['', /between its slashes/],
  ] as const) {
    const attempt = write(bucket, chunks('text'), name).then(draft => bucket.publish(name, draft, signal))
    await t.rejects(attempt, { constructor: UnwritableError, message: says }, JSON.stringify(name))
  }
  t.strictSame(readFileSync(join(outside, 'kept.txt'), 'utf8'), 'kept')
  t.strictSame(readFileSync(join(folder, 'there'), 'utf8'), 'before')
})

t.test('keys that Windows takes for something else are refused there before anything is made', async t => {
  const folder = t.testdir({ bucket: {} })
  const bucket = join(folder, 'bucket')
  const drafts = draftsInFolder(bucket, 'win32')
  const begun = await drafts.begin('a.gz', signal)
  for (const key of [
    ...['..\\outside.gz', 'a\\..\\..\\outside.gz', 'in/..\\..\\outside.gz', 'C:/outside.gz', 'C:outside.gz'],
    ...['\\\\server\\share\\a.gz', 'in/NUL', 'com1.gz', 'a.gz:stream', 'in./a.gz', 'in/a.gz ', 'a?.gz'],
  ]) {
    const says = { constructor: UnwritableError, message: /a folder cannot hold the key .*: on Windows / }
    await t.rejects(drafts.begin(key, signal), says, key)
    await t.rejects(drafts.write(key, begun, chunks('text'), signal), says, key)
    await t.rejects(drafts.publish(key, begun, signal), says, key)
    await t.rejects(drafts.discard(key, begun, signal), says, key)
  }
  t.same(readdirSync(folder, { recursive: true }), ['bucket'])
  await drafts.write('in/a.gz', await drafts.begin('in/a.gz', signal), chunks('text'), signal)
  t.same(readdirSync(bucket, { recursive: true }).sort(), ['in', 'in/.a.gz.part'])
})

t.test('a link that comes while folders are made is not followed', async t => {
  const { bucket, folder } = await open(t, 'folder')
  const outside = t.testdir({})
  const draft = await bucket.begin('one/two/object.gz', signal)
  rmSync(join(folder, 'one/two'), { recursive: true })
  symlinkSync(outside, join(folder, 'one/two'))
  const says = { constructor: UnwritableError, message: /by the link two/ }
  await t.rejects(bucket.write('one/two/object.gz', draft, chunks('text'), signal), says)
  await t.rejects(bucket.begin('one/two/three/object.gz', signal), says)
  t.same(readdirSync(outside), [])
})

t.test('a link where the object is to be is replaced, and not followed', async t => {
  const { bucket, folder } = await open(t, 'folder')
  const outside = join(t.testdir({ 'kept.txt': 'kept' }), 'kept.txt')
  mkdirSync(join(folder, 'deep/er'), { recursive: true })
  symlinkSync(outside, join(folder, key))
  symlinkSync(outside, join(folder, 'deep/er/.object.gz.part'))
  await bucket.publish(key, await write(bucket, chunks('text')), signal)
  t.equal(readFileSync(join(folder, key), 'utf8'), 'text')
  t.equal(readFileSync(outside, 'utf8'), 'kept')
})

t.test('an object that was left half-written is written anew', async t => {
  const { bucket, folder } = await open(t, 'folder')
  mkdirSync(join(folder, 'deep/er'), { recursive: true })
  writeFileSync(join(folder, 'deep/er/.object.gz.part'), 'half of something longer')
  await bucket.publish(key, await write(bucket, chunks('text')), signal)
  t.equal(readFileSync(join(folder, key), 'utf8'), 'text')
})

t.test('a write that S3 refuses fails with the reason', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'there', 'x')
  const at = (endpoint: string, credentials = s3Credentials) =>
    createBuckets({
      s3Dir: undefined,
      s3: { region: 'us-east-1', endpoint, forcePathStyle: true, credentials },
    }).openBucket
  const url = await unusedUrl()
  for (const [bucket, says] of [
    [at(s3.url)('nowhere'), /the bucket nowhere does not exist/],
    [at(url)('data'), new RegExp(`${url} cannot be reached .*ECONNREFUSED`)],
    [
      at(s3.url, { accessKeyId: 'someone', secretAccessKey: 'else' })('data'),
      /is denied.*InvalidAccessKeyId/,
    ],
  ] as const) {
    await t.rejects(bucket.begin(key, signal), { constructor: UnwritableError, message: says })
  }
})
