import type { Bucket, BucketObject } from '../../buckets/bucket.ts'
import type { Format } from '../../model/import-job.ts'
import type { SkippedObjects } from '../../store/jobs/import-progress.ts'

/** Maximum number of skipped objects that are named. All are counted. */
const maxNamed = 100

/** Collects objects that are skipped. */
export class Skipped implements SkippedObjects {
  total = 0
  readonly items: SkippedObjects['items'] = []

  add(object: string, reason: string): void {
    this.total++
    if (this.items.length < maxNamed) this.items.push({ object, reason })
  }

  addAll({ total, items }: SkippedObjects): void {
    for (const { object, reason } of items) this.add(object, reason)
    this.total += total - items.length
  }
}

/**
 * Selects the objects that an import reads (source: guide; how a format is recognized is assumed).
 *
 * - If the key is exactly that of an object, this object is read, whatever its name.
 * - Under a prefix, empty objects and names that begin with `_` or `.` are skipped. Objects with an
 *   extension of the format are read; if there are none, objects without a known extension. The
 *   extension of a compressed object is the one before `.gz`.
 * - An object that is known to be unreadable is returned, so that the job fails and names it.
 *
 * @param options.compressed whether compressed objects under a prefix are read; the real service
 *   skips them (assumed)
 * @param options.skipped collects the objects that are not read; complete when the generator ends
 */
export async function* selectObjects(
  bucket: Bucket,
  key: string,
  format: Format,
  {
    compressed,
    signal,
    skipped = new Skipped(),
  }: { compressed: boolean; signal: AbortSignal; skipped?: Skipped },
): AsyncGenerator<BucketObject> {
  let found = false
  /** Objects without a known extension. They are read if no object has one of the format. */
  const unnamed = new Skipped()
  for await (const object of bucket.list(key, signal)) {
    // It sorts before all longer keys, so it comes first if it exists.
    if (object.key === key && !key.endsWith('/')) {
      yield object
      return
    }
    if (isUnreadableFolder(object)) {
      yield object
      continue
    }
    const reason = whyNoData(object)
    const named = reason === undefined ? formatOf(object.key, compressed) : undefined
    if (reason !== undefined) {
      if (!isFolderMarker(object)) skipped.add(object.key, reason)
    } else if (named === format) {
      found = true
      yield object
    } else if (named === undefined) unnamed.add(object.key, `its name does not end in ${endingsOf(format)}`)
    else skipped.add(object.key, whyOther(object.key, named))
  }
  if (found) {
    skipped.addAll(unnamed)
    return
  }
  for await (const object of bucket.list(key, signal)) {
    if (!isUnreadableFolder(object) && isData(object) && formatOf(object.key, compressed) === undefined)
      yield object
  }
}

/** Whether an entry stands for a folder that cannot be listed. */
export const isUnreadableFolder = ({ key, unreadable }: BucketObject): boolean =>
  unreadable !== undefined && key.endsWith('/')

const whyOther = (key: string, named: Format | 'other'): string => {
  if (named !== 'other') return `its name says that it is ${named}`
  return /\.gz$/i.test(key) ? 'it is compressed' : 'it is an archive'
}

/** Whether an object is the marker that the console of S3 creates for a folder. */
const isFolderMarker = ({ key, size }: BucketObject): boolean => size === 0 && key.endsWith('/')

/** Whether an object under a prefix may contain records, judged by its size and name. */
export const isData = (object: BucketObject): boolean => whyNoData(object) === undefined

function whyNoData({ key, size, unreadable }: BucketObject): string | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1)
  if (name === '') return 'its key ends with a slash'
  if (/^[_.]/.test(name)) return `its name begins with ${name[0]}`
  return size === 0 && unreadable === undefined ? 'it is empty' : undefined
}

const endings = new Map<string, Format | 'other'>([
  ['csv', 'CSV'],
  ['json', 'JSON'],
  ['jsonl', 'JSON'],
  ['ndjson', 'JSON'],
  ['zip', 'other'],
])

/** The extensions of a format, for a message. */
const endingsOf = (format: Format): string =>
  [...endings].flatMap(([ending, of]) => (of === format ? [`.${ending}`] : [])).join(', ')

/** The format of a key's extension; undefined for no extension or an unknown one. */
export function formatOf(key: string, compressed: boolean): Format | 'other' | undefined {
  if (!compressed && isArchive(key)) return 'other'
  const name = key
    .slice(key.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/\.gz$/, '')
  return endings.get(name.match(/\.([^.]+)$/)?.[1] ?? '')
}

/** Whether an object is compressed or an archive, judged by its key. */
export const isArchive = (key: string): boolean => /\.(gz|zip)$/i.test(key)
