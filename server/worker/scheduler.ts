import { setImmediate, setTimeout } from 'node:timers/promises'
import { maxTimer } from '../model/milliseconds.ts'

/** Work that the worker finds in the database. */
export interface WorkSource {
  /** Does what is due now, in a step of some milliseconds; nothing where nothing is due. */
  runDue(): void
  /**
   * Milliseconds until there is more to do; Infinity if there is not, unless the worker is woken.
   */
  nextDue(): number
}

/** The worker's loop: runs what is due, then sleeps until more is due or somebody wakes it. */
export class Scheduler {
  readonly #sources: WorkSource[]
  #woken = new AbortController()

  /** @param sources in the order in which they are run */
  constructor(sources: WorkSource[]) {
    this.#sources = sources
  }

  /** Says that the database may hold new work. */
  wake(): void {
    this.#woken.abort()
  }

  /** @param signal ends it: the promise then resolves */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Whoever wakes it from here on is seen by the next sleep, also where a source is still
      // running.
      this.#woken = new AbortController()
      for (const source of this.#sources) source.runDue()
      const ms = Math.min(...this.#sources.map(source => source.nextDue()))
      await sleep(ms, AbortSignal.any([signal, this.#woken.signal]))
    }
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) await setImmediate()
  else await setTimeout(Math.min(Math.ceil(ms), maxTimer), undefined, { signal }).catch(() => {})
}
