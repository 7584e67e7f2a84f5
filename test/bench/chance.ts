/** Another seed makes another data set of the same shape. */
const seed = 20_180_207

/**
 * A pseudo-random number from 0 to below 1 that depends on its arguments alone (the finalizer of
 * MurmurHash3).
 *
 * @param number what it is for, such as a user's number
 * @param purpose tells several numbers for the same thing apart
 */
export const chance = (number: number, purpose: number): number => hash(number, purpose) / 2 ** 32

/** Pseudo-random hexadecimal digits; they use up a purpose for each eight. */
export function hexDigits(number: number, purpose: number, length: number): string {
  let text = ''
  for (let next = purpose; text.length < length; next++)
    text += hash(number, next).toString(16).padStart(8, '0')
  return text.slice(0, length)
}

/** One of the values, each as likely as the others. */
export const pick = <T>(values: readonly T[], by: number): T => values[Math.floor(by * values.length)]!

/** One of the values, each as likely as its share, which are 1 together. */
export function pickByShare<T>(shares: readonly (readonly [value: T, share: number])[], by: number): T {
  let rest = by
  for (const [value, share] of shares) {
    rest -= share
    if (rest < 0) return value
  }
  return shares.at(-1)![0]
}

function hash(number: number, purpose: number): number {
  let mixed = number ^ seed ^ Math.imul(purpose + 1, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
