import type { BucketSettings } from '../buckets/open-bucket.ts'

/** What the worker is started with. */
export interface WorkerSettings extends BucketSettings {
  dataDir: string
  pieceBytes: number
  /** Whether compressed objects under a prefix are read. */
  compressed: boolean
  maxRunningImports: number
  jobStateDelayMs: number
  /** The memory of the write turns that both threads share. */
  turns: SharedArrayBuffer
}

/** What its thread is given. */
export interface ThreadData extends WorkerSettings {
  /** The memory of the counters that both threads share. */
  counters: SharedArrayBuffer
}

/**
 * To the worker: `wake` says that the database may hold something new to do, `stop` that it is to end at a safe
 * point. What there is to do stands in the database alone.
 */
export type ToWorker = 'wake' | 'stop'

/** What names a job among those of both kinds. */
export interface JobName {
  kind: 'import' | 'export'
  seq: number
}

/**
 * From the worker: that it runs, that it begins or leaves a job, or a line for the log. Which jobs it has begun is of no
 * use but to tell what it may have died of.
 */
export type FromWorker =
  | 'ready'
  | { begins: JobName }
  | { leaves: JobName }
  | { level: 'info' | 'error'; fields: Record<string, unknown>; text: string }
