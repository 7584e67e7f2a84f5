import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { Test } from 'tap'
import { s3Credentials } from './s3.ts'

/** An object that is stored nowhere: its bytes are made when they are read. */
export interface MadeObject {
  size: number
  /** All of its content, in chunks. */
  content: () => Iterable<Buffer>
}

/** Objects of the same content under a prefix, so many that no list of them is kept. */
export interface MadeObjects {
  prefix: string
  count: number
  content: string
}

const perPage = 1000
const etag = '"made"'

/**
 * An S3 server that makes up what it answers: pages of listings, and objects of any size. It knows GET alone,
 * and one bucket, whatever that is called.
 *
 * @returns what an emulator must be started with to read it, and how many pages it has sent
 */
export async function startMadeS3(
  t: Test,
  objects: Record<string, MadeObject>,
  many: MadeObjects = { prefix: 'none/', count: 0, content: '' },
) {
  const sent = { pages: 0 }
  const keyOf = (index: number) => `${many.prefix}${String(index).padStart(9, '0')}.csv`
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://made')
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
    if (searchParams.has('list-type')) {
      sent.pages++
      return void sendPage(response, searchParams.get('prefix') ?? '', searchParams.get('continuation-token'))
    }
    const object = objects[key] ?? { size: many.content.length, content: () => [Buffer.from(many.content)] }
    response.writeHead(200, { 'content-length': object.size, etag })
    // A client that leaves is no fault of this server.
    await pipeline(object.content(), response).catch(() => {})
  })

  const sendPage = (response: ServerResponse, prefix: string, token: string | null) => {
    const isMany = prefix === many.prefix
    const from = Number(token ?? 0)
    const count = isMany ? Math.min(perPage, many.count - from) : 0
    const listed = isMany
      ? Array.from({ length: count }, (_, index) => [keyOf(from + index), many.content.length] as const)
      : Object.entries(objects)
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, { size }]) => [key, size] as const)
    const next = isMany && from + count < many.count ? from + count : undefined
    const contents = listed.map(
      ([key, size]) =>
        `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>${etag}</ETag><StorageClass>STANDARD</StorageClass></Contents>`,
    )
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(
      `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${contents.join('')}${
        next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
      }</ListBucketResult>`,
    )
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    sent,
    env: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: s3Credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3Credentials.secretAccessKey,
    },
  }
}

/** An object that begins in one way and goes on in another until it is large enough. */
export function madeOf(begin: string, rest: string, bytes: number): MadeObject {
  const first = Buffer.from(begin)
  const chunk = Buffer.from(rest.repeat(Math.max(1, Math.floor(256_000 / rest.length))))
  return {
    size: first.length + bytes,
    *content() {
      yield first
      for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left)
    },
  }
}

/** An object that is small enough to be kept. */
export function textOf(content: string | Buffer): MadeObject {
  const bytes = Buffer.from(content)
  return { size: bytes.length, content: () => [bytes] }
}
