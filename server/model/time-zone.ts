import { day } from './milliseconds.ts'

type NameStyle = 'longOffset' | 'short' | 'long'

/** Caches, as making a formatter, or failing to, takes a hundred times as long as using one. */
const [formatters, noZones] = [new Map<string, Intl.DateTimeFormat>(), new Set<string>()]
const maxCached = 1000

/** @returns undefined where there is no such zone */
function formatterOf(timeZone: string, timeZoneName: NameStyle): Intl.DateTimeFormat | undefined {
  if (noZones.has(timeZone)) return undefined
  const key = `${timeZoneName} ${timeZone}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  try {
    const formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName })
    if (formatters.size === maxCached) formatters.clear()
    formatters.set(key, formatter)
    return formatter
  } catch {
    if (noZones.size === maxCached) noZones.clear()
    noZones.add(timeZone)
    return undefined
  }
}

/** Whether a text is the name of a time zone, such as Europe/Paris (the tz database). */
export const isTimeZone = (text: string): boolean => formatterOf(text, 'longOffset') !== undefined

/** By how many milliseconds a zone is ahead of UTC at a time. */
export function offsetAt(time: number, zone: string): number {
  if (zone === 'UTC') return 0
  const text = formatterOf(zone, 'longOffset')!.format(time)
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    text.match(/GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/) ?? []
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -size : size
}

/** What clocks in a zone show at a time: milliseconds since 1970, as if the zone were UTC. */
export const localTimeAt = (time: number, zone: string): number => time + offsetAt(time, zone)

/**
 * The time at which clocks in a zone show what those in UTC show at `local`. What they show twice, as
 * they are set back, is the first of the two times. What they skip, as they are set forward, is as much
 * later: 02:30 is 03:30 (assumed, as most calendars do).
 */
export function timeIn(zone: string, local: number): number {
  const [before, after] = [offsetAt(local - day, zone), offsetAt(local + day, zone)]
  const isShownWith = (offset: number) => offsetAt(local - offset, zone) === offset
  return local - (before === after || isShownWith(before) || !isShownWith(after) ? before : after)
}

/**
 * The first time from which clocks in a zone show `local` or more, and that is not before `time`, when
 * they show `local` or less: until then something lasts. What clocks skip is reached as they change.
 */
export function nextTimeIn(zone: string, local: number, time: number): number {
  const first = timeIn(zone, local)
  // Of two such times, the first may be over.
  if (first < time) return local - offsetAt(time, zone)
  const skipped = localTimeAt(first, zone) - local
  return skipped > 0 ? changeBetween(first - skipped, first, zone) : first
}

/** When clocks in a zone change between two times, of which the second may be when they do. */
function changeBetween(before: number, after: number, zone: string): number {
  const offset = offsetAt(after, zone)
  let [from, to] = [before, after]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (offsetAt(middle, zone) === offset) to = middle
    else from = middle
  }
  return to
}

/** What a zone is called at a time: PDT, Pacific Daylight Time. */
export function zoneNameAt(time: number, zone: string, style: 'short' | 'long'): string {
  const parts = formatterOf(zone, style)!.formatToParts(time)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}
