import { setImmediate } from 'node:timers/promises'
import { wholeEndpoints } from '../../endpoints/merge-endpoint.ts'
import { faultsInProcessing, type ProcessingFaults } from '../../jobs/faults.ts'
import type { JobCounters } from '../../jobs/record-counters.ts'
import type { EndpointValues } from '../../store/endpoints/endpoint-row.ts'
import type { Rows } from '../../store/import-writes/bulk-lookup.ts'
import type { Columns } from '../../store/import-writes/columns.ts'
import type { EndpointsOfImport } from '../../store/import-writes/import-writer.ts'
import type {
  ImportJob,
  ImportObject,
  ImportProgress,
  Piece,
  RecordCounts,
} from '../../store/jobs/import-progress.ts'
import { isBad } from '../read/item.ts'
import type { PreparedRecord } from '../read/prepare.ts'
import type { RecordBatch } from '../read/record-batch.ts'
import { type Into, importAlike, importRecord, refuseRecord } from './import-record.ts'

/** Records that are looked up together, after which it is looked whether a caller waits to write. */
const recordsAtOnce = 100

/**
 * Milliseconds of a transaction. It writes whole pages, so the more records it has, the fewer each of them writes; but
 * a caller waits while it is committed, so it stays short for a while where callers have come, and where the worker has
 * died of the job, which shows what of. It waits a moment for the next records, as long as no caller comes: whoever reads
 * them collects garbage in between.
 */
const transaction = { longest: 2000, short: 15, shortFor: 1000, waits: 50 }

/** Milliseconds after which it is looked again whether a caller waits, where the next records are not at hand. */
const looksAgain = 2

/** Characters of a bad record that are kept, and of its id. */
const kept = { record: 4096, id: 256 }

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
  batches: AsyncIterable<RecordBatch>,
  context: WriteContext,
): Promise<void> {
  const { endpoints, progress, counters, signal } = context
  /** Records of the transaction that is open. */
  const written = { processed: 0, failed: 0 }
  let piece = progress.nextPiece(job, object.number)
  /** Which of the object's records was the last, from 1. */
  let recordNumber = progress.recordsOf(job, object.number)
  let faults: ProcessingFaults | undefined

  const endPiece = (ended: Piece) => {
    const failure = faults?.ofPiece(ended.number) ?? failureOf(ended)
    if (failure !== undefined) progress.addFailure(job, { object: object.key, reason: failure })
    progress.endPiece(job, ended, failure === undefined ? 'COMPLETED' : 'FAILED')
    piece = progress.nextPiece(job, object.number)
  }

  /** Writes the first of some records, or as many as create endpoints and can be written at once; gives the place of the next. */
  const writeFirst = ({ from: place, to }: Rows, batch: RecordBatch, tally: Tally): number => {
    while (piece !== undefined && batch.start(place) >= piece.endByte) endPiece(piece)
    if (piece === undefined) return place + 1
    if (tally.wholeTo <= place) tally.wholeTo = batch.endOfWhole({ from: place, to }, piece.endByte)
    const whole = { from: place, to: tally.wholeTo }
    const atOnce =
      tally.whole === undefined || whole.to === place
        ? 0
        : importAlike(batch.columns!, tally.whole, whole, job, tally.into)
    if (atOnce > 0) {
      piece.processed += atOnce
      tally.processed += atOnce
      recordNumber += atOnce
      return place + atOnce
    }
    const item = batch.item(place)
    const problem =
      faults?.ofRecord(++tally.number) ??
      (isBad(item) ? refuseRecord(job, item, tally.into) : importRecord(job, item.value, tally.into))
    piece.processed++
    tally.processed++
    recordNumber++
    if (problem === undefined) return place + 1
    piece.failed++
    tally.failed++
    const { line } = item
    const id = (isBad(item) ? item.id : givenId(item.value))?.slice(0, kept.id)
    const record = line.text.slice(0, kept.record)
    progress.addFailure(job, {
      object: object.key,
      line: line.number,
      number: recordNumber,
      id,
      record,
      reason: problem,
    })
    return place + 1
  }

  const tallyOf = ({ columns }: RecordBatch): Tally => {
    const channels = new Map<string, number>()
    const isRegistered = job.definition.RegisterEndpoints !== false
    return {
      ...{ processed: 0, failed: 0, channels },
      into: { endpoints, progress, now, channels, members: [] },
      number: faults === undefined ? 0 : progress.processed(job),
      whole:
        columns !== undefined && isRegistered && faults === undefined
          ? wholeEndpoints(columns, { requestId: job.requestId, now })
          : undefined,
      wholeTo: 0,
    }
  }

  /** Writes some of the records, from one on, and gives the place of the first that is left. */
  const writeSome = (batch: RecordBatch, from: number): number => {
    const tally = tallyOf(batch)
    let next = from
    do {
      const to = Math.min(next + recordsAtOnce, batch.length)
      endpoints.writeAll(job.app, batch.columns, batch.names, { from: next, to }, place =>
        writeFirst({ from: place, to }, batch, tally),
      )
      next = to
    } while (next < batch.length && !progress.isCallerWaiting())
    if (job.segmentId !== null) for (const rows of tally.into.members) progress.putMembers(job, rows)
    if (piece !== undefined) progress.savePiece(job, piece)
    progress.countRecords(job, tally)
    written.processed += tally.processed
    written.failed += tally.failed
    progress.savePosition(job, object.number, batch.positionAfter(next - 1))
    return next
  }

  const longest = progress.deaths(job).count > 0 ? 0 : transaction.longest
  /** When the transaction began, as milliseconds and as the time of all endpoints in it. */
  let begun = 0
  let now = 0
  let awaited = Number.NEGATIVE_INFINITY
  let waiting: NodeJS.Timeout | undefined
  const countWritten = () => {
    counters.add('importProcessed', written.processed)
    counters.add('importFailed', written.failed)
    Object.assign(written, { processed: 0, failed: 0 })
  }
  const commit = () => {
    progress.commit(job)
    countWritten()
  }
  /** Where a transaction begins, the one before has been committed, by whomever. */
  const begin = () => {
    countWritten()
    begun = performance.now()
    now = context.now().getTime()
  }
  /** Writes the records of a batch; others have their turn before each transaction but the first. */
  const writeBatch = async (batch: RecordBatch): Promise<void> => {
    for (let from = 0; from < batch.length; ) {
      if (from > 0) await setImmediate()
      signal.throwIfAborted()
      faults = faultsInProcessing(job, progress)
      try {
        from = progress.writeOn(job, begin, () => writeSome(batch, from))
      } catch (error) {
        // All that is not committed is taken back.
        Object.assign(written, { processed: 0, failed: 0 })
        throw error
      }
      const at = performance.now()
      if (progress.isCallerWaiting()) awaited = at
      const mayLast = at - awaited < transaction.shortFor ? transaction.short : longest
      if (at - begun >= Math.min(mayLast, longest)) commit()
    }
  }
  try {
    for await (const batch of batches) {
      clearInterval(waiting)
      await writeBatch(batch)
      // While no batch is in memory: whatever is when garbage is collected, which may be now, is copied.
      await setImmediate()
      const since = performance.now()
      waiting = setInterval(() => {
        const at = performance.now()
        if (progress.isCallerWaiting()) awaited = at
        else if (at - since < transaction.waits) return
        clearInterval(waiting)
        if (progress.leave(job)) countWritten()
      }, looksAgain)
    }
  } finally {
    clearInterval(waiting)
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
  /** The endpoints of records that are whole; undefined where none are to be created but one by one. */
  whole: Columns<EndpointValues> | undefined
  /** The place behind the last that is whole, of those that follow one another. */
  wholeTo: number
}

/** The id that a record gives, if it gives one. */
const givenId = ({ endpoint, isIdGiven }: PreparedRecord): string | undefined =>
  isIdGiven ? endpoint?.id : undefined

/** Why a piece that was read to its end fails all the same. */
function failureOf({ processed, failed, startByte }: Piece): string | undefined {
  if (processed === 0 || failed < processed) return undefined
  return `none of the ${processed} records in the piece that begins at byte ${startByte} could be imported`
}
