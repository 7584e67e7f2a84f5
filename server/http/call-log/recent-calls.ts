import type { Call } from './call.ts'

/** How many calls are kept. */
const size = 1000

/** The latest calls, in memory only: tests look at them while the process runs. */
export class RequestJournal {
  /** A ring buffer: call number n is at index n modulo `size`. */
  readonly #calls: (Call | undefined)[] = Array(size).fill(undefined)
  /** The number of the next call; calls are numbered from 0. */
  #next = 0
  /** The number of the first call since the last clear. */
  #first = 0

  record(call: Call): void {
    this.#calls[this.#next++ % size] = call
  }

  find(requestId: string): Call | undefined {
    return this.#calls.find(call => call?.requestId === requestId)
  }

  /** Removes all calls. Their numbers are not used again. */
  clear(): void {
    this.#calls.fill(undefined)
    this.#first = this.#next
  }

  /**
   * The calls before the one with a number, newest first.
   *
   * @param isMeant which calls to list
   */
  list(before: number, limit: number, isMeant: (call: Call) => boolean): { at: number; value: Call }[] {
    const found: { at: number; value: Call }[] = []
    const oldest = Math.max(this.#first, this.#next - size)
    for (let at = Math.min(before, this.#next) - 1; at >= oldest && found.length < limit; at--) {
      const value = this.#calls[at % size]!
      if (isMeant(value)) found.push({ at, value })
    }
    return found
  }
}
