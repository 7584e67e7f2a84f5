import type { NewEvents } from '../model/event-record.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Store } from '../store/open-store.ts'
import { countEvents } from './events/count-events.ts'
import { eventsOfSent, type SentMessage } from './events/message-events.ts'

/** The parts of the store that messages and events are written to. */
export type EventStore = Pick<Store, 'messages' | 'eventRecords' | 'eventCounts'>

/**
 * Writes messages to the outbox, with their events: the one way in which messages of whoever sends
 * them are written. To be called in a transaction.
 *
 * @returns their ids, in their order
 */
export function writeMessages(store: EventStore, app: AppRef, sent: readonly SentMessage[]): number[] {
  const events = sent.map(eventsOfSent)
  const records = sent.map(({ record }) => record)
  // Events that are listened to may have to wait for longer than their message is kept.
  const haveOwnRows = store.eventRecords.isListenedTo(app)
  const ids = store.messages.append(app, records, haveOwnRows ? [] : events)
  const numbered = events.flatMap((its, index) => (its === undefined ? [] : { ...its, message: ids[index]! }))
  if (haveOwnRows) recordEvents(store, app, numbered)
  else countEvents(store.eventCounts, app, numbered)
  return ids
}

/**
 * Writes events of one application: for the event stream, and what they count for KPIs. To be called
 * in a transaction.
 *
 * @returns the id of the last event
 */
export function recordEvents(store: EventStore, app: AppRef, events: readonly NewEvents[]): number {
  countEvents(store.eventCounts, app, events)
  return store.eventRecords.append(app, events)
}
