import { day, hour, minute } from '../../model/milliseconds.ts'
import { offsetAt, timeIn, zoneNameAt } from '../../model/time-zone.ts'
import { TemplateError } from '../template-error.ts'

/*
 * Date patterns of Java's SimpleDateFormat (source: guide). Letters stand for fields; text in quotes,
 * and what is not a letter, stands for itself.
 */

/**
 * The named formats, in the order in which they are tried to read a date; medium is
 * the default (source: guide).
 */
export const styles = {
  full: 'EEEE, MMMM d, yyyy',
  long: 'MMMM d, yyyy',
  medium: 'MMM d, yyyy',
  short: 'M/d/yy',
} as const

/** The pattern that a format stands for: the name of a style, or itself. */
export const patternOf = (format: string): string =>
  Object.hasOwn(styles, format) ? styles[format as keyof typeof styles] : format || styles.medium

const months = 'January February March April May June July August September October November December'
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'
const nameIn = (names: string, index: number, count: number): string => {
  const name = names.split(' ')[index]!
  return count > 3 ? name : name.slice(0, 3)
}

/** A run of one letter, or a literal text. */
type Part = { letter: string; count: number } | { literal: string }

/** Characters of a pattern; all fields of a date in full have some sixty. */
const maxPattern = 200

/** @throws TemplateError for a letter that stands for nothing, a quote without an end, and a long pattern */
function partsOf(pattern: string): Part[] {
  if (pattern.length > maxPattern) {
    throw new TemplateError(`a date format has at most ${maxPattern} characters`)
  }
  const parts: Part[] = []
  const next = /''|'((?:[^']|'')+)'|([A-Za-z])\2*|[^A-Za-z']+/y
  while (next.lastIndex < pattern.length) {
    const at = next.lastIndex
    const [text, quoted, letter] = next.exec(pattern) ?? []
    if (text === undefined) {
      throw new TemplateError(`the quote in the date format ${JSON.stringify(pattern)} has no end`)
    }
    if (letter === undefined) {
      parts.push({ literal: quoted?.replaceAll("''", "'") ?? (text === "''" ? "'" : text) })
    } else if (Object.hasOwn(fields, letter)) {
      parts.push({ letter, count: text.length })
    } else {
      throw new TemplateError(
        `${letter} has no meaning in the date format ${JSON.stringify(pattern)}: put text in single quotes`,
      )
    }
    next.lastIndex = at + text.length
  }
  return parts
}

/** A time in a zone; the UTC fields of `local` are those of the zone's clocks. */
interface Moment {
  local: Date
  time: number
  zone: string
}

/** The fields of a date that is being read; those that its pattern lacks stay as in 1970-01-01T00:00. */
interface Draft {
  year: number
  /** From 1. */
  month: number
  day: number
  hour: number
  isAfternoon: boolean | undefined
  minute: number
  second: number
  millisecond: number
  /** Milliseconds by which the zone is ahead of UTC, where the text says it. */
  offset: number | undefined
}

/** What a letter of a pattern stands for. */
interface Field {
  write: (moment: Moment, count: number) => string
  /** Sets a number that was read; false where it is out of range. */
  readNumber?: (draft: Draft, number: number) => boolean
  /**
   * Reads a field that is not a number.
   *
   * @returns how many characters that were; undefined where the text does not fit
   */
  readText?: (draft: Draft, text: string) => number | undefined
}

const padded = (number: number, count: number): string => String(number).padStart(count, '0')

/** A field that is a number from `least` to `most`; without a member of the draft, it cannot be read. */
const numeric = (
  get: (local: Date) => number,
  [min, max]: [number, number],
  member?: 'day' | 'minute' | 'second' | 'millisecond',
): Field => ({
  write: ({ local }, count) => padded(get(local), count),
  ...(member && {
    readNumber: (draft, number) => {
      draft[member] = number
      return number >= min && number <= max
    },
  }),
})

/** An hour of a clock with 12 or 24 hours, of which the first is 0 or 1. */
const hours = (first: 0 | 1, cycle: 12 | 24): Field => ({
  write: ({ local }, count) => padded(((local.getUTCHours() - first + cycle) % cycle) + first, count),
  readNumber: (draft, number) => {
    draft.hour = number % cycle
    return number >= first && number < first + cycle
  },
})

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / day) + 1

/** The Saturday that ends a date's week; a week belongs to its year (en_US: the first one has January 1). */
const saturdayOf = (date: Date): Date => new Date(date.getTime() + (6 - date.getUTCDay()) * day)

const year: Field = {
  write: ({ local }, count) =>
    count === 2 ? padded(local.getUTCFullYear() % 100, 2) : padded(local.getUTCFullYear(), count),
  readNumber: (draft, number) => {
    draft.year = number
    return number >= 1 && number <= 9999
  },
}
const month: Field = {
  write: ({ local }, count) =>
    count > 2 ? nameIn(months, local.getUTCMonth(), count) : padded(local.getUTCMonth() + 1, count),
  readNumber: (draft, number) => {
    draft.month = number
    return number >= 1 && number <= 12
  },
  readText: (draft, text) => {
    const [index, length] = readName(months, text)
    draft.month = index + 1
    return length
  },
}
const zoneOffset = ({ time, zone }: Moment, separator: string): string => {
  const minutes = Math.round(offsetAt(time, zone) / minute)
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${padded(hours, 2)}${separator}${padded(rest, 2)}`
}

/** The letters of patterns. Some only print: they do not say which day it is. */
const fields: Readonly<Record<string, Field>> = {
  G: { write: () => 'AD', readText: (_draft, text) => /^AD/i.exec(text)?.[0].length },
  y: year,
  Y: { write: ({ local, ...moment }, count) => year.write({ ...moment, local: saturdayOf(local) }, count) },
  M: month,
  L: month,
  d: numeric(local => local.getUTCDate(), [1, 31], 'day'),
  H: hours(0, 24),
  k: hours(1, 24),
  K: hours(0, 12),
  h: hours(1, 12),
  m: numeric(local => local.getUTCMinutes(), [0, 59], 'minute'),
  s: numeric(local => local.getUTCSeconds(), [0, 59], 'second'),
  S: numeric(local => local.getUTCMilliseconds(), [0, 999], 'millisecond'),
  a: {
    write: ({ local }) => (local.getUTCHours() < 12 ? 'AM' : 'PM'),
    readText: (draft, text) => {
      const [half] = /^[AP]M/i.exec(text) ?? []
      draft.isAfternoon = half?.toUpperCase() === 'PM'
      return half?.length
    },
  },
  E: {
    write: ({ local }, count) => nameIn(weekdays, local.getUTCDay(), count),
    readText: (_draft, text) => readName(weekdays, text)[1],
  },
  D: numeric(dayOfYear, [1, 366]),
  F: numeric(local => Math.ceil(local.getUTCDate() / 7), [1, 5]),
  u: numeric(local => local.getUTCDay() || 7, [1, 7]),
  w: numeric(local => Math.ceil(dayOfYear(saturdayOf(local)) / 7), [1, 53]),
  W: numeric(local => Math.ceil((local.getUTCDate() + 6 - local.getUTCDay()) / 7), [1, 6]),
  z: {
    write: ({ time, zone }, count) => zoneNameAt(time, zone, count > 3 ? 'long' : 'short'),
    readText: readOffset,
  },
  Z: { write: moment => zoneOffset(moment, ''), readText: readOffset },
  X: {
    write: (moment, count) => {
      if (offsetAt(moment.time, moment.zone) === 0) return 'Z'
      return count === 1 ? zoneOffset(moment, '').slice(0, 3) : zoneOffset(moment, count === 2 ? '' : ':')
    },
    readText: readOffset,
  },
}

/**
 * Reads the name of a month or weekday, or a beginning of it of three letters or more: Sep, Sept, September.
 */
function readName(names: string, text: string): [index: number, length: number | undefined] {
  const [word = ''] = /^[a-z]{3,9}/i.exec(text) ?? []
  const index = names.split(' ').findIndex(name => name.toLowerCase().startsWith(word.toLowerCase()))
  return [index, word === '' || index === -1 ? undefined : word.length]
}

function readOffset(draft: Draft, text: string): number | undefined {
  const offset = offsetOf(text)
  draft.offset = offset?.ahead
  return offset?.length
}

/** Hours by which the zones of North America are behind UTC, by their letters. */
const behindUtc: Record<string, number> = { E: 5, C: 6, M: 7, P: 8 }

/**
 * Reads how far a zone is ahead of UTC, in milliseconds: Z, UTC, GMT, +02, +0200,
 * +02:00, GMT+02:00, PST, EDT.
 */
function offsetOf(text: string): { ahead: number; length: number } | undefined {
  const [name, zone, season] = /^([ECMP])([SD])T/i.exec(text) ?? []
  if (name !== undefined) {
    const hours = behindUtc[zone!.toUpperCase()]! - (season!.toUpperCase() === 'D' ? 1 : 0)
    return { ahead: -hours * hour, length: name.length }
  }
  const [all = '', sign, hours = '0', minutes = '0'] =
    /^(?:Z|UTC|GMT)?(?:([+-])(\d\d)(?::?(\d\d))?)?/i.exec(text) ?? []
  const size = (Number(hours) * 60 + Number(minutes)) * minute
  return all === '' ? undefined : { ahead: sign === '-' ? -size : size, length: all.length }
}

/** Writes a time, in milliseconds since 1970, as a pattern says. */
export function formatDate(time: number, pattern: string, zone: string): string {
  const moment = { local: new Date(time + offsetAt(time, zone)), time, zone }
  return partsOf(pattern)
    .map(part => ('literal' in part ? part.literal : fields[part.letter]!.write(moment, part.count)))
    .join('')
}

/**
 * Reads a date by a pattern. As with SimpleDateFormat, text after the date is ignored, numbers need
 * no zeros before them, and years of two digits are from 80 years ago to 20 years ahead. Unlike
 * there, February 31 is not a date (assumed).
 *
 * @param zone where the date is, unless it says so itself
 * @returns milliseconds since 1970; undefined for a text that does not fit
 */
export function readDate(text: string, pattern: string, zone: string, now: Date): number | undefined {
  const draft: Draft = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    isAfternoon: undefined,
    offset: undefined,
  }
  const parts = partsOf(pattern)
  let at = 0
  for (const [index, part] of parts.entries()) {
    const length = readPart(draft, text.slice(at), part, parts[index + 1], now)
    if (length === undefined) return undefined
    at += length
  }
  if (draft.isAfternoon && draft.hour < 12) draft.hour += 12
  return timeOf(draft, zone)
}

/** @returns how many characters the part takes; undefined where the text does not fit */
function readPart(
  draft: Draft,
  text: string,
  part: Part,
  next: Part | undefined,
  now: Date,
): number | undefined {
  if ('literal' in part) return text.startsWith(part.literal) ? part.literal.length : undefined
  const { readNumber, readText } = fields[part.letter]!
  if (readNumber === undefined && readText === undefined) {
    throw new TemplateError(`${part.letter} in an inputFormat does not say which day it is`)
  }
  const [space = ''] = /^[ \t]*/.exec(text) ?? []
  const rest = text.slice(space.length)
  const isText = readNumber === undefined || (readText !== undefined && part.count > 2)
  if (isText) {
    const length = readText!(draft, rest)
    return length === undefined ? undefined : space.length + length
  }
  // Of numbers without anything between them, each has as many digits as its letters.
  const isAdjacent = next !== undefined && 'letter' in next && fields[next.letter]?.readNumber !== undefined
  const [all = ''] = /^\d{1,9}/.exec(rest) ?? []
  const digits = isAdjacent ? all.slice(0, part.count) : all
  if (digits === '' || (isAdjacent && digits.length < part.count)) return undefined
  const isShortYear = part.letter === 'y' && part.count <= 2 && digits.length === 2
  const number = isShortYear ? fullYear(Number(digits), now) : Number(digits)
  return readNumber(draft, number) ? space.length + digits.length : undefined
}

/** The year from 80 years ago to 20 years ahead that ends in these two digits. */
function fullYear(digits: number, now: Date): number {
  const first = now.getUTCFullYear() - 80
  return first + ((((digits - first) % 100) + 100) % 100)
}

/** @returns undefined for a day that its month does not have */
function timeOf({ year, month, day, hour, minute, second, millisecond, offset }: Draft, zone: string) {
  const local = new Date(0)
  local.setUTCFullYear(year, month - 1, day)
  if (local.getUTCDate() !== day) return undefined
  local.setUTCHours(hour, minute, second, millisecond)
  return offset === undefined ? timeIn(zone, local.getTime()) : local.getTime() - offset
}

/** Reads a date, or a date and time, in ISO 8601; see `readDate`. */
export function readIsoDate(text: string, zone: string): number | undefined {
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?$/
  const [, date = '', clock = '00:00', offset] = iso.exec(text) ?? []
  const local = new Date(`${date}T${clock}Z`)
  // JavaScript reads February 31 as a day in March.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(date)) return undefined
  return offset === undefined ? timeIn(zone, local.getTime()) : local.getTime() - offsetOf(offset)!.ahead
}
