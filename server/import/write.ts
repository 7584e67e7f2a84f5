import { setImmediate } from 'node:timers/promises'
import { faultsInProcessing, type ProcessingFaults } from '../jobs/faults.ts'
import type { JobCounters } from '../jobs/job-counters.ts'
import type { EndpointsOfImport } from '../store/endpoints.ts'
import type {
  ImportJob,
  ImportObject,
  ImportProgress,
  Piece,
  RecordCounts,
  RowRange,
} from '../store/import-progress.ts'
import { type Into, importRecord } from './import-record.ts'
import { type Item, isBad } from './item.ts'
import type { PreparedBatch, PreparedRecord } from './prepare.ts'

/** Records that are looked up together, after which it is looked whether a caller waits to write. */
const recordsAtOnce = 100

/**
 * Milliseconds of a transaction. It writes whole pages, so the more records it has, the fewer each of them writes; but
 * a caller waits while it is committed, so it stays short for a while where callers have come, and where the worker has
 * died of the job, which shows what of. It ends where the next records are not at hand.
 */
const transaction = { longest: 2000, short: 15, shortFor: 1000, waits: 2 }

/** Characters of a bad record that are kept. */
const recordKept = 4096

/** What records are written with. */
export interface WriteContext {
  endpoints: EndpointsOfImport
  progress: ImportProgress
  counters: JobCounters
  now: () => Date
  signal: AbortSignal
}

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
  batches: AsyncIterable<PreparedBatch>,
  context: WriteContext,
): Promise<void> {
  const { endpoints, progress, counters, signal } = context
  /** Records of the transaction that is open. */
  const written = { processed: 0, failed: 0 }
  let piece = progress.nextPiece(job, object.number)
  let faults: ProcessingFaults | undefined

  const endPiece = (ended: Piece) => {
    const failure = faults?.ofPiece(ended.number) ?? failureOf(ended)
    if (failure !== undefined) progress.addFailure(job, { object: object.key, reason: failure })
    progress.endPiece(job, ended, failure === undefined ? 'COMPLETED' : 'FAILED')
    piece = progress.nextPiece(job, object.number)
  }

  const writeItem = (item: Item<PreparedRecord>, tally: Tally) => {
    while (piece !== undefined && item.line.start >= piece.endByte) endPiece(piece)
    if (piece === undefined) return
    const problem =
      faults?.ofRecord(++tally.number) ??
      (isBad(item) ? item.reason : importRecord(job, item.value, tally.into))
    piece.processed++
    tally.processed++
    if (problem === undefined) return
    piece.failed++
    tally.failed++
    const record = item.line.text.slice(0, recordKept)
    progress.addFailure(job, { object: object.key, line: item.line.number, record, reason: problem })
  }

  /** Writes some of the items, from one on, and gives the number of the first that is left. */
  const writeItems = ({ items, names }: PreparedBatch, from: number): number => {
    const channels = new Map<string, number>()
    const members: RowRange[] = []
    const tally: Tally = {
      into: { endpoints, progress, now, channels, members },
      number: faults === undefined ? 0 : progress.processed(job),
      ...{ processed: 0, failed: 0, channels },
    }
    let next = from
    do {
      const few = items.slice(next, next + recordsAtOnce)
      const wanted = few.map(item => (isBad(item) ? undefined : item.value))
      endpoints.writeAll(job.app, wanted, names, index => writeItem(few[index]!, tally))
      next += few.length
    } while (next < items.length && !progress.isCallerWaiting())
    if (job.segmentId !== null) for (const rows of members) progress.putMembers(job, rows)
    if (piece !== undefined) progress.savePiece(job, piece)
    progress.countRecords(job, tally)
    written.processed += tally.processed
    written.failed += tally.failed
    const { line } = items[next - 1]!
    progress.savePosition(job, object.number, { byte: line.end, line: line.nextNumber })
    return next
  }

  const longest = progress.deaths(job).count > 0 ? 0 : transaction.longest
  /** When the transaction began, as milliseconds and as the time of all endpoints in it. */
  let begun = 0
  let now = ''
  let awaited = Number.NEGATIVE_INFINITY
  let waiting: NodeJS.Timeout | undefined
  const commit = () => {
    progress.commit(job)
    counters.add('importProcessed', written.processed)
    counters.add('importFailed', written.failed)
    Object.assign(written, { processed: 0, failed: 0 })
  }
  try {
    for await (const batch of batches) {
      clearTimeout(waiting)
      for (let from = 0; from < batch.items.length; ) {
        signal.throwIfAborted()
        faults = faultsInProcessing(job, progress)
        try {
          from = progress.writeOn(job, begins => {
            if (begins) {
              begun = performance.now()
              now = context.now().toISOString()
            }
            return writeItems(batch, from)
          })
        } catch (error) {
          // All that is not committed is taken back.
          Object.assign(written, { processed: 0, failed: 0 })
          throw error
        }
        const at = performance.now()
        if (progress.isCallerWaiting()) awaited = at
        const mayLast = at - awaited < transaction.shortFor ? transaction.short : longest
        if (at - begun >= Math.min(mayLast, longest)) commit()
        await setImmediate()
      }
      waiting = setTimeout(() => progress.leave(job), transaction.waits)
    }
  } finally {
    clearTimeout(waiting)
    commit()
  }
  faults = faultsInProcessing(job, progress)
  progress.write(job, () => {
    while (piece !== undefined) endPiece(piece)
  })
}

/** What the records of one transaction add up to. */
interface Tally extends RecordCounts {
  into: Into
  /** Of all the job's records, which one was the last; counted only where rules ask for it. */
  number: number
}

/** Why a piece that was read to its end fails all the same. */
function failureOf({ processed, failed, startByte }: Piece): string | undefined {
  if (processed === 0 || failed < processed) return undefined
  return `none of the ${processed} records in the piece that begins at byte ${startByte} could be imported`
}
