import { lastTime } from '../clock/clock.ts'
import { addDuration, readDuration, timesOver, timesWithin } from '../model/iso-duration.ts'
import { readInstant } from '../model/iso-time.ts'
import type { JourneyDefinition } from '../model/journey.ts'
import { day } from '../model/milliseconds.ts'
import { journeyLimits } from '../model/quotas.ts'
import { aheadOfUtc, behindUtc, readUtcOffset } from '../model/utc-offset.ts'

/*
 * When a journey starts, refreshes and ends. All times are milliseconds since 1970.
 */

/** The times of a journey that is published now. */
export interface JourneyTimes {
  /** When the first run is to begin; it may be over already. */
  start: number
  /** When endpoints stop entering. */
  end: number
}

/**
 * The times of a journey. Without a StartTime, it starts at once; without an EndTime, it ends after
 * 540 days (source: guide), which one that starts at once counts from when it is published (assumed).
 * By local time, a run begins where the day begins first, and the end is
 * where it comes last, as participants have clocks of their own (assumed).
 */
export function timesOf(definition: JourneyDefinition, now: number): JourneyTimes {
  const { Schedule = {}, LocalTime = false } = definition
  const offset = offsetOf(Schedule)
  const begin = readInstant(Schedule.StartTime ?? '') ?? now
  const end = readInstant(Schedule.EndTime ?? '') ?? Math.max(begin, now) + journeyLimits.days * day
  return LocalTime
    ? { start: begin + offset - aheadOfUtc, end: end + offset + behindUtc }
    : { start: begin, end }
}

/** What clocks show when participants of a run by local time begin, as if it were UTC. */
export const localStartOf = (run: number): number => run + aheadOfUtc

/** What clocks show when a journey by local time ends for their participants, as if it were UTC. */
export const localEndOf = (end: number): number => end - behindUtc

/**
 * When the next run begins, the first after now: those that were missed in a pause are skipped. All runs
 * count from the first, by the calendar of the schedule's zone, or of the endpoints; the last day of a
 * month stands for one that the month does not have (assumed, as for campaigns).
 *
 * @param start when the first run was to begin
 * @param end when endpoints stop entering, as `timesOf` has it; null for never
 * @returns null if there is none before the end, or only one later than the clock can show
 */
export function nextRunAfter(
  { LocalTime = false, RefreshFrequency, Schedule = {} }: JourneyDefinition,
  start: number,
  now: number,
  end: number | null,
): number | null {
  const frequency = RefreshFrequency ? readDuration(RefreshFrequency) : undefined
  if (frequency === undefined) return null
  const ahead = LocalTime ? aheadOfUtc : offsetOf(Schedule)
  for (let run = Math.max(1, timesWithin(frequency, now - start)); ; run++) {
    const begin = addDuration(start + ahead, timesOver(frequency, run)) - ahead
    const isOver = end !== null && (LocalTime ? localStartOf(begin) >= localEndOf(end) : begin >= end)
    if (!(begin <= lastTime) || isOver) return null
    if (begin > now) return begin
  }
}

/** By how many milliseconds a schedule's zone is ahead of UTC. */
const offsetOf = ({ Timezone }: NonNullable<JourneyDefinition['Schedule']>): number =>
  readUtcOffset(Timezone || 'UTC') ?? 0
