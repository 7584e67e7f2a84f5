import { day, hour, minute, second } from './milliseconds.ts'

/** A length of time. Months and years are as long as the calendar says. */
export interface Duration {
  months: number
  milliseconds: number
}

/**
 * Reads an ISO 8601 duration such as PT24H or P1DT30M. Seconds may have up to three decimals;
 * everything else is whole, and nothing is negative.
 *
 * @returns undefined for any other text
 */
export function readDuration(text: string): Duration | undefined {
  const parts =
    /^P(?=.)(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,8})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,10}(?:\.\d{1,3})?)S)?)?$/.exec(
      text,
    )
  if (parts === null) return undefined
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map(part => Number(part ?? 0))
  return {
    months: 12 * years + months,
    milliseconds: (7 * weeks + days) * day + hours * hour + minutes * minute + Math.round(seconds * second),
  }
}

/** A duration so many times over. */
export const timesOver = ({ months, milliseconds }: Duration, times: number): Duration => ({
  months: months * times,
  milliseconds: milliseconds * times,
})

/** How many times over a duration is certainly not longer than so many milliseconds. */
export function timesWithin({ months, milliseconds }: Duration, length: number): number {
  const longest = milliseconds + months * 31 * day
  return longest === 0 || length <= 0 ? 0 : Math.floor(length / longest)
}

/**
 * The time that a duration leads to: first its months, in UTC, then the rest. The last day of a
 * month stands for a day that the month does not have.
 *
 * @param from milliseconds since 1970
 * @returns the same; NaN beyond what a Date can hold
 */
export function addDuration(from: number, { months, milliseconds }: Duration): number {
  const date = new Date(from)
  const dayOfMonth = date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() + months)
  if (date.getUTCDate() !== dayOfMonth) date.setUTCDate(0)
  return new Date(date.getTime() + milliseconds).getTime()
}
