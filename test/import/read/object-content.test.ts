import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { type Bucket, UnreadableError } from '../../../server/buckets/bucket.ts'
import { readContent } from '../../../server/import/read/object-content.ts'
import { signal } from '../../support/items.ts'

/** A text of many chunks, which compresses to several as well. */
const text = Buffer.from(
  Array.from({ length: 40_000 }, (_, index) => `${(index * 2_654_435_761) % 4_294_967_296}\n`).join(''),
)

/** What reading a bucket of one object did and gave. */
interface Reading {
  /** The bytes from which the object was opened. */
  opened: number[]
  content: Buffer
  error: Error | undefined
}

/**
 * Reads an object whose source gives chunks of 10,000 bytes and breaks off at the bytes that `breaks` names,
 * in turn.
 */
async function read(
  stored: Buffer,
  { key = 'a.csv', from = 0, breaks = [], error = broken }: ReadOptions = {},
): Promise<Reading> {
  const opened: number[] = []
  const left = [...breaks]
  const bucket: Bucket = {
    list: () => {
      throw new Error('reading lists nothing')
    },
    async *open(_object, start) {
      opened.push(start)
      const end = left.shift() ?? stored.length
      for (let at = start; at < end; at += 10_000) yield stored.subarray(at, Math.min(at + 10_000, end))
      if (end < stored.length) throw error
    },
  }
  const chunks: Uint8Array[] = []
  const content = () => Buffer.concat(chunks)
  try {
    const object = { key, size: stored.length, etag: '' }
    for await (const chunk of readContent(bucket, object, from, signal)) chunks.push(chunk)
    return { opened, content: content(), error: undefined }
  } catch (error) {
    return { opened, content: content(), error: error as Error }
  }
}

interface ReadOptions {
  key?: string
  from?: number
  breaks?: number[]
  error?: Error
}

const broken = new UnreadableError('broke off', { brokenOff: true })

t.test(
  'a content that is no text is named, wherever its chunks are cut and whatever it is called',
  async t => {
    const says = { message: /^the object is text in UTF-16/ }
    const utf16 = Buffer.from('\ufeffId,Address\n'.repeat(4000), 'utf16le')
    const contents: [string, Buffer][] = [
      ['a.csv', utf16],
      ['a.csv', utf16.subarray(0, 20)],
      ['a.csv.gz', gzipSync(utf16)],
    ]
    for (const [key, stored] of contents) {
      const { error, content } = await read(stored, { key })
      t.ok(error instanceof UnreadableError)
      t.match(error, says)
      t.equal(content.length, 0, 'nothing of it is given')
    }
    t.match((await read(gzipSync(text))).error, { message: /its name does not say so/ })
    t.match((await read(gzipSync(gzipSync(text)), { key: 'a.gz' })).error, { message: /compressed again/ })
    t.equal((await read(utf16, { from: 2 })).error, undefined, 'its first bytes were seen already')
  },
)

const isWhole = (t: Test, { content, error }: Reading, wanted = text) => {
  t.equal(error, undefined)
  t.ok(content.equals(wanted), 'every byte once and in order')
}

t.test('an object is read to its end', async t => {
  const reading = await read(text)
  isWhole(t, reading)
  t.same(reading.opened, [0])
})

t.test('an object is read from any byte on', async t => {
  const reading = await read(text, { from: 12_345 })
  isWhole(t, reading, text.subarray(12_345))
  t.same(reading.opened, [12_345])
})

t.test('an object that breaks off is read on from there', async t => {
  const reading = await read(text, { breaks: [25_000, 25_001, 300_000] })
  isWhole(t, reading)
  t.same(reading.opened, [0, 25_000, 25_001, 300_000])
})

t.test('an object that breaks off at one byte again and again is unreadable', async t => {
  const { opened, content, error } = await read(text, { breaks: Array(20).fill(25_000) })
  t.equal(error, broken)
  t.ok(content.equals(text.subarray(0, 25_000)))
  t.ok(opened.length > 1 && opened.length < 10, `opened ${opened.length} times`)
})

t.test('an object that cannot be read for another reason is not tried again', async t => {
  const gone = new UnreadableError('gone')
  const { opened, error } = await read(text, { breaks: [25_000], error: gone })
  t.equal(error, gone)
  t.same(opened, [0])
})

t.test('a compressed object is read as what is in it', async t => {
  for (const key of ['a.csv.gz', 'A.GZ']) isWhole(t, await read(gzipSync(text), { key }))
})

t.test('several compressed parts in a row are one content', async t => {
  const parts = Buffer.concat([gzipSync(text.subarray(0, 1000)), gzipSync(text.subarray(1000))])
  isWhole(t, await read(parts, { key: 'a.gz' }))
})

t.test('a byte of a compressed object is one of its content', async t => {
  const stored = gzipSync(text)
  for (const from of [1, 16_384, 100_000, text.length - 1, text.length]) {
    isWhole(t, await read(stored, { key: 'a.gz', from }), text.subarray(from))
  }
})

t.test('a compressed object that breaks off is read on from there', async t => {
  const reading = await read(gzipSync(text), { key: 'a.gz', breaks: [5, 25_000] })
  isWhole(t, reading)
  t.same(reading.opened, [0, 5, 25_000])
})

t.test('a compressed object that stays broken off is unreadable, and says the same as any other', async t => {
  const { error } = await read(gzipSync(text), { key: 'a.gz', breaks: Array(20).fill(25_000) })
  t.equal(error, broken)
})

t.test('what is not gzip, or not whole, or damaged, is unreadable', async t => {
  const stored = gzipSync(text)
  const damaged = Buffer.from(stored)
  damaged.fill(0xff, 40_000, 40_100)
  for (const [what, bytes] of Object.entries({
    'plain text': text,
    'the first half': stored.subarray(0, stored.length / 2),
    'all but the last byte': stored.subarray(0, -1),
    'damaged in the middle': damaged,
    nothing: Buffer.alloc(0),
  })) {
    const { error } = await read(bytes, { key: 'a.gz' })
    t.ok(error instanceof UnreadableError, what)
    t.match(error?.message, /gzip/, what)
  }
})

t.test('reading can be given up early', async t => {
  for (const [key, stored] of [
    ['a.csv', text],
    ['a.csv.gz', gzipSync(text)],
  ] as const) {
    let closed = false
    const bucket: Bucket = {
      list: () => {
        throw new Error('reading lists nothing')
      },
      async *open() {
        try {
          for (let at = 0; at < stored.length; at += 1000) yield stored.subarray(at, at + 1000)
        } finally {
          closed = true
        }
      },
    }
    for await (const _ of readContent(bucket, { key, size: stored.length, etag: '' }, 0, signal)) break
    await new Promise(setImmediate)
    t.ok(closed, `${key} is closed`)
  }
})
