import { Type } from '@sinclair/typebox'
import { MapOf } from './common.ts'
import type { NewOutboxMessage } from './message.ts'

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

/** What became of a message of a campaign or a journey (source: guide; HOOK_FAILURE: assumed). */
export type SendStatus =
  | 'SUCCESS'
  | 'FAILURE'
  | 'FAILURE_PERMANENT'
  | 'CUSTOM_DELIVERY_FAILURE'
  | 'HOOK_FAILURE'
  | 'THROTTLED'
  | 'UNSUPPORTED_CHANNEL'
  | 'DAILY_CAP'
  | 'EXPIRED'
  | 'QUIET_TIME'
  | 'QUIET_TIME_MISSING_TIMEZONE'
  | 'QUIET_TIME_WAIT_FINISHED'

/** What the records of a message's events are made from when they are read. */
export interface EventMessage {
  /** The members of its outbox record that they tell; fewer if it was not made. */
  record: Partial<NewOutboxMessage>
  /** Whether a custom channel delivers it. */
  isCustom?: boolean
  /** What became of it, where its record does not tell. */
  status?: SendStatus
  /** Its endpoint as it was then, without ids and address, for `_campaign.send` and `_journey.send`. */
  endpoint?: object
  /** Attributes that count before those that the event has by itself. */
  given?: Readonly<Record<string, string>>
}

/** Who has sent the message that an event is of, and when; for a transactional one, only when. */
export interface SentBy {
  /** Ids of the campaign or the journey. */
  campaign?: string | undefined
  journey?: string | undefined
  /** Of the campaign or the journey. */
  activity?: string | undefined
  /** When it was sent (ISO 8601); absent where an app reports the event. */
  time?: string | undefined
}

/** Events before they are stored: those of one message that happen at once, or a single event. */
export interface NewEvents {
  /** Their types, in their order. */
  types: readonly string[]
  /** What their records are made from, or the record itself. */
  origin: { message: EventMessage } | { record: EventRecord }
  /** When they arrive, in milliseconds since 1970. */
  time: number
  /** Id of the message in the outbox that they are of, if any. */
  message?: number
  /** The types of the events that this message had as it was sent, if it has these later. */
  sentTypes?: readonly string[]
  /** Ids of the endpoint, campaign and journey that they are of, if any. */
  endpoint?: string | undefined
  campaign?: string | undefined
  journey?: string | undefined
  /** Whether an app has reported them by PutEvents; else Pinpoint itself has made them. */
  isReported?: boolean
  /** Whether they may not start campaigns and journeys. */
  isSilent?: boolean
}

/** The events that a message has as it is sent, before it has an id; they happen at its time. */
export interface SentEvents extends Omit<NewEvents, 'message' | 'sentTypes' | 'isReported' | 'isSilent'> {
  origin: { message: EventMessage }
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

const pushEvent = new RegExp(`^_(campaign|journey)\\.(${pushEvents.join('|')})$`)

/** Whether an event is one of a push notification. */
export const isPushEvent = (type: string): type is PushEvent => pushEvent.test(type)

export type MessageEvent = EmailEvent | SmsEvent | PushEvent
