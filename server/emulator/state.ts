import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
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

/** Milliseconds that a caller waits for what exports of the old state have begun to be discarded, which goes on after that. */
const discardTimeout = 500

/** The whole state of the emulator: what can be done with it at once. */
export interface State {
  /**
   * Replaces the state by an empty one: everything is gone, running jobs included.
   *
   * @param options.seed whether the seed is applied again: the new state holds it from the first moment on, and its imports
   *   are over when this resolves
   * @returns why the seed cannot be applied; where it is not an import that has FAILED, nothing has changed then
   */
  reset(options: { seed: boolean }): Promise<string | undefined>
  /**
   * Replaces the state by that of a snapshot.
   *
   * @returns why it is refused; then nothing has changed, and not all of the body may have been read
   */
  restore(body: SnapshotBody): Promise<string | undefined>
  /** Gives the state as one SQLite file, as it is at one moment between the call and the answer. */
  snapshot(): Promise<{ content: Readable; bytes: number }>
}

/**
 * Makes what replaces the state and copies it. A state is replaced by writing the new one over it in one transaction of
 * SQLite's, so both threads keep their connections, no call and no job sees half of either, and whatever is killed in the
 * middle, the database holds the one or the other. From before that on, jobs of the old state write nothing any more.
 *
 * @param signal ends what is under way
 */
export function createState({
  dataDir,
  store,
  writeQueue,
  jobWorker,
  bus,
  seed,
  signal,
}: {
  dataDir: string
  store: Store
  writeQueue: WriteQueue
  jobWorker: Pick<JobWorker, 'replaced'>
  /** Is told whenever the state has been replaced. */
  bus: EventBus
  seed: Seed | undefined
  signal: AbortSignal
}): State {
  removeLeftovers(dataDir)
  /** What is under way; one after the other. */
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  const replaceBy = async (next: ReplacementDatabase): Promise<void> => {
    let orphans: ExportDraft[] = []
    let discarded: Promise<void>
    writeQueue.nextGeneration()
    try {
      // A job's transaction that is under way ends before this one, and no other follows.
      const drafts = await store.write(() => store.exportProgress.drafts())
      await next.replace(dataDir)
      // A snapshot may hold the very job, which then goes on with what it has begun.
      orphans = drafts.filter(({ job }) => !next.hasExport(job.id))
      bus.emit({ kind: 'state' })
    } finally {
      writeQueue.nextGeneration()
      // Also where nothing was replaced: the jobs have stopped, and are to be taken up again.
      discarded = jobWorker.replaced(orphans)
    }
    if (orphans.length > 0) {
      await Promise.race([discarded, setTimeout(discardTimeout, undefined, { ref: false })])
    }
  }

  /** @param fill what the state holds then */
  const replaceByNew = async <T>(fill: (next: ReplacementDatabase) => Promise<T>): Promise<T> => {
    const next = openReplacementDatabase()
    try {
      const filled = await fill(next)
      await replaceBy(next)
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

  return {
    async reset({ seed: withSeed }) {
      if (!withSeed) return void (await inTurn(() => replaceByNew(async () => {})))
      if (seed === undefined) return 'no seed is set: SEED or --seed names it at the start'
      try {
        const imports = await inTurn(() => replaceByNew(next => seed.apply(next.openStore())))
        await seed.untilImported(imports, store, signal)
        return undefined
      } catch (error) {
        if (error instanceof StartError) return error.message
        throw error
      }
    },

    restore: body =>
      withFile(async file => {
        const refusal =
          (await receiveSnapshot(body, file, { database: databaseFile(dataDir), signal })) ??
          (await runSnapshotTask({ check: file }, signal))
        if (refusal !== undefined) return refusal
        await inTurn(async () => {
          const next = openReplacementDatabase(file)
          await replaceBy(next).finally(() => next.close())
        })
        return undefined
      }),

    snapshot: () =>
      withFile(async file => {
        await runSnapshotTask({ copy: databaseFile(dataDir), to: file }, signal)
        // Open, it can be read after its name is gone, however the reading ends.
        const opened = await open(file)
        return { content: opened.createReadStream(), bytes: (await opened.stat()).size }
      }),
  }
}

/** Removes what a process has left behind that was killed while it had a snapshot in its hands. */
function removeLeftovers(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (/^snapshot-[0-9a-f-]{36}\.db(-\w+)?$/.test(name)) rmSync(join(dataDir, name), { force: true })
  }
}
