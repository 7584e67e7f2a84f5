import { TemplateError } from '../template-error.ts'

/** One formatter for each zone and style, as making one takes a hundred times as long as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>()
const maxFormatters = 1000

function formatterOf(zone: string, timeZoneName: 'longOffset' | 'short' | 'long'): Intl.DateTimeFormat {
  const key = `${timeZoneName} ${zone.toLowerCase()}`
  let formatter = formatters.get(key)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName })
    if (formatters.size === maxFormatters) formatters.clear()
    formatters.set(key, formatter)
  }
  return formatter
}

/** @throws TemplateError for what is no time zone */
export function checkZone(zone: string): string {
  try {
    if (zone !== 'UTC') formatterOf(zone, 'longOffset')
    return zone
  } catch {
    throw new TemplateError(
      `there is no time zone ${JSON.stringify(zone.slice(0, 50))}; one is called Europe/Paris, another UTC`,
    )
  }
}

/** By how many milliseconds a zone is ahead of UTC at a time. */
export function offsetAt(time: number, zone: string): number {
  if (zone === 'UTC') return 0
  const text = formatterOf(zone, 'longOffset').format(time)
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    text.match(/GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/) ?? []
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -size : size
}

/** The time at which clocks in a zone show what those in UTC show at `local`. */
export function timeIn(zone: string, local: number): number {
  const guess = local - offsetAt(local, zone)
  // The offset at the guess is another one where a change of clocks lies between.
  return local - offsetAt(guess, zone)
}

/** What a zone is called at a time: PDT, Pacific Daylight Time. */
export function zoneNameAt(time: number, zone: string, style: 'short' | 'long'): string {
  const parts = formatterOf(zone, style).formatToParts(time)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}
