import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { type Bucket, type BucketObject, UnreadableError } from '../../buckets/bucket.ts'
import { isEnough, recognizeKind } from '../content-kind.ts'

/** Milliseconds before a retry, doubled for each attempt in a row that has read nothing. */
const pause = 100

/** Bytes that are decompressed at a time. Smaller chunks take longer for each byte. */
const gunzipBytes = 64 * 1024

/** Maximum attempts to read from the same byte. */
const maxAttempts = 3

/** Whether an object is compressed with gzip, judged by its key. */
export const isGzip = (key: string): boolean => key.toLowerCase().endsWith('.gz')

/**
 * Reads the content of an object; of a compressed object, the decompressed content.
 *
 * @param from the position in the content from which to read
 * @throws UnreadableError when the object cannot be read or decompressed, or is of a kind that
 *   `recognizeKind` knows, such as a workbook
 */
export async function* readContent(
  bucket: Bucket,
  object: BucketObject,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const content = decompressed(bucket, object, from, signal)
  yield* from === 0 ? refuseKinds(content) : content
}

/** Passes on content from its beginning. Holds it back until its kind can be recognized. */
async function* refuseKinds(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begin: Buffer | undefined = Buffer.alloc(0)
  const check = (bytes: Buffer) => {
    const kind = recognizeKind(bytes)
    if (kind !== undefined) throw new UnreadableError(`the object is ${kind}`)
    return bytes
  }
  for await (const chunk of content) {
    if (begin === undefined) {
      yield chunk
      continue
    }
    begin =
      begin.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([begin, chunk])
    if (!isEnough(begin)) continue
    yield check(begin)
    begin = undefined
  }
  if (begin !== undefined && begin.length > 0) yield check(begin)
}

async function* decompressed(
  bucket: Bucket,
  object: BucketObject,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (!isGzip(object.key)) {
    yield* readBytes(bucket, object, from, signal)
    return
  }
  const gunzip = createGunzip({ chunkSize: gunzipBytes })
  // Errors reach the loop below through the stream.
  pipeline(readBytes(bucket, object, 0, signal), gunzip).catch(() => {})
  let toSkip = from
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      if (toSkip < chunk.length) yield chunk.subarray(toSkip)
      toSkip = Math.max(0, toSkip - chunk.length)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof UnreadableError) throw error
    throw new UnreadableError(`the object cannot be decompressed as gzip: ${(error as Error).message}`)
  }
}

/** Reads the stored bytes of an object. If the connection breaks, continues at the same byte. */
async function* readBytes(
  bucket: Bucket,
  object: BucketObject,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let next = from
  for (let attempts = 1; ; attempts++) {
    try {
      for await (const chunk of bucket.open(object, next, signal)) {
        next += chunk.length
        attempts = 0
        yield chunk
      }
      return
    } catch (error) {
      if (!(error instanceof UnreadableError && error.brokenOff) || attempts >= maxAttempts) throw error
      await setTimeout(pause * 2 ** attempts, undefined, { signal })
    }
  }
}
