import { setImmediate } from 'node:timers/promises'
import { type Bucket, type BucketObject, UnreadableError } from '../buckets/bucket.ts'
import { cutPieces } from '../jobs/cut-pieces.ts'
import type { Format } from '../model/import-job.ts'
import type { ImportJob, ImportProgress, SkippedObjects } from '../store/jobs/import-progress.ts'
import { isGzip, readContent } from './read/object-content.ts'
import { Skipped, selectObjects } from './read/select-objects.ts'

/** Rows of objects and pieces that are written or deleted in one transaction. */
const rowsPerWrite = 1000

/**
 * Lists the objects that a job reads, cuts them into pieces, and stores both, and the objects that
 * it skips. Rows that an interrupted listing has left are deleted first.
 *
 * @throws UnreadableError when the bucket cannot be listed, or there is nothing to read
 */
export async function listPieces(
  job: ImportJob,
  bucket: Bucket,
  key: string,
  {
    progress,
    pieceBytes,
    compressed,
    signal,
  }: { progress: ImportProgress; pieceBytes: number; compressed: boolean; signal: AbortSignal },
): Promise<void> {
  /** Lets other jobs, messages and callers run. */
  const yieldToOthers = async () => {
    await setImmediate()
    signal.throwIfAborted()
  }
  while (progress.write(job, () => progress.clearListing(job, rowsPerWrite))) await yieldToOthers()
  let objects = 0
  let pieces = 0
  let rows: (() => void)[] = []
  const flush = async () => {
    progress.write(job, () => {
      for (const write of rows) write()
    })
    rows = []
    await yieldToOthers()
  }
  const add = async (write: () => void) => {
    rows.push(write)
    if (rows.length === rowsPerWrite) await flush()
  }
  const skipped = new Skipped()
  const selection = { compressed, signal, skipped }
  for await (const object of selectObjects(bucket, key, job.definition.Format, selection)) {
    const contentSize = await contentSizeOf(bucket, object, signal)
    const number = objects++
    await add(() => progress.addObject(job, { ...object, number }))
    for (const span of cutPieces(contentSize, pieceBytes)) {
      const piece = { ...span, number: pieces++ }
      await add(() => progress.addPiece(job, number, piece))
    }
  }
  await add(() => progress.saveSkipped(job, skipped))
  await flush()
  if (pieces === 0) throw new UnreadableError(nothingToImport(job.definition.Format, objects, skipped))
}

/** Says that an S3Url selects no object of the format, or only empty ones. */
export function nothingToImport(format: Format, objects: number, { total, items }: SkippedObjects): string {
  if (objects > 0) return 'there is nothing to import: the object is empty'
  const nothing = `there is nothing to import: no ${format} object with this key, or with keys that begin with it`
  const [first] = items
  if (first === undefined) return nothing
  const others = total === 1 ? '' : `, and ${total - 1} more`
  return `${nothing} (skipped: ${first.object}, as ${first.reason}${others})`
}

/**
 * The bytes of an object's content. A compressed object is read through to count them. If it cannot
 * be read, the size is undefined, and the import reads it again and says what is wrong.
 */
async function contentSizeOf(
  bucket: Bucket,
  object: BucketObject,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (object.unreadable !== undefined) return undefined
  if (!isGzip(object.key)) return object.size
  let size = 0
  try {
    for await (const chunk of readContent(bucket, object, 0, signal)) size += chunk.length
  } catch (error) {
    if (error instanceof UnreadableError) return undefined
    throw error
  }
  return size
}
