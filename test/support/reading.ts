import type { Test } from 'tap'
import { type Bucket, type BucketObject, UnreadableError } from '../../server/buckets/bucket.ts'

/** A signal that nobody raises. */
const { signal } = new AbortController()

/** All objects of a listing. */
export async function list(bucket: Bucket, prefix = ''): Promise<BucketObject[]> {
  const objects: BucketObject[] = []
  for await (const object of bucket.list(prefix, signal)) objects.push(object)
  return objects
}

export const keysOf = async (bucket: Bucket, prefix?: string): Promise<string[]> =>
  (await list(bucket, prefix)).map(({ key }) => key)

/** The one object with this key. */
export async function find(bucket: Bucket, key: string): Promise<BucketObject> {
  const found = (await list(bucket, key)).find(object => object.key === key)
  if (found === undefined) throw new Error(`there is no object ${key}`)
  return found
}

export async function read(bucket: Bucket, object: BucketObject, from = 0): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bucket.open(object, from, signal)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Expects something to be unreadable for a reason that it can tell. */
export async function isUnreadable(
  t: Test,
  doing: Promise<unknown>,
  ...says: (string | RegExp)[]
): Promise<void> {
  const error = await doing.then(
    () => undefined,
    error => error,
  )
  if (!(error instanceof UnreadableError)) return void t.fail('it is unreadable', { got: error })
  for (const words of says) t.match(error.message, words)
}
