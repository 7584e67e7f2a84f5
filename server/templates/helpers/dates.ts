import { isTimeZone } from '../../model/time-zone.ts'
import { TemplateError } from '../template-error.ts'
import { textOf } from '../values.ts'
import { formatDate, patternOf, readDate, readIsoDate, styles } from './date-pattern.ts'
import { shown, type ValueHelper } from './helper.ts'

/**
 * Helpers that print dates, in the language of en_US (assumed) and in UTC where no zone is given (assumed).
 */
export const dates: Record<string, ValueHelper> = {
  dateFormat: {
    kind: 'value',
    usage: 'dateFormat date inputFormat="MM/dd/yyyy" outputFormat="full" tz=America/Los_Angeles',
    takes: [1, 1],
    options: ['inputFormat', 'outputFormat', 'tz'],
    words: ['tz'],
    cost: 500,
    call: ([date], { inputFormat, outputFormat, tz = 'UTC' }, { now }) => {
      const zone = checkZone(textOf(tz))
      const time = read(textOf(date), inputFormat, zone, now)
      if (time === undefined) {
        const form =
          inputFormat === undefined
            ? 'no inputFormat says how to read it'
            : `it must be as in ${shown(inputFormat)}`
        throw new TemplateError(`${shown(date)} is not a date: ${form}`)
      }
      return formatDate(time, patternOf(textOf(outputFormat)), zone)
    },
  },
  now: {
    kind: 'value',
    usage: 'now "medium" tz=America/Los_Angeles',
    takes: [0, 1],
    options: ['tz'],
    words: ['tz'],
    cost: 500,
    call: ([format], { tz = 'UTC' }, { now }) =>
      formatDate(now.getTime(), patternOf(textOf(format)), checkZone(textOf(tz))),
  },
}

/** @throws TemplateError for what is no time zone */
function checkZone(zone: string): string {
  if (isTimeZone(zone)) return zone
  throw new TemplateError(
    `there is no time zone ${JSON.stringify(zone.slice(0, 50))}; one is called Europe/Paris, another UTC`,
  )
}

/** Reads a date by its format; without one, as ISO 8601, then in each of the styles (assumed). */
function read(text: string, format: unknown, zone: string, now: Date): number | undefined {
  if (format !== undefined) return readDate(text, patternOf(textOf(format)), zone, now)
  const asIso = readIsoDate(text, zone)
  if (asIso !== undefined) return asIso
  for (const pattern of Object.values(styles)) {
    const time = readDate(text, pattern, zone, now)
    if (time !== undefined) return time
  }
  return undefined
}
