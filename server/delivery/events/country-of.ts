import { createRequire } from 'node:module'
import type { parsePhoneNumber } from 'awesome-phonenumber'

const require = createRequire(import.meta.url)

/** Countries by the beginnings of numbers, since to parse a number takes a fifth of a millisecond. */
const known = new Map<string, string | undefined>()
const maxKnown = 10_000

/** A plus and so many digits say which country a number is of: +1 613 is Canada, +44 1534 Jersey. */
const significant = 8

/**
 * The country of a phone number, as ISO 3166-1 has it; undefined where the number has none. The
 * numbering plans are loaded when the first is asked for.
 *
 * @param number + and digits
 */
export function countryOf(number: string): string | undefined {
  const beginning = number.slice(0, significant)
  if (!known.has(beginning)) {
    if (known.size === maxKnown) known.clear()
    const { parsePhoneNumber: parse } = require('awesome-phonenumber') as {
      parsePhoneNumber: typeof parsePhoneNumber
    }
    known.set(beginning, parse(number).regionCode)
  }
  return known.get(beginning)
}
