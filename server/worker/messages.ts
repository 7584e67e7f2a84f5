import type { MessagePort } from 'node:worker_threads'
import type { BucketSettings } from '../buckets/open-bucket.ts'
import type { JobRef } from '../events/event-bus.ts'
import type { ObjectFrom, ReadingJob } from '../import/read/read-records.ts'
import type { PackedBatch } from '../import/read/record-batch.ts'
import type { LogLine } from '../jobs/job-log.ts'
import type { ExportDraft } from '../store/jobs/export-progress.ts'
import type { JobKindName } from '../store/jobs/job-rows.ts'

/** The settings of the worker. */
export interface WorkerSettings extends BucketSettings {
  dataDir: string
  ephemeral: boolean
  pieceBytes: number
  /** Whether compressed objects under a prefix are read. */
  compressed: boolean
  maxRunningImports: number
  jobStateDelayMs: number
  /** The memory of the write queue. */
  writeQueue: SharedArrayBuffer
  /** The memory of the clock. */
  clock: SharedArrayBuffer
}

/** What the worker's thread is started with. */
export interface ThreadData extends WorkerSettings {
  /** The memory of the counters. */
  counters: SharedArrayBuffer
}

/**
 * A message to the worker:
 * - `wake`: the database may hold something new to do; what that is stands in the database alone
 * - `stop`: end at a safe point
 * - `stop for good`: the same, and nobody is going to continue its jobs
 * - `replaced`: the database holds another state now, of this generation; nobody is going to
 *   publish these drafts
 */
export type ToWorker = 'wake' | 'stop' | 'stop for good' | { replaced: ExportDraft[]; generation: number }

/** Identifies a job among those of all kinds, and of all states that the database has held. */
export interface JobName {
  kind: JobKindName
  seq: number
  generation: number
}

/**
 * A message from the worker:
 * - `ready`: it runs
 * - `begins`, `leaves`: a job is under way from here on, or no longer. If the worker dies, it may
 *   be what it died of
 * - `moved`: a job has come to a state, or waits to be let go on
 * - `discarded`: the drafts are discarded that came with the state of this generation
 * - a line for the log
 */
export type FromWorker =
  | 'ready'
  | { begins: JobName }
  | { leaves: JobName }
  | { moved: JobRef }
  | { discarded: number }
  | LogLine

/**
 * A message to the reader thread: a job, and the port by which its objects are requested one after
 * the other.
 */
export interface ToReaders {
  job: ReadingJob
  port: MessagePort
}

/** By a job's port: an object to be read, or that one more message may be sent. */
export type ToReader = ObjectFrom | 'more'

/** And back: records; then that there are no more, or why not. */
export type FromReader =
  | PackedBatch
  | 'end'
  | { unreadable: string; line: number | undefined }
  | { error: Error }
