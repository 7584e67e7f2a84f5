import { newId } from '../model/arn.ts'
import type { State } from '../model/journey.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import type { Store } from '../store/open-store.ts'
import { eventConditions } from './event-conditions.ts'
import { timesOf } from './schedule.ts'

/*
 * What the states of a journey mean for what runs of it. All functions are to be called in a
 * transaction, with a journey that was read in it.
 */

type JourneyStore = Pick<Store, 'journeys' | 'journeyRuns' | 'journeyParticipants'>

/** Publishes a DRAFT that was checked: its first run is SCHEDULED, or RUNNING if events start it. */
export function publish(store: JourneyStore, journey: Journey, now: Date): void {
  const { definition, document } = journey
  const { StartCondition = {}, RefreshOnSegmentUpdate = false, Schedule = {} } = definition
  const { SegmentStartCondition, EventStartCondition } = StartCondition
  const { start, end } = timesOf(definition, now.getTime())
  store.journeys.update(journey, {
    state: 'ACTIVE',
    startsByEvent: EventStartCondition !== undefined,
    listensToEvents:
      EventStartCondition !== undefined || eventConditions(definition.Activities ?? {}).length > 0,
    starts: Schedule.StartTime ? start : null,
    nextRun: start,
    ends: end,
    refreshesOn: RefreshOnSegmentUpdate ? (SegmentStartCondition?.SegmentId ?? null) : null,
    activeSince: now.getTime(),
  })
  store.journeyRuns.create(document, newId(), 'SCHEDULED', now.toISOString())
}

/** Stops everything until `resume`. */
export function pause({ journeys }: JourneyStore, journey: Journey, now: Date): void {
  journeys.update(journey, { state: 'PAUSED', pausedAt: now.getTime() })
}

/** Goes on after a pause: waits take as much longer as the pause took. */
export function resume({ journeys }: JourneyStore, journey: Journey, now: Date): void {
  const { pausedAt, shift } = journey
  const time = now.getTime()
  journeys.update(journey, {
    state: 'ACTIVE',
    pausedAt: null,
    activeSince: time,
    shift: shift + (time - pausedAt!),
  })
}

/** Ends a journey for good: participants stay where they are, and nothing goes on. */
export function cancel(store: JourneyStore, journey: Journey, now: Date): void {
  const { journeys, journeyRuns } = store
  journeys.update(journey, { state: 'CANCELLED', nextRun: null, ends: null, entering: null, pausedAt: null })
  for (const run of journeyRuns.unfinished(journey.document)) {
    journeyRuns.count(run.seq, { '': { CANCELLED: run.inside } }, -run.inside, now.toISOString())
    journeyRuns.setStatus(run.seq, 'CANCELLED', now.toISOString())
  }
}

/**
 * The states that a caller may give to a journey, by the state that it has (source: guide; assumed
 * for DRAFT and CLOSED).
 */
export const movesByCaller: Partial<Record<State, readonly State[]>> = {
  DRAFT: ['ACTIVE'],
  ACTIVE: ['PAUSED', 'CANCELLED'],
  PAUSED: ['ACTIVE', 'CANCELLED'],
  CLOSED: ['CANCELLED'],
}
