import { extname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { FastifyBaseLogger } from 'fastify'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'

/** Milliseconds until a worker that died is started again: twice as many each time, up to the longest. */
const restartDelay = { first: 1000, longest: 30_000 }

/** Milliseconds that a worker must have lived for its death to count as the first. */
const steadyAfter = 60_000

/** Milliseconds that a worker has to reach a safe point when it is stopped. Killing it then loses nothing either. */
const stopTimeout = 600

/** The job worker as the HTTP side sees it. */
export interface JobWorker {
  /** Resolves when the worker runs for the first time; rejects if it dies before that. */
  ready: Promise<void>
  /** Whether the worker runs now. */
  isRunning(): boolean
  /** Tells the worker that the database may hold something new to do. */
  wake(): void
  /** Stops the worker at a safe point; its jobs go on at the next start. */
  stop(): Promise<void>
}

/** Starts the job worker, and starts it again should it die: its jobs go on from what the database holds. */
export function startJobWorker(settings: WorkerSettings, log: FastifyBaseLogger): JobWorker {
  // The same file is .ts in the source tree and .js in the build.
  const file = new URL(`./job-worker${extname(import.meta.url)}`, import.meta.url)
  const firstReady = Promise.withResolvers<void>()
  let worker: Worker
  let running = false
  let stopped = false
  let delay = restartDelay.first

  const start = () => {
    const startedAt = Date.now()
    worker = new Worker(file, { workerData: settings, env: process.env })
    worker.on('message', (message: FromWorker) => {
      if (message === 'ready') {
        running = true
        firstReady.resolve()
      } else {
        log[message.level](message.fields, message.text)
      }
    })
    worker.on('error', error => {
      log.error({ err: error }, 'the job worker died')
      firstReady.reject(error)
    })
    worker.on('exit', async () => {
      running = false
      if (stopped) return
      if (Date.now() - startedAt > steadyAfter) delay = restartDelay.first
      await setTimeout(delay, undefined, { ref: false })
      delay = Math.min(2 * delay, restartDelay.longest)
      if (!stopped) start()
    })
  }
  start()

  return {
    ready: firstReady.promise,
    isRunning: () => running,
    wake: () => worker.postMessage('wake' satisfies ToWorker),
    async stop() {
      stopped = true
      const exited = new Promise<unknown>(resolve => worker.once('exit', resolve))
      if (worker.threadId === -1) return
      worker.postMessage('stop' satisfies ToWorker)
      await Promise.race([exited, setTimeout(stopTimeout, undefined, { ref: false })])
      await worker.terminate()
    },
  }
}
