import { isDeepStrictEqual } from 'node:util'
import { lastTime } from '../clock/clock.ts'
import type { Frequency, Schedule } from '../model/campaign.ts'
import { addDuration, type Duration, timesOver, timesWithin } from '../model/iso-duration.ts'
import { readTime } from '../model/iso-time.ts'
import { day, hour } from '../model/milliseconds.ts'
import { aheadOfUtc, behindUtc, readUtcOffset } from '../model/utc-offset.ts'

/** When the runs of a treatment are. Times are milliseconds since 1970. */
export interface Timing {
  frequency: Frequency
  /** What clocks in the schedule's time zone show at the first start, as if that zone were UTC. */
  wall: number
  /** By how much the schedule's time zone is ahead of UTC. */
  offset: number
  /** At or after which nothing starts. */
  end?: number
  /** Whether each endpoint gets its message when clocks in its own zone show the time of the run. */
  isLocalTime?: boolean
  /** Whether it starts as soon as it can. */
  isImmediate?: boolean
}

/** The time between two runs. */
const periods: Partial<Record<Frequency, Duration>> = {
  HOURLY: { months: 0, milliseconds: hour },
  DAILY: { months: 0, milliseconds: day },
  WEEKLY: { months: 0, milliseconds: 7 * day },
  MONTHLY: { months: 1, milliseconds: 0 },
}

/** Whether a schedule waits for events instead of runs. */
export const isOfEvents = (frequency: Frequency): boolean =>
  frequency === 'EVENT' || frequency === 'IN_APP_EVENT'

/**
 * Whether each endpoint gets its message by the clocks of its own zone: IMMEDIATE and events are no
 * time of day (assumed).
 */
export function isByLocalTime(schedule: Schedule): boolean {
  const { StartTime, Frequency, IsLocalTime } = withDefaults(schedule)
  return IsLocalTime && !isOfEvents(Frequency) && StartTime !== 'IMMEDIATE'
}

/**
 * A schedule with what it does not say (Frequency: assumed; the others: observed), and in upper case
 * what may be in any.
 */
const withDefaults = ({ StartTime, Timezone = 'UTC', ...schedule }: Schedule) => ({
  Frequency: 'ONCE' as const,
  IsLocalTime: false,
  ...schedule,
  StartTime: StartTime.toUpperCase(),
  Timezone: Timezone.toUpperCase(),
})

/**
 * What a schedule means, to compare it: defaults and times may be written in several ways. What is no
 * time or no zone stays as it is.
 */
export function meaningOf(schedule: Schedule) {
  const { StartTime, EndTime, Timezone, ...others } = withDefaults(schedule)
  const offset = readUtcOffset(Timezone)
  const timeOf = (text: string) => readScheduleTime(text, offset ?? 0)?.instant ?? text
  return {
    ...others,
    StartTime: timeOf(StartTime),
    Timezone: offset ?? Timezone,
    ...(EndTime && { EndTime: timeOf(EndTime) }),
  }
}

/** Whether two schedules mean the same. */
export const isSameSchedule = (one: Schedule | undefined, other: Schedule | undefined): boolean =>
  isDeepStrictEqual(one && meaningOf(one), other && meaningOf(other))

/** Whether two schedules start at the same time, or both as soon as they can. */
export function isSameStart(one: Schedule | undefined, other: Schedule | undefined): boolean {
  if (one === undefined || other === undefined) return false
  const [{ StartTime, Timezone }, second] = [meaningOf(one), meaningOf(other)]
  return StartTime === second.StartTime && Timezone === second.Timezone
}

/** Whether two schedules have their runs at the same times, but for their ends. */
export const hasSameRuns = (one: Schedule, other: Schedule | undefined): boolean =>
  other !== undefined &&
  isSameStart(one, other) &&
  withDefaults(one).Frequency === withDefaults(other).Frequency &&
  isByLocalTime(one) === isByLocalTime(other)

/** A time of a schedule, in milliseconds since 1970. */
export interface ScheduleTime {
  instant: number
  /**
   * What it is if a time without an offset is taken for UTC, as Pinpoint does to see whether a start is
   * in the past (source: observed).
   */
  asUtc: number
}

/**
 * Reads a time of a schedule, with or without seconds.
 *
 * @param offset of the schedule's zone, in which a time without an offset of its own is (assumed)
 * @returns undefined for what is no time
 */
export function readScheduleTime(text: string, offset: number): ScheduleTime | undefined {
  const [, time] = text.split('T')
  const asUtc = time === undefined ? undefined : readTime(text)
  if (asUtc === undefined) return undefined
  const hasOffset = /[Z+-]/.test(time!)
  return { instant: hasOffset ? asUtc : asUtc - offset, asUtc }
}

/**
 * The timing of a schedule that was checked.
 *
 * @param now for which IMMEDIATE stands
 */
export function timingOf(schedule: Schedule, now: number): Timing {
  const { StartTime, EndTime, Frequency, Timezone } = withDefaults(schedule)
  const offset = readUtcOffset(Timezone)!
  const isImmediate = StartTime === 'IMMEDIATE'
  const start = isImmediate ? now : readScheduleTime(StartTime, offset)!.instant
  return {
    frequency: Frequency,
    wall: start + offset,
    offset,
    ...(EndTime && { end: readScheduleTime(EndTime, offset)!.instant }),
    ...(isByLocalTime(schedule) && { isLocalTime: true }),
    ...(isImmediate && { isImmediate: true }),
  }
}

/**
 * The time of a run, on the clocks of the schedule's zone. All runs count from the first; the last
 * day of a month stands for one that the month does not have (assumed).
 *
 * @param run its number, from 0
 */
function wallOfRun({ frequency, wall }: Timing, run: number): number | undefined {
  if (run === 0) return wall
  const period = periods[frequency]
  return period && addDuration(wall, timesOver(period, run))
}

/**
 * When a run is scheduled; undefined if there is none, since it would be at or after the end, or later
 * than the clock can show.
 */
export function scheduledStart(timing: Timing, run: number): number | undefined {
  const wall = wallOfRun(timing, run)
  const start = wall === undefined ? Number.NaN : wall - timing.offset
  const isOver = timing.end !== undefined && start >= timing.end
  return start <= lastTime && !isOver ? start : undefined
}

/**
 * When a run begins: when it is scheduled, or when it is that time in the first zone of all, if it
 * goes by local time. Undefined if there is no such run.
 */
function beginningOf(timing: Timing, run: number): number | undefined {
  const start = scheduledStart(timing, run)
  if (start === undefined || !timing.isLocalTime) return start
  return start + timing.offset - aheadOfUtc
}

/**
 * The first run that is due at a time or later, of those from a number on: what begins before is
 * skipped. A run that is yet to start as soon as possible is never too late.
 */
export function nextRun(timing: Timing, from: number, now: number): { run: number; due: number } | undefined {
  if (from === 0 && timing.isImmediate) return { run: 0, due: now }
  for (let run = Math.max(from, estimateRun(timing, now)); ; run++) {
    const due = beginningOf(timing, run)
    if (due === undefined) return undefined
    // By local time, zones further west are still to come.
    const last = timing.isLocalTime ? due + aheadOfUtc + behindUtc : due
    if (last >= now) return { run, due: Math.max(due, now) }
  }
}

/**
 * The first run that is scheduled after a run of another timing, which has the same first run, by when it
 * is scheduled: it may be at or after the end.
 */
export function firstRunAfter(timing: Timing, other: Timing, runOfOther: number): number {
  const after = wallOfRun(other, runOfOther)!
  for (let run = estimateRun(timing, after - timing.offset); ; run++) {
    const wall = wallOfRun(timing, run)
    if (wall === undefined || !(wall <= after)) return run
  }
}

/**
 * Whether a run is scheduled for a time.
 *
 * @param wall what clocks in the schedule's zone show then, as in `Timing`
 */
export function hasRunAt(timing: Timing, wall: number): boolean {
  const time = wall - timing.offset
  for (let run = estimateRun(timing, time); ; run++) {
    const start = scheduledStart(timing, run)
    if (start === undefined || start >= time) return start === time
  }
}

/** A number of runs that are over at a time, so that they need not be tried one by one. */
function estimateRun(timing: Timing, now: number): number {
  const period = periods[timing.frequency]
  const passed = now - (timing.wall - timing.offset) - 2 * day
  return period === undefined ? 0 : timesWithin(period, passed)
}
