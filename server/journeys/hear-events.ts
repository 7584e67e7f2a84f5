import { type Counters, count } from '../audience/counters.ts'
import { type EventFacts, matchesFilter } from '../audience/event-filter.ts'
import { readInstant } from '../model/iso-time.ts'
import { journeyLimits } from '../model/quotas.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import type { Store } from '../store/open-store.ts'
import { beginRun, enterOne } from './enter.ts'
import { eventConditions, meets } from './event-conditions.ts'

/** An event, as journeys look at it. */
export interface JourneyEvent {
  app: AppRef
  /** Id of its endpoint, if it is of one. */
  endpoint: string | undefined
  facts: EventFacts
}

type ListeningStore = Pick<
  Store,
  'journeys' | 'journeyRuns' | 'journeyParticipants' | 'endpoints' | 'segments' | 'segmentMembers'
>

const day = 86_400_000

/**
 * Journeys look at events, the oldest first: an endpoint enters the journeys that its event starts,
 * and the splits of those that it is in note the events that they ask for. To be called in a
 * transaction; the worker then does what is due.
 */
export function hearJourneyEvents(store: ListeningStore, events: readonly JourneyEvent[], now: Date): void {
  const listening = new Map<number, Listener[]>()
  for (const { app, endpoint, facts } of events) {
    if (endpoint === undefined) continue
    const listeners = listening.get(app.seq) ?? listenersIn(store, app)
    listening.set(app.seq, listeners)
    for (const listener of listeners) {
      noteEvent(store, listener, endpoint, facts)
      if (listener.isStarted(facts)) {
        enterBy(store, store.journeys.byDocument(listener.journey.document)!, endpoint, now)
      }
    }
  }
}

/** A journey that events start, or that has splits on events. */
interface Listener {
  journey: Journey
  conditions: ReturnType<typeof eventConditions>
  /** Whether an event starts it. */
  isStarted: (facts: EventFacts) => boolean
}

const listenersIn = ({ journeys }: ListeningStore, app: AppRef): Listener[] =>
  journeys
    .going(app)
    .filter(({ hearsEvents }) => hearsEvents)
    .map(journey => {
      const { state, startsByEvent, definition } = journey
      const filter = definition.StartCondition?.EventStartCondition?.EventFilter
      return {
        journey,
        conditions: eventConditions(definition.Activities ?? {}),
        // An event's type tells who reports it, so that a filter of either type is asked (assumed).
        isStarted: facts =>
          startsByEvent &&
          state === 'ACTIVE' &&
          filter !== undefined &&
          (matchesFilter(filter, facts, 'ENDPOINT') || matchesFilter(filter, facts, 'SYSTEM')),
      }
    })

function noteEvent(
  { journeyParticipants }: ListeningStore,
  { journey: { app, document, id }, conditions }: Listener,
  endpoint: string,
  facts: EventFacts,
): void {
  const keys = conditions.filter(([, condition]) => meets(condition, facts, id)).map(([key]) => key)
  if (keys.length === 0) return
  const participant = journeyParticipants.get(document, endpointRef(app.seq, endpoint).folded)
  if (participant === undefined || participant.activity === null) return
  const met = new Set([...participant.met, ...keys])
  if (met.size > participant.met.length) journeyParticipants.setMet(participant.seq, [...met])
}

/**
 * The endpoint of an event enters a journey that the event starts, if it is in its segment (source:
 * guide). Events that happen before the journey starts, after it ends, or after 540 days start nothing.
 */
function enterBy(store: ListeningStore, journey: Journey, endpointId: string, now: Date): void {
  const { app, definition, document, nextRun, ends } = journey
  const { SegmentId } = definition.StartCondition!.EventStartCondition!
  const time = now.getTime()
  if (ends !== null && time >= ends) return
  if (nextRun !== null) {
    if (time < nextRun) return
    beginRun(store, journey, now)
  }
  const run = store.journeyRuns.latest(document)!
  const start = readInstant(definition.Schedule?.StartTime ?? '') ?? Date.parse(run.creationTime)
  if (time >= start + journeyLimits.days * day) return
  const stored = store.endpoints.get(app, endpointId)
  if (stored === undefined) return
  const counters: Counters = {}
  count(counters, 'ENDPOINT_PRODUCED')
  const isMember =
    !SegmentId || store.segmentMembers.contains(app, SegmentId, undefined, now.toISOString(), stored.seq)
  const outcome = isMember
    ? enterOne(
        store,
        journey,
        { run: run.seq },
        { endpoint: stored.endpoint, user: null, importJob: null },
        now,
      )
    : 'FILTERED_OUT_BY_SEGMENT'
  count(counters, outcome)
  store.journeyRuns.count(
    run.seq,
    { '': counters },
    outcome === 'ENDPOINT_ENTERED' ? 1 : 0,
    now.toISOString(),
  )
}
