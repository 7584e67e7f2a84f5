import { Pace } from '../jobs/pace.ts'
import { diskTrouble } from '../process/disk-errors.ts'
import type { Store } from '../store/open-store.ts'
import type { DueSource } from './due-sources.ts'
import { DueWork, type DueWorkContext } from './due-work.ts'
import type { JobHandler } from './job-handlers.ts'
import { JobRunner, type RunnerContext } from './job-runner.ts'
import type { ClockMove, ClockOutcome } from './messages.ts'
import { Purging } from './purging.ts'
import { Scheduler } from './scheduler.ts'

/**
 * All that the worker does for one state of the database: it runs jobs and what is due, and purges
 * rows.
 */
export interface Work {
  /**
   * Says that the database may hold something new: new work, deleted applications, another job
   * control.
   */
  wake(): void
  /** Moves the clock, and runs what becomes due on the way. */
  moveClock(move: ClockMove): Promise<ClockOutcome>
  /** Stops everything at its next safe point; resolves when nothing runs any more. */
  stop(): Promise<void>
}

/**
 * Starts the work on the state that the database holds.
 *
 * @param handlers of all kinds of jobs
 * @param dueSources kinds of due work
 * @param stopping stops it, too: what belongs to a state that has been replaced writes nothing more
 * @param context of the runners of jobs
 */
export function startWork(
  store: Store,
  handlers: JobHandler[],
  dueSources: DueSource[],
  stopping: AbortController,
  context: Pick<RunnerContext, 'slots' | 'generation' | 'tell'> & Pick<DueWorkContext, 'clock' | 'timeSlice'>,
): Work {
  const { signal } = stopping
  const pace = new Pace(store.jobControl)
  const running = new Set<Promise<void>>()
  const inBackground = (task: Promise<void>) => {
    const kept = task.finally(() => running.delete(kept))
    running.add(kept)
  }
  const { clock, tell, timeSlice } = context
  const now = () => clock.now()
  const onOver = () => scheduler.wake()
  const troubleTeller = (text: string) => (error: unknown) =>
    tell({ level: 'error', fields: { err: error }, text })
  const runners = handlers.map(
    handler => new JobRunner(handler, { ...context, now, pace, signal, inBackground, onOver }),
  )
  const dueWork = new DueWork(dueSources, {
    clock,
    timeSlice,
    store,
    signal,
    inBackground,
    onRested: () => scheduler.wake(),
    onTrouble: troubleTeller('what is due cannot run'),
    onRestless: steps =>
      tell({
        level: 'warn',
        fields: { steps },
        text: `what is due has made ${steps} steps without a rest: do campaigns or journeys start one another by the events of their messages? End one of them`,
      }),
  })
  const purging = new Purging(store, signal, troubleTeller('what is deleted cannot be purged'))
  const scheduler = new Scheduler([...runners, dueWork, purging])

  const run = async () => {
    for (const runner of runners) await runner.runSuspects()
    await scheduler.run(signal)
  }
  inBackground(run())

  return {
    wake() {
      if (signal.aborted) return
      pace.lookAgain()
      for (const runner of runners) {
        runner.abortDeleted()
        runner.offerSlots()
      }
      scheduler.wake()
    },
    async moveClock(move) {
      const moving = dueWork.move(move)
      inBackground(moving.then(() => {}).catch(() => {}))
      try {
        return await moving
      } catch (error) {
        if (signal.aborted) return 'the state has been replaced, or the emulator stops'
        const trouble = diskTrouble(error)
        if (trouble === undefined) throw error
        return trouble
      }
    },
    async stop() {
      stopping.abort()
      await Promise.allSettled(running)
    },
  }
}
