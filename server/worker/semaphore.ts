/** A place in the queue for a slot, and later the slot itself. */
export interface Place {
  /** Resolves when it has the slot. */
  readonly taken: Promise<void>
  readonly hasSlot: boolean
  /** Leaves the queue, or gives the slot back. To be called once. */
  leave(): void
}

interface Waiter {
  rank: number
  mayTake: () => boolean
  take: () => void
}

/**
 * A counting semaphore: a slot goes to the lowest rank, and among equals to whoever has waited longest. Those that may not take
 * one now are passed over, and keep their places.
 */
export class Semaphore {
  #free: number
  /** In the order in which they get slots. */
  readonly #waiting: Waiter[] = []

  constructor(count: number) {
    this.#free = count
  }

  /**
   * Joins the queue, and takes a slot at once if one is free and nobody comes before.
   *
   * @param rank its place among those who wait: lower ones come first
   * @param mayTake whether it may take a slot now; `offer` is to be called when that may have changed
   */
  join(rank = 0, mayTake = () => true): Place {
    const { promise: taken, resolve } = Promise.withResolvers<void>()
    let hasSlot = false
    const take = () => {
      hasSlot = true
      resolve()
    }
    const waiter: Waiter = { rank, mayTake, take }
    const next = this.#waiting.findIndex(other => other.rank > rank)
    this.#waiting.splice(next === -1 ? this.#waiting.length : next, 0, waiter)
    this.offer()
    return {
      taken,
      get hasSlot() {
        return hasSlot
      },
      leave: () => {
        if (hasSlot) this.release()
        else this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
      },
    }
  }

  /** Waits for a slot and takes it. */
  async acquire(): Promise<void> {
    await this.join().taken
  }

  /** Gives a slot back. */
  release(): void {
    this.#free++
    this.offer()
  }

  /** Hands the free slots to those who may take them. */
  offer(): void {
    while (this.#free > 0) {
      const next = this.#waiting.findIndex(({ mayTake }) => mayTake())
      if (next === -1) return
      const [waiter] = this.#waiting.splice(next, 1)
      this.#free--
      waiter!.take()
    }
  }
}
