import type { Bucket, BucketObject } from '../buckets/bucket.ts'
import type { Format } from '../shapes/import-job.ts'

/**
 * The objects that an import reads (contract; how a format is recognised is assumed). A key that is exactly an
 * object's is read whatever it is called. Under a prefix, objects that are empty, or whose name begins with `_` or
 * `.`, are passed over; those with an ending of the format are read, or, if there are none, those whose ending says
 * nothing. Compressed objects count by the name before `.gz`.
 *
 * @param compressed whether compressed objects under a prefix are read; the real service passes them over (assumed)
 */
export async function* selectObjects(
  bucket: Bucket,
  key: string,
  format: Format,
  { compressed, signal }: { compressed: boolean; signal: AbortSignal },
): AsyncGenerator<BucketObject> {
  let found = false
  for await (const object of bucket.list(key, signal)) {
    // It sorts before every longer key, so it comes first if it is there.
    if (object.key === key && !key.endsWith('/')) {
      yield object
      return
    }
    if (!isData(object) || formatOf(object.key, compressed) !== format) continue
    found = true
    yield object
  }
  if (found) return
  for await (const object of bucket.list(key, signal)) {
    if (isData(object) && formatOf(object.key, compressed) === undefined) yield object
  }
}

/** Whether an object under a prefix may hold records, by its size and name. */
export function isData({ key, size }: BucketObject): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return size > 0 && name !== '' && !name.startsWith('_') && !name.startsWith('.')
}

const endings = new Map<string, Format | 'other'>([
  ['csv', 'CSV'],
  ['json', 'JSON'],
  ['jsonl', 'JSON'],
  ['ndjson', 'JSON'],
  ['zip', 'other'],
])

/** The format that a key's ending stands for; undefined where it has none or an unknown one. */
export function formatOf(key: string, compressed: boolean): Format | 'other' | undefined {
  if (!compressed && isArchive(key)) return 'other'
  const name = key
    .slice(key.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/\.gz$/, '')
  return endings.get(name.match(/\.([^.]+)$/)?.[1] ?? '')
}

/** Whether a key's ending says that the object is compressed. */
export const isArchive = (key: string): boolean => /\.(gz|zip)$/i.test(key)
