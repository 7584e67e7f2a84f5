import { badRequest } from '../../http/errors/exceptions.ts'
import { readInstant } from '../../model/iso-time.ts'
import { day } from '../../model/milliseconds.ts'
import { kpiDays } from '../../model/quotas.ts'
import { describe } from '../../validation/explain.ts'

/** Days, both included, in UTC: such as 2027-03-01. */
export interface DateRange {
  from: string
  to: string
}

/**
 * Reads the days of a KPI: 31 at most, by default those up to today (source: guide; that today is one:
 * assumed). Of one time alone, the other makes it 31 days, but is not ahead of today (assumed).
 *
 * @throws BadRequestException (which cases: guide; texts: assumed)
 */
export function readDateRange(
  { 'start-time': start, 'end-time': end }: { 'start-time'?: string; 'end-time'?: string },
  now: Date,
): DateRange {
  const today = dayOf(now.getTime())
  /** From the first day to the last, both included. */
  const longest = (kpiDays.range - 1) * day
  const givenFrom = start === undefined ? undefined : readDay('start-time', start)
  const to =
    end === undefined
      ? Math.min(today, (givenFrom ?? Number.POSITIVE_INFINITY) + longest)
      : readDay('end-time', end)
  const from = givenFrom ?? to - longest
  if (from > to) {
    const last =
      end === undefined ? `today, which is ${nameOf(today)}, where there is no end-time` : 'end-time'
    throw badRequest(`start-time must not be later than ${last}; got ${describe(start)}`)
  }
  if (to - from > longest) {
    throw badRequest(
      `start-time and end-time must span at most ${kpiDays.range} days, both included; got ${(to - from) / day + 1}`,
    )
  }
  if (today - from >= kpiDays.past * day) {
    const [member, past, got] =
      start === undefined
        ? ['end-time without start-time', kpiDays.past - (kpiDays.range - 1), to]
        : ['start-time', kpiDays.past, from]
    throw badRequest(
      `${member} must be less than ${past} days before today, which is ${nameOf(today)}; got ${nameOf(got)}`,
    )
  }
  return { from: nameOf(from), to: nameOf(to) }
}

const dayOf = (time: number): number => Math.floor(time / day) * day
const nameOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** @returns the beginning of the day, in milliseconds since 1970 */
function readDay(member: string, text: string): number {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text)
  // In a query, `+` is a space.
  const time = readInstant(isDate ? `${text}T00:00:00Z` : text.replace(/ (?=\d\d:?\d\d$)/, '+'))
  if (time !== undefined) return dayOf(time)
  throw badRequest(`${member} must be an ISO 8601 time such as 2019-07-19T00:00:00Z; got ${describe(text)}`)
}
