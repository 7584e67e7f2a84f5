import type { EndpointResponse } from '../../model/endpoint.ts'
import type { EmailEvent, EventRecord, MessageEvent, NewEvent, SmsEvent } from '../../model/event-record.ts'
import type { NewOutboxMessage } from '../../model/message.ts'
import { phoneDigits } from '../../model/phone-digits.ts'
import { countryOf } from './country-of.ts'
import { type EventSource, makeRecord } from './event-source.ts'
import { campaignSend, journeySend } from './send-events.ts'
import { eventsOfEmail, eventsOfSms } from './simulators.ts'

/** A message that was sent, or refused: its record, and what else its events tell. */
export interface SentMessage {
  record: NewOutboxMessage
  /** As it was when the message was sent; absent for an address. */
  endpoint?: EndpointResponse
  /** Whether a custom channel has delivered it, whatever the endpoint's channel is. */
  isCustom?: boolean
}

/** What a carrier charges for one part of an SMS message, in thousandths of a cent (source: the guide's sample). */
export const pricePerPart = 645

/**
 * The events of a message that was just sent. One that was refused has none (source: guide), but for
 * `_campaign.send` and `_journey.send`, which tell why. Transactional push and voice messages are
 * not streamed (source: guide).
 *
 * @param message id of its record in the outbox
 */
export function eventsOfSent(source: EventSource, sent: SentMessage, message: number): NewEvent[] {
  const { record } = sent
  const events: NewEvent[] = []
  if (record.campaign !== undefined) events.push({ ...campaignSend(source, sent), message })
  if (record.journey !== undefined) events.push({ ...journeySend(source, sent), message })
  if (record.status !== 'SUCCESSFUL' || sent.isCustom === true) return events
  return [...events, ...typesOfSent(record).map(type => eventOfMessage(source, record, message, { type }))]
}

function typesOfSent({ channel, address = '', renderingFailure }: NewOutboxMessage): MessageEvent[] {
  if (channel === 'SMS') return eventsOfSms(address)
  if (channel !== 'EMAIL') return []
  return renderingFailure === undefined ? eventsOfEmail(address) : ['_email.rendering_failure']
}

/** What happens to a message. */
export interface Happening {
  type: MessageEvent
  /** Attributes over those that the event has by itself. */
  attributes?: Readonly<Record<string, string>>
}

/** The event of what happens to a message. */
export function eventOfMessage(
  source: EventSource,
  record: NewOutboxMessage,
  message: number,
  { type, attributes = {} }: Happening,
): NewEvent {
  const members = type.startsWith('_email.')
    ? emailMembers(type as EmailEvent, record, attributes)
    : type.startsWith('_SMS.')
      ? smsMembers(type as SmsEvent, record)
      : { attributes: {} }
  const clientId = record.endpoint ?? record.messageId ?? String(message)
  return {
    record: makeRecord(source, type, clientId, {
      ...members,
      attributes: { ...senderOf(record), ...members.attributes, ...attributes },
    }),
    endpoint: record.endpoint,
    message,
  }
}

/** Which campaign or journey has sent a message, as the attributes of its events tell. */
function senderOf({ campaign, treatment, journey, run, activity }: NewOutboxMessage): Record<string, string> {
  const given = (members: Record<string, string | undefined>) =>
    Object.fromEntries(Object.entries(members).flatMap(([name, value]) => (value ? [[name, value]] : [])))
  if (campaign !== undefined) {
    return given({ campaign_id: campaign, campaign_activity_id: activity, treatment_id: treatment })
  }
  return given({
    journey_id: journey,
    journey_run_id: run,
    journey_activity_id: journey === undefined ? undefined : activity,
  })
}

/** The record_status of each event (source: guide; which goes with which: assumed). */
const recordStatus: Record<SmsEvent, string> = {
  '_SMS.BUFFERED': 'SUCCESSFUL',
  '_SMS.SUCCESS': 'DELIVERED',
  '_SMS.FAILURE': 'UNREACHABLE',
  '_SMS.OPTOUT': 'OPTED_OUT',
}

function smsMembers(type: SmsEvent, record: NewOutboxMessage): Pick<EventRecord, 'attributes' | 'metrics'> {
  const { address = '', originationNumber, senderId, requestId, messageId, parts = 1, context } = record
  const number = phoneDigits(address)
  const origination = originationNumber ?? senderId
  return {
    attributes: {
      sender_request_id: requestId ?? messageId ?? '',
      ...(origination !== undefined && { origination_phone_number: origination }),
      destination_phone_number: number ?? address,
      record_status: recordStatus[type],
      iso_country_code: (number && countryOf(number)) ?? '',
      number_of_message_parts: String(parts),
      message_id: messageId ?? '',
      message_type: record.messageType === 'PROMOTIONAL' ? 'Promotional' : 'Transactional',
      ...(context !== undefined && { customer_context: JSON.stringify(context) }),
    },
    metrics: type === '_SMS.BUFFERED' ? {} : { price_in_millicents_usd: pricePerPart * parts },
  }
}

function emailMembers(
  type: EmailEvent,
  record: NewOutboxMessage,
  { link = 'https://example.com/', ip_address = '192.0.2.1', user_agent = 'pinpoint-local' },
): Pick<EventRecord, 'attributes' | 'facets'> {
  const { address = '', from = '', subject = '', headers = [], time, messageId = '', context } = record
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
  const details: Record<EmailEvent, [feedback: string, details: object]> = {
    '_email.send': ['received', { send: {} }],
    '_email.delivered': [
      'delivered',
      {
        delivery: {
          smtp_response: '250 ok:  Message accepted',
          reporting_mta: 'pinpoint-local',
          recipients: [address],
          processing_time_millis: 0,
        },
      },
    ],
    '_email.open': ['opened', { open: reader }],
    '_email.click': [link, { click: { ...reader, link } }],
    '_email.hardbounce': ['hardbounce', bounce('Permanent', '5.1.1')],
    '_email.softbounce': ['softbounce', bounce('Transient', '4.2.2')],
    '_email.complaint': ['complaint', { complaint: { complained_recipients: [{ email_address: address }] } }],
    '_email.rejected': ['rejected', { reject: { reason: 'Bad content' } }],
    '_email.rendering_failure': [
      'rendering_failure',
      {
        rendering_failure: {
          error_message: record.renderingFailure ?? '',
          template_name: record.template?.name ?? '',
        },
      },
    ],
    '_email.unsubscribe': ['unsubscribe', { unsubscribe: {} }],
  }
  const [feedback, facet] = details[type]
  return {
    attributes: { feedback, ...context },
    facets: { email_channel: { mail_event: { mail, ...facet } } },
  }
}
