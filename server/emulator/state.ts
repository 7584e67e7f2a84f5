import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Uploads } from '../buckets/uploads.ts'
import { type Clock, wallClock } from '../clock/clock.ts'
import type { EventBus } from '../events/event-bus.ts'
import { StartError } from '../process/start-error.ts'
import type { Seed } from '../seed/seed.ts'
import type { WriteQueue } from '../store/database/write-queue.ts'
import type { ExportDraft } from '../store/jobs/export-progress.ts'
import { databaseFile, type Store } from '../store/open-store.ts'
import { receiveSnapshot, type SnapshotBody } from '../store/snapshots/receive-snapshot.ts'
import { openReplacementDatabase, type ReplacementDatabase } from '../store/snapshots/replacement-database.ts'
import { runSnapshotTask } from '../store/snapshots/snapshot-task.ts'
import type { JobWorker } from '../worker/supervisor.ts'

/**
 * Milliseconds that a caller waits until the drafts of the old state are discarded, which goes on
 * after that.
 */
const discardTimeout = 500

/** Operations on the whole state of the emulator. */
export interface EmulatorState {
  /**
   * Replaces the state by an empty one. Everything is gone, running jobs included.
   *
   * @param options.seed whether to apply the seed again. The new state has it from the first moment
   *   on, and its imports are over when this resolves
   * @returns why the seed cannot be applied. Nothing has changed then, unless it is an import that
   *   FAILED
   */
  reset(options: { seed: boolean }): Promise<string | undefined>
  /**
   * Replaces the state by that of a snapshot.
   *
   * @returns why the snapshot is refused. Nothing has changed then, and the body may not be read to
   *   its end
   */
  restore(body: SnapshotBody): Promise<string | undefined>
  /** Copies the state, as it is at one moment, into one SQLite file. */
  snapshot(): Promise<{ content: Readable; bytes: number }>
  /** Resolves when no operation is under way any more, and nothing of one is left in the data folder. */
  idle(): Promise<void>
}

/**
 * Creates the operations on the state. It is replaced by writing the new state over it in one
 * transaction. So both threads keep their connections, no call and no job sees half of either
 * state, and the database has one or the other if the process is killed. Jobs of the old state
 * write nothing from before the replacement on.
 *
 * @param signal aborts operations under way
 */
export function createState({
  dataDir,
  store,
  writeQueue,
  jobWorker,
  bus,
  clock,
  uploads,
  seed,
  signal,
}: {
  dataDir: string
  store: Store
  writeQueue: WriteQueue
  jobWorker: Pick<JobWorker, 'replaced'>
  /** Is told whenever the state has been replaced. */
  bus: EventBus
  /** Is set to the time of the new state. */
  clock: Clock
  /** Are removed by a reset. */
  uploads: Pick<Uploads, 'clear'>
  seed: Seed | undefined
  signal: AbortSignal
}): EmulatorState {
  removeLeftovers(dataDir)
  const underWay = new Set<Promise<unknown>>()
  /** The last of the replacements, which run one after the other. */
  let last: Promise<unknown> = Promise.resolve()

  const afterOthers = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  const tracked = <T>(operation: Promise<T>): Promise<T> => {
    const over: Promise<unknown> = operation.catch(() => {}).finally(() => underWay.delete(over))
    underWay.add(over)
    return operation
  }

  const replaceBy = async (next: ReplacementDatabase, by: 'reset' | 'restore'): Promise<void> => {
    let orphans: ExportDraft[] = []
    let discarded: Promise<void>
    writeQueue.nextGeneration()
    try {
      // A job's open transaction ends before this one, and the job begins no other.
      const drafts = await store.write(() => store.exportProgress.drafts(), signal)
      await next.replace(dataDir, signal)
      clock.set(store.savedClock.get())
      // The e-mails of a snapshot were sent elsewhere.
      if (store.relayCursor.get() !== undefined) await store.write(() => store.relayCursor.clear())
      // If a snapshot has the same job, that goes on with its drafts.
      orphans = drafts.filter(({ job }) => !next.hasExport(job.id))
      bus.emit({ kind: 'state', by })
    } finally {
      writeQueue.nextGeneration()
      // Even if nothing was replaced: the jobs have stopped, and have to be resumed.
      discarded = jobWorker.replaced(orphans)
    }
    if (orphans.length > 0) {
      // Nothing else may keep the process alive while `close` waits for this.
      const over = setTimeout(discardTimeout, undefined, { ref: false, signal }).catch(() => {})
      await Promise.race([discarded, over])
    }
  }

  /** @param fill writes into the new state before it replaces the old one */
  const replaceByNew = async <T>(fill: (next: ReplacementDatabase) => Promise<T>): Promise<T> => {
    const next = openReplacementDatabase()
    try {
      const filled = await fill(next)
      await replaceBy(next, 'reset')
      await uploads.clear()
      return filled
    } finally {
      next.close()
    }
  }

  const withFile = async <T>(work: (file: string) => Promise<T>): Promise<T> => {
    const file = join(dataDir, `snapshot-${randomUUID()}.db`)
    try {
      return await work(file)
    } finally {
      for (const ending of ['', '-journal', '-wal', '-shm']) await rm(file + ending, { force: true })
    }
  }

  const reset = async ({ seed: withSeed }: { seed: boolean }): Promise<string | undefined> => {
    if (!withSeed) return void (await afterOthers(() => replaceByNew(async () => {})))
    if (seed === undefined) return 'no seed is set: SEED or --seed names it at the start'
    try {
      const imports = await afterOthers(() => replaceByNew(next => seed.apply(next.openStore(), wallClock())))
      await seed.untilImported(imports, store, signal)
      return undefined
    } catch (error) {
      if (error instanceof StartError) return error.message
      throw error
    }
  }

  const restore = (body: SnapshotBody): Promise<string | undefined> =>
    withFile(async file => {
      const refusal =
        (await receiveSnapshot(body, file, { database: databaseFile(dataDir), signal })) ??
        (await runSnapshotTask({ check: file }, signal))
      if (refusal !== undefined) return refusal
      await afterOthers(async () => {
        const next = openReplacementDatabase(file)
        await replaceBy(next, 'restore').finally(() => next.close())
      })
      return undefined
    })

  const snapshot = (): Promise<{ content: Readable; bytes: number }> =>
    withFile(async file => {
      await runSnapshotTask({ copy: databaseFile(dataDir), to: file }, signal)
      // An open file can be read after it is removed, so it need not be removed later.
      const opened = await open(file)
      const { size: bytes } = await opened.stat()
      // Told where it ends, the stream ends with its last byte. Else it would look for more, and a client
      // that has all of it may be gone by then.
      return { content: opened.createReadStream({ end: bytes - 1 }), bytes }
    })

  return {
    reset: options => tracked(reset(options)),
    restore: body => tracked(restore(body)),
    snapshot: () => tracked(snapshot()),
    idle: async () => void (await Promise.all(underWay)),
  }
}

/** Removes the snapshot files of a process that was killed. */
function removeLeftovers(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (/^snapshot-[0-9a-f-]{36}\.db(-\w+)?$/.test(name)) rmSync(join(dataDir, name), { force: true })
  }
}
