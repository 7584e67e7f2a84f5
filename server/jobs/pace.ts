import { setTimeout } from 'node:timers/promises'
import { maxTimer } from '../model/milliseconds.ts'
import type { JobProgress } from '../store/jobs/job-progress.ts'
import type { Job } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'
import { isHung } from './faults.ts'

/**
 * Makes jobs wait in their statuses as the job control and the fault rules say. Both are in the
 * database; after `lookAgain`, every waiting job reads them again.
 */
export class Pace {
  readonly #control: Store['jobControl']
  /** Aborted to have the waiting jobs look again. */
  #looking = new AbortController()

  constructor(control: Store['jobControl']) {
    this.#control = control
  }

  lookAgain(): void {
    this.#looking.abort()
    this.#looking = new AbortController()
  }

  /**
   * Waits for the delay of the mode `timed`, which a job rests in each status before it does
   * anything.
   */
  async rest(signal: AbortSignal): Promise<void> {
    const since = performance.now()
    await this.#wait(() => {
      const { delayMs = 0 } = this.#control.get()
      return since + delayMs - performance.now()
    }, signal)
  }

  /**
   * Waits until a job may leave its status.
   *
   * @param onHeld called each time a look finds that it may not
   */
  async hold(
    job: Job,
    progress: Pick<JobProgress, 'mayLeave' | 'faults'>,
    signal: AbortSignal,
    onHeld: () => void,
  ): Promise<void> {
    await this.#wait(() => {
      if (this.#isLetGo(job, progress) && !isHung(job, progress)) return 0
      onHeld()
      return maxTimer
    }, signal)
  }

  /**
   * Whether a job may leave its status, as far as that is decided: `hold` may find that a rule
   * applies which has not been looked at so far. It only reads, so it may be called at any time.
   */
  mayLeave(job: Job, progress: Pick<JobProgress, 'mayLeave' | 'hanging'>): boolean {
    return this.#isLetGo(job, progress) && progress.hanging(job.seq) === undefined
  }

  #isLetGo(job: Job, progress: Pick<JobProgress, 'mayLeave'>): boolean {
    return this.#control.get().mode !== 'manual' || progress.mayLeave(job)
  }

  /** @param msLeft returns how many milliseconds are left to wait, as things stand now */
  async #wait(msLeft: () => number, signal: AbortSignal): Promise<void> {
    for (let ms = msLeft(); ms > 0; ms = msLeft()) {
      const either = AbortSignal.any([signal, this.#looking.signal])
      await setTimeout(Math.min(Math.ceil(ms), maxTimer), undefined, { signal: either }).catch(() => {})
      signal.throwIfAborted()
    }
  }
}
