import { extname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type WorkerOptions as ThreadOptions, Worker } from 'node:worker_threads'
import type { FastifyBaseLogger } from 'fastify'
import type { EventBus } from '../events/event-bus.ts'
import { JobCounters } from '../jobs/record-counters.ts'
import type { JobKind } from '../model/job-kinds.ts'
import { WriteQueue } from '../store/database/write-queue.ts'
import type { ExportDraft } from '../store/jobs/export-progress.ts'
import type { Store } from '../store/open-store.ts'
import type {
  ClockMove,
  ClockOutcome,
  FromWorker,
  JobName,
  ThreadData,
  ToWorker,
  WorkerSettings,
} from './messages.ts'

/** Milliseconds until a worker that died is started again: doubled each time, up to the maximum. */
const restartDelay = { first: 1000, max: 30_000 }

/**
 * Milliseconds after which a worker counts as steady: if it dies then, the delay begins at the
 * first again.
 */
const steadyAfter = 60_000

/**
 * Milliseconds that a worker has to reach a safe point when it is stopped. After that it is killed,
 * which loses nothing.
 */
const stopTimeout = 600

/** Further milliseconds to discard the drafts of exports that nobody is going to continue. */
const discardTimeout = 2000

/**
 * The worker's heap limits in megabytes. A job holds little at a time; without limits, V8 lets its
 * garbage grow to more than a hundred.
 */
const memory = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 }

/** Why a move of the clock is given up. */
const [stops, died] = [
  'the emulator stops',
  'the job worker died, which is in the log, and is started again: try again',
]

/** The job worker, as the HTTP thread sees it. */
export interface JobWorker {
  /** Resolves when the worker runs for the first time; rejects if it dies before. */
  ready: Promise<void>
  /** Whether the worker runs now. */
  isRunning(): boolean
  /** From here on the worker does not keep the process alive, except while it stops. */
  unref(): void
  /** Tells the worker that the database may hold something new to do. Not needed at its start. */
  wake(): void
  /**
   * Resolves when all is handled that the worker has told of what the database holds now: events, and
   * lines of the log.
   */
  caughtUp(): Promise<void>
  /** Counts since the start of the process, over all restarts of the worker. */
  counters: JobCounters
  /**
   * Tells the worker that the database holds another state now. It stops the jobs of the old state,
   * and goes on with those of the new one.
   *
   * @param drafts of exports of the old state that nobody is going to publish
   * @returns when they are discarded, or when the worker is not there to do it
   */
  replaced(drafts: ExportDraft[]): Promise<void>
  /**
   * Moves the clock, and runs what becomes due on the way. Moves take place one after the other.
   *
   * @returns what has come of it. If it was given up, the clock is where the last step has left it
   */
  moveClock(move: ClockMove): Promise<ClockOutcome>
  /**
   * Stops the worker at a safe point; its jobs go on at the next start.
   *
   * @param options.forGood that there will be no next start: the drafts of exports are then
   *   discarded
   */
  stop(options?: { forGood?: boolean }): Promise<void>
}

/** Options for tests: milliseconds until the first restart, little memory. */
export interface WorkerOptions extends Pick<ThreadOptions, 'resourceLimits' | 'execArgv'> {
  firstDelay?: number
}

/**
 * Starts the job worker, and starts it again if it dies. Its jobs then go on from what the database
 * holds.
 *
 * @param store keeps count of the deaths that each job may have caused
 * @param bus is told what jobs come to
 */
export function startJobWorker(
  settings: WorkerSettings,
  log: FastifyBaseLogger,
  store: Pick<Store, 'write' | `${JobKind}Progress`>,
  bus: EventBus,
  { firstDelay = restartDelay.first, ...thread }: WorkerOptions = {},
): JobWorker {
  // The same file is .ts in the source tree and .js in the build.
  const file = new URL(`./job-worker${extname(import.meta.url)}`, import.meta.url)
  const counters = new JobCounters()
  const workerData: ThreadData = { ...settings, counters: counters.shared }
  const firstReady = Promise.withResolvers<void>()
  let worker: Worker
  let running = false
  let stopped = false
  let keepsAlive = true
  let delay = firstDelay
  const writeQueue = new WriteQueue(settings.writeQueue)
  /**
   * Resolvers of those who wait for drafts to be discarded, by the generation of the state that
   * came with them.
   */
  const discarding = new Map<number, () => void>()
  /** Resolvers of those who wait for a move of the clock, by its number. */
  const moving = new Map<number, (outcome: ClockOutcome) => void>()
  let lastMove = 0
  /** Resolvers of those who wait for an answer of the worker, in the order of its answers. */
  const asking: (() => void)[] = []

  const countDeath = (jobs: Iterable<JobName>, reason: string) =>
    store.write(() => {
      for (const { kind, seq, generation } of jobs) {
        // In a later state, another job may have this number.
        if (generation === writeQueue.generation) store[`${kind}Progress`].countDeath(seq, reason)
      }
    })

  const start = () => {
    const startedAt = performance.now()
    /** The jobs that this worker is doing, by `keyOf`. */
    const underWay = new Map<string, JobName>()
    let diedOf: Error | undefined
    worker = new Worker(file, {
      workerData,
      env: process.env,
      resourceLimits: memory,
      ...withoutInputType(),
      ...thread,
    })
    if (!keepsAlive) worker.unref()
    worker.on('message', (message: FromWorker) => {
      if (message === 'ready') {
        running = true
        firstReady.resolve()
      } else if (message === 'answered') {
        asking.shift()?.()
      } else if ('moved' in message) {
        bus.emit({ kind: 'job', job: message.moved })
      } else if ('discarded' in message) {
        discarding.get(message.discarded)?.()
      } else if ('clockMoved' in message) {
        moving.get(message.number)?.(message.clockMoved)
      } else if ('messages' in message) {
        bus.emit({ kind: 'messages', ...message.messages })
      } else if ('events' in message) {
        bus.emit({ kind: 'events', ...message.events })
      } else if ('begins' in message) {
        underWay.set(keyOf(message.begins), message.begins)
      } else if ('leaves' in message) {
        underWay.delete(keyOf(message.leaves))
      } else {
        log[message.level](message.fields, message.text)
      }
    })
    worker.on('error', error => {
      diedOf = error as Error
    })
    worker.on('exit', async code => {
      running = false
      for (const done of discarding.values()) done()
      for (const done of moving.values()) done(stopped ? stops : died)
      for (const done of asking.splice(0)) done()
      // It may not have told of the last moves.
      bus.emit({ kind: 'jobs' })
      if (stopped) return
      diedOf ??= new Error(`it ended with the exit code ${code}`)
      log.error({ err: diedOf }, 'the job worker died')
      firstReady.reject(diedOf)
      try {
        await countDeath(underWay.values(), diedOf.message)
      } catch (error) {
        log.error({ err: error }, 'the death of the job worker could not be recorded')
      }
      if (performance.now() - startedAt > steadyAfter) delay = firstDelay
      await setTimeout(delay, undefined, { ref: false })
      delay = Math.min(2 * delay, restartDelay.max)
      if (stopped) return
      counters.add('workerRestarts', 1)
      start()
    })
  }
  start()

  return {
    ready: firstReady.promise,
    isRunning: () => running,
    async caughtUp() {
      if (worker.threadId === -1) return
      // The worker tells in order, and at once.
      worker.postMessage('answer' satisfies ToWorker)
      await new Promise<void>(resolve => asking.push(resolve))
    },
    counters,
    unref() {
      keepsAlive = false
      worker.unref()
    },
    wake() {
      worker.postMessage('wake' satisfies ToWorker)
      bus.emit({ kind: 'jobs' })
    },
    async replaced(drafts) {
      if (worker.threadId === -1) return
      const { generation } = writeQueue
      worker.postMessage({ replaced: drafts, generation } satisfies ToWorker)
      await new Promise<void>(resolve => discarding.set(generation, resolve))
      discarding.delete(generation)
    },
    async moveClock(move) {
      if (worker.threadId === -1) return stopped ? stops : died
      const number = ++lastMove
      worker.postMessage({ moveClock: move, number } satisfies ToWorker)
      const outcome = await new Promise<ClockOutcome>(resolve => moving.set(number, resolve))
      moving.delete(number)
      bus.emit({ kind: 'clock' })
      return outcome
    },
    async stop({ forGood = false } = {}) {
      stopped = true
      const exited = new Promise<unknown>(resolve => worker.once('exit', resolve))
      if (worker.threadId === -1) return
      worker.ref()
      worker.postMessage((forGood ? 'stop for good' : 'stop') satisfies ToWorker)
      const discards = forGood || discarding.size > 0
      const timeout = stopTimeout + (discards ? discardTimeout : 0)
      await Promise.race([exited, setTimeout(timeout, undefined, { ref: false })])
      await worker.terminate()
    },
  }
}

/**
 * The flags of a thread: it inherits node's, but refuses to run a file with one that says the
 * program is no file.
 */
const withoutInputType = (): Pick<ThreadOptions, 'execArgv'> =>
  process.execArgv.some(flag => flag.startsWith('--input-type')) ? { execArgv: [] } : {}

const keyOf = ({ kind, seq, generation }: JobName) => `${kind} ${seq} ${generation}`
