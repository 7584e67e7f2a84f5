import type { MessagePort } from 'node:worker_threads'
import type { BucketSettings } from '../buckets/open-bucket.ts'
import type { ObjectFrom, ReadingJob } from '../import/read/read-records.ts'
import type { PackedBatch } from '../import/read/record-batch.ts'
import type { LogLine } from '../jobs/job-log.ts'
import type { ExportDraft } from '../store/jobs/export-progress.ts'

/** What the worker is started with. */
export interface WorkerSettings extends BucketSettings {
  dataDir: string
  ephemeral: boolean
  pieceBytes: number
  /** Whether compressed objects under a prefix are read. */
  compressed: boolean
  maxRunningImports: number
  jobStateDelayMs: number
  /** The memory of the write writeQueue that both threads share. */
  writeQueue: SharedArrayBuffer
  /** The memory of the clock that both threads share. */
  clock: SharedArrayBuffer
}

/** What its thread is given. */
export interface ThreadData extends WorkerSettings {
  /** The memory of the counters that both threads share. */
  counters: SharedArrayBuffer
}

/**
 * To the worker: `wake` says that the database may hold something new to do, `stop` that it is to end at a safe
 * point, `stop for good` that nobody goes on with its jobs after that; `replaced` that the database holds another state,
 * that of a generation, and which drafts nobody is going to publish. What there is to do stands in the database alone.
 */
export type ToWorker = 'wake' | 'stop' | 'stop for good' | { replaced: ExportDraft[]; generation: number }

/** What names a job among those of both kinds, and of all states that the database has held. */
export interface JobName {
  kind: 'import' | 'export'
  seq: number
  generation: number
}

/**
 * From the worker: that it runs, that it begins or leaves a job, that it has discarded what was to be discarded when a
 * generation of the state began, or a line for the log. Which jobs it has begun is of no use but to tell what it may have died of.
 */
export type FromWorker = 'ready' | { discarded: number } | { begins: JobName } | { leaves: JobName } | LogLine

/** To the thread that reads: a job, and the port by which its objects are asked for, one after the other. */
export interface ToReaders {
  job: ReadingJob
  port: MessagePort
}

/** By a job's port: an object to be read, or that more of it may be sent. */
export type ToReader = ObjectFrom | 'more'

/** And back: records, and then that there are no more, or why not. */
export type FromReader =
  | PackedBatch
  | 'end'
  | { unreadable: string; line: number | undefined }
  | { error: Error }
