import { setTimeout } from 'node:timers/promises'
import { type NoPromise, refusePromise } from './no-promise.ts'

/**
 * Milliseconds that a job waits for callers before each of its transactions, so that it always gets
 * on.
 */
const patience = 20

/** Milliseconds after which a caller's write fails. */
const deadline = 10_000

/** The same while the state is being replaced, which takes its time for a large snapshot. */
const deadlineWhenReplaced = 120_000

/** Counters of endpoint writes, which all applications share. */
const counters = 64

/**
 * A queue by which callers write between the transactions of a job. SQLite has one writer at a
 * time, and no queue: a job that writes one transaction after the other takes the lock again before
 * a waiting caller wakes up (one was seen to wait ten seconds). So waiting callers are counted
 * here, in memory that both threads share, and a job looks at the count before each transaction.
 *
 * The same memory has the generation of the state, so that a job of an earlier state writes nothing
 * into a later one, and counts the writes of endpoints.
 */
export class WriteQueue {
  readonly shared: SharedArrayBuffer
  readonly #callers: Int32Array
  readonly #generation: Int32Array
  readonly #endpointWrites: Int32Array

  /** @param shared the memory of the other thread's queue; without it, a new queue */
  constructor(shared = new SharedArrayBuffer((2 + counters) * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#callers = new Int32Array(shared, 0, 1)
    this.#generation = new Int32Array(shared, Int32Array.BYTES_PER_ELEMENT, 1)
    this.#endpointWrites = new Int32Array(shared, 2 * Int32Array.BYTES_PER_ELEMENT)
  }

  /**
   * The number of the state that the database holds. It is odd while the state is being replaced.
   */
  get generation(): number {
    return Atomics.load(this.#generation, 0)
  }

  /** To be called before the state is replaced, and again afterwards. */
  nextGeneration(): void {
    Atomics.add(this.#generation, 0, 1)
  }

  /**
   * Writes for a caller as soon as the database is free. The thread is not blocked meanwhile.
   *
   * @param write one transaction, which throws SQLITE_BUSY while the database is not free
   * @param signal gives up waiting, with its reason
   */
  async asCaller<T>(write: () => NoPromise<T>, signal?: AbortSignal): Promise<T> {
    const begun = performance.now()
    let replaced = false
    Atomics.add(this.#callers, 0, 1)
    try {
      for (;;) {
        try {
          return refusePromise(write())
        } catch (error) {
          replaced ||= this.generation % 2 === 1
          const max = replaced ? deadlineWhenReplaced : deadline
          if ((error as NodeJS.ErrnoException).code !== 'SQLITE_BUSY' || performance.now() - begun > max)
            throw error
        }
        await setTimeout(1)
        signal?.throwIfAborted()
      }
    } finally {
      Atomics.sub(this.#callers, 0, 1)
      Atomics.notify(this.#callers, 0)
    }
  }

  /** Counts endpoints that are created or changed. To be called in the transaction that does it. */
  noteEndpointWrites(app: number, count = 1): void {
    Atomics.add(this.#endpointWrites, app % counters, count)
  }

  /**
   * A counter, modulo 2^32, that grows with each write of an application's endpoints. Other
   * applications may share it.
   */
  endpointWrites(app: number): number {
    return Atomics.load(this.#endpointWrites, app % counters)
  }

  /** Whether a caller waits to write. */
  get isCallerWaiting(): boolean {
    return Atomics.load(this.#callers, 0) > 0
  }

  /** Blocks the job's thread while callers wait to write, but no longer than `patience`. */
  letCallersGo(): void {
    const until = performance.now() + patience
    for (let count = Atomics.load(this.#callers, 0); count > 0; count = Atomics.load(this.#callers, 0)) {
      const left = until - performance.now()
      if (left <= 0) return
      Atomics.wait(this.#callers, 0, count, left)
    }
  }
}
