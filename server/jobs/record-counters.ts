/** The counters. There is none for failed records of exports, as an export fails as a whole. */
const names = ['importProcessed', 'importFailed', 'exportProcessed', 'workerRestarts'] as const

/**
 * Counters since the start of the process, in memory that both threads share. Those in the database
 * are deleted with their jobs. A record is counted when it has been written.
 */
export class JobCounters {
  readonly shared: SharedArrayBuffer
  readonly #counts: BigInt64Array

  /** @param shared the memory of the other thread's counters; without it, new counters */
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
