import { hour, minute } from './milliseconds.ts'

/** How far clocks of the world are ahead of UTC at most, and how far behind it, in milliseconds. */
export const [aheadOfUtc, behindUtc] = [14 * hour, 12 * hour]

/**
 * Reads the time zone of a schedule: UTC, or a fixed offset from it such as UTC+09, UTC-03 or
 * UTC+05:30 (source: API reference), in any case (assumed).
 *
 * @returns milliseconds by which it is ahead of UTC; undefined for any other text
 */
export function readUtcOffset(text: string): number | undefined {
  const parts = /^UTC(?:([+-])(\d\d?)(?::?([0-5]\d))?)?$/i.exec(text)
  if (parts === null) return undefined
  const [, sign = '+', hours = '0', minutes = '0'] = parts
  const offset = (Number(hours) * 60 + Number(minutes)) * minute
  if (offset > aheadOfUtc) return undefined
  // UTC-00 is 0 as well: -0 would not be deeply equal to it.
  return sign === '-' ? 0 - offset : offset
}

/** The offset of an ISO 8601 time with a time zone, in milliseconds ahead of UTC. */
export function offsetOfTime(time: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(time.slice(10)) ?? []
  if (sign === undefined) return 0
  const offset = (Number(hours) * 60 + Number(minutes)) * minute
  return sign === '-' ? -offset : offset
}
