/** A counting semaphore that is fair: slots go to whoever has waited longest. */
export class Semaphore {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Takes a slot if one is free now. Returns whether it did. */
  tryAcquire(): boolean {
    if (this.#free === 0) return false
    this.#free--
    return true
  }

  /** Waits for a slot and takes it. */
  async acquire(): Promise<void> {
    if (!this.tryAcquire()) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  /** Gives a slot back. */
  release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
