/** Bits of the parts that a filter is made of one after the other, as two's logarithm: 0.5 MB, 2 MB and 4 MB. */
const sizes = [22, 24, 25]

/** Bits for each key at which a part is full: about one in a hundred keys that were not added seems so then. */
const bitsPerKey = 10

const probes = 5

/**
 * Remembers which keys were added, in little memory: of a key that was not, it says once in a while that it may have
 * been; never the other way round (a Bloom filter). It holds some five million keys well.
 */
export class BloomFilter {
  readonly #parts: { bits: Uint32Array; size: number; left: number }[] = []

  /** @param key a key as `endpointKey` makes it */
  add(key: number): void {
    let part = this.#parts.at(-1)
    if ((part === undefined || part.left <= 0) && this.#parts.length < sizes.length) {
      const size = 2 ** sizes[this.#parts.length]!
      part = { bits: new Uint32Array(size / 32), size, left: size / bitsPerKey }
      this.#parts.push(part)
    }
    const { bits, size } = part!
    part!.left--
    const step = stepOf(key)
    // In 32 bits throughout, which is several times as fast as with larger numbers.
    for (let probe = 0, at = key | 0; probe < probes; probe++, at = (at + step) | 0) {
      const bit = at & (size - 1)
      bits[bit >>> 5]! |= 1 << (bit & 31)
    }
  }

  mayHave(key: number): boolean {
    const step = stepOf(key)
    for (const { bits, size } of this.#parts) if (hasAll(bits, size, key | 0, step)) return true
    return false
  }
}

function hasAll(bits: Uint32Array, size: number, from: number, step: number): boolean {
  for (let probe = 0, at = from; probe < probes; probe++, at = (at + step) | 0) {
    const bit = at & (size - 1)
    if ((bits[bit >>> 5]! & (1 << (bit & 31))) === 0) return false
  }
  return true
}

/** Odd, so that all probes are at different places. */
const stepOf = (key: number): number => (key / 2 ** 17) | 1
