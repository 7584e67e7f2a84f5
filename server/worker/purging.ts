import { diskTrouble } from '../process/disk-errors.ts'
import type { Store } from '../store/open-store.ts'
import type { WorkSource } from './scheduler.ts'

/** Rows deleted in one transaction; one that is in indexes, or fires triggers, counts as several. */
const rowsPerStep = 700

/**
 * While a job writes, purging would end the job's transaction with each step: it pauses, then
 * purges for a while, and so on. Both in milliseconds.
 */
const besideJobs = { pause: 500, steps: 30 }

/** Milliseconds until purging is tried again when the disk has refused it. */
const retryDelay = 10_000

/** Purges the rows that nobody can see any more, in steps of some milliseconds. */
export class Purging implements WorkSource {
  readonly #store: Pick<Store, 'purge' | 'isJobWriting'>
  readonly #signal: AbortSignal
  readonly #onTrouble: (error: unknown) => void
  #isDone = false
  /** Purging pauses until then, as `performance.now()` tells the time. */
  #pausedUntil = 0
  #hasPaused = false

  /**
   * @param signal aborted when the state that the store belongs to is replaced, or the worker stops
   * @param onTrouble told when the disk refuses to write
   */
  constructor(
    store: Pick<Store, 'purge' | 'isJobWriting'>,
    signal: AbortSignal,
    onTrouble: (error: unknown) => void,
  ) {
    this.#store = store
    this.#signal = signal
    this.#onTrouble = onTrouble
  }

  runDue(): void {
    const now = performance.now()
    if (now < this.#pausedUntil) return
    if (!this.#hasPaused && this.#store.isJobWriting()) {
      this.#isDone = false
      this.#hasPaused = true
      this.#pausedUntil = now + besideJobs.pause
      return
    }
    const until = this.#hasPaused ? now + besideJobs.steps : now
    this.#hasPaused = false
    try {
      do this.#isDone = !this.#store.purge(rowsPerStep)
      while (!this.#isDone && performance.now() < until)
    } catch (error) {
      if (this.#signal.aborted) return
      if (diskTrouble(error) === undefined) throw error
      this.#onTrouble(error)
      this.#isDone = false
      this.#pausedUntil = performance.now() + retryDelay
    }
  }

  nextDue(): number {
    return this.#isDone ? Number.POSITIVE_INFINITY : this.#pausedUntil - performance.now()
  }
}
