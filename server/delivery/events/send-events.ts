import type { EndpointResponse } from '../../model/endpoint.ts'
import type { EventMessage, EventRecord, NewEvents, SendStatus } from '../../model/event-record.ts'
import type { DeliveryStatus } from '../../model/message.ts'
import { kindOf } from '../content.ts'

/** A message that a campaign or a journey has not sent after all. */
export interface UnsentMessage {
  /** What its record would have had. */
  record: EventMessage['record']
  endpoint: EndpointResponse
  status: SendStatus
  /** Whether a custom channel would have delivered it. */
  isCustom?: boolean
}

/** The `_campaign.send` or `_journey.send` event of a message that was not sent. */
export const eventOfUnsent = (
  { record, endpoint, status, isCustom }: UnsentMessage,
  now: Date,
): NewEvents => ({
  types: sendTypesOf(record),
  origin: {
    message: {
      record: { ...record, endpoint: endpoint.Id },
      ...(isCustom && { isCustom }),
      status,
      endpoint: withoutIds(endpoint),
    },
  },
  time: now.getTime(),
  endpoint: endpoint.Id,
  campaign: record.campaign,
  journey: record.journey,
})

/** The types of the events that tell what became of a message of a campaign or a journey. */
export const sendTypesOf = ({ campaign, journey }: EventMessage['record']): string[] => [
  ...(campaign === undefined ? [] : ['_campaign.send']),
  ...(journey === undefined ? [] : ['_journey.send']),
]

/** Whether an event tells what became of a message of a campaign or a journey. */
export const isSend = (type: string): boolean => type === '_campaign.send' || type === '_journey.send'

/** Attributes of a `_campaign.send` event. */
export function campaignAttributes(message: EventMessage): EventRecord['attributes'] {
  const { campaign, treatment, activity } = message.record
  return {
    campaign_id: campaign ?? null,
    campaign_activity_id: activity ?? null,
    treatment_id: treatment ?? null,
    campaign_send_status: sendStatusOf(message),
    campaign_type: null,
    delivery_type: deliveryTypeOf(message),
  }
}

/** Attributes of a `_journey.send` event. */
export function journeyAttributes(message: EventMessage): EventRecord['attributes'] {
  const { journey, run, activity, statusCode, statusMessage } = message.record
  return {
    journey_id: journey ?? null,
    journey_run_id: run ?? null,
    journey_activity_id: activity ?? null,
    // It is absent where only a wait has ended (source: guide).
    ...(message.status !== 'QUIET_TIME_WAIT_FINISHED' && { journey_activity_type: deliveryTypeOf(message) }),
    journey_send_status: sendStatusOf(message),
    journey_send_status_message: statusMessage ?? '',
    journey_send_status_code: String(statusCode ?? 200),
    delivery_type: deliveryTypeOf(message),
  }
}

/** An endpoint as events tell it (source: observed; guide). */
export const withoutIds = ({ Address, Id, ApplicationId, ...endpoint }: EndpointResponse): object => endpoint

/** What an event tells of its endpoint. */
export const endpointContext = (endpoint: object): Pick<EventRecord, 'client_context'> => ({
  client_context: { custom: { endpoint: JSON.stringify(endpoint) } },
})

const statuses: Partial<Record<DeliveryStatus, SendStatus>> = {
  SUCCESSFUL: 'SUCCESS',
  PERMANENT_FAILURE: 'FAILURE_PERMANENT',
  THROTTLED: 'THROTTLED',
}

/** What became of a message, as its event and the counters of its activity tell. */
export function sendStatusOf({
  record: { status },
  isCustom,
  status: told,
}: Pick<EventMessage, 'record' | 'isCustom' | 'status'>): SendStatus {
  if (told !== undefined) return told
  if (status === undefined) return 'SUCCESS'
  if (isCustom === true && status !== 'SUCCESSFUL') return 'CUSTOM_DELIVERY_FAILURE'
  return statuses[status] ?? 'FAILURE'
}

/** CUSTOM of custom channels, whatever the endpoint's channel is (source: guide). */
export const deliveryTypeOf = ({ record: { channel = '' }, isCustom }: EventMessage): string =>
  isCustom === true ? 'CUSTOM' : (kindOf(channel) ?? channel)
