/** A ticket in the queue for a slot, and later for the slot itself. */
export interface Ticket {
  /** Resolves when it has the slot. */
  readonly acquired: Promise<void>
  readonly hasSlot: boolean
  /** Leaves the queue, or gives the slot back. To be called once. */
  leave(): void
}

interface Waiter {
  rank: number
  mayAcquire: () => boolean
  grant: () => void
}

/**
 * A counting semaphore: a slot goes to the lowest rank, and among equals to whoever has waited longest. Those
 * that may not acquire one now are passed over, and keep their places.
 */
export class Semaphore {
  #free: number
  /** In the order in which they get slots. */
  readonly #waiting: Waiter[] = []

  constructor(count: number) {
    this.#free = count
  }

  /**
   * Joins the queue, and acquires a slot at once if one is free and nobody comes before.
   *
   * @param rank its place among those who wait: lower ones come first
   * @param mayAcquire whether it may acquire a slot now; `offer` is to be called when that may have changed
   */
  join(rank = 0, mayAcquire = () => true): Ticket {
    const { promise: acquired, resolve } = Promise.withResolvers<void>()
    let hasSlot = false
    const grant = () => {
      hasSlot = true
      resolve()
    }
    const waiter: Waiter = { rank, mayAcquire, grant }
    const next = this.#waiting.findIndex(other => other.rank > rank)
    this.#waiting.splice(next === -1 ? this.#waiting.length : next, 0, waiter)
    this.offer()
    return {
      acquired,
      get hasSlot() {
        return hasSlot
      },
      leave: () => {
        if (hasSlot) this.release()
        else this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
      },
    }
  }

  /** Waits for a slot and acquires it. */
  async acquire(): Promise<void> {
    await this.join().acquired
  }

  /** Gives a slot back. */
  release(): void {
    this.#free++
    this.offer()
  }

  /** Hands the free slots to those who may acquire them. */
  offer(): void {
    while (this.#free > 0) {
      const next = this.#waiting.findIndex(({ mayAcquire }) => mayAcquire())
      if (next === -1) return
      const [waiter] = this.#waiting.splice(next, 1)
      this.#free--
      waiter!.grant()
    }
  }
}
