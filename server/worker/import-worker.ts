import { setImmediate, setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createOpenBucket } from '../buckets/open-bucket.ts'
import { type ImportContext, runImportJob } from '../import/run-import-job.ts'
import type { ImportJob } from '../store/import-progress.ts'
import { JobGone } from '../store/job-progress.ts'
import { openStore } from '../store/open-store.ts'
import { WriteTurns } from '../store/write-turns.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'
import { Slots } from './slots.ts'

/**
 * The thread that does the imports. It has a connection of its own, looks into the database for jobs that are not
 * over, and runs each from the state in which it stands there: also those that an earlier process left behind.
 */
const settings = workerData as WorkerSettings
const port = parentPort!
const store = openStore(settings.dataDir, { turns: new WriteTurns(settings.turns), thread: 'worker' })
const openBucket = createOpenBucket(settings)
const slots = new Slots(settings.maxRunningImports)
const stopping = new AbortController()
const running = new Set<Promise<void>>()

/** What aborts each of the jobs that are under way. */
const aborters = new Map<ImportJob, AbortController>()

/** Rows removed in one transaction. */
const rowsPerStep = 500

/** The newest job that has been started; all older ones are running or over. */
let newest = 0
let clearing: Promise<void> | undefined

function lookForWork(): void {
  if (stopping.signal.aborted) return
  // A job whose application is deleted finds out when it next writes; one that waits for S3 would keep its slot.
  for (const [job, aborter] of aborters) {
    if (!store.importProgress.isAlive(job)) aborter.abort(new JobGone())
  }
  const jobs = store.importProgress.unfinished(newest)
  newest = jobs.at(-1)?.seq ?? newest
  // Those that had a slot when they were interrupted take it first.
  for (const job of [...jobs.filter(hadSlot), ...jobs.filter(job => !hadSlot(job))]) {
    const task = run(job).finally(() => running.delete(task))
    running.add(task)
  }
  clearing ??= clearAway().finally(() => {
    clearing = undefined
  })
}

const hadSlot = ({ status }: ImportJob) => status !== 'CREATED' && status !== 'PENDING_JOB'

async function run(job: ImportJob): Promise<void> {
  /** Asked for as soon as a job has to wait, so that no newer job is given a slot before it. */
  let taken = job.status === 'CREATED' ? undefined : slots.take()
  const aborter = new AbortController()
  aborters.set(job, aborter)
  const signal = AbortSignal.any([stopping.signal, aborter.signal])
  const slot: ImportContext['slot'] = {
    takeFree() {
      const isFree = slots.takeFree()
      taken = isFree ? Promise.resolve() : slots.take()
      return isFree
    },
    take() {
      taken ??= slots.take()
      return Promise.race([taken, untilAborted(signal)])
    },
  }
  try {
    if (hadSlot(job)) await slot.take()
    await runImportJob(job, {
      store,
      openBucket,
      pieceBytes: settings.pieceBytes,
      compressed: settings.compressed,
      now: () => new Date(),
      rest: () => setTimeout(settings.jobStateDelayMs, undefined, { signal }),
      slot,
      signal,
      onMove: ({ id, app, status }) => log('info', { job: id, app: app.id }, `import job ${status}`),
      onUnexpected: ({ id }, error) =>
        log('error', { job: id, err: error }, 'unexpected error in an import job'),
    })
  } catch (error) {
    // What the database reports ends this thread, and with it every half-done step; the supervisor starts it again.
    if (!(error instanceof JobGone) && !signal.aborted) throw error
  } finally {
    aborters.delete(job)
    void taken?.then(() => slots.give())
  }
  lookForWork()
}

async function clearAway(): Promise<void> {
  while (!stopping.signal.aborted && store.clearAway(rowsPerStep)) await setImmediate()
}

async function stop(): Promise<void> {
  stopping.abort()
  await Promise.allSettled([...running, clearing])
  store.close()
  port.close()
}

const log = (level: 'info' | 'error', fields: Record<string, unknown>, text: string) =>
  port.postMessage({ level, fields, text } satisfies FromWorker)

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
}

port.on('message', (message: ToWorker) => (message === 'wake' ? lookForWork() : void stop()))
lookForWork()
port.postMessage('ready' satisfies FromWorker)
