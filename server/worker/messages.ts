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

/**
 * To the worker: `wake` says that the database may hold something new to do, `stop` that it is to end at a safe
 * point. What there is to do stands in the database alone.
 */
export type ToWorker = 'wake' | 'stop'

/** From the worker: that it runs, or a line for the log. */
export type FromWorker = 'ready' | { level: 'info' | 'error'; fields: Record<string, unknown>; text: string }
