import type { EventRecord, NewEvents } from '../../model/event-record.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'

/** What all records of one application that arrive at once have in common. */
export interface EventSource {
  app: AppRef
  /** The application's account. */
  account: string
  /** When the events arrive, and happen unless they say otherwise: milliseconds since 1970. */
  time: number
}

export const eventSource = (store: Pick<Store, 'apps'>, app: AppRef, now: Date): EventSource => ({
  app,
  account: store.apps.accountOf(app),
  time: now.getTime(),
})

/** Makes a record of the event stream: the members that each must have, and those that are given. */
export const makeRecord = (
  { app, account, time }: EventSource,
  type: string,
  clientId: string,
  { application, ...members }: Partial<EventRecord> & Pick<EventRecord, 'attributes'>,
): EventRecord => ({
  event_type: type,
  event_timestamp: time,
  arrival_timestamp: time,
  event_version: '3.1',
  application: { app_id: app.id, sdk: {}, ...application },
  client: { client_id: clientId },
  device: { platform: {} },
  session: {},
  metrics: {},
  ...members,
  awsAccountId: account,
})

/** An event whose record is stored as it is. */
export const eventOfRecord = (record: EventRecord): NewEvents => ({
  types: [record.event_type],
  origin: { record },
  time: record.arrival_timestamp,
  campaign: record.attributes.campaign_id ?? undefined,
  journey: record.attributes.journey_id ?? undefined,
})
