import { setImmediate } from 'node:timers/promises'
import { EndpointPlan, type PlannedEndpoint } from '../../endpoints/plan-endpoints.ts'
import { faultsInProcessing, type ProcessingFaults } from '../../jobs/faults.ts'
import type { JobCounters } from '../../jobs/record-counters.ts'
import type { EndpointLookups } from '../../store/endpoints/endpoints.ts'
import type { ImportWriter } from '../../store/import-writes/import-writer.ts'
import type {
  ImportJob,
  ImportObject,
  ImportProgress,
  Piece,
  RecordCounts,
  RowRange,
} from '../../store/jobs/import-progress.ts'
import { type Item, isBad } from '../read/item.ts'
import type { PreparedRecord } from '../read/prepare.ts'
import type { RecordBatch } from '../read/record-batch.ts'
import { importRecord, refuseRecord } from './import-record.ts'

/**
 * Milliseconds of a transaction. It writes whole pages, so the more records it has, the fewer times each page is written; but
 * a caller waits while it is committed, so it stays short for a while after callers have come, and where the worker has
 * died of the job, which shows what of. It waits a moment for the next records, as long as no caller comes: the reader
 * collects garbage in between.
 */
const transaction = { max: 2000, short: 15, shortFor: 1000, waits: 50 }

/** Milliseconds after which it is looked again whether a caller waits, where the next records are not at hand. */
const looksAgain = 2

/** Characters of a bad record that are kept, and of its id. */
const kept = { record: 4096, id: 256 }

/** What records are written with. */
export interface WriteContext {
  writer: ImportWriter
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
  const { writer, progress, counters, signal } = context
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

  /** Writes the records of a batch: load → plan → write. To be called within a transaction. */
  const writeBatch = (batch: RecordBatch, now: number): void => {
    const items = Array.from({ length: batch.length }, (_, index) => batch.item(index))
    writer.expectNames(job.app, batch.names)
    const lookups = lookupsOf(items, writer.isSoleWriter(job.app))
    const plan = new EndpointPlan(job.app, writer.load(job.app, lookups), writer)
    const counts: RecordCounts = { processed: 0, failed: 0, channels: new Map() }
    const members: PlannedEndpoint[] = []
    const target = { plan, progress, now, channels: counts.channels, members }
    /** Of all records of the job, which one this is; fault rules count them. */
    let number = faults === undefined ? 0 : progress.processed(job)
    for (const [index, item] of items.entries()) {
      while (piece !== undefined && batch.start(index) >= piece.endByte) endPiece(piece)
      if (piece === undefined) break
      const problem =
        faults?.ofRecord(++number) ??
        (isBad(item) ? refuseRecord(job, item, target) : importRecord(job, item.value, target))
      piece.processed++
      counts.processed++
      recordNumber++
      if (problem === undefined) continue
      piece.failed++
      counts.failed++
      progress.addFailure(job, {
        object: object.key,
        line: item.line.number,
        number: recordNumber,
        id: (isBad(item) ? item.id : givenId(item.value))?.slice(0, kept.id),
        record: item.line.text.slice(0, kept.record),
        reason: problem,
      })
    }
    writer.write(job.app, plan.writes, plan.newNames)
    if (job.segmentId !== null) for (const rows of rowRanges(members)) progress.putMembers(job, rows)
    if (piece !== undefined) progress.savePiece(job, piece)
    progress.countRecords(job, counts)
    progress.savePosition(job, object.number, batch.positionAfter(batch.length - 1))
    written.processed += counts.processed
    written.failed += counts.failed
  }

  const max = progress.deaths(job).count > 0 ? 0 : transaction.max
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
  const writeInTransaction = (batch: RecordBatch): void => {
    signal.throwIfAborted()
    faults = faultsInProcessing(job, progress)
    try {
      progress.writeOn(job, begin, () => writeBatch(batch, now))
    } catch (error) {
      // All that is not committed is rolled back.
      Object.assign(written, { processed: 0, failed: 0 })
      throw error
    }
    const at = performance.now()
    if (progress.isCallerWaiting()) awaited = at
    const mayLast = at - awaited < transaction.shortFor ? transaction.short : max
    if (at - begun >= Math.min(mayLast, max)) commit()
  }
  try {
    for await (const batch of batches) {
      clearInterval(waiting)
      writeInTransaction(batch)
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

/**
 * What has to be looked up before records are planned.
 *
 * @param isSoleWriter whether nothing is stored but what the job itself has written: then what none of its records has named
 *   before is not stored
 */
function lookupsOf(items: Item<PreparedRecord>[], isSoleWriter: boolean): EndpointLookups {
  const lookups: EndpointLookups = { endpoints: [], userIds: [], addresses: [] }
  for (const item of items) {
    const record = isBad(item) ? item.rest : item.value
    if (record === undefined) continue
    const { endpoint, change, isIdNew, isUserNew, isAddressNew } = record
    if (endpoint !== null && !(isSoleWriter && isIdNew)) lookups.endpoints.push(endpoint)
    if (change.user_id !== null && !(isSoleWriter && isUserNew)) lookups.userIds.push(change.user_id)
    if (change.address !== null && !(isSoleWriter && isAddressNew)) lookups.addresses.push(change.address)
  }
  return lookups
}

/** The rows of endpoints as ranges. Most files have their endpoints in the order of their rows. */
function rowRanges(endpoints: PlannedEndpoint[]): RowRange[] {
  const ranges: RowRange[] = []
  for (const { seq } of endpoints) {
    const last = ranges.at(-1)
    if (last?.to === seq! - 1) last.to = seq!
    else ranges.push({ from: seq!, to: seq! })
  }
  return ranges
}

/** The id that a record gives, if it gives one. */
const givenId = ({ endpoint, isIdGiven }: PreparedRecord): string | undefined =>
  isIdGiven ? endpoint?.id : undefined

/** Why a piece that was read to its end fails all the same. */
function failureOf({ processed, failed, startByte }: Piece): string | undefined {
  if (processed === 0 || failed < processed) return undefined
  return `none of the ${processed} records in the piece that begins at byte ${startByte} could be imported`
}
