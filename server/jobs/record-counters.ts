/** What is counted. An export fails as a whole, so none of its records fails. */
const names = ['importProcessed', 'importFailed', 'exportProcessed', 'workerRestarts'] as const

/**
 * Counters since the start of the process, in memory that both threads share: those of the database go with the jobs.
 * Records are counted once they are written.
 */
export class JobCounters {
  readonly shared: SharedArrayBuffer
  readonly #counts: BigInt64Array

  /** @param shared of the other thread's counters; without it, new ones are made */
  constructor(shared = new SharedArrayBuffer(names.length * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#counts = new BigInt64Array(shared)
  }

  add(name: (typeof names)[number], count: number): void {
    Atomics.add(this.#counts, names.indexOf(name), BigInt(count))
  }

  get(name: (typeof names)[number]): number {
    return Number(Atomics.load(this.#counts, names.indexOf(name)))
  }
}
