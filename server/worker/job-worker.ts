import { setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createBuckets } from '../buckets/open-bucket.ts'
import { Clock } from '../clock/clock.ts'
import { createRendererLoader } from '../delivery/render-content.ts'
import { discardDrafts } from '../export/run-export-job.ts'
import { JobCounters } from '../jobs/record-counters.ts'
import { learnLifetimes } from '../process/garbage.ts'
import { WriteQueue } from '../store/database/write-queue.ts'
import type { ExportDraft } from '../store/jobs/export-progress.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { createDueSources, type DueResources } from './due-sources.ts'
import { createJobHandlers, loadImports } from './job-handlers.ts'
import type { ClockMove, FromWorker, ThreadData, ToWorker } from './messages.ts'
import { createReaders } from './reader-pool.ts'
import { startWork, type Work } from './work.ts'

/**
 * The thread that does the jobs. It has a connection of its own, finds in the database what there
 * is to do, and goes on with it from where the last transaction left it: also with what an earlier
 * process left behind.
 */
const settings = workerData as ThreadData
const port = parentPort!
const writeQueue = new WriteQueue(settings.writeQueue)
const clock = new Clock(settings.clock)
const resources = {
  settings,
  openBucket: createBuckets(settings).openBucket,
  openReaderThread: createReaders(settings),
  counters: new JobCounters(settings.counters),
}
const dueResources: DueResources = {
  hooks: settings.hooks,
  missingVariables: settings.missingVariables,
  loadRenderer: createRendererLoader(),
  onMessages: (app, ids) => tell({ messages: { app: app.id, ids } }),
  onEvents: app => tell({ events: { app: app.id } }),
  onError: (err, ended) => tell({ level: 'error', fields: { err }, text: `an error has ended the ${ended}` }),
}
/** Aborted when the thread is to end. */
const ending = new AbortController()
/** What discards drafts now. */
const discarding = new Set<Promise<void>>()
/** Aborted when drafts are discarded no longer, as the thread ends. */
const discardingOver = new AbortController()

/**
 * Milliseconds in which drafts are to be discarded: those of a replaced state; all of them once
 * the thread is to end.
 */
const discardTimeout = { replaced: 20_000, atEnd: 1500 }

/** Milliseconds of idleness after which the thread loads what the first job would have to load. */
const preloadDelay = 1000

let { store, work } = takeUpState()
/**
 * Resolves when all that was asked for so far is done: one message that stops the work is handled
 * after the other.
 */
let pending = Promise.resolve()

/**
 * Opens the state that the database holds, and starts the work on it.
 *
 * @param isReplaced whether the file may still be as large as what an earlier state took
 */
function takeUpState(isReplaced = false): { store: Store; work: Work } {
  const stopping = new AbortController()
  const store = openStore(settings.dataDir, {
    ...settings,
    writeQueue,
    thread: 'worker',
    onReplaced: () => stopping.abort(),
  })
  // The thread may have died while the clock stood still for a step.
  clock.set(store.savedClock.get())
  // Before a caller's write does it, which would block the HTTP thread meanwhile.
  if (isReplaced) store.shrink()
  const work = startWork(
    store,
    createJobHandlers(store, resources),
    createDueSources(store, { ...dueResources, hooks: { ...settings.hooks, signal: stopping.signal } }),
    stopping,
    {
      slots: settings.maxRunningImports,
      generation: writeQueue.generation,
      clock,
      tell,
    },
  )
  return { store, work }
}

/** Stops the work now; then does something else, after what is pending. */
function stopWork(then: () => Promise<void>): void {
  void work.stop()
  pending = pending.then(async () => {
    // By now, it may be that of a later state.
    await work.stop()
    await then()
  })
}

/** Moves the clock of the state that there is when what is pending is done. */
async function moveClock(move: ClockMove, number: number): Promise<void> {
  await pending
  tell({ clockMoved: await work.moveClock(move), number })
}

async function end(forGood: boolean): Promise<void> {
  ending.abort()
  AbortSignal.timeout(discardTimeout.atEnd).addEventListener('abort', () => discardingOver.abort())
  if (forGood) discarding.add(discard(store.exportProgress.drafts(), discardingOver.signal))
  // Whoever is told what is left behind can remove it.
  await Promise.all(discarding)
  store.close()
  if (settings.ownsProcess) learnLifetimes(true)
  port.close()
}

/**
 * Goes on with the new state of the database, and discards the drafts that nobody is going to
 * publish.
 */
async function replaceState(generation: number, drafts: ExportDraft[]): Promise<void> {
  store.close()
  ;({ store, work } = takeUpState(true))
  const signal = AbortSignal.any([discardingOver.signal, AbortSignal.timeout(discardTimeout.replaced)])
  const discarded = discard(drafts, signal).then(() => {
    discarding.delete(discarded)
    tell({ discarded: generation })
  })
  discarding.add(discarded)
}

async function discard(drafts: ExportDraft[], signal: AbortSignal): Promise<void> {
  const left = await discardDrafts(drafts, resources, signal)
  if (left.length === 0) return
  tell({
    level: 'error',
    fields: { left },
    text: `an unfinished export was discarded, but ${left.join('; ')}`,
  })
}

function tell(message: FromWorker): void {
  port.postMessage(message)
}

port.on('message', (message: ToWorker) => {
  if (message === 'wake') work.wake()
  else if (message === 'answer') tell('answered')
  else if (message === 'stop') stopWork(() => end(false))
  else if (message === 'stop for good') stopWork(() => end(true))
  else if ('moveClock' in message) void moveClock(message.moveClock, message.number)
  else stopWork(() => replaceState(message.generation, message.replaced))
})
setTimeout(preloadDelay, undefined, { ref: false, signal: ending.signal }).then(
  () => loadImports(settings),
  () => {},
)
tell('ready')
