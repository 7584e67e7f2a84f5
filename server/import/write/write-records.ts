import { setImmediate } from 'node:timers/promises'
import { type EndpointLookups, loadEndpoints } from '../../endpoints/load-endpoints.ts'
import { EndpointPlan, type PlannedEndpoint } from '../../endpoints/plan-endpoints.ts'
import { faultsInProcessing, type ProcessingFaults } from '../../jobs/faults.ts'
import type { JobCounters } from '../../jobs/record-counters.ts'
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
import { createBatchTransactions } from './batch-transactions.ts'
import { importRecord, refuseRecord } from './import-record.ts'

/** Maximum characters that are kept of a bad record and of its id. */
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
 * Writes the records of one object, in their order. Endpoints, members, failures, counters and the
 * position in the object are written in the same transaction, so each record is imported and
 * counted exactly once, whatever happens between two transactions.
 *
 * @param batches the records after the position that the last transaction saved
 */
export async function writeRecords(
  job: ImportJob,
  object: ImportObject,
  batches: AsyncIterable<RecordBatch>,
  context: WriteContext,
): Promise<void> {
  const { writer, progress, signal } = context
  let piece = progress.nextPiece(job, object.number)
  /** The number of the last record in the object, from 1. */
  let recordNumber = progress.recordsOf(job, object.number)
  let faults: ProcessingFaults | undefined

  const endPiece = (ended: Piece) => {
    const failure = faults?.ofPiece(ended.number) ?? failureOf(ended)
    if (failure !== undefined) progress.addFailure(job, { object: object.key, reason: failure })
    progress.endPiece(job, ended, failure === undefined ? 'COMPLETED' : 'FAILED')
    piece = progress.nextPiece(job, object.number)
  }

  /** Writes the records of a batch: load → plan → write. Must be called within a transaction. */
  const writeBatch = (batch: RecordBatch, now: number): RecordCounts => {
    const items = Array.from({ length: batch.length }, (_, index) => batch.item(index))
    writer.expectNames(job.app, batch.names)
    const lookups = {
      ...lookupsOf(items, writer.isSoleWriter(job.app)),
      areAddressesUnique: !progress.isAnyUndone(job.app),
    }
    const plan = new EndpointPlan(job.app, loadEndpoints(job.app, writer, lookups), writer)
    const counts: RecordCounts = { processed: 0, failed: 0, channels: new Map() }
    const members: PlannedEndpoint[] = []
    const target = { plan, progress, now, channels: counts.channels, members }
    /** The number of the record in the job, which fault rules count. */
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
    return counts
  }

  const transactions = createBatchTransactions(job, context, writeBatch)
  try {
    for await (const batch of batches) {
      signal.throwIfAborted()
      faults = faultsInProcessing(job, progress)
      transactions.write(batch)
      // Garbage may be collected now, when the records of the batch are garbage and are not copied.
      await setImmediate()
      transactions.idle()
    }
  } finally {
    transactions.end()
  }
  faults = faultsInProcessing(job, progress)
  progress.write(job, () => {
    while (piece !== undefined) endPiece(piece)
  })
}

/**
 * The ids, users and addresses that must be looked up before records are planned.
 *
 * @param isSoleWriter whether everything stored was written by the job itself; then those that are
 *   new to the job are not stored
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

/** The rows of endpoints as ranges: new endpoints have consecutive rows. */
function rowRanges(endpoints: PlannedEndpoint[]): RowRange[] {
  const ranges: RowRange[] = []
  for (const { seq } of endpoints) {
    const last = ranges.at(-1)
    if (last?.to === seq! - 1) last.to = seq!
    else ranges.push({ from: seq!, to: seq! })
  }
  return ranges
}

/** The id that stands in a record, if any. */
const givenId = ({ endpoint, isIdGiven }: PreparedRecord): string | undefined =>
  isIdGiven ? endpoint?.id : undefined

/** A piece that was read to its end fails only if all of its records failed (assumed). */
function failureOf({ processed, failed, startByte }: Piece): string | undefined {
  if (processed === 0 || failed < processed) return undefined
  return `none of the ${processed} records in the piece that begins at byte ${startByte} could be imported`
}
