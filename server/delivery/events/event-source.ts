import type { EventRecord } from '../../model/event-record.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { Store } from '../../store/open-store.ts'

/** What all events of one write have in common. */
export interface EventSource {
  app: AppRef
  /** The application's account. */
  account: string
  /** When the events arrive, and happen unless they say otherwise. */
  now: Date
}

export const eventSource = (store: Pick<Store, 'apps'>, app: AppRef, now: Date): EventSource => ({
  app,
  account: store.apps.accountOf(app),
  now,
})

/** Makes a record of the event stream: the members that each must have, and those that are given. */
export const makeRecord = (
  { app, account, now }: EventSource,
  type: string,
  clientId: string,
  { application, ...members }: Partial<EventRecord> & Pick<EventRecord, 'attributes'>,
): EventRecord => ({
  event_type: type,
  event_timestamp: now.getTime(),
  arrival_timestamp: now.getTime(),
  event_version: '3.1',
  application: { app_id: app.id, sdk: {}, ...application },
  client: { client_id: clientId },
  device: { platform: {} },
  session: {},
  metrics: {},
  ...members,
  awsAccountId: account,
})
