import { setImmediate, setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createOpenBucket } from '../buckets/open-bucket.ts'
import { diskTrouble } from '../disk-trouble.ts'
import { runExportJob } from '../export/run-export-job.ts'
import { JobCounters } from '../jobs/job-counters.ts'
import { Pace } from '../jobs/pace.ts'
import { hadSlot, type JobContext } from '../jobs/run-job.ts'
import { type Job, JobGone, type JobProgress } from '../store/job-progress.ts'
import { openStore } from '../store/open-store.ts'
import { WriteTurns } from '../store/write-turns.ts'
import type { FromWorker, JobName, ThreadData, ToWorker } from './messages.ts'
import { Slots } from './slots.ts'

/**
 * The thread that does the jobs. It has a connection of its own, looks into the database for jobs that are not over,
 * and runs each from the state in which it stands there: also those that an earlier process left behind.
 */
const settings = workerData as ThreadData
const port = parentPort!
const store = openStore(settings.dataDir, {
  ...settings,
  turns: new WriteTurns(settings.turns),
  thread: 'worker',
})
const pace = new Pace(store.jobControl)
const openBucket = createOpenBucket(settings)
const counters = new JobCounters(settings.counters)
const stopping = new AbortController()
const running = new Set<Promise<void>>()

/** Rows removed in one transaction. */
const rowsPerStep = 500

/** Milliseconds until rows that the disk keeps from being removed are tried again. */
const clearAgainAfter = 10_000

let clearing: Promise<void> | undefined

/** Whether the jobs that an earlier worker may have died of are still under way, and no others yet. */
let suspecting = true

/** The jobs of one kind, with slots of their own. */
function createJobs<J extends Job>(
  name: JobName['kind'],
  progress: Pick<JobProgress, 'isAlive' | 'deaths' | 'write' | 'mayLeave' | 'noteHeld' | 'faults'> & {
    unfinished(after: number): J[]
  },
  runJob: (job: J, context: JobContext) => Promise<void>,
) {
  const slots = new Slots(settings.maxRunningImports)
  /** What aborts each of the jobs that are under way. */
  const aborters = new Map<J, AbortController>()
  /** The newest job that has been started; all older ones are running or over. */
  let newest = 0

  const run = async (job: J, onHeld = () => {}): Promise<void> => {
    /** Asked for as soon as a job has to wait, so that no newer job is given a slot before it. */
    let taken = job.status === 'CREATED' ? undefined : slots.take()
    const aborter = new AbortController()
    aborters.set(job, aborter)
    const signal = AbortSignal.any([stopping.signal, aborter.signal])
    const begins = () => tell({ begins: { kind: name, seq: job.seq } })
    const leaves = () => tell({ leaves: { kind: name, seq: job.seq } })
    /** A job that is held does nothing that the worker could die of. */
    const hold = async () => {
      let wasHeld = false
      await pace.hold(job, progress, signal, () => {
        if (wasHeld) return
        wasHeld = true
        progress.write(job, () => progress.noteHeld(job))
        leaves()
        onHeld()
      })
      if (wasHeld && hadSlot(job)) begins()
    }
    const slot: JobContext['slot'] = {
      takeFree() {
        const isFree = slots.takeFree()
        taken = isFree ? Promise.resolve() : slots.take()
        if (isFree) begins()
        return isFree
      },
      async take() {
        taken ??= slots.take()
        await Promise.race([taken, untilAborted(signal)])
        begins()
      },
    }
    try {
      await runJob(job, {
        now: () => new Date(),
        rest: () => pace.rest(signal),
        hold,
        slot,
        signal,
        onMove: ({ id, app, status }) => log('info', { job: id, app: app.id }, `${name} job ${status}`),
        onUnexpected: ({ id }, error) =>
          log('error', { job: id, err: error }, `unexpected error in an ${name} job`),
      })
    } catch (error) {
      // What else the database reports ends this thread, and with it every half-done step; the supervisor starts it again.
      if (!(error instanceof JobGone) && !signal.aborted) throw error
    } finally {
      aborters.delete(job)
      void taken?.then(() => slots.give())
    }
    // Not where an error ends the thread: the job is then what it died of.
    leaves()
    lookForWork()
  }

  return {
    /** The jobs that the worker may have died of, to be run one at a time: each until it is over or held. */
    suspects: (): (() => Promise<void>)[] =>
      progress
        .unfinished(0)
        .filter(job => progress.deaths(job).count > 0)
        .map(job => async () => {
          const { promise: held, resolve: onHeld } = Promise.withResolvers<void>()
          const over = run(job, onHeld)
          inBackground(over)
          await Promise.race([held, over])
        }),

    /** Stops the jobs whose applications are deleted. */
    stopGone(): void {
      // Such a job finds out when it next writes; one that waits for S3 would keep its slot.
      for (const [job, aborter] of aborters) {
        if (!progress.isAlive(job)) aborter.abort(new JobGone())
      }
    },

    /** Starts the jobs that have come since. */
    lookForWork(): void {
      const begun = new Set([...aborters.keys()].map(({ seq }) => seq))
      const found = progress.unfinished(newest)
      newest = found.at(-1)?.seq ?? newest
      const jobs = found.filter(({ seq }) => !begun.has(seq))
      // Those that had a slot when they were interrupted take it first.
      for (const job of [...jobs.filter(hadSlot), ...jobs.filter(job => !hadSlot(job))])
        inBackground(run(job))
    },
  }
}

// Loading the schemas of an import takes longer than all the rest of this thread's start, so the first job does it; or
// the thread, once it has been idle for a second.
const loadImport = () => import('../import/run-import-job.ts')
setTimeout(1000, undefined, { ref: false, signal: stopping.signal }).then(loadImport, () => {})

const kinds = [
  createJobs('import', store.importProgress, async (job, context) => {
    const { runImportJob } = await loadImport()
    await runImportJob(job, { ...context, ...settings, store, openBucket, counters })
  }),
  createJobs('export', store.exportProgress, (job, context) =>
    runExportJob(job, { ...context, ...settings, store, openBucket, counters }),
  ),
]

/** Does what there is to do, those jobs first that the worker may have died of: if it dies again, it is clear of which. */
async function begin(): Promise<void> {
  for (const run of kinds.flatMap(kind => kind.suspects())) {
    if (!stopping.signal.aborted) await run()
  }
  suspecting = false
  lookForWork()
}

function lookForWork(): void {
  if (stopping.signal.aborted) return
  for (const kind of kinds) kind.stopGone()
  if (suspecting) return
  for (const kind of kinds) kind.lookForWork()
  clearing ??= clearAway().finally(() => {
    clearing = undefined
  })
}

async function clearAway(): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      if (!store.clearAway(rowsPerStep)) return
      await setImmediate()
    } catch (error) {
      if (diskTrouble(error) === undefined) throw error
      log('error', { err: error }, 'what is deleted cannot be cleared away')
      await setTimeout(clearAgainAfter, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
}

function inBackground(work: Promise<void>): void {
  const task = work.finally(() => running.delete(task))
  running.add(task)
}

async function stop(): Promise<void> {
  stopping.abort()
  await Promise.allSettled([...running, clearing])
  store.close()
  port.close()
}

const tell = (message: FromWorker) => port.postMessage(message)

const log = (level: 'info' | 'error', fields: Record<string, unknown>, text: string) =>
  tell({ level, fields, text })

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
}

port.on('message', (message: ToWorker) => {
  if (message === 'stop') return void stop()
  pace.lookAgain()
  lookForWork()
})
inBackground(begin())
tell('ready')
