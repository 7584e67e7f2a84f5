import type { ImportJob, ImportProgress } from '../store/import-progress.ts'
import { cutPieces } from './cut-pieces.ts'
import { isGzip, readContent } from './read-object.ts'
import { selectObjects } from './select-objects.ts'
import { type ObjectSource, type SourceObject, UnreadableError } from './sources/source.ts'

/** Objects written to the database in one transaction. */
const objectsPerWrite = 100

/**
 * Lists what a job reads, cuts it into pieces and writes both down. What an interrupted listing has left is
 * forgotten first.
 *
 * @throws UnreadableError when the bucket cannot be listed, or there is nothing to read
 */
export async function listPieces(
  job: ImportJob,
  source: ObjectSource,
  key: string,
  { progress, pieceBytes, signal }: { progress: ImportProgress; pieceBytes: number; signal: AbortSignal },
): Promise<void> {
  progress.write(job, () => progress.clearListing(job))
  let objects = 0
  let pieces = 0
  let batch: (SourceObject & { contentSize: number | undefined })[] = []
  const flush = () => {
    progress.write(job, () => {
      for (const { contentSize, ...object } of batch) {
        progress.addObject(job, { ...object, number: objects })
        for (const span of cutPieces(contentSize, pieceBytes)) {
          progress.addPiece(job, objects, { ...span, number: pieces++ })
        }
        objects++
      }
    })
    batch = []
  }
  for await (const object of selectObjects(source, key, job.definition.Format, signal)) {
    batch.push({ ...object, contentSize: await contentSizeOf(source, object, signal) })
    if (batch.length === objectsPerWrite) flush()
  }
  flush()
  if (pieces === 0) {
    throw new UnreadableError(
      objects === 0
        ? `there is nothing to import: no ${job.definition.Format} object with this key, or with keys that begin with it`
        : 'there is nothing to import: the object is empty',
    )
  }
}

/**
 * Bytes of an object's content. A compressed object is read through to know it; of one that cannot be, it stays
 * unknown, and reading it once more decides.
 */
async function contentSizeOf(
  source: ObjectSource,
  object: SourceObject,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (!isGzip(object.key)) return object.size
  let size = 0
  try {
    for await (const chunk of readContent(source, object, 0, signal)) size += chunk.length
  } catch (error) {
    if (error instanceof UnreadableError) return undefined
    throw error
  }
  return size
}
