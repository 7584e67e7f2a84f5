/**
 * Bits of a filter's parts, as powers of two: 0.5, 2 and 4 MB. When one is full, the next is added.
 */
const sizes = [22, 24, 25]

/** A part is full when it has one key for so many bits: one answer in a hundred is then wrong. */
const bitsPerKey = 10

const probes = 5

/**
 * A Bloom filter: a set in little memory, with false positives but no false negatives. Beyond some
 * five million keys, false positives become frequent.
 */
export class BloomFilter {
  readonly #parts: { bits: Uint32Array; size: number; left: number }[] = []

  /** @param key as returned by `endpointKey` */
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
    // Integers of 32 bits are several times as fast as larger numbers.
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

/** An odd step, so that all probes are at different bits. */
const stepOf = (key: number): number => (key / 2 ** 17) | 1
