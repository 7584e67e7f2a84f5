import type { Test } from 'tap'
import {
  type ObjectSource,
  type SourceObject,
  UnreadableError,
} from '../../../server/import/sources/source.ts'

/** A signal that nobody raises. */
const { signal } = new AbortController()

/** All objects of a listing. */
export async function list(source: ObjectSource, prefix = ''): Promise<SourceObject[]> {
  const objects: SourceObject[] = []
  for await (const object of source.list(prefix, signal)) objects.push(object)
  return objects
}

export const keysOf = async (source: ObjectSource, prefix?: string): Promise<string[]> =>
  (await list(source, prefix)).map(({ key }) => key)

/** The one object with this key. */
export async function find(source: ObjectSource, key: string): Promise<SourceObject> {
  const found = (await list(source, key)).find(object => object.key === key)
  if (found === undefined) throw new Error(`there is no object ${key}`)
  return found
}

export async function read(source: ObjectSource, object: SourceObject, from = 0): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open(object, from, signal)) chunks.push(chunk)
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
