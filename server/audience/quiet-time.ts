import { day, minute } from '../model/milliseconds.ts'
import { localTimeAt, nextTimeIn } from '../model/time-zone.ts'

/** A daily range of times, HH:MM each; one that goes past midnight begins later than it ends. */
export interface QuietTime {
  Start?: string | undefined
  End?: string | undefined
}

/**
 * Whether there is a quiet time: without both times, or with the same for both, it is never quiet (assumed).
 */
export const hasQuietTime = ({ Start, End }: QuietTime): boolean => Boolean(Start && End && Start !== End)

/**
 * Whether it is quiet time: Start ≤ local time ≤ End (source: guide).
 *
 * @param time milliseconds since 1970
 * @param zone valid name of the endpoint's time zone
 */
export function isQuiet(quietTime: QuietTime, time: number, zone: string): boolean {
  if (!hasQuietTime(quietTime)) return false
  const [start, end] = [readTimeOfDay(quietTime.Start), readTimeOfDay(quietTime.End)]
  const local = sinceMidnight(localTimeAt(time, zone))
  return start < end ? local >= start && local <= end : local >= start || local <= end
}

/**
 * The time at which quiet time ends; where clocks skip its end, as they change.
 *
 * @param time milliseconds since 1970, at which it is quiet
 * @returns the same
 */
export function quietTimeEnd(quietTime: QuietTime, time: number, zone: string): number {
  const end = readTimeOfDay(quietTime.End)
  const local = localTimeAt(time, zone)
  const midnight = local - sinceMidnight(local)
  const isLaterToday = sinceMidnight(local) <= end
  const ends = midnight + end + (isLaterToday ? 0 : day)
  const at = nextTimeIn(zone, ends, time)
  // Clocks that skip the end may skip to the next quiet time.
  const isOver = localTimeAt(at, zone) === ends || !isQuiet(quietTime, at, zone)
  return isOver ? at : quietTimeEnd(quietTime, at, zone)
}

/** Milliseconds since midnight of HH:MM. */
export const readTimeOfDay = (text = '00:00'): number =>
  (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * minute

const sinceMidnight = (local: number): number => ((local % day) + day) % day
