/**
 * Rows that there is room for. To store the keys of so many takes a tenth of a
 * second, for which callers wait.
 */
const maxRows = 32_768

const keysPerRow = 3

/** How many lists the keys are in: a power of two. */
const lists = 2 ** 16

/**
 * The keys of new rows, which SQLite's tables do not have yet: a hash table in 2 MB. (A Map takes several
 * times as much, which is garbage a second later.)
 */
export class NewKeys {
  /**
   * The newest entry of each list, and the one before each entry in its list: numbers from 1, or 0 for none.
   */
  readonly #newest = new Int32Array(lists)
  readonly #before = new Int32Array(maxRows * keysPerRow + 1)
  readonly #keys = new Float64Array(maxRows * keysPerRow + 1)
  readonly #rows = new Float64Array(maxRows * keysPerRow + 1)
  #count = 0

  get isFull(): boolean {
    return this.#count + keysPerRow >= this.#keys.length
  }

  /** @param key as `endpointKey` returns it */
  add(key: number, row: number): void {
    const entry = ++this.#count
    const list = listOf(key)
    this.#keys[entry] = key
    this.#rows[entry] = row
    this.#before[entry] = this.#newest[list]!
    this.#newest[list] = entry
  }

  /** The rows that have one of the keys. */
  *rowsWith(keys: Iterable<number>): Generator<number> {
    for (const key of keys) {
      for (let entry = this.#newest[listOf(key)]!; entry > 0; entry = this.#before[entry]!) {
        if (this.#keys[entry] === key) yield this.#rows[entry]!
      }
    }
  }

  clear(): void {
    this.#newest.fill(0)
    this.#count = 0
  }
}

/** Keys are hashes, so their lowest bits are as good as any. */
const listOf = (key: number): number => key & (lists - 1)
