import { readTime } from './iso-time.ts'
import { day } from './milliseconds.ts'

/** The comparisons of times among those of a dimension's AttributeType (source: API reference). */
export type TimeComparison = 'BEFORE' | 'AFTER' | 'ON' | 'BETWEEN'

/**
 * Whether an attribute's value is a time that fits. ON is the same day in UTC (assumed), BETWEEN
 * includes both ends (assumed).
 *
 * @param value text; one that is no time fits nothing
 * @param first what the dimension names, in milliseconds since 1970
 * @param last likewise; only BETWEEN has it
 */
export function fitsTime(how: TimeComparison, value: string, first: number, last: number = first): boolean {
  const time = readTime(value)
  if (time === undefined) return false
  switch (how) {
    case 'BEFORE':
      return time < first
    case 'AFTER':
      return time > first
    case 'ON':
      return Math.floor(time / day) === Math.floor(first / day)
    case 'BETWEEN':
      return time >= first && time <= last
  }
}
