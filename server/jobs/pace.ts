import { setTimeout } from 'node:timers/promises'
import type { JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'
import { isHung } from './faults.ts'

/** Milliseconds of the longest timer that there is. */
const maxTimer = 2 ** 31 - 1

/**
 * Lets jobs wait in their states as callers have said. What they have said stands in the database; `lookAgain` tells
 * that it may be something else by now, and every job that waits finds out.
 */
export class Pace {
  readonly #control: Store['jobControl']
  #looking = new AbortController()

  constructor(control: Store['jobControl']) {
    this.#control = control
  }

  lookAgain(): void {
    this.#looking.abort()
    this.#looking = new AbortController()
  }

  /** Waits for as long as a job that has just come to a state rests there before it does anything. */
  async rest(signal: AbortSignal): Promise<void> {
    const since = performance.now()
    await this.#wait(() => {
      const { delayMs = 0 } = this.#control.get()
      return since + delayMs - performance.now()
    }, signal)
  }

  /**
   * Waits until a job may leave its state.
   *
   * @param onHeld told when it may not, whenever that is found out
   */
  async hold(
    job: Job,
    progress: Pick<JobProgress, 'mayLeave' | 'faults'>,
    signal: AbortSignal,
    onHeld: () => void,
  ): Promise<void> {
    await this.#wait(() => {
      const mayLeave = this.#control.get().mode !== 'manual' || progress.mayLeave(job)
      if (mayLeave && !isHung(job, progress)) return 0
      onHeld()
      return maxTimer
    }, signal)
  }

  /** @param left how many milliseconds there are left to wait, as far as can be told now */
  async #wait(left: () => number, signal: AbortSignal): Promise<void> {
    for (let ms = left(); ms > 0; ms = left()) {
      const either = AbortSignal.any([signal, this.#looking.signal])
      await setTimeout(Math.min(Math.ceil(ms), maxTimer), undefined, { signal: either }).catch(() => {})
      signal.throwIfAborted()
    }
  }
}
