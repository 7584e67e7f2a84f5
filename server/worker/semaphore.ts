/** A counting semaphore: a slot goes to the lowest rank, and among equals to whoever has waited longest. */
export class Semaphore {
  #free: number
  /** In the order in which they get slots. */
  readonly #waiting: { rank: number; take: () => void }[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Takes a slot if one is free now. Returns whether it did. */
  tryAcquire(): boolean {
    if (this.#free === 0) return false
    this.#free--
    return true
  }

  /**
   * Waits for a slot and takes it.
   *
   * @param rank its place among those who wait: lower ones come first
   */
  async acquire(rank = 0): Promise<void> {
    if (this.tryAcquire()) return
    const { promise, resolve: take } = Promise.withResolvers<void>()
    const next = this.#waiting.findIndex(other => other.rank > rank)
    this.#waiting.splice(next === -1 ? this.#waiting.length : next, 0, { rank, take })
    await promise
  }

  /** Gives a slot back. */
  release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next.take()
  }
}
