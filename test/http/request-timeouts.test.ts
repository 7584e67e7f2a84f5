import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { Clock } from '../../server/clock/clock.ts'
import { createState } from '../../server/emulator/state.ts'
import { EventBus } from '../../server/events/event-bus.ts'
import { WriteQueue } from '../../server/store/database/write-queue.ts'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { makeFolder } from '../support/buckets.ts'
import { isError, noUploads, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { listen, readRaw, receive, sendRaw, statusesIn } from '../support/raw-http.ts'

const requestTimeouts = { request: 50, checkInterval: 10 }
const tooLate = /^The request did not arrive completely within 0\.05 seconds$/
const key = { id: 'AKIDEXAMPLE', secret: 'secret' }

const halfSent: Record<string, string> = {
  nothing: '',
  'half of the headers': 'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Le',
  'headers and no body': 'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n',
  'half of a body': 'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"Nam',
  'some chunks of a body':
    'POST /v1/apps HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n',
  'half of a body that nobody needs':
    'POST /v1/nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"Nam',
  'half of the body of a control call':
    'POST /_pinpoint/faults HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{',
  'half of a second request':
    'GET /v1/apps HTTP/1.1\r\nHost: x\r\n\r\nPOST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{',
}

for (const [what, bytes] of Object.entries(halfSent)) {
  t.test(`a client that sends ${what} is answered 408, and the connection ends`, async t => {
    const { port, call } = await listen(t, { requestTimeouts })
    const received = await receive(port, bytes)
    const answer = readRaw(received.slice(received.lastIndexOf('HTTP/1.1 ')))
    isError(t, answer, 408, 'RequestTimeoutException', tooLate)
    t.equal(answer.headers.connection, 'close')
    t.strictSame((await call('GET', '/v1/apps')).body, { Item: [] }, 'nothing was created')
  })
}

t.test('a signed request that does not come to its end is answered 408', async t => {
  const accessKeys = new Map([[key.id, key.secret]])
  const config = { region: 'us-east-1', accountId: '123456789012', quotas: false, accessKeys }
  const now = new Date('2026-01-02T03:04:05Z')
  const { port } = await listen(t, { config, now: () => now, requestTimeouts })
  const scope = `${key.id}/20260102/us-east-1/mobiletargeting/aws4_request`
  const head = [
    'POST /v1/apps HTTP/1.1',
    'Host: x',
    'X-Amz-Date: 20260102T030405Z',
    `Authorization: AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=abc`,
    'Content-Length: 12',
  ]
  isError(t, await sendRaw(port, `${head.join('\r\n')}\r\n\r\n{`), 408, 'RequestTimeoutException', tooLate)
})

t.test('a request that came too late is in the list of calls', async t => {
  const { port, call } = await listen(t, { requestTimeouts })
  await sendRaw(port, halfSent['half of a body']!)
  const { items } = (await call('GET', '/_pinpoint/requests')).body
  matchEach(t, items, [{ operation: 'CreateApp', status: 408, exception: 'RequestTimeoutException' }])
})

t.test('a client that goes on sending after its answer is cut off', async t => {
  const { port } = await listen(t, { requestTimeouts })
  const { status, body } = await sendRaw(
    port,
    'GET /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"Nam',
  )
  t.strictSame([status, body], [200, { Item: [] }])
})

t.test('a second request that comes too late is answered behind the first', async t => {
  const { port, call } = await listen(t, { requestTimeouts })
  await call('POST', '/_pinpoint/faults', { operation: 'GetApps', latencyMs: 500 })
  const get = 'GET /v1/apps HTTP/1.1\r\nHost: x\r\n\r\n'
  t.strictSame(statusesIn(await receive(port, `${get}POST /v1/apps HTTP/1.1\r\nHos`)), [200, 408])
})

t.test('a connection that is open for longer goes on serving', async t => {
  const { port } = await listen(t, { requestTimeouts })
  const get = 'GET /v1/apps HTTP/1.1\r\nHost: x\r\n\r\n'
  const socket = open(t, port, get)
  await once(socket, 'data')
  // By then, the first has been open for longer than a request may take.
  await sendRaw(port, halfSent['half of a body']!)
  socket.write(get)
  t.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200 OK/)
})

t.test('an upload may take longer than any other request', async t => {
  const { port, snapshot } = await listenForUploads(t, { requestTimeouts })
  const socket = open(t, port, uploadHead(snapshot), snapshot.subarray(0, 5000))
  await once(socket, 'connect')
  isError(t, await sendRaw(port, halfSent['half of a body']!), 408, 'RequestTimeoutException', tooLate)
  socket.write(snapshot.subarray(5000))
  t.match(await text(socket), /^HTTP\/1\.1 204 No Content/)
})

t.test('an upload of which no byte comes any more is answered 408, and its file removed', async t => {
  const { port, snapshot, uploaded, call, createApp } = await listenForUploads(t, {
    requestTimeouts: { uploadIdle: 1000 },
  })
  await createApp({ Name: 'kept' })
  const answered = sendRaw(port, uploadHead(snapshot), snapshot.subarray(0, snapshot.length - 1))
  await until(() => uploaded().length > 0 || undefined, 'the file')
  isError(
    t,
    await answered,
    408,
    'RequestTimeoutException',
    /^No more bytes of the request body arrived for 1 seconds$/,
  )
  await until(() => uploaded().length === 0 || undefined, 'the file to be gone')
  matchEach(t, (await call('GET', '/v1/apps')).body.Item, [{ Name: 'kept' }], 'the state is as it was')
})

t.test('an upload may take any time as long as bytes come', async t => {
  const { port, snapshot } = await listenForUploads(t, { requestTimeouts: { uploadIdle: 1000 } })
  const slow = open(t, port, uploadHead(snapshot))
  let sent = 0
  const sending = setInterval(() => slow.write(snapshot.subarray(sent, ++sent)), 10)
  await once(slow, 'connect')
  // Begun later than the slow one, it is ended for its silence.
  t.match(await sendRaw(port, uploadHead(snapshot), snapshot.subarray(0, 1000)), { status: 408 })
  clearInterval(sending)
  slow.write(snapshot.subarray(sent))
  t.match(await text(slow), /^HTTP\/1\.1 204 No Content/)
})

/** A connection that the test ends, where the server does not. */
function open(t: Test, port: number, ...bytes: (string | Buffer)[]): Socket {
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  for (const part of bytes) socket.write(part)
  return socket
}

const uploadHead = (body: Buffer) =>
  `PUT /_pinpoint/snapshot HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`

/** An application with a state that can be replaced, and a snapshot for it. */
async function listenForUploads(t: Test, given: Parameters<typeof listen>[1]) {
  const folder = makeFolder(t)
  openStore(folder).close()
  const snapshot = readFileSync(databaseFile(folder))
  const dataDir = makeFolder(t)
  const store = openStore(dataDir)
  const ending = new AbortController()
  t.teardown(() => ending.abort())
  const state = createState({
    dataDir,
    store,
    writeQueue: new WriteQueue(),
    bus: new EventBus(),
    clock: new Clock(),
    uploads: noUploads,
    seed: undefined,
    signal: ending.signal,
    jobWorker: { replaced: async () => {} },
  })
  const uploaded = () => readdirSync(dataDir).filter(name => name.startsWith('snapshot-'))
  return { ...(await listen(t, { store, state, ...given })), snapshot, uploaded }
}
