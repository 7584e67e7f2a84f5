import type { Bucket, BucketObject } from '../../buckets/bucket.ts'
import type { Format } from '../../model/import-job.ts'
import type { SkippedObjects } from '../../store/jobs/import-progress.ts'

/** Skipped objects that are named; the others are counted. */
const maxNamed = 100

/** Collects objects that are not read. */
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
 * The objects that an import reads (contract; how a format is recognised is assumed). A key that is exactly an
 * object's is read whatever it is called. Under a prefix, objects that are empty, or whose name begins with `_` or
 * `.`, are skipped; those with an ending of the format are read, or, if there are none, those whose ending says
 * nothing. Compressed objects count by the name before `.gz`.
 *
 * An object that is known to be unreadable is given like any other, so that the job fails and names it.
 *
 * @param options.compressed whether compressed objects under a prefix are read; the real service skips them (assumed)
 * @param options.skipped is told of objects that are not read, once all have been given
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
  /** Those that are read where no object has an ending of the format. */
  const unnamed = new Skipped()
  for await (const object of bucket.list(key, signal)) {
    // It sorts before every longer key, so it comes first if it is there.
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

/** Whether it stands for all that would be below it. */
export const isUnreadableFolder = ({ key, unreadable }: BucketObject): boolean =>
  unreadable !== undefined && key.endsWith('/')

const whyOther = (key: string, named: Format | 'other'): string => {
  if (named !== 'other') return `its name says that it is ${named}`
  return /\.gz$/i.test(key) ? 'it is compressed' : 'it is an archive'
}

/** What S3's console makes for an empty folder. */
const isFolderMarker = ({ key, size }: BucketObject): boolean => size === 0 && key.endsWith('/')

/** Whether an object under a prefix may hold records, by its size and name. */
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

/** The endings of a format's names, as a sentence has them. */
const endingsOf = (format: Format): string =>
  [...endings].flatMap(([ending, of]) => (of === format ? [`.${ending}`] : [])).join(', ')

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
