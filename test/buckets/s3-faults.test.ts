import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { UnwritableError } from '../../server/buckets/bucket.ts'
import { createS3 } from '../../server/buckets/s3-bucket.ts'
import { readContent } from '../../server/import/read/object-content.ts'
import { find, isUnreadable, keysOf, read } from '../support/reading.ts'
import { answerError, type FrontRequest, s3Credentials, startFront, startS3 } from '../support/s3.ts'

const { signal } = new AbortController()

/** Some hundred thousand bytes, none like its neighbours. */
const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index} é`).join('\n'))

/** A way in which S3 does not do what it should. */
type Fault = (response: ServerResponse) => void

const slowDown: Fault = response => answerError(response, 503, 'SlowDown')
const reset: Fault = response => void response.destroy()
/** The connection breaks where half of the answer is there. */
const half: Fault = response => {
  response.writeHead(200, { 'content-type': 'application/xml', 'content-length': 1000 })
  response.write('<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>', () => response.destroy())
}
const hang: Fault = () => {}
/** What a server says that answers everything alike. */
const nothing: Fault = response => void response.writeHead(200, { 'content-type': 'text/html' }).end()
const faults = { 'answers 503 SlowDown': slowDown, 'breaks the connection': reset, hangs: hang }

const settings = { region: 'us-east-1', forcePathStyle: true, credentials: s3Credentials, idleTimeout: 200 }
const openBucket = (endpoint: string, more: { maxAttempts?: number; idleTimeout?: number } = {}) =>
  createS3({ ...settings, maxAttempts: 5, endpoint, ...more }).openBucket('data')

/** Only what hangs is to time out: a slow machine may take 200 ms for any answer. */
const twice = (fault: Fault) => ({ maxAttempts: 2, ...(fault !== hang && { idleTimeout: 30_000 }) })

/** A bucket behind a front that lets some requests fail. */
async function start(
  t: Test,
  fails: (request: FrontRequest, count: number) => Fault | undefined,
  options: Parameters<typeof openBucket>[1] = {},
) {
  const s3 = await startS3(t)
  await s3.put('data', 'in/a.csv', bytes)
  await s3.put('data', 'in/b.csv', 'x')
  let count = 0
  const front = await startFront(t, s3, undefined, (request, response) => {
    const fault = fails(request, ++count)
    fault?.(response)
    return fault !== undefined
  })
  const bucket = openBucket(front.url, options)
  const readAll = async (from = 0) => {
    const chunks: Uint8Array[] = []
    const object = { key: 'in/a.csv', size: bytes.length, etag: '' }
    for await (const chunk of readContent(bucket, object, from, signal)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  return { s3, front, bucket, readAll }
}

for (const [what, fault] of Object.entries({ ...faults, 'breaks off its answer': half })) {
  t.test(`a listing that ${what} at first is read all the same`, async t => {
    const { bucket } = await start(t, (_, count) => (count <= 2 ? fault : undefined))
    t.same(await keysOf(bucket, 'in/'), ['in/a.csv', 'in/b.csv'])
  })

  t.test(`a listing that always ${what} is unreadable, and says why`, async t => {
    const { bucket, front } = await start(t, () => fault, twice(fault))
    const says = fault === slowDown ? /answered 503 \(SlowDown: so says the test\)/ : /cannot be reached \(/
    await isUnreadable(t, keysOf(bucket), says)
    t.equal(front.requests.length, 2)
  })
}

for (const [what, fault] of Object.entries(faults)) {
  t.test(`an object that ${what} at first is read all the same`, async t => {
    const { readAll } = await start(t, (_, count) => (count <= 2 ? fault : undefined))
    t.ok((await readAll(5)).equals(bytes.subarray(5)))
  })

  t.test(`an object that always ${what} is unreadable, and says why`, async t => {
    const { readAll, front } = await start(t, () => fault, twice(fault))
    await isUnreadable(
      t,
      readAll(),
      fault === slowDown ? /answered 503 \(SlowDown: / : /cannot be reached \(/,
    )
    t.equal(front.requests.length, 2)
  })
}

/** A bucket behind a front that sends the one object as the test likes. */
async function startSending(t: Test, answer: NonNullable<Parameters<typeof startFront>[2]>) {
  const s3 = await startS3(t)
  await s3.put('data', 'a.csv', bytes)
  const front = await startFront(t, s3, answer)
  const bucket = openBucket(front.url)
  const object = await find(bucket, 'a.csv')
  const readAll = async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of readContent(bucket, object, 0, signal)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  return { s3, front, readAll }
}

t.test('an object that hangs in the middle is read on from there', async t => {
  const { front, readAll } = await startSending(t, async ({ send, body, count }) => {
    if (count > 1) return send(body)
    await send(body.subarray(0, 100_000))
    await new Promise(() => {})
  })
  t.ok((await readAll()).equals(bytes))
  t.match(front.requests.at(-1)?.range, /^bytes=\d+-$/)
})

t.test('an object that hangs at the same byte again and again is unreadable, and says where', async t => {
  const { front, readAll } = await startSending(t, async ({ send, body, from }) => {
    await send(body.subarray(0, Math.max(0, 100_000 - from)))
    await new Promise(() => {})
  })
  await isUnreadable(t, readAll(), /broke off at byte \d+ of \d+: .*timed out/)
  t.ok(front.requests.length < 10)
})

t.test('an object that is sent shorter than it is, as if that were all, is read on from there', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'a.csv', bytes)
  const front = await startFront(t, s3, undefined, ({ path, range }, response) => {
    if (!path.startsWith('/data/a.csv') || range !== undefined) return false
    response.writeHead(200, { 'content-length': 100_000 })
    response.end(bytes.subarray(0, 100_000))
    return true
  })
  const bucket = openBucket(front.url)
  const object = await find(bucket, 'a.csv')
  const chunks: Uint8Array[] = []
  for await (const chunk of readContent(bucket, object, 0, signal)) chunks.push(chunk)
  t.ok(Buffer.concat(chunks).equals(bytes))
  t.equal(front.requests.at(-1)?.range, 'bytes=100000-')
})

for (const [what, etag] of [
  ['is another version', '"another"'],
  ['is longer than it was listed', undefined],
] as const) {
  t.test(`an object that ${what} is refused also from a server that does not know If-Match`, async t => {
    const s3 = await startS3(t)
    await s3.put('data', 'a.csv', 'four')
    const front = await startFront(t, s3, undefined, ({ path }, response) => {
      if (!path.startsWith('/data/a.csv')) return false
      response.writeHead(200, etag && { etag })
      response.end(etag ? 'FOUR' : 'longer')
      return true
    })
    const bucket = openBucket(front.url)
    const object = await find(bucket, 'a.csv')
    await isUnreadable(t, read(bucket, object), 'has changed since')
  })
}

/** What writing asks S3 for. */
const requests = {
  'to begin an object': ({ method, path }: FrontRequest) => method === 'POST' && path.includes('uploads'),
  'to upload a part': ({ method }: FrontRequest) => method === 'PUT',
  'to publish an object': ({ method, path }: FrontRequest) => method === 'POST' && path.includes('uploadId='),
}

for (const [request, is] of Object.entries(requests)) {
  t.test(`when S3 does not do at first what it is asked, ${request}, it is done all the same`, async t => {
    for (const [what, fault] of Object.entries(faults)) {
      let left = 1
      const { bucket, s3 } = await start(t, asked => (is(asked) && left-- > 0 ? fault : undefined))
      const draft = await bucket.write('out.gz', await bucket.begin('out.gz', signal), content(), signal)
      t.equal((await s3.read('data'))['out.gz'], undefined)
      await bucket.publish('out.gz', draft, signal)
      t.same((await s3.read('data'))['out.gz'], bytes, what)
    }
  })

  t.test(`when S3 never does what it is asked, ${request}, it says why`, async t => {
    const denied: Fault = response => answerError(response, 403, 'AccessDenied')
    for (const [fault, says] of [
      [slowDown, /answered 503 \(SlowDown: /],
      [hang, /cannot be reached \(.*timed out/],
      [denied, /access to the bucket data is denied .*AccessDenied/],
      // The SDK takes such an answer to the last request for an error of S3.
      [nothing, /does not answer as S3 does \(its answer has no (UploadId|ETag)\): |answered 503 /],
    ] as const) {
      const { bucket, s3 } = await start(t, asked => (is(asked) ? fault : undefined), twice(fault))
      const writing = async () => {
        const draft = await bucket.write('out.gz', await bucket.begin('out.gz', signal), content(), signal)
        await bucket.publish('out.gz', draft, signal)
      }
      await t.rejects(writing(), { constructor: UnwritableError, message: says })
      t.equal((await s3.read('data'))['out.gz'], undefined)
    }
  })
}

t.test('an object whose publishing was answered by nothing is published', async t => {
  const s3 = await startS3(t)
  await s3.put('data', 'there', 'x')
  let lost = 0
  const front = await startFront(t, s3, undefined, async ({ method, path }, response) => {
    if (method !== 'POST' || !path.includes('uploadId=')) return false
    if (lost++ > 0) return false
    const { url } = await startFront(t, s3)
    await createS3({ ...settings, endpoint: url })
      .openBucket('data')
      .publish('out.gz', draft, signal)
    response.destroy()
    return true
  })
  const bucket = openBucket(front.url)
  const draft = await bucket.write('out.gz', await bucket.begin('out.gz', signal), content(), signal)
  await bucket.publish('out.gz', draft, signal)
  t.same((await s3.read('data'))['out.gz'], bytes)
})

async function* content(): AsyncGenerator<Uint8Array> {
  yield bytes
}
