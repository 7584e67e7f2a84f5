/** A point of a progress: how much was done at a time. */
export interface Sample {
  /** Milliseconds, by `performance.now()`. */
  at: number
  done: number
}

/** The span of the mean, and the time before which no estimate is made, in milliseconds. */
const meanMs = 5000
const firstMs = 2000

/** Measures how fast something goes on. */
export class Rate {
  readonly #samples: Sample[] = []
  #start: number | undefined

  add(done: number, at = performance.now()): void {
    this.#start ??= at
    this.#samples.push({ at, done })
    while (this.#samples.length > 2 && this.#samples[1]!.at < at - meanMs) this.#samples.shift()
  }

  /** What is done in a second, as the mean of the last 5 seconds; undefined in the first two. */
  perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined || last.at - this.#start! < firstMs) return undefined
    return last.at === first.at ? undefined : ((last.done - first.done) / (last.at - first.at)) * 1000
  }

  /** Milliseconds until all is done; undefined if that is unknown. */
  left(total: number): number | undefined {
    const rate = this.perSecond()
    const { done } = this.#samples.at(-1) ?? { done: 0 }
    return rate === undefined || rate <= 0 ? undefined : (Math.max(0, total - done) / rate) * 1000
  }
}

/** `about 12 s`, `about 3 min`. */
export function about(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 100) return `about ${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`
}
