import { offsetAt } from '../templates/helpers/time-zone.ts'

/** What is known of zones' names: to ask costs a hundred times as much as to look up. */
const known = new Map<string, boolean>()
const maxKnown = 2000

/** Whether a text is the name of a time zone, such as Europe/Paris (the tz database). */
export function isTimeZone(zone: string): boolean {
  let is = known.get(zone)
  if (is === undefined) {
    is = canFormat(zone)
    if (known.size === maxKnown) known.clear()
    known.set(zone, is)
  }
  return is
}

function canFormat(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone })
    return true
  } catch {
    return false
  }
}

/** What clocks in a zone show at a time: milliseconds since 1970, as if the zone were UTC. */
export const localTimeAt = (time: number, zone: string): number => time + offsetAt(time, zone)
