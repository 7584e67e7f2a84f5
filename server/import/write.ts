import { setImmediate } from 'node:timers/promises'
import { faultsInProcessing, type ProcessingFaults } from '../jobs/faults.ts'
import type { Endpoints } from '../store/endpoints.ts'
import type {
  ImportJob,
  ImportObject,
  ImportProgress,
  Piece,
  RecordCounts,
} from '../store/import-progress.ts'
import { importRecord } from './import-record.ts'
import type { ImportedEndpoint } from './imported-names.ts'
import { type Item, isBad } from './item.ts'

/**
 * Records in a transaction, of those that have come together: as many as are worth it, as a transaction writes whole
 * pages, and few when a caller waits to write.
 */
const recordsPerWrite = { most: 2000, whenAwaited: 25 }

/** Characters of a bad record that are kept. */
const recordKept = 4096

/**
 * The last stage: writes the records of one object, in the order of the object. Endpoints, members, failures, the
 * counters and the position from which to go on are written in the same transaction, so whatever happens between
 * two transactions, each record is imported and counted once.
 *
 * @param batches the object's records from the position that is written down
 */
export async function writeRecords(
  job: ImportJob,
  object: ImportObject,
  batches: AsyncIterable<Item<ImportedEndpoint>[]> | Iterable<Item<ImportedEndpoint>[]>,
  context: { endpoints: Endpoints; progress: ImportProgress; now: () => Date; signal: AbortSignal },
): Promise<void> {
  const { endpoints, progress, signal } = context
  let piece = progress.nextPiece(job, object.number)
  let faults: ProcessingFaults | undefined

  const endPiece = (ended: Piece) => {
    const failure = faults?.ofPiece(ended.number) ?? failureOf(ended)
    if (failure !== undefined) progress.addFailure(job, { object: object.key, reason: failure })
    progress.endPiece(job, ended, failure === undefined ? 'COMPLETED' : 'FAILED')
    piece = progress.nextPiece(job, object.number)
  }

  const writeItem = (item: Item<ImportedEndpoint>, tally: Tally) => {
    while (piece !== undefined && item.line.start >= piece.endByte) endPiece(piece)
    if (piece === undefined) return
    const problem =
      faults?.ofRecord(++tally.number) ??
      (isBad(item)
        ? item.reason
        : importRecord(job, item.value, { endpoints, progress, now: tally.now, channels: tally.channels }))
    piece.processed++
    tally.processed++
    if (problem === undefined) return
    piece.failed++
    tally.failed++
    const record = item.line.text.slice(0, recordKept)
    progress.addFailure(job, { object: object.key, line: item.line.number, record, reason: problem })
  }

  /** Writes some of the items, from one on, and gives the number of the first that is left. */
  const writeItems = (items: Item<ImportedEndpoint>[], from: number): number => {
    const tally: Tally = {
      now: context.now().toISOString(),
      number: faults === undefined ? 0 : progress.processed(job),
      ...{ processed: 0, failed: 0, channels: new Map() },
    }
    const end = Math.min(items.length, from + recordsPerWrite.most)
    let next = from
    do {
      const few = Math.min(end, next + recordsPerWrite.whenAwaited)
      while (next < few) writeItem(items[next++]!, tally)
    } while (next < end && !progress.isCallerWaiting())
    if (piece !== undefined) progress.savePiece(job, piece)
    progress.countRecords(job, tally)
    const { line } = items[next - 1]!
    progress.savePosition(job, object.number, { byte: line.end, line: line.nextNumber })
    return next
  }

  for await (const batch of batches) {
    for (let from = 0; from < batch.length; ) {
      signal.throwIfAborted()
      faults = faultsInProcessing(job, progress)
      from = progress.write(job, () => writeItems(batch, from))
      await setImmediate()
    }
  }
  faults = faultsInProcessing(job, progress)
  progress.write(job, () => {
    while (piece !== undefined) endPiece(piece)
  })
}

/** What the records of one transaction add up to. */
interface Tally extends RecordCounts {
  now: string
  /** Of all the job's records, which one was the last; counted only where rules ask for it. */
  number: number
}

/** Why a piece that was read to its end fails all the same. */
function failureOf({ processed, failed, startByte }: Piece): string | undefined {
  if (processed === 0 || failed < processed) return undefined
  return `none of the ${processed} records in the piece that begins at byte ${startByte} could be imported`
}
