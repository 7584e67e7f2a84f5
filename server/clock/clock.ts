/**
 * The emulator's clock: everything that Pinpoint would date, schedule or report takes its time from
 * here. All threads share its memory, so that each of them sees the same time. What is about HTTP
 * and not about Pinpoint takes `wallClock`.
 */
export class Clock {
  readonly shared: SharedArrayBuffer
  /** Milliseconds by which this clock is ahead of the machine's. */
  readonly #offset: BigInt64Array

  /**
   * @param shared the memory of another thread's clock; without it, a new clock that agrees with
   *   the machine's
   */
  constructor(shared = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.shared = shared
    this.#offset = new BigInt64Array(shared)
  }

  now(): Date {
    return new Date(Date.now() + Number(Atomics.load(this.#offset, 0)))
  }

  /** Sets the clock, for every thread that shares it; it ticks on from there. */
  set(now: Date): void {
    Atomics.store(this.#offset, 0, BigInt(now.getTime() - Date.now()))
  }
}

/** The machine's own time: for the age of signatures, request rates and the log of calls. */
export const wallClock = (): Date => new Date()
