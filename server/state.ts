import { setTimeout } from 'node:timers/promises'
import type { ExportDraft } from './store/export-progress.ts'
import { type NextState, openNextState } from './store/next-state.ts'
import type { Store } from './store/open-store.ts'
import type { WriteTurns } from './store/write-turns.ts'
import type { JobWorker } from './worker/supervisor.ts'

/** Milliseconds that a caller waits for what exports of the old state have begun to be discarded, which goes on after that. */
const discardTimeout = 500

/** The whole state of the emulator: what can be done with it at once. */
export interface State {
  /** Replaces the state by an empty one: everything is gone, running jobs included. */
  reset(): Promise<void>
  /** Has something done whenever the state has been replaced: what is known of the old one is to be forgotten. */
  onReplaced(forget: () => void): void
}

/**
 * Makes what replaces the state. A state is replaced by writing the new one over it in one transaction of
 * SQLite's, so both threads keep their connections, no call and no job sees half of either, and whatever is killed in the
 * middle, the database holds the one or the other. From before that on, jobs of the old state write nothing any more.
 */
export function createState({
  dataDir,
  store,
  turns,
  jobWorker,
}: {
  dataDir: string
  store: Store
  turns: WriteTurns
  jobWorker: Pick<JobWorker, 'replaced'>
}): State {
  const forgetting: (() => void)[] = []
  /** What is under way; one after the other. */
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  const replaceBy = async (next: NextState): Promise<void> => {
    let orphans: ExportDraft[] = []
    let discarded: Promise<void>
    turns.nextGeneration()
    try {
      // A job's transaction that is under way ends before this one, and no other follows.
      const drafts = await store.write(() => store.exportProgress.drafts())
      await next.replace(dataDir)
      // A snapshot may hold the very job, which then goes on with what it has begun.
      orphans = drafts.filter(({ job }) => !next.hasExport(job.id))
      for (const forget of forgetting) forget()
    } finally {
      turns.nextGeneration()
      // Also where nothing was replaced: the jobs have stopped, and are to be taken up again.
      discarded = jobWorker.replaced(orphans)
    }
    if (orphans.length > 0) {
      await Promise.race([discarded, setTimeout(discardTimeout, undefined, { ref: false })])
    }
  }

  return {
    reset: () =>
      inTurn(async () => {
        const next = openNextState()
        await replaceBy(next).finally(() => next.close())
      }),

    onReplaced: forget => void forgetting.push(forget),
  }
}
