import crypto from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import S3rver from 's3rver'
import type { Test } from 'tap'
import { type Buckets, makeBuckets, makeFolder } from './buckets.ts'

/** The one pair of keys that s3rver knows. */
export const s3Credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

const envOf = (url: string) => ({
  AWS_ENDPOINT_URL_S3: url,
  AWS_ACCESS_KEY_ID: s3Credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3Credentials.secretAccessKey,
})

// s3rver makes the tokens of its listings with DES, which OpenSSL has put away. Three times the same key is
// the same.
const { createCipheriv, createDecipheriv } = crypto
const desAgain =
  <T>(create: (algorithm: string, key: Buffer, ...rest: unknown[]) => T) =>
  (algorithm: string, key: Buffer, ...rest: unknown[]) =>
    algorithm === 'des'
      ? create('des-ede3-cbc', Buffer.concat([key, key, key]), ...rest)
      : create(algorithm, key, ...rest)
Object.assign(crypto, {
  createCipheriv: desAgain(createCipheriv as typeof createCipheriv & ((...given: unknown[]) => unknown)),
  createDecipheriv: desAgain(
    createDecipheriv as typeof createDecipheriv & ((...given: unknown[]) => unknown),
  ),
})

/** A real S3 server on a free port. */
export interface S3 extends Buckets {
  url: string
}

/** Starts an S3 server that has no buckets yet. */
export async function startS3(t: Test): Promise<S3> {
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: makeFolder(t),
    silent: true,
    vhostBuckets: false,
  })
  const { port } = await server.run()
  const url = `http://127.0.0.1:${port}`
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: s3Credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  t.teardown(() => {
    client.destroy()
    server.httpServer.close()
    server.httpServer.closeAllConnections()
  })
  const made = new Map<string, Promise<unknown>>()
  const makeBucket = (bucket: string) => {
    if (!made.has(bucket)) made.set(bucket, client.send(new CreateBucketCommand({ Bucket: bucket })))
    return made.get(bucket)
  }
  return {
    url,
    env: envOf(url),
    async put(bucket, key, content) {
      await makeBucket(bucket)
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(content) }))
    },
    async remove(bucket, key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },
    async read(bucket) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
      const objects: Record<string, Buffer> = {}
      for (const { Key } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }))
        objects[Key!] = Buffer.from(await Body!.transformToByteArray())
      }
      return objects
    },
  }
}

/** Both kinds of buckets, for tests of what holds in either. */
export const kindsOfBuckets: [name: string, make: (t: Test) => Buckets | Promise<Buckets>][] = [
  ['a folder', makeBuckets],
  ['S3', startS3],
]

/** The answer to a request for an object, which a test sends as it likes. */
export interface ObjectAnswer {
  key: string
  /** All of the body, as the S3 server gives it. */
  body: Buffer
  /** The byte of the object with which the body begins. */
  from: number
  /** How many requests for objects there were, this one included. */
  count: number
  send(part: Buffer): Promise<void>
  /** Closes the connection, whatever is missing. */
  breakOff(): void
}

/** A request that came to a front. */
export interface FrontRequest {
  method: string
  /** With its query. */
  path: string
  range: string | undefined
  ifMatch: string | undefined
}

/** Answers a request by itself, or does not answer it at all, if it gives true. */
export type Instead = (request: FrontRequest, response: ServerResponse) => boolean | Promise<boolean>

/**
 * Stands before an S3 server and passes on what it is asked and what it answers, but leaves the sending of
 * objects to the test. It also does what s3rver does not: it answers 412 when `If-Match` names another
 * version than the one that is there.
 *
 * @param answer sends an object
 * @param instead of asking the server
 */
export async function startFront(
  t: Test,
  { url: target }: S3,
  answer: (answer: ObjectAnswer) => Promise<void> = ({ send, body }) => send(body),
  instead: Instead = () => false,
): Promise<{ url: string; env: Record<string, string>; requests: FrontRequest[] }> {
  const requests: FrontRequest[] = []
  let count = 0
  const server = createServer(async (request, response) => {
    const { range, authorization, 'if-match': ifMatch } = request.headers
    const { method = 'GET', url: path = '' } = request
    const asked = { method, path, range, ifMatch }
    requests.push(asked)
    const content = await buffer(request)
    if (await instead(asked, response)) return
    const upstream = await fetch(target + path, {
      method,
      headers: {
        ...(range && { range }),
        ...(authorization && { authorization }),
        ...amzHeaders(request.headers),
      },
      ...(content.length > 0 && { body: content }),
    })
    const body = Buffer.from(await upstream.arrayBuffer())
    const key = decodeURIComponent(new URL(target + path).pathname.split('/').slice(2).join('/'))
    if (ifMatch !== undefined && upstream.ok && upstream.headers.get('etag') !== ifMatch) {
      answerError(response, 412, 'PreconditionFailed')
      return
    }
    response.writeHead(upstream.status, {
      'content-length': (method === 'HEAD' && upstream.headers.get('content-length')) || body.length,
      ...pick(upstream.headers, ['content-type', 'content-range', 'etag', 'last-modified']),
    })
    if (method !== 'GET' || key === '' || !upstream.ok) return void response.end(body)
    response.flushHeaders()
    const from = Number(upstream.headers.get('content-range')?.match(/^bytes (\d+)-/)?.[1] ?? 0)
    count++
    await answer({
      key,
      body,
      from,
      count,
      send: part => sendPart(response, part),
      breakOff: () => void response.destroy(),
    })
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, env: envOf(url), requests }
}

/**
 * Stands before an S3 server and sends of each object what comes before a text, and the rest only when they
 * are let go: an import stays in the middle for as long as a test wants.
 */
export async function startHolding(t: Test, s3: S3, text: string) {
  const held = Promise.withResolvers<void>()
  const front = await startFront(t, s3, async ({ body, send }) => {
    const at = Math.max(0, body.indexOf(text))
    await send(body.subarray(0, at))
    await held.promise
    await send(body.subarray(at))
  })
  return { ...front, letGo: held.resolve }
}

/** Answers as S3 does when something is wrong. */
export function answerError(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<Error><Code>${code}</Code><Message>so says the test</Message></Error>`)
}

/** Resolves when the part has been handed to the network, or the client has gone. */
const sendPart = (response: ServerResponse, part: Buffer) =>
  new Promise<void>(resolve => (part.length === 0 ? resolve() : response.write(part, () => resolve())))

const amzHeaders = (headers: NodeJS.Dict<string | string[]>) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('x-amz-') ? [[name, String(value)] as const] : [],
    ),
  )

const pick = (headers: Headers, names: string[]) =>
  Object.fromEntries(names.flatMap(name => (headers.has(name) ? [[name, headers.get(name)!] as const] : [])))

/** A server that is no S3: it answers every request with 200 and the same body. */
export async function startNoS3(t: Test, body: string): Promise<string> {
  const server = createServer(async (request, response) => {
    await buffer(request)
    response.writeHead(200, { 'content-type': 'text/html' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An address of this machine at which nothing listens. */
export async function unusedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}
