import { Pace } from '../jobs/pace.ts'
import type { Store } from '../store/open-store.ts'
import type { WorkerJobKind } from './job-kinds.ts'
import { JobRunner, type RunnerContext } from './job-runner.ts'
import { Purging } from './purging.ts'
import { Schedule } from './schedule.ts'

/** All that the worker does for one state of the database: it runs jobs, and purges rows. */
export interface Work {
  /**
   * Says that the database may hold something new: new work, deleted applications, another job
   * control.
   */
  wake(): void
  /** Stops everything at its next safe point; resolves when nothing runs any more. */
  stop(): Promise<void>
}

/**
 * Starts the work on the state that the database holds.
 *
 * @param kinds of jobs
 * @param stopping stops it, too: what belongs to a state that has been replaced writes nothing more
 * @param context of the runners of jobs
 */
export function startWork(
  store: Store,
  kinds: WorkerJobKind[],
  stopping: AbortController,
  context: Pick<RunnerContext, 'slots' | 'generation' | 'now' | 'tell'>,
): Work {
  const { signal } = stopping
  const pace = new Pace(store.jobControl)
  const running = new Set<Promise<void>>()
  const inBackground = (task: Promise<void>) => {
    const kept = task.finally(() => running.delete(kept))
    running.add(kept)
  }
  const onOver = () => schedule.wake()
  const runners = kinds.map(kind => new JobRunner(kind, { ...context, pace, signal, inBackground, onOver }))
  const purging = new Purging(store, signal, error =>
    context.tell({ level: 'error', fields: { err: error }, text: 'what is deleted cannot be purged' }),
  )
  const schedule = new Schedule([...runners, purging])

  const run = async () => {
    for (const runner of runners) await runner.runSuspects()
    await schedule.run(signal)
  }
  inBackground(run())

  return {
    wake() {
      if (signal.aborted) return
      pace.lookAgain()
      for (const runner of runners) runner.abortDeleted()
      schedule.wake()
    },
    async stop() {
      stopping.abort()
      await Promise.allSettled(running)
    },
  }
}
