type NameStyle = 'longOffset' | 'short' | 'long'

/**
 * A cache with one formatter for each zone and style, as making one takes a hundred times as long as
 * using it; undefined where there is no such zone.
 */
const formatters = new Map<string, Intl.DateTimeFormat | undefined>()
const maxFormatters = 1000

function formatterOf(zone: string, style: NameStyle): Intl.DateTimeFormat | undefined {
  const key = `${style} ${zone.toLowerCase()}`
  if (formatters.has(key)) return formatters.get(key)
  const formatter = makeFormatter(zone, style)
  if (formatters.size === maxFormatters) formatters.clear()
  formatters.set(key, formatter)
  return formatter
}

function makeFormatter(timeZone: string, timeZoneName: NameStyle): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName })
  } catch {
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

/** The time at which clocks in a zone show what those in UTC show at `local`. */
export function timeIn(zone: string, local: number): number {
  const guess = local - offsetAt(local, zone)
  // The offset at the guess is another one where a change of clocks lies between.
  return local - offsetAt(guess, zone)
}

/** What a zone is called at a time: PDT, Pacific Daylight Time. */
export function zoneNameAt(time: number, zone: string, style: 'short' | 'long'): string {
  const parts = formatterOf(zone, style)!.formatToParts(time)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}
