import type { Call } from './call.ts'

/** Calls that are kept. */
const size = 1000

/** The latest calls, in memory: the view of a test, which need not outlive the process. */
export class RequestJournal {
  /** A ring: each call takes the place of the one that came `size` calls before it. */
  readonly #calls: (Call | undefined)[] = Array(size).fill(undefined)
  /** Numbers of calls, from 0. */
  #next = 0
  #first = 0

  record(call: Call): void {
    this.#calls[this.#next++ % size] = call
  }

  /** Forgets all calls. Their numbers are not used again. */
  clear(): void {
    this.#calls.fill(undefined)
    this.#first = this.#next
  }

  /**
   * The calls before the one of a number, newest first.
   *
   * @param operation of this operation alone
   */
  list(before: number, limit: number, operation?: string): { at: number; value: Call }[] {
    const found: { at: number; value: Call }[] = []
    const oldest = Math.max(this.#first, this.#next - size)
    for (let at = Math.min(before, this.#next) - 1; at >= oldest && found.length < limit; at--) {
      const value = this.#calls[at % size]!
      if (operation === undefined || value.operation === operation) found.push({ at, value })
    }
    return found
  }
}
