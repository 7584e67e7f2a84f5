import { type Counters, count } from '../audience/counters.ts'
import { type EventFacts, matchesFilter } from '../audience/event-filter.ts'
import type { EventFilter } from '../model/event-filter.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import type { Store } from '../store/open-store.ts'
import { beginRun, enterOne } from './enter.ts'
import { eventConditions, meets, noteMet } from './event-conditions.ts'

/** An event, as journeys look at it. */
export interface HandledEvent {
  app: AppRef
  /** Id of its endpoint, if it is of one. */
  endpoint: string | undefined
  facts: EventFacts
  source: EventFilter['FilterType']
}

type ListeningStore = Pick<
  Store,
  'journeys' | 'journeyRuns' | 'journeyParticipants' | 'endpoints' | 'segments' | 'segmentMembers'
>

/**
 * Journeys look at events, the oldest first: an endpoint enters the journeys that its event starts,
 * and the splits of those that it is in note the events that they ask for. A paused journey notes
 * events as well, and counts who would have entered. An event of a journey's own message does not let
 * its endpoint into that journey (assumed: else its messages would start it again without end). To be
 * called in a transaction; the worker then does what is due.
 */
export function handleJourneyEvents(store: ListeningStore, events: readonly HandledEvent[], now: Date): void {
  const listening = new Map<number, Listener[]>()
  for (const { app, endpoint, facts, source } of events) {
    if (endpoint === undefined) continue
    const listeners = listening.get(app.seq) ?? listenersIn(store, app)
    listening.set(app.seq, listeners)
    for (const listener of listeners) {
      // Only events of the journey's own messages decide its splits (source: guide).
      if (facts.sentBy?.journey === listener.journey.id) noteEvent(store, listener, endpoint, facts)
      else if (listener.filter !== undefined && matchesFilter(listener.filter, facts, source)) {
        enterBy(store, store.journeys.byDocument(listener.journey.document)!, endpoint, now)
      }
    }
  }
}

/** A journey that events start, or that has splits on events. */
interface Listener {
  journey: Journey
  conditions: ReturnType<typeof eventConditions>
  /** The events that let their endpoints in; undefined where a segment does. */
  filter: EventFilter | undefined
}

const listenersIn = ({ journeys }: ListeningStore, app: AppRef): Listener[] =>
  journeys.listening(app).map(journey => ({
    journey,
    conditions: eventConditions(journey.definition.Activities ?? {}),
    filter: journey.definition.StartCondition?.EventStartCondition?.EventFilter,
  }))

function noteEvent(
  { journeyParticipants }: ListeningStore,
  { journey: { app, document }, conditions }: Listener,
  endpoint: string,
  facts: EventFacts,
): void {
  const keys = conditions.filter(([, condition]) => meets(condition, facts)).map(([key]) => key)
  noteMet(journeyParticipants, document, endpointRef(app.seq, endpoint).folded, keys, facts.sentBy?.time)
}

/**
 * The endpoint of an event enters a journey that the event starts, if it is in its segment (source:
 * guide). Events before the journey starts are not counted.
 */
function enterBy(store: ListeningStore, journey: Journey, endpointId: string, now: Date): void {
  const { app, definition, document, nextRun, state } = journey
  const { SegmentId } = definition.StartCondition!.EventStartCondition!
  if (nextRun !== null) {
    if (now.getTime() < nextRun) return
    if (state === 'ACTIVE') beginRun(store, journey, now)
  }
  const run = store.journeyRuns.latest(document)!
  const stored = store.endpoints.get(app, endpointId)
  if (stored === undefined) return
  const counters: Counters = {}
  count(counters, 'ENDPOINT_PRODUCED')
  const isMember =
    !SegmentId || store.segmentMembers.contains(app, SegmentId, undefined, now.toISOString(), stored)
  if (!isMember) count(counters, 'FILTERED_OUT_BY_SEGMENT')
  const who = { endpoint: stored.endpoint, user: null, importJob: null }
  const hasEntered = isMember && enterOne(store, journey, { run: run.seq }, who, counters, now)
  store.journeyRuns.count(run.seq, { '': counters }, hasEntered ? 1 : 0, now.toISOString())
}
