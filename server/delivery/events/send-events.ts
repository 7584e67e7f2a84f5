import type { EndpointResponse } from '../../model/endpoint.ts'
import type { NewEvent } from '../../model/event-record.ts'
import type { DeliveryStatus, NewOutboxMessage } from '../../model/message.ts'
import { kindOf } from '../content.ts'
import { type EventSource, makeRecord } from './event-source.ts'

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

/** A message that a campaign or a journey has sent, or would have sent. */
export interface Send {
  /** Of the message's record, what it has; for a message that was not made, the status is said. */
  record: Pick<NewOutboxMessage, 'campaign' | 'treatment' | 'journey' | 'run' | 'activity' | 'channel'> &
    Partial<Pick<NewOutboxMessage, 'endpoint' | 'status' | 'statusCode' | 'statusMessage'>>
  endpoint?: EndpointResponse
  /** Whether a custom channel delivers it. */
  isCustom?: boolean
  /** By default, that of the record. */
  status?: SendStatus
}

/** The `_campaign.send` event of a message. */
export function campaignSend(source: EventSource, send: Send): NewEvent {
  const { campaign, treatment, activity } = send.record
  return {
    ...sendEvent(source, '_campaign.send', send, {
      campaign_id: campaign ?? null,
      campaign_activity_id: activity ?? null,
      treatment_id: treatment ?? null,
      campaign_send_status: send.status ?? sendStatusOf(send),
      campaign_type: null,
      delivery_type: typeOf(send),
    }),
  }
}

/** The `_journey.send` event of a message. */
export function journeySend(source: EventSource, send: Send): NewEvent {
  const { journey, run, activity, statusCode, statusMessage } = send.record
  return sendEvent(source, '_journey.send', send, {
    journey_id: journey ?? null,
    journey_run_id: run ?? null,
    journey_activity_id: activity ?? null,
    // It is absent where only a wait has ended (source: guide).
    ...(send.status !== 'QUIET_TIME_WAIT_FINISHED' && { journey_activity_type: typeOf(send) }),
    journey_send_status: send.status ?? sendStatusOf(send),
    journey_send_status_message: statusMessage ?? '',
    journey_send_status_code: String(statusCode ?? 200),
    delivery_type: typeOf(send),
  })
}

function sendEvent(
  source: EventSource,
  type: string,
  { record, endpoint }: Send,
  attributes: Record<string, string | null>,
): NewEvent {
  const id = endpoint?.Id ?? record.endpoint
  return {
    record: makeRecord(source, type, id ?? '', {
      attributes,
      ...(endpoint !== undefined && endpointContext(endpoint)),
    }),
    endpoint: id,
  }
}

/** The endpoint of an event, without its address and its ids (source: observed; guide). */
export const endpointContext = ({ Address, Id, ApplicationId, ...endpoint }: EndpointResponse) => ({
  client_context: { custom: { endpoint: JSON.stringify(endpoint) } },
})

const statuses: Partial<Record<DeliveryStatus, SendStatus>> = {
  SUCCESSFUL: 'SUCCESS',
  PERMANENT_FAILURE: 'FAILURE_PERMANENT',
  THROTTLED: 'THROTTLED',
}

/** What became of a message, as its event and the counters of its activity tell. */
export function sendStatusOf({ record: { status }, isCustom }: Send): SendStatus {
  if (status === undefined) return 'SUCCESS'
  if (isCustom === true && status !== 'SUCCESSFUL') return 'CUSTOM_DELIVERY_FAILURE'
  return statuses[status] ?? 'FAILURE'
}

const typeOf = ({ record, isCustom }: Send): string =>
  isCustom === true ? 'CUSTOM' : (kindOf(record.channel ?? '') ?? 'CUSTOM')
