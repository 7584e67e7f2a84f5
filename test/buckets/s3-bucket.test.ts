import t, { type Test } from 'tap'
import type { Bucket, BucketObject } from '../../server/buckets/bucket.ts'
import { createS3 } from '../../server/buckets/s3-bucket.ts'
import { readContent } from '../../server/import/read/object-content.ts'
import { putAll } from '../support/buckets.ts'
import { matchEach } from '../support/items.ts'
import { find, isUnreadable, keysOf, list, read } from '../support/reading.ts'
import { type ObjectAnswer, s3Credentials, startFront, startS3, unusedUrl } from '../support/s3.ts'

const { signal } = new AbortController()

const openBucket = (url: string, bucket: string, credentials = s3Credentials): Bucket =>
  createS3({ region: 'us-east-1', endpoint: url, forcePathStyle: true, credentials }).openBucket(bucket)

/** Some hundred thousand bytes, none like its neighbours. */
const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index} é`).join('\n'))

/** A bucket with one object of these bytes behind a front. */
async function startWithFront(t: Test, answer?: (answer: ObjectAnswer) => Promise<void>) {
  const s3 = await startS3(t)
  await s3.put('data', 'a.csv', bytes)
  const front = await startFront(t, s3, answer)
  const bucket = openBucket(front.url, 'data')
  return { s3, front, bucket, object: await find(bucket, 'a.csv') }
}

async function readAll(bucket: Bucket, object: BucketObject, from = 0): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readContent(bucket, object, from, signal)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

t.test('objects are listed by their prefix, with their sizes', async t => {
  const s3 = await startS3(t)
  await putAll(s3, 'data', { 'in/a.csv': 'aaa', 'in/b/c.csv': 'é', 'in/empty.csv': '', 'other.csv': 'x' })
  const bucket = openBucket(s3.url, 'data')
  matchEach(t, await list(bucket, 'in/'), [
    { key: 'in/a.csv', size: 3 },
    { key: 'in/b/c.csv', size: 2 },
    { key: 'in/empty.csv', size: 0 },
  ])
  t.equal((await list(bucket)).length, 4)
  t.same(await list(bucket, 'nowhere'), [])
})

t.test('a listing of more objects than fit on one page is read to its end', async t => {
  const s3 = await startS3(t)
  const keys = Array.from({ length: 1003 }, (_, index) => `in/${String(index).padStart(5, '0')}.csv`)
  for (let at = 0; at < keys.length; at += 100) {
    await Promise.all(keys.slice(at, at + 100).map(key => s3.put('data', key, 'x')))
  }
  await s3.put('data', 'out.csv', 'x')
  const front = await startFront(t, s3)
  t.same(await keysOf(openBucket(front.url, 'data'), 'in/'), keys)
  t.equal(front.requests.length, 2, 'it took two pages')
})

t.test('an object is read whole, and from any byte on', async t => {
  const { bucket, object } = await startWithFront(t)
  for (const from of [0, 1, 65_536, bytes.length - 1]) {
    t.ok((await read(bucket, object, from)).equals(bytes.subarray(from)), `from byte ${from}`)
  }
})

t.test('behind the last byte of an object there is nothing to read', async t => {
  const { bucket, object } = await startWithFront(t)
  t.equal((await read(bucket, object, bytes.length)).length, 0)
})

t.test('an empty object has nothing to read', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'empty.csv', '')
  const bucket = openBucket(s3.url, 'data')
  t.equal((await read(bucket, await find(bucket, 'empty.csv'))).length, 0)
})

t.test('names with characters of every kind are keys', async t => {
  const s3 = await startS3(t)
  const keys = ['a b+c&d=e.csv', 'ü/漢字/😀.csv', "it's (one)!~*.csv", 'a<b>c.csv', 'a%20b.csv']
  await putAll(s3, 'data', Object.fromEntries(keys.map(key => [key, key])))
  const bucket = openBucket(s3.url, 'data')
  t.same((await keysOf(bucket)).sort(), [...keys].sort())
  for (const key of keys) t.equal(String(await read(bucket, await find(bucket, key))), key)
})

t.test('the version that was listed is asked for, and no other is taken', async t => {
  const { s3, front, bucket, object } = await startWithFront(t)
  await read(bucket, object, 5)
  t.match(front.requests.at(-1), { ifMatch: object.etag, range: /^bytes=5-/ })
  await s3.put('data', 'a.csv', 'something else')
  await isUnreadable(t, read(bucket, object), 'has changed since')
})

t.test('a bucket that does not exist is named', async t => {
  const s3 = await startS3(t)
  await isUnreadable(t, list(openBucket(s3.url, 'nowhere')), /bucket nowhere does not exist/, s3.url)
})

t.test('an object that vanishes after it was listed is unreadable', async t => {
  const { s3, bucket, object } = await startWithFront(t)
  await s3.remove('data', 'a.csv')
  await isUnreadable(t, read(bucket, object), 'does not exist any more')
})

t.test('wrong credentials are told as such', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'a.csv', 'x')
  const object = await find(openBucket(s3.url, 'data'), 'a.csv')
  const bucket = openBucket(s3.url, 'data', { accessKeyId: 'someone', secretAccessKey: 'else' })
  await isUnreadable(t, list(bucket), /access to the bucket data is denied/, 'InvalidAccessKeyId', s3.url)
  await isUnreadable(t, read(bucket, object), /access to the bucket data is denied/)
})

t.test('an endpoint at which nothing listens is named', async t => {
  const url = await unusedUrl()
  await isUnreadable(t, list(openBucket(url, 'data')), url, 'ECONNREFUSED')
  await isUnreadable(t, read(openBucket(url, 'data'), { key: 'a', size: 1, etag: '' }), url, 'ECONNREFUSED')
})

t.test('an object that breaks off in the middle says where', async t => {
  const { bucket, object } = await startWithFront(t, async ({ send, breakOff, body }) => {
    await send(body.subarray(0, 100_000))
    breakOff()
  })
  await isUnreadable(t, read(bucket, object), /broke off at byte \d+ of \d+/, String(bytes.length))
})

t.test('an object that broke off once is read on, and no byte is lost or repeated', async t => {
  const { bucket, object, front } = await startWithFront(t, async ({ send, breakOff, body, count }) => {
    if (count > 1) return send(body)
    await send(body.subarray(0, 100_000))
    breakOff()
  })
  t.ok((await readAll(bucket, object)).equals(bytes))
  const [first, second] = front.requests.filter(({ path }) => path.startsWith('/data/a.csv'))
  t.equal(first?.range, undefined)
  t.match(second?.range, /^bytes=\d+-$/)
  t.equal(second?.ifMatch, object.etag, 'of the same version')
})

t.test('an object that breaks off now and then, but further on each time, is read to its end', async t => {
  const { bucket, object, front } = await startWithFront(t, async ({ send, breakOff, body }) => {
    await send(body.subarray(0, 150_000))
    if (body.length > 150_000) breakOff()
  })
  t.ok((await readAll(bucket, object)).equals(bytes))
  t.ok(front.requests.length > 3)
})

t.test('an object that always breaks off at the same byte is given up', async t => {
  const { bucket, object, front } = await startWithFront(t, async ({ send, breakOff, body, from }) => {
    await send(body.subarray(0, Math.max(0, 100_000 - from)))
    breakOff()
  })
  await isUnreadable(t, readAll(bucket, object), /broke off at byte \d+/)
  t.ok(front.requests.length < 20, `after ${front.requests.length} requests`)
})

t.test('an object that changes where it broke off is unreadable', async t => {
  const { s3, bucket, object } = await startWithFront(t, async ({ send, breakOff, body, count }) => {
    if (count > 1) return send(body)
    await s3.put('data', 'a.csv', Buffer.alloc(bytes.length, 'x'))
    await send(body.subarray(0, 100_000))
    breakOff()
  })
  await isUnreadable(t, readAll(bucket, object), 'has changed since')
})

t.test('reading and listing stop when they are told to', async t => {
  const held = Promise.withResolvers<void>()
  const { bucket, object } = await startWithFront(t, async ({ send, body }) => {
    await send(body.subarray(0, 1000))
    await held.promise
  })
  const stopping = new AbortController()
  const reason = new Error('enough')
  const reading = async () => {
    for await (const _ of bucket.open(object, 0, stopping.signal)) stopping.abort(reason)
  }
  await t.rejects(reading(), reason)
  held.resolve()
  await t.rejects(async () => {
    for await (const _ of bucket.list('', stopping.signal));
  }, reason)
})
