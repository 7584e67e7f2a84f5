import type { MessagePort } from 'node:worker_threads'
import type { BucketSettings } from '../buckets/open-bucket.ts'
import type { ClockMode } from '../clock/clock.ts'
import type { HookSettings } from '../delivery/call-hook.ts'
import type { JobRef } from '../events/event-bus.ts'
import type { ObjectFrom, ReadingJob } from '../import/read/read-records.ts'
import type { PackedBatch } from '../import/read/record-batch.ts'
import type { LogLine } from '../jobs/job-log.ts'
import type { Duration } from '../model/iso-duration.ts'
import type { JobKind } from '../model/job-kinds.ts'
import type { ExportDraft } from '../store/jobs/export-progress.ts'

/** The settings of the worker. */
export interface WorkerSettings extends BucketSettings {
  dataDir: string
  /** Whether the process is the emulator's own, so that it may be tuned as a whole. */
  ownsProcess: boolean
  ephemeral: boolean
  pieceBytes: number
  /** Whether compressed objects under a prefix are read. */
  compressed: boolean
  maxRunningImports: number
  jobStateDelayMs: number
  outboxLimit: number
  missingVariables: 'fail' | 'blank'
  /** Where hooks may be called. */
  hooks: HookSettings
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

/** How far the clock is moved. */
export type ClockTarget =
  /** To a time, in milliseconds since 1970. Only this can be back in time. */
  | number
  | { by: Duration }
  /** Nowhere: what is due now runs. */
  | 'here'
  /** To the machine's time. */
  | 'real'
  /** To the time of the next that is due. */
  | 'next'
  /** Until nothing is pending, but at most for that long. */
  | { idle: Duration | undefined }

/** A move of the clock. */
export interface ClockMove {
  to: ClockTarget
  /** How it goes on; without it, a frozen clock stays so, and any other is an offset. */
  mode?: ClockMode
  /** Whether it may set the clock back: while nothing is active, or in any case; without it, never. */
  back?: 'if idle' | 'forced'
}

/** What a move of the clock has led to. */
export interface ClockMoved {
  /** The times before and after, in milliseconds since 1970. */
  from: number
  now: number
  /** Steps of due work that have run. */
  steps: number
  /** Messages that they have sent. */
  sent: number
  /** Whether it has stopped on the way, after the most steps that a move may take. */
  truncated: boolean
}

/**
 * What has come of a move: where it has led to; why it was refused, as a sentence; or why it was given
 * up on the way.
 */
export type ClockOutcome = ClockMoved | { refused: string } | string

/**
 * A message to the worker:
 * - `wake`: the database may hold something new to do; what that is stands in the database alone
 * - `stop`: end at a safe point
 * - `stop for good`: the same, and nobody is going to continue its jobs
 * - `replaced`: the database holds another state now, of this generation; nobody is going to
 *   publish these drafts
 * - `moveClock`: move the clock; the answer has the same number
 * - `answer`: answer at once
 */
export type ToWorker =
  | 'wake'
  | 'answer'
  | 'stop'
  | 'stop for good'
  | { replaced: ExportDraft[]; generation: number }
  | { moveClock: ClockMove; number: number }

/** Identifies a job among those of all kinds, and of all states that the database has held. */
export interface JobName {
  kind: JobKind
  seq: number
  generation: number
}

/**
 * A message from the worker:
 * - `ready`: it runs
 * - `begins`, `leaves`: a job is under way from here on, or no longer. If the worker dies, it may
 *   be what it died of
 * - `moved`: a job has come to a status, or waits to be let go on
 * - `discarded`: the drafts are discarded that came with the state of this generation
 * - `messages`: it has written messages to the outbox of an application
 * - `events`: it has recorded events of an application, and no messages
 * - `clockMoved`: what has come of a move of the clock
 * - `answered`: the answer to `answer`
 * - a line for the log
 */
export type FromWorker =
  | 'ready'
  | 'answered'
  | { begins: JobName }
  | { leaves: JobName }
  | { moved: JobRef }
  | { discarded: number }
  | { messages: { app: string; ids: readonly number[] } }
  | { events: { app: string } }
  | { clockMoved: ClockOutcome; number: number }
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
