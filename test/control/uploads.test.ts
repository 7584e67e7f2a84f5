import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import {
  type Answer,
  createApp,
  isError,
  runExport,
  runImport,
  startEmulator,
  until,
} from '../support/helpers.ts'
import { keepOpen } from '../support/raw-http.ts'
import { getEndpoint } from '../support/reads.ts'

const users = 'Id,ChannelType,Address\nann,EMAIL,ann@example.com\nbob,SMS,+15555550100\n'

async function start(t: Test, env: Record<string, string> = {}) {
  const DATA_DIR = env.DATA_DIR ?? makeFolder(t)
  const emulator = await startEmulator(t, { DATA_DIR, ...env })
  const put = async (
    name: string,
    body: string | ReadableStream,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${emulator.url}/_pinpoint/uploads/${name}`, {
      method: 'PUT',
      body,
      headers,
      duplex: 'half',
    } as RequestInit)
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.json(),
    }
  }
  /** What is left of uploads in the data folder. */
  const stored = () => {
    const folder = join(DATA_DIR, 'uploads')
    const others = readdirSync(DATA_DIR).filter(name => name.startsWith('upload') && name !== 'uploads')
    const files = existsSync(folder) ? readdirSync(folder).flatMap(id => readdirSync(join(folder, id))) : []
    return [...others, ...files]
  }
  return { ...emulator, DATA_DIR, put, stored, control: controlOf(emulator.url) }
}

t.test('a file that is uploaded can be imported, by each of its URLs', async t => {
  const { client, put, stored } = await start(t)
  const app = await createApp(client)
  const first = await put('users.csv', users, { 'content-type': 'text/csv' })
  t.equal(first.status, 201)
  t.strictSame(Object.keys(first.body).sort(), ['bytes', 's3Url'])
  t.equal(first.body.bytes, users.length)
  t.match(first.body.s3Url, /^s3:\/\/pinpoint-local-uploads\/[^/]+\/users\.csv$/)
  const second = await put('users.csv', 'Id,ChannelType,Address\neve,EMAIL,eve@example.com\n')
  t.not(second.body.s3Url, first.body.s3Url, 'the same name again is another object')

  t.match(await runImport(client, app, { S3Url: first.body.s3Url }), {
    JobStatus: 'COMPLETED',
    TotalProcessed: 2,
  })
  t.match(await getEndpoint(client, app, 'ann'), { Address: 'ann@example.com' })
  t.match(await runImport(client, app, { S3Url: second.body.s3Url }), {
    JobStatus: 'COMPLETED',
    TotalProcessed: 1,
  })
  t.strictSame(stored(), ['users.csv', 'users.csv'])
})

t.test('files that are uploaded beside each other are read by one import', async t => {
  const { client, put, control } = await start(t)
  const app = await createApp(client)
  const first = (await put('a.csv', users)).body.s3Url as string
  const beside = `?beside=${encodeURIComponent(first)}`
  const second = await put(`b.csv${beside}`, 'Id,ChannelType,Address\neve,EMAIL,eve@example.com\n')
  t.equal(second.status, 201)
  const prefix = first.slice(0, first.lastIndexOf('/') + 1)
  t.equal(second.body.s3Url, `${prefix}b.csv`)
  t.match(await runImport(client, app, { S3Url: prefix }), { JobStatus: 'COMPLETED', TotalProcessed: 3 })

  const again = await put(`a.csv${beside}`, users)
  t.match(again, { status: 400, body: { Message: /"a.csv" beside that one already/ } })
  for (const other of ['s3://demo/users.csv', 'a.csv', '']) {
    t.match(await put(`c.csv?beside=${other}`, users), {
      status: 400,
      body: { Message: /must be the s3Url/ },
    })
  }
  for (const other of ['s3://pinpoint-local-uploads/../x.csv', `${prefix}none.csv`, prefix]) {
    t.match(await put(`c.csv?beside=${other}`, users), { status: 400, body: { Message: /no upload/ } })
  }
  await control('POST', '/_pinpoint/reset')
  t.match(await put(`b.csv${beside}`, users), { status: 400, body: { Message: /a reset removes/ } })
})

t.test('a large file comes as a stream, with or without its length', async t => {
  const { client, put } = await start(t)
  const app = await createApp(client)
  const line = (n: number) => `user-${n},EMAIL,user-${n}@example.com\n`
  const lines = ['Id,ChannelType,Address\n', ...Array.from({ length: 200_000 }, (_, n) => line(n))]
  const bytes = lines.join('').length
  t.ok(bytes > 7 * 1024 * 1024, 'more than any other call takes')
  const chunks = Array.from({ length: 201 }, (_, n) => lines.slice(n * 1000, n * 1000 + 1000).join(''))
  const chunked = await put('users.csv', Readable.toWeb(Readable.from(chunks)) as ReadableStream)
  t.match(chunked, { status: 201, body: { bytes } })
  t.match(await put('users.csv', lines.join('')), { status: 201, body: { bytes } })
  // It is read in a thread of its own.
  const job = await runImport(client, app, { S3Url: chunked.body.s3Url })
  t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 200_000, TotalFailures: 0 })
})

t.test('a name may have anything but what names no file in a folder', async t => {
  const { client, put, stored } = await start(t)
  const app = await createApp(client)
  for (const name of [
    'a b.csv',
    'ä+%&?#.csv',
    '.hidden.csv',
    '_x.csv',
    'no-ending',
    `${'x'.repeat(251)}.csv`,
  ]) {
    const { status, body } = await put(encodeURIComponent(name), users)
    t.equal(status, 201, name)
    t.ok(body.s3Url.endsWith(`/${name}`))
    t.match(await runImport(client, app, { S3Url: body.s3Url }), { JobStatus: 'COMPLETED' }, name)
  }
  const before = stored()
  const refused: [name: string, message: RegExp][] = [
    ['..%2Fusers.csv', /^The upload is refused: a name must be one segment of the path, without slashes/],
    ['a%2Fb.csv', /one segment of the path/],
    ['%2Fusers.csv', /one segment of the path/],
    ['%2E%2E%2F', /one segment of the path/],
    ['a%00.csv', /a folder cannot hold the key/],
    ['x'.repeat(256), /^The upload is refused: a name must have at most 255 bytes; got 256$/],
    ['%C3%A4'.repeat(128), /at most 255 bytes; got 256/],
  ]
  for (const [name, message] of refused)
    isError(t, await put(name, users), 400, 'BadRequestException', message)
  t.strictSame(stored(), before)
})

t.test('the name of an upload must not be . or ..', async t => {
  const { url, stored } = await start(t)
  const port = Number(new URL(url).port)
  // Other clients resolve such paths.
  for (const name of ['..', '.', '%2e%2e']) {
    const connection = await keepOpen(port)
    connection.send(
      `PUT /_pinpoint/uploads/${name} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx`,
    )
    const answer = await connection.answer()
    isError(t, answer, 400, 'BadRequestException', /a folder cannot hold the key/)
    connection.destroy()
  }
  t.strictSame(stored(), [])
})

t.test('an upload that breaks off leaves nothing', async t => {
  const { url, stored } = await start(t)
  const port = Number(new URL(url).port)
  const head = (framing: string) =>
    `PUT /_pinpoint/uploads/users.csv HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`
  for (const bytes of [
    [head('Content-Length: 1000'), users],
    [head('Transfer-Encoding: chunked'), `${users.length.toString(16)}\r\n${users}\r\n`],
  ]) {
    const left = await keepOpen(port)
    left.send(...bytes)
    await until(() => (stored().length > 0 ? true : undefined), 'the upload to begin')
    left.destroy()
    await until(() => (stored().length === 0 ? true : undefined), 'the upload to be gone')

    const ended = await keepOpen(port)
    ended.send(...bytes)
    ended.end()
    t.equal((await ended.answer()).status, 400)
    await until(() => (stored().length === 0 ? true : undefined), 'the upload to be gone')
    ended.destroy()
  }
})

t.test('what is larger than the disk is refused before it is sent', async t => {
  const { url, stored } = await start(t)
  const connection = await keepOpen(Number(new URL(url).port))
  connection.send(
    `PUT /_pinpoint/uploads/users.csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${2 ** 52}\r\n\r\n`,
  )
  const full =
    /^the disk that holds DATA_DIR is full \(ENOSPC: \d+ MB are free, and the upload has \d+ MB: make room\)$/
  isError(t, await connection.answer(), 500, 'InternalServerErrorException', full)
  t.strictSame(stored(), [])
  connection.destroy()
})

t.test('uploads are kept by a restart and a restored snapshot, and not by a reset', async t => {
  const DATA_DIR = makeFolder(t)
  const first = await start(t, { DATA_DIR })
  const { s3Url } = (await first.put('users.csv', users)).body
  await first.close()

  const { url, client, control, stored } = await start(t, { DATA_DIR })
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  t.notMatch(Buffer.from(snapshot).toString('latin1'), 'bob', 'it is not in the snapshot')
  t.equal((await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })).status, 204)
  t.match(await runImport(client, await createApp(client), { S3Url: s3Url }), { JobStatus: 'COMPLETED' })

  t.equal((await control('POST', '/_pinpoint/reset')).status, 204)
  t.strictSame(stored(), [])
  const job = await runImport(client, await createApp(client), { S3Url: s3Url })
  t.match(job, { JobStatus: 'FAILED', Failures: [/the bucket pinpoint-local-uploads has no objects/] })
})

t.test('a start removes what a killed process has left of uploads', async t => {
  const id = '75d56059-f0a0-4e3b-808f-520c605dccf1'
  const DATA_DIR = t.testdir({
    [`upload-${id}`]: 'half of it',
    [`uploads-${id}`]: { a: { 'users.csv': 'what was being removed' } },
    uploads: { b: { 'users.csv': users } },
  })
  const { stored } = await start(t, { DATA_DIR })
  t.strictSame(stored(), ['users.csv'])
})

t.test('nothing can be exported into the bucket of uploads', async t => {
  const buckets = makeBuckets(t)
  const { client, put } = await start(t, buckets.env)
  const app = await createApp(client)
  const refused = { JobStatus: 'FAILED', Failures: [/is for uploads, and takes no exports/] }
  const intoUploads = { S3UrlPrefix: 's3://pinpoint-local-uploads/out' }
  t.match(await runExport(client, app, intoUploads), refused, 'without any upload')
  const { s3Url } = (await put('users.csv', users)).body
  await runImport(client, app, { S3Url: s3Url })
  t.match(await runExport(client, app, intoUploads), refused)
})

t.test('with a token set, an upload needs it', async t => {
  const { put } = await start(t, { CONTROL_TOKEN: 'open-sesame' })
  isError(t, await put('users.csv', users), 401, 'UnauthorizedException', /^Control calls need/)
  const { status } = await put('users.csv', users, { authorization: 'Bearer open-sesame' })
  t.equal(status, 201)
})
