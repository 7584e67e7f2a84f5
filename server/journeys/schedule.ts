import { addDuration, readDuration } from '../model/iso-duration.ts'
import { readInstant } from '../model/iso-time.ts'
import type { JourneyDefinition } from '../model/journey.ts'
import { journeyLimits } from '../model/quotas.ts'
import { aheadOfUtc, behindUtc, readUtcOffset } from '../model/utc-offset.ts'

/*
 * When a journey starts, refreshes and ends. All times are milliseconds since 1970.
 */

const day = 86_400_000

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
  const offset = readUtcOffset(Schedule.Timezone || 'UTC') ?? 0
  const begin = readInstant(Schedule.StartTime ?? '') ?? now
  const end = readInstant(Schedule.EndTime ?? '')
  return {
    start: LocalTime ? begin + offset - aheadOfUtc : begin,
    end:
      end === undefined
        ? Math.max(begin, now) + journeyLimits.days * day
        : LocalTime
          ? end + offset + behindUtc
          : end,
  }
}

/** What clocks show when participants of a run by local time begin, as if it were UTC. */
export const localStartOf = (run: number): number => run + aheadOfUtc

/** When the run after this one begins; null if there is none. */
export function nextRunAfter(
  { RefreshFrequency }: JourneyDefinition,
  run: number,
  now: number,
): number | null {
  const frequency = RefreshFrequency ? readDuration(RefreshFrequency) : undefined
  if (frequency === undefined) return null
  let next = addDuration(run, frequency)
  if (next <= now && frequency.months === 0) {
    // Runs that were missed in a pause are skipped.
    next += Math.ceil((now - next + 1) / frequency.milliseconds) * frequency.milliseconds
  }
  while (next <= now) next = addDuration(next, frequency)
  return next
}
