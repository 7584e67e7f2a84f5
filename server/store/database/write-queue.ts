import { setTimeout } from 'node:timers/promises'
import { type NoPromise, refusePromise } from './no-promise.ts'

/** Milliseconds that an import waits for callers before each of its writes; it is not to stand still for them. */
const patience = 20

/** Milliseconds after which a caller's write fails. */
const deadline = 10_000

/** The same where the state is being replaced meanwhile: that ends by itself, but a large snapshot takes its time. */
const deadlineWhenReplaced = 120_000

/** Applications share so many counters of their endpoints' writes. */
const counters = 64

/**
 * Lets callers write between the transactions of an import. SQLite has one writer at a time and no queue: an import
 * that writes one transaction after the other takes the lock again before anybody who waits for it wakes up (a
 * caller's write was seen to wait ten seconds). So callers count themselves here, in memory that both threads share,
 * and the import looks before each transaction.
 *
 * The same memory says which state the database holds, so that a job of an earlier one writes nothing into a later one,
 * and whether anybody has written endpoints of an application.
 */
export class WriteQueue {
  readonly shared: SharedArrayBuffer
  readonly #callers: Int32Array
  readonly #generation: Int32Array
  readonly #endpointWrites: Int32Array

  /** @param shared of the other thread's writeQueue; without it, new ones are made */
  constructor(shared = new SharedArrayBuffer((2 + counters) * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#callers = new Int32Array(shared, 0, 1)
    this.#generation = new Int32Array(shared, Int32Array.BYTES_PER_ELEMENT, 1)
    this.#endpointWrites = new Int32Array(shared, 2 * Int32Array.BYTES_PER_ELEMENT)
  }

  /** Numbers the states that the database has held. It is odd while one is being replaced by another. */
  get generation(): number {
    return Atomics.load(this.#generation, 0)
  }

  /** To be called before a state is replaced, and once more when it is. */
  nextGeneration(): void {
    Atomics.add(this.#generation, 0, 1)
  }

  /**
   * Writes for a caller as soon as the database is free, without holding up its thread meanwhile.
   *
   * @param write one transaction, which fails with SQLITE_BUSY while the database is not free
   */
  async asCaller<T>(write: () => NoPromise<T>): Promise<T> {
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
      }
    } finally {
      Atomics.sub(this.#callers, 0, 1)
      Atomics.notify(this.#callers, 0)
    }
  }

  /** To be called for endpoints that are created or changed, in the transaction that does it. */
  noteEndpointWrites(app: number, count = 1): void {
    Atomics.add(this.#endpointWrites, app % counters, count)
  }

  /** Grows, in steps of 32 bits, with each write of an application's endpoints, and with some of others. */
  endpointWrites(app: number): number {
    return Atomics.load(this.#endpointWrites, app % counters)
  }

  /** Whether a caller waits to write. */
  get isCallerWaiting(): boolean {
    return Atomics.load(this.#callers, 0) > 0
  }

  /** Lets callers go first, as long as patience lasts. Holds up the import's thread. */
  letCallersGo(): void {
    const until = performance.now() + patience
    for (let count = Atomics.load(this.#callers, 0); count > 0; count = Atomics.load(this.#callers, 0)) {
      const left = until - performance.now()
      if (left <= 0) return
      Atomics.wait(this.#callers, 0, count, left)
    }
  }
}
