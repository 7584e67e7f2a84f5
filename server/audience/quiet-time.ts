import { localTimeAt, timeIn } from '../model/time-zone.ts'

/** A daily range of times, HH:MM each; one that goes past midnight begins later than it ends. */
export interface QuietTime {
  Start?: string | undefined
  End?: string | undefined
}

const [minute, day] = [60_000, 86_400_000]

/**
 * Whether it is quiet time: Start ≤ local time ≤ End (source: guide). Without both, or with the same
 * for both, it is never quiet (assumed).
 *
 * @param time milliseconds since 1970
 * @param zone valid name of the endpoint's time zone
 */
export function isQuiet(quietTime: QuietTime, time: number, zone: string): boolean {
  const range = rangeOf(quietTime)
  if (range === undefined) return false
  const { start, end } = range
  const local = sinceMidnight(localTimeAt(time, zone))
  return start < end ? local >= start && local <= end : local >= start || local <= end
}

/**
 * The time at which quiet time ends.
 *
 * @param time milliseconds since 1970, at which it is quiet
 * @returns the same
 */
export function quietTimeEnd(quietTime: QuietTime, time: number, zone: string): number {
  const { end } = rangeOf(quietTime)!
  const local = localTimeAt(time, zone)
  const midnight = local - sinceMidnight(local)
  const isLaterToday = sinceMidnight(local) <= end
  return timeIn(zone, midnight + end + (isLaterToday ? 0 : day))
}

function rangeOf({ Start = '', End = '' }: QuietTime): { start: number; end: number } | undefined {
  if (Start === '' || End === '' || Start === End) return undefined
  return { start: readTimeOfDay(Start), end: readTimeOfDay(End) }
}

/** Milliseconds since midnight of HH:MM. */
export const readTimeOfDay = (text = '00:00'): number =>
  (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * minute

const sinceMidnight = (local: number): number => ((local % day) + day) % day
