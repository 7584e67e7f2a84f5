import { type EventRecord, isPushEvent, type NewEvents } from '../../model/event-record.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { CountKey, EventCounts, Reach } from '../../store/event-records/event-counts.ts'
import { toldBy } from './message-events.ts'
import { isSend } from './send-events.ts'

/*
 * What events count for KPIs. Each event of a message counts under its type, and so do
 * `_campaign.opened_notification` and the like, which come through PutEvents. Further names:
 *
 * - `first <type>`: the first open or click of a message
 * - `parts <type>`, `price <type>`: of SMS messages, by country
 * - `status <type>`: SMS messages, by record_status
 * - `_campaign.send push`: those of push notifications, by status
 *
 * Endpoints that have got a message of a campaign are stored by their ids, as each counts once.
 */

/** Events that count once for a message and a clock hour, however often they happen (source: guide). */
const oncePerHour = new Set(['_email.open', '_email.click'])

/** Counts events of one application. To be called in the transaction that writes them. */
export function countEvents(counts: EventCounts, app: AppRef, events: readonly NewEvents[]): void {
  const totals = new Map<string, { key: CountKey; by: number }>()
  const reaches = new Map<string, { of: Reach; endpoints: Map<string, boolean> }>()
  for (const event of events) {
    const hour = new Date(event.time).toISOString().slice(0, 13)
    const day = hour.slice(0, 10)
    for (const type of event.types) {
      if (!isCounted(event, type)) continue
      const { attributes, metrics } = toldBy(type, event.origin)
      const campaign = attributes.campaign_id ?? ''
      const journey = attributes.journey_id ?? ''
      const activity = attributes.campaign_activity_id ?? attributes.journey_activity_id ?? ''
      const owner = `${day}/${campaign}/${journey}/${activity}`
      const add = (name: string, label = '', by = 1) => {
        const text = `${owner}/${name}/${label}`
        const total = totals.get(text)
        if (total !== undefined) total.by += by
        else totals.set(text, { key: { campaign, journey, activity, name, label, day }, by })
      }

      if (oncePerHour.has(type)) {
        const message = event.message!
        if (!counts.mark(app, { message, name: type, hour })) continue
        if (counts.mark(app, { message, name: type, hour: '' })) add(`first ${type}`)
      }
      if (isSend(type)) {
        const status = attributes.campaign_send_status ?? attributes.journey_send_status ?? ''
        add(type, status)
        if (type === '_campaign.send' && attributes.delivery_type === 'PUSH') add(`${type} push`, status)
      } else if (type.startsWith('_SMS.')) {
        const country = attributes.iso_country_code ?? ''
        add(type, country)
        add(`parts ${type}`, country, Number(attributes.number_of_message_parts))
        add(`price ${type}`, country, metrics.price_in_millicents_usd ?? 0)
        add(`status ${type}`, attributes.record_status ?? '')
      } else add(type)

      const isReached = tellsReach(type, attributes)
      if (campaign === '' || event.endpoint === undefined || isReached === undefined) continue
      const reach = reaches.get(owner) ?? { of: { campaign, activity, day }, endpoints: new Map() }
      reaches.set(owner, reach)
      // A message that bounces at once, with its other events, was never counted.
      if (!isReached && 'message' in event.origin) reach.endpoints.delete(event.endpoint)
      else reach.endpoints.set(event.endpoint, isReached)
    }
  }
  for (const { key, by } of totals.values()) counts.add(app, key, by)
  for (const { of, endpoints } of reaches.values()) {
    for (const isReached of [true, false]) {
      const ids = [...endpoints].flatMap(([id, is]) => (is === isReached ? [id] : []))
      if (ids.length > 0) counts.addReached(app, of, ids, isReached)
    }
  }
}

/** Whether an event counts: those of messages do, and what apps report of push notifications. */
const isCounted = ({ origin, message }: NewEvents, type: string): boolean =>
  'message' in origin || message !== undefined || isSend(type) || isPushEvent(type)

/**
 * Whether an event says that its endpoint has got a message of a campaign, or has not; undefined if it
 * says neither. Delivered is what was sent and has not bounced hard (source: guide).
 */
function tellsReach(type: string, { campaign_send_status }: EventRecord['attributes']): boolean | undefined {
  if (type === '_email.hardbounce') return false
  return campaign_send_status === 'SUCCESS' ? true : undefined
}
