import type { EndpointResponse } from '../../model/endpoint.ts'
import type {
  EmailEvent,
  EventMessage,
  EventRecord,
  MessageEvent,
  NewEvents,
  SentBy,
  SentEvents,
  SmsEvent,
} from '../../model/event-record.ts'
import type { NewOutboxMessage } from '../../model/message.ts'
import { phoneDigits } from '../../model/phone-digits.ts'
import type { EventRow } from '../../store/event-records/event-records.ts'
import { countryOf } from './country-of.ts'
import { type EventSource, makeRecord } from './event-source.ts'
import {
  campaignAttributes,
  deliveryTypeOf,
  endpointContext,
  isSend,
  journeyAttributes,
  sendStatusOf,
  sendTypesOf,
  withoutIds,
} from './send-events.ts'
import { eventsOfEmail, eventsOfSms } from './simulators.ts'

/*
 * Events of messages are stored as what their message tells, mostly in its own row. Their records are
 * made when they are read: a campaign to many endpoints writes a fraction as much, and few records are
 * ever read.
 */

/** A message that was sent, or refused: its record, and what else its events tell. */
export interface SentMessage {
  record: NewOutboxMessage
  /** As it was when the message was sent; absent for an address. */
  endpoint?: EndpointResponse
  /** Whether a custom channel has delivered it, whatever the endpoint's channel is. */
  isCustom?: boolean
}

/**
 * What a carrier charges for one part of an SMS message, in thousandths of a cent
 * (source: the guide's sample).
 */
export const pricePerPart = 645

/**
 * The events of a message that was just sent, if any. One that was refused has none (source: guide),
 * but for `_campaign.send` and `_journey.send`, which tell why. Transactional push and voice messages
 * are not streamed (source: guide).
 */
export function eventsOfSent({ record, endpoint, isCustom }: SentMessage): SentEvents | undefined {
  const sends = sendTypesOf(record)
  const isSent = record.status === 'SUCCESSFUL' && isCustom !== true
  const types = isSent ? [...sends, ...typesOfSent(record)] : sends
  if (types.length === 0) return undefined
  return {
    types,
    origin: {
      message: {
        record,
        ...(isCustom && { isCustom }),
        ...(endpoint !== undefined && sends.length > 0 && { endpoint: withoutIds(endpoint) }),
      },
    },
    time: Date.parse(record.time),
    endpoint: record.endpoint,
    campaign: record.campaign,
    journey: record.journey,
  }
}

function typesOfSent({ channel, address = '', renderingFailure }: NewOutboxMessage): MessageEvent[] {
  if (channel === 'SMS') return eventsOfSms(address)
  if (channel !== 'EMAIL') return []
  return renderingFailure === undefined ? eventsOfEmail(address) : ['_email.rendering_failure']
}

/** Makes the record of an event that is stored. */
export const recordOf = (event: EventRow): EventRecord =>
  'record' in event.origin
    ? event.origin.record
    : messageRecord(event, event.type, { ...event.origin.message, id: event.message })

/** Makes the record of an event of a message. */
export function messageRecord(
  source: EventSource,
  type: string,
  message: EventMessage & { id: number | undefined },
): EventRecord {
  const { record, id, endpoint } = message
  const clientId = record.endpoint ?? (isSend(type) ? '' : (record.messageId ?? String(id)))
  return makeRecord(source, type, clientId, {
    attributes: attributesOf(type, message),
    metrics: metricsOf(type, record),
    ...(type.startsWith('_email.') && { facets: emailFacets(type as EmailEvent, message) }),
    ...(isSend(type) && endpoint !== undefined && endpointContext(endpoint)),
  })
}

/** The attributes and metrics of an event's record, without making the rest of it. */
export const eventMembers = (
  type: string,
  origin: NewEvents['origin'],
): Pick<EventRecord, 'attributes' | 'metrics'> =>
  'record' in origin
    ? origin.record
    : { attributes: attributesOf(type, origin.message), metrics: metricsOf(type, origin.message.record) }

/**
 * Who has sent the message that an event is of, and when. For events of messages, the message's record tells,
 * as a Context may have the same names; for events of apps, their attributes.
 */
export function sentBy(type: string, origin: NewEvents['origin']): SentBy {
  if ('message' in origin) {
    const { campaign, journey, activity, time } = origin.message.record
    return { campaign, journey, activity, time }
  }
  const { attributes } = origin.record
  const text = (name: string) => attributes[name] ?? undefined
  return type.startsWith('_journey.')
    ? { journey: text('journey_id'), activity: text('journey_activity_id') }
    : { campaign: text('campaign_id'), activity: text('campaign_activity_id') }
}

/** What of an event is counted. Texts that do not apply are empty. */
export interface Counted {
  campaign: string
  journey: string
  /** Of the campaign or the journey. */
  activity: string
  /** What became of a message, in `_campaign.send` and in `_journey.send`. */
  campaignStatus: string
  journeyStatus: string
  /** In the same. */
  deliveryType: string
  /** Of an SMS message, by ISO 3166-1: that of its number, whatever the event is said to have. */
  country: string
  /** Of an SMS message. */
  recordStatus: string
  /** Of an SMS message. */
  parts: number
}

/** What of an event is counted, without making its record. */
export function countedBy(type: string, origin: NewEvents['origin']): Counted {
  const { campaign = '', journey = '', activity = '' } = sentBy(type, origin)
  if ('record' in origin) return { campaign, journey, activity, ...notOfMessage }
  const { message } = origin
  const { given = {}, record } = message
  const isSms = type.startsWith('_SMS.')
  return {
    campaign,
    journey,
    activity,
    campaignStatus: type === '_campaign.send' ? sendStatusOf(message) : '',
    journeyStatus: type === '_journey.send' ? sendStatusOf(message) : '',
    deliveryType: isSend(type) ? deliveryTypeOf(message) : '',
    country: isSms ? countryIn(record) : '',
    recordStatus: isSms ? (given.record_status ?? recordStatus[type as SmsEvent]) : '',
    parts: isSms ? (record.parts ?? 1) : 1,
  }
}

/** What an event that an app reports does not tell. */
const notOfMessage = {
  campaignStatus: '',
  journeyStatus: '',
  deliveryType: '',
  country: '',
  recordStatus: '',
  parts: 1,
}

/** The country of an SMS message's number; empty where it has none. */
function countryIn({ address = '' }: EventMessage['record']): string {
  const number = phoneDigits(address)
  return (number && countryOf(number)) ?? ''
}

/** The attributes of an event of a message. */
const attributesOf = (type: string, message: EventMessage): EventRecord['attributes'] => ({
  ...ownAttributesOf(type, message),
  ...message.given,
})

/** Those that it has by itself. */
function ownAttributesOf(type: string, message: EventMessage): EventRecord['attributes'] {
  const { record } = message
  if (type === '_campaign.send') return campaignAttributes(message)
  if (type === '_journey.send') return journeyAttributes(message)
  const sender = senderOf(record)
  if (type.startsWith('_SMS.')) return { ...sender, ...smsAttributes(type as SmsEvent, record) }
  if (!type.startsWith('_email.')) return sender
  return { ...sender, feedback: feedbackOf(type as EmailEvent, message), ...record.context }
}

/** The metrics of an event of a message. */
const metricsOf = (type: string, { parts = 1 }: EventMessage['record']): EventRecord['metrics'] =>
  type.startsWith('_SMS.') && type !== '_SMS.BUFFERED'
    ? { price_in_millicents_usd: pricePerPart * parts }
    : {}

/** Which campaign or journey has sent a message, as the attributes of its events tell. */
function senderOf({
  campaign,
  treatment,
  journey,
  run,
  activity,
}: EventMessage['record']): Record<string, string> {
  if (campaign !== undefined) {
    return {
      ...(campaign && { campaign_id: campaign }),
      ...(activity && { campaign_activity_id: activity }),
      ...(treatment && { treatment_id: treatment }),
    }
  }
  return {
    ...(journey && { journey_id: journey }),
    ...(run && { journey_run_id: run }),
    ...(journey !== undefined && activity && { journey_activity_id: activity }),
  }
}

/** The record_status of each event (source: guide; which goes with which: assumed). */
const recordStatus: Record<SmsEvent, string> = {
  '_SMS.BUFFERED': 'SUCCESSFUL',
  '_SMS.SUCCESS': 'DELIVERED',
  '_SMS.FAILURE': 'UNREACHABLE',
  '_SMS.OPTOUT': 'OPTED_OUT',
}

function smsAttributes(type: SmsEvent, record: EventMessage['record']): Record<string, string> {
  const { address = '', originationNumber, senderId, requestId, messageId, parts = 1, context } = record
  const number = phoneDigits(address)
  const origination = originationNumber ?? senderId
  return {
    sender_request_id: requestId ?? messageId ?? '',
    ...(origination !== undefined && { origination_phone_number: origination }),
    destination_phone_number: number ?? address,
    record_status: recordStatus[type],
    iso_country_code: countryIn(record),
    number_of_message_parts: String(parts),
    message_id: messageId ?? '',
    message_type: record.messageType === 'PROMOTIONAL' ? 'Promotional' : 'Transactional',
    ...(context !== undefined && { customer_context: JSON.stringify(context) }),
  }
}

/** The link of a click that names none. */
const defaultLink = 'https://example.com/'

/** The attribute `feedback` of e-mail events, where it is not what comes after `_email.` (source: guide). */
const feedbacks: Partial<Record<EmailEvent, string>> = {
  '_email.send': 'received',
  '_email.open': 'opened',
}

const feedbackOf = (type: EmailEvent, { given }: EventMessage): string =>
  type === '_email.click' ? (given?.link ?? defaultLink) : (feedbacks[type] ?? type.slice('_email.'.length))

function emailFacets(type: EmailEvent, { record, given = {} }: EventMessage): object {
  const { link = defaultLink, ip_address = '192.0.2.1', user_agent = 'pinpoint-local' } = given
  const { address = '', from = '', subject = '', headers = [], time = '', messageId = '' } = record
  const names = { from, to: [address], subject }
  const mail = {
    message_id: messageId,
    message_send_timestamp: Date.parse(time),
    from_address: from,
    destination: [address],
    headers_truncated: false,
    headers: [
      { name: 'From', value: from },
      { name: 'To', value: address },
      { name: 'Subject', value: subject },
      ...headers,
    ],
    common_headers: names,
  }
  const reader = { ip_address, user_agent }
  const bounce = (bounce_type: string, status: string) => ({
    bounce: {
      bounce_type,
      bounce_sub_type: 'General',
      bounced_recipients: [{ email_address: address, action: 'failed', status }],
    },
  })
  // The forms are the guide's for send, delivery, open and click; of the others they are those of SES.
  const facets: Record<EmailEvent, object> = {
    '_email.send': { send: {} },
    '_email.delivered': {
      delivery: {
        smtp_response: '250 ok:  Message accepted',
        reporting_mta: 'pinpoint-local',
        recipients: [address],
        processing_time_millis: 0,
      },
    },
    '_email.open': { open: reader },
    '_email.click': { click: { ...reader, link } },
    '_email.hardbounce': bounce('Permanent', '5.1.1'),
    '_email.softbounce': bounce('Transient', '4.2.2'),
    '_email.complaint': { complaint: { complained_recipients: [{ email_address: address }] } },
    '_email.rejected': { reject: { reason: 'Bad content' } },
    '_email.rendering_failure': {
      rendering_failure: {
        error_message: record.renderingFailure ?? '',
        template_name: record.template?.name ?? '',
      },
    },
    '_email.unsubscribe': { unsubscribe: {} },
  }
  return { email_channel: { mail_event: { mail, ...facets[type] } } }
}
