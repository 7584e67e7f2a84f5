import { Type } from '@sinclair/typebox'
import { MapOf } from './common.ts'

/** A record of the event stream, as it is streamed (source: guide). */
export interface EventRecord {
  event_type: string
  /** Milliseconds since 1970. */
  event_timestamp: number
  arrival_timestamp: number
  event_version: '3.1'
  application: { app_id: string; sdk: object } & Record<string, unknown>
  /** The id of the endpoint; of a message to an address, which has none, the message's (assumed). */
  client: { client_id: string }
  device: object
  session: object
  attributes: Record<string, string | null>
  metrics: Record<string, number>
  facets?: object
  client_context?: object
  awsAccountId: string
}

/** An event before it is stored. */
export interface NewEvent {
  record: EventRecord
  /** Id of the endpoint that it is of, if any. */
  endpoint?: string | undefined
  /** Id of the outbox message that it is of, if any. */
  message?: number | undefined
  /** Whether an app has reported it by PutEvents; else Pinpoint itself has made it. */
  isReported?: boolean
  /** Whether it may not start campaigns and journeys. */
  isSilent?: boolean
}

/** An event in the list of events. */
export const StoredEvent = Type.Object({
  id: Type.Integer({ description: 'Grows with each event' }),
  app: Type.String({ description: 'Id of the application' }),
  event: Type.Unsafe<EventRecord>({ ...MapOf(Type.Unknown()), description: 'As it is streamed' }),
})
export interface StoredEvent {
  id: number
  app: string
  event: EventRecord
}

/** What a recipient or a carrier can do with an e-mail (source: guide). */
export const emailEvents = [
  '_email.send',
  '_email.delivered',
  '_email.open',
  '_email.click',
  '_email.hardbounce',
  '_email.softbounce',
  '_email.complaint',
  '_email.rejected',
  '_email.rendering_failure',
  '_email.unsubscribe',
] as const
export type EmailEvent = (typeof emailEvents)[number]

/** And with an SMS message. */
export const smsEvents = ['_SMS.BUFFERED', '_SMS.SUCCESS', '_SMS.FAILURE', '_SMS.OPTOUT'] as const
export type SmsEvent = (typeof smsEvents)[number]

/** And with a push notification, after `_campaign.` or `_journey.`; apps report them by PutEvents. */
export const pushEvents = ['opened_notification', 'received_foreground', 'received_background'] as const
export type PushEvent = `_${'campaign' | 'journey'}.${(typeof pushEvents)[number]}`

export type MessageEvent = EmailEvent | SmsEvent | PushEvent
