import { setImmediate, setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createOpenBucket } from '../buckets/open-bucket.ts'
import { Clock } from '../clock/clock.ts'
import { discardDrafts, runExportJob } from '../export/run-export-job.ts'
import type { ImportContext } from '../import/run-import-job.ts'
import { describeMove, describeStart, type LogLine } from '../jobs/job-log.ts'
import { Pace } from '../jobs/pace.ts'
import { JobCounters } from '../jobs/record-counters.ts'
import { hadSlot, type JobContext } from '../jobs/run-job.ts'
import { diskTrouble } from '../process/disk-errors.ts'
import { WriteQueue } from '../store/database/write-queue.ts'
import type { ExportDraft } from '../store/jobs/export-progress.ts'
import { JobGoneError, type JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'
import { openStore, type Store } from '../store/open-store.ts'
import type { FromWorker, JobName, ThreadData, ToWorker } from './messages.ts'
import { createReaders } from './reader-pool.ts'
import { Semaphore } from './semaphore.ts'

/**
 * The thread that does the jobs. It has a connection of its own, looks into the database for jobs that are not over,
 * and runs each from the state in which it stands there: also those that an earlier process left behind.
 */
const settings = workerData as ThreadData
const port = parentPort!
const writeQueue = new WriteQueue(settings.writeQueue)
const clock = new Clock(settings.clock)
const openBucket = createOpenBucket(settings)
const openReaderThere = createReaders(settings)
const counters = new JobCounters(settings.counters)
/** Stops what is done for the state that the database has; another begins with another one. */
let stopping = new AbortController()
/** Stops what outlasts a state. */
const ending = new AbortController()
let store = openState()
let pace = new Pace(store.jobControl)
const running = new Set<Promise<void>>()

/**
 * Bytes from which on the records of an import are read by a thread of their own: to start that takes as long as to import
 * some thousand, and memory.
 */
const largeBytes = 4 * 1024 * 1024

/** Rows removed in one transaction. */
const rowsPerStep = 500

/** Milliseconds that purging away rests, and then takes, while a job writes, whose transaction it ends. */
const besideJobs = { rest: 500, steps: 30 }

/** Milliseconds until rows that the disk keeps from being removed are tried again. */
const clearAgainAfter = 10_000

let purging: Promise<void> | undefined

/** Whether the jobs that an earlier worker may have died of are still under way, and no others yet. */
let suspecting = true

/** Milliseconds in which drafts are to be discarded: of a state that was replaced; where this is the end of all jobs. */
const discardTimeout = { replaced: 20_000, atEnd: 1500 }

function openState(): Store {
  const onReplaced = () => stopping.abort()
  return openStore(settings.dataDir, { ...settings, writeQueue, thread: 'worker', onReplaced })
}

/** The jobs of one kind, with slots of their own. */
function createJobs<J extends Job>(
  name: JobName['kind'],
  progress: Pick<JobProgress, 'isAlive' | 'deaths' | 'write' | 'mayLeave' | 'noteHeld' | 'faults'> & {
    unfinished(after: number): J[]
  },
  runJob: (job: J, context: JobContext) => Promise<void>,
) {
  const slots = new Semaphore(settings.maxRunningImports)
  const { generation } = writeQueue
  /** What aborts each of the jobs that are under way. */
  const aborters = new Map<J, AbortController>()
  /** The newest job that has been started; all older ones are running or over. */
  let newest = 0
  /**
   * Resolves when all jobs that have been started have rested in CREATED. They ask for slots in the order in which they were
   * created, so none goes on before those: timers and modules that are being loaded keep no order.
   */
  let rested: Promise<unknown> = Promise.resolve()

  const run = async (job: J, onHeld = () => {}): Promise<void> => {
    /** Asked for as soon as a job has to wait, so that no newer job is given a slot before it. */
    let taken = job.status === 'CREATED' ? undefined : slots.acquire()
    const before = rested
    const { promise: resting, resolve: hasRested } = Promise.withResolvers<void>()
    if (job.status === 'CREATED') rested = Promise.all([before, resting])
    const rest = async () => {
      if (!job.ofSeed) {
        await pace.rest(signal)
        if (job.status === 'CREATED') await before
      }
      hasRested()
    }
    const aborter = new AbortController()
    aborters.set(job, aborter)
    const signal = AbortSignal.any([stopping.signal, aborter.signal])
    const jobName = { kind: name, seq: job.seq, generation }
    const begins = () => tell({ begins: jobName })
    const leaves = () => tell({ leaves: jobName })
    /** A job that is held does nothing that the worker could die of. */
    const hold = async () => {
      if (job.ofSeed) return
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
      tryAcquire() {
        const isFree = slots.tryAcquire()
        taken = isFree ? Promise.resolve() : slots.acquire()
        if (isFree) begins()
        return isFree
      },
      async acquire() {
        taken ??= slots.acquire()
        await Promise.race([taken, untilAborted(signal)])
        begins()
      },
    }
    /** Logs a job as it is answered; not where it is gone with its application. */
    const logJob = (describe: typeof describeStart) => {
      const answer = store[`${name}Jobs`].get(job.app, job.id)
      if (answer !== undefined) tell(describe(answer))
    }
    logJob(describeStart)
    try {
      await runJob(job, {
        now: () => clock.now(),
        rest,
        hold,
        slot,
        signal,
        onMove: () => logJob(describeMove),
        onUnexpected: ({ id }, error) =>
          logError({ job: id, err: error }, `unexpected error in ${name} job ${id}`),
      })
    } catch (error) {
      // What else the database reports ends this thread, and with it every half-done step; the supervisor starts it again.
      if (!(error instanceof JobGoneError) && !signal.aborted) throw error
    } finally {
      aborters.delete(job)
      hasRested()
      void taken?.then(() => slots.release())
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
        if (!progress.isAlive(job)) aborter.abort(new JobGoneError())
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
const loadImport = () =>
  Promise.all([import('../import/run-import-job.ts'), import('../import/read/read-records.ts')])
setTimeout(1000, undefined, { ref: false, signal: ending.signal }).then(loadImport, () => {})

const createKinds = () => [
  createJobs('import', store.importProgress, async (job, context) => {
    const [{ runImportJob }, { createRecordReader }] = await loadImport()
    const openReader: ImportContext['openReader'] = (reading, bytes) =>
      bytes < largeBytes ? createRecordReader(reading, openBucket) : openReaderThere(reading)
    await runImportJob(job, { ...context, ...settings, store, openBucket, openReader, counters })
  }),
  createJobs('export', store.exportProgress, (job, context) =>
    runExportJob(job, { ...context, ...settings, store, openBucket, counters }),
  ),
]
let kinds = createKinds()

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
  purging ??= purge().finally(() => {
    purging = undefined
  })
}

async function purge(): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      let until = 0
      if (store.isJobWriting()) {
        await setTimeout(besideJobs.rest, undefined, { signal: stopping.signal })
        until = performance.now() + besideJobs.steps
      }
      do {
        if (!store.purge(rowsPerStep)) return
      } while (performance.now() < until)
      await setImmediate()
    } catch (error) {
      if (stopping.signal.aborted) return
      if (diskTrouble(error) === undefined) throw error
      logError({ err: error }, 'what is deleted cannot be cleared away')
      await setTimeout(clearAgainAfter, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
}

function inBackground(work: Promise<void>): void {
  const task = work.finally(() => running.delete(task))
  running.add(task)
}

/** What is still to be done before the thread does anything else that concerns all jobs. */
let turn = Promise.resolve()

/** Ends what is done for the state that the database has had; then does something else, after what was to be done before. */
function endJobs(then: () => Promise<void>): void {
  stopping.abort()
  turn = turn.then(async () => {
    stopping.abort()
    await Promise.allSettled([...running, purging])
    await then()
  })
}

async function stop(forGood: boolean): Promise<void> {
  ending.abort()
  if (forGood) await discard(store.exportProgress.drafts(), AbortSignal.timeout(discardTimeout.atEnd))
  store.close()
  port.close()
}

/** Takes up the jobs of the state that the database has now, and discards what those of the one before have begun. */
async function takeUpState(generation: number, drafts: ExportDraft[]): Promise<void> {
  store.close()
  stopping = new AbortController()
  store = openState()
  // Before a caller's write, which would hold up the HTTP thread for it.
  store.shrink()
  pace = new Pace(store.jobControl)
  kinds = createKinds()
  suspecting = true
  inBackground(begin())
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(discardTimeout.replaced)])
  void discard(drafts, signal).then(() => tell({ discarded: generation }))
}

async function discard(drafts: ExportDraft[], signal: AbortSignal): Promise<void> {
  const left = await discardDrafts(drafts, { openBucket }, signal)
  if (left.length > 0) logError({ left }, `an unfinished export was discarded, but ${left.join('; ')}`)
}

const tell = (message: FromWorker) => port.postMessage(message)

const logError = (fields: LogLine['fields'], text: string) => tell({ level: 'error', fields, text })

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
}

port.on('message', (message: ToWorker) => {
  if (message === 'wake') {
    pace.lookAgain()
    lookForWork()
  } else if (message === 'stop' || message === 'stop for good') {
    endJobs(() => stop(message === 'stop for good'))
  } else {
    endJobs(() => takeUpState(message.generation, message.replaced))
  }
})
inBackground(begin())
tell('ready')
