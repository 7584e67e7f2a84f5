import { hasQuietTime, isQuiet, type QuietTime, quietTimeEnd, readTimeOfDay } from '../audience/quiet-time.ts'
import { readLocalTime } from '../model/iso-time.ts'
import {
  type ClosedDaysRule,
  daysOfWeek,
  type JourneyDefinition,
  type OpenHoursRule,
  type ScheduledChannel,
} from '../model/journey.ts'
import { day } from '../model/milliseconds.ts'
import { localTimeAt, nextTimeIn } from '../model/time-zone.ts'
import type { JourneyDefaults } from '../store/journeys/journeys.ts'

/** When messages of one channel may be sent; all times are those of the endpoint's zone. */
export interface SendingHours {
  quietTime: QuietTime
  /** By the day of the week; a day that is not there is closed. Without it, every hour is open. */
  openHours?: Partial<Record<string, OpenHoursRule[]>> | undefined
  closedDays: ClosedDaysRule[]
}

/**
 * When a journey sends messages of a channel: its own quiet time counts instead of the application's.
 * Outside of its opening hours, and on closed days, it is quiet (assumed).
 *
 * @returns undefined if it always does
 */
export function sendingHoursOf(
  definition: JourneyDefinition,
  defaults: JourneyDefaults,
  channel: ScheduledChannel,
): SendingHours | undefined {
  const quietTime = definition.QuietTime ?? defaults.QuietTime ?? {}
  const isScheduled = definition.SendingSchedule === true
  const openHours = isScheduled ? definition.OpenHours?.[channel] : undefined
  const closedDays = (isScheduled && definition.ClosedDays?.[channel]) || []
  const hasHours = openHours !== undefined && Object.keys(openHours).length > 0
  if (!hasQuietTime(quietTime) && !hasHours && closedDays.length === 0) return undefined
  return { quietTime, ...(hasHours && { openHours }), closedDays }
}

/** Whether messages may not be sent at a time, in milliseconds since 1970, in a valid zone. */
export const isQuietHour = (hours: SendingHours, time: number, zone: string): boolean =>
  isQuiet(hours.quietTime, time, zone) || closedUntil(hours, time, zone) !== undefined

/**
 * When messages may be sent again.
 *
 * @param time milliseconds since 1970, at which they may not
 * @returns the same; undefined if that is never, or not within years
 */
export function nextSendingTime(hours: SendingHours, time: number, zone: string): number | undefined {
  let at = time
  /** The end of quiet time is still quiet for what comes then, but what was held is sent. */
  let isEnd = false
  for (let moves = 0; moves < 1000; moves++) {
    const opens = closedUntil(hours, at, zone)
    if (opens !== undefined) {
      at = opens
      isEnd = false
    } else if (!isEnd && isQuiet(hours.quietTime, at, zone)) {
      at = quietTimeEnd(hours.quietTime, at, zone)
      isEnd = true
    } else return at
    if (at === Number.POSITIVE_INFINITY) return undefined
  }
  return undefined
}

/** When it opens again where it is closed; Infinity for never; undefined where it is open. */
function closedUntil(
  { openHours, closedDays }: SendingHours,
  time: number,
  zone: string,
): number | undefined {
  const local = localTimeAt(time, zone)
  for (const { StartDateTime, EndDateTime } of closedDays) {
    const [start, end] = [readLocalTime(StartDateTime)!, readLocalTime(EndDateTime)!]
    if (local >= start && local < end) return nextTimeIn(zone, end, time)
  }
  if (openHours === undefined) return undefined
  const midnight = Math.floor(local / day) * day
  const rangesOf = (start: number) =>
    (openHours[daysOfWeek[new Date(start).getUTCDay()]!] ?? [])
      .map(({ StartTime, EndTime }) => ({
        from: start + readTimeOfDay(StartTime),
        to: start + readTimeOfDay(EndTime),
      }))
      .sort((a, b) => a.from - b.from)
  if (rangesOf(midnight).some(({ from, to }) => local >= from && local < to)) return undefined
  for (let ahead = 0; ahead <= 7; ahead++) {
    const next = rangesOf(midnight + ahead * day).find(({ from }) => from > local)
    if (next !== undefined) return nextTimeIn(zone, next.from, time)
  }
  return Number.POSITIVE_INFINITY
}
