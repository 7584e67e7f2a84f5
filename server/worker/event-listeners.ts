import { type EventFacts, isOfMessage } from '../audience/event-filter.ts'
import { eventCampaignsFor, startEventRuns } from '../campaigns/event-campaigns.ts'
import { eventMembers, sentBy } from '../delivery/events/message-events.ts'
import { handleJourneyEvents } from '../journeys/handle-events.ts'
import type { Campaign } from '../store/campaigns/campaigns.ts'
import type { EventRow } from '../store/event-records/event-records.ts'
import type { Store } from '../store/open-store.ts'

/** An event, as campaigns and journeys look at it. */
export interface DispatchedEvent extends EventRow {
  facts: EventFacts
}

/**
 * Something that events start or move: event campaigns, event journeys, splits that wait. It is
 * called with events of any application, the oldest first, within the transaction that notes that
 * they were looked at; it writes due rows, and leaves the work to them. An event has happened before
 * what was made after it: compare its `id` with `store.eventRecords.last()` of that time, as a
 * frozen clock gives both the same time.
 */
export type EventListener = (events: readonly DispatchedEvent[], now: Date) => void

/**
 * The listeners, one for each of `Store.eventListening`, which says whether it listens to anything:
 * otherwise no event waits for it. They look at events in this order (assumed).
 */
export const createEventListeners = (store: Store): EventListener[] =>
  Object.values({
    campaigns: startCampaigns(store),
    journeys: (events, now) => handleJourneyEvents(store, events, now),
  } satisfies Record<keyof Store['eventListening'], EventListener>)

/** Event campaigns: each starts a run for the event's endpoint. */
const startCampaigns =
  (store: Store): EventListener =>
  (events, now) => {
    const ofApps = new Map<number, Campaign[]>()
    for (const { app, endpoint, facts, source } of events) {
      if (endpoint === undefined) continue
      const campaigns = ofApps.get(app.seq) ?? store.campaigns.ofEvents(app, 'EVENT')
      ofApps.set(app.seq, campaigns)
      const found = eventCampaignsFor(store, app, facts, endpoint, now, source, campaigns)
      startEventRuns(store, found, endpoint, now)
    }
  }

/** Messages and events of apps that are looked at in one step. */
const rowsPerStep = 100

/** Has listeners look at the events that wait longest. */
export function dispatchEvents(store: Store, listeners: readonly EventListener[], now: Date): void {
  store.writeInWorker(() => {
    const events = store.eventRecords.takeWaiting(rowsPerStep)
    const dispatched = events.map(event => ({ ...event, facts: factsOf(event) }))
    if (dispatched.length > 0) for (const listen of listeners) listen(dispatched, now)
  })
}

function factsOf({ type, origin, source }: EventRow): EventFacts {
  const { attributes, metrics } = eventMembers(type, origin)
  const given = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== null)
  const facts = { EventType: type, Attributes: Object.fromEntries(given), Metrics: metrics }
  return isOfMessage(facts, source) ? { ...facts, sentBy: sentBy(type, origin) } : facts
}
