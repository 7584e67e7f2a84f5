import { readdirSync } from 'node:fs'
import t, { type Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { countRows } from '../support/database.ts'
import { createApp, startEmulator, until } from '../support/helpers.ts'
import { keepOpen } from '../support/raw-http.ts'

const DATA_DIR = makeFolder(t)
const { url, client } = await startEmulator(t, { DATA_DIR })
await createApp(client)
const rows = countRows(DATA_DIR)
const port = Number(new URL(url).port)
const good = Buffer.from(await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer())

/** What an upload has written so far. */
const uploads = () => readdirSync(DATA_DIR).filter(name => name.startsWith('snapshot'))

const headOf = (framing: string) =>
  `PUT /_pinpoint/snapshot HTTP/1.1\r\nHost: 127.0.0.1\r\n${framing}\r\n\r\n`
const withLength = (bytes: number) => headOf(`Content-Length: ${bytes}`)
const chunked = headOf('Transfer-Encoding: chunked')
const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
const lastChunk = '0\r\n\r\n'
const health = 'GET /_pinpoint/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

/** A snapshot whose header says that it has so many pages. */
function ofPages(pages: number): Buffer {
  const copy = Buffer.from(good)
  copy.writeUInt32BE(pages, 28)
  return copy
}

function isRefused(t: Test, answer: { status: number; body: { Message?: string } }, says: RegExp): void {
  t.equal(answer.status, 400)
  t.match(answer.body.Message, /^The snapshot is refused: /)
  t.match(answer.body.Message, says)
}

const otherProgram = Buffer.from(good)
otherProgram.writeUInt32BE(7, 68)
const tooManyPages = 0xff_ff_ff_fe
const tooLarge = tooManyPages * 8192
const early: [what: string, bytes: (string | Buffer)[], says: RegExp][] = [
  ['a text', [withLength(1e9), 'hello'], /the body is not a SQLite file/],
  ['a text in chunks', [chunked, chunk(Buffer.from('hello'))], /the body is not a SQLite file/],
  ['a text that begins like SQLite', [withLength(1e9), 'SQLite format 4'], /the body is not a SQLite file/],
  [
    'another program',
    [withLength(otherProgram.length), otherProgram.subarray(0, 100)],
    /not one of pinpoint-local/,
  ],
  ['fewer bytes than its header says', [withLength(200), good.subarray(0, 100)], /not all of it was sent/],
  [
    'more bytes than its header says',
    [withLength(1e9), good.subarray(0, 100)],
    /longer than the SQLite file/,
  ],
  ['no room', [withLength(tooLarge), ofPages(tooManyPages).subarray(0, 100)], /MB free, .* make room/],
  ['no room for chunks', [chunked, chunk(ofPages(tooManyPages).subarray(0, 100))], /MB free, .* make room/],
  ['chunks without an end', [chunked, chunk(good), chunk(Buffer.alloc(1))], /longer than the SQLite file/],
]
for (const [what, bytes, says] of early) {
  t.test(`an upload is refused as soon as that can be told, before the rest has come: ${what}`, async t => {
    const connection = await keepOpen(port)
    connection.send(...bytes)
    isRefused(t, await connection.answer(), says)
    t.strictSame(uploads(), [], 'nothing is left of it')
    connection.destroy()
  })
}

t.test('a connection goes on after a refusal, when the rest has come', async t => {
  const rest = Buffer.alloc(5_000_000, 'x')
  const connection = await keepOpen(port)
  connection.send(withLength(5 + rest.length), 'hello')
  isRefused(t, await connection.answer(), /not a SQLite file/)
  connection.send(rest, health)
  t.equal((await connection.answer()).status, 200)

  connection.send(chunked, chunk(Buffer.from('hello')))
  isRefused(t, await connection.answer(), /not a SQLite file/)
  connection.send(chunk(rest), lastChunk, withLength(good.length), good)
  t.equal((await connection.answer()).status, 204, 'and takes a snapshot')
  connection.destroy()
})

t.test('a connection is closed after a refusal, when nothing more comes', async t => {
  const connection = await keepOpen(port)
  connection.send(withLength(1e9), 'hello')
  isRefused(t, await connection.answer(), /not a SQLite file/)
  await connection.closed
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200)
})

t.test('a client that sends all of a large body before it reads is told, too', async t => {
  const body = Buffer.alloc(50_000_000, 'no snapshot ')
  const answer = await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body })
  isRefused(
    t,
    { status: answer.status, body: (await answer.json()) as { Message: string } },
    /not a SQLite file/,
  )
})

t.test('a snapshot may come byte by byte', async t => {
  const connection = await keepOpen(port)
  connection.send(chunked, ...[...good.subarray(0, 150)].map(byte => chunk(Buffer.from([byte]))))
  await until(() => uploads()[0], 'the header to arrive')
  connection.send(chunk(good.subarray(150)), lastChunk)
  t.equal((await connection.answer()).status, 204)
  t.strictSame(uploads(), [])
  connection.destroy()
})

t.test('a body that ends before all of it was sent changes nothing, and leaves nothing behind', async t => {
  const ends: [what: string, bytes: (string | Buffer)[]][] = [
    ['the last chunk comes early', [chunked, chunk(good.subarray(0, 200_000)), lastChunk]],
    ['the last chunk comes within the header', [chunked, chunk(good.subarray(0, 50)), lastChunk]],
    ['the connection ends', [withLength(good.length), good.subarray(0, 200_000)]],
    ['the connection ends between chunks', [chunked, chunk(good.subarray(0, 200_000))]],
    ['the connection ends within the header', [withLength(good.length), good.subarray(0, 50)]],
  ]
  for (const [what, bytes] of ends) {
    const connection = await keepOpen(port)
    connection.send(...bytes)
    if (!bytes.includes(lastChunk)) connection.end()
    t.equal((await connection.answer()).status, 400, what)
    await until(() => uploads().length === 0 || undefined, 'the file to be gone')
    connection.destroy()
  }
  t.strictSame(countRows(DATA_DIR), rows)
})

t.test('bytes behind the body are no part of it', async t => {
  const connection = await keepOpen(port)
  connection.send(withLength(good.length), good, 'more\r\n\r\n')
  t.equal((await connection.answer()).status, 204)
  t.equal((await connection.answer()).status, 400, 'they are no request')
  await connection.closed
  await until(() => uploads().length === 0 || undefined, 'the file to be gone')
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200)
  t.strictSame(countRows(DATA_DIR), rows)
})
