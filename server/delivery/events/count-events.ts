import type { EventRecord, NewEvents } from '../../model/event-record.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import type { CountKey, EventCounts } from '../../store/event-records/event-counts.ts'
import { attributesOf, metricsOf } from './message-events.ts'

/*
 * What events count for KPIs. Each event of a message counts under its type, and so do
 * `_campaign.opened_notification` and the like, which come through PutEvents. Further names:
 *
 * - `first <type>`: the first open or click of a message
 * - `parts <type>`, `price <type>`: of SMS messages, by country
 * - `status <type>`: SMS messages, by record_status
 * - `_campaign.send push`: those of push notifications, by status
 * - `reached`: a mark on each endpoint that has got a message of a campaign
 */

/**
 * Events that count once for a message and a clock hour, however often they happen (source: guide).
 * The trigger `message_deleted` of the database names them, too.
 */
const oncePerHour = new Set(['_email.open', '_email.click'])

/** Events of push notifications that apps report by PutEvents. */
const reported = /^_(campaign|journey)\.(opened_notification|received_foreground|received_background)$/

/** What an endpoint of a campaign has got, and what says that it has not. */
const delivered = new Set(['_email.delivered', '_SMS.SUCCESS'])
const undelivered = new Set(['_email.hardbounce', '_SMS.FAILURE', '_email.rendering_failure'])

/** Counts events of one application. To be called in the transaction that writes them. */
export function countEvents(counts: EventCounts, app: AppRef, events: readonly NewEvents[]): void {
  const sums = new Map<string, { key: CountKey; by: number }>()
  const add = (key: CountKey, by = 1) => {
    const text = `${key.campaign}\n${key.journey}\n${key.activity}\n${key.name}\n${key.label}\n${key.day}`
    const sum = sums.get(text)
    if (sum === undefined) sums.set(text, { key, by })
    else sum.by += by
  }
  for (const event of events) {
    for (const type of event.types) countEvent(counts, app, event, type, add)
  }
  for (const { key, by } of sums.values()) counts.add(app, key, by)
}

function countEvent(
  counts: EventCounts,
  app: AppRef,
  { origin, time, endpoint, message }: NewEvents,
  type: string,
  add: (key: CountKey, by?: number) => void,
): void {
  const isSend = type === '_campaign.send' || type === '_journey.send'
  if (message === undefined && !isSend && !reported.test(type)) return
  const { attributes, metrics } =
    'record' in origin
      ? origin.record
      : {
          attributes: attributesOf(type, origin.message),
          metrics: metricsOf(type, origin.message.record),
        }
  const hour = new Date(time).toISOString().slice(0, 13)
  const day = hour.slice(0, 10)
  const campaign = attributes.campaign_id ?? ''
  const journey = attributes.journey_id ?? ''
  const activity = attributes.campaign_activity_id ?? attributes.journey_activity_id ?? ''
  const key = (name: string, label = ''): CountKey => ({ campaign, journey, activity, name, label, day })

  if (oncePerHour.has(type)) {
    const mark = { campaign: '', activity: '', subject: String(message) }
    if (!counts.mark(app, { ...mark, name: type, day: hour })) return
    if (counts.mark(app, { ...mark, name: type, day: '' })) add(key(`first ${type}`))
  }
  const country = attributes.iso_country_code ?? ''
  const status = attributes.campaign_send_status ?? attributes.journey_send_status ?? ''
  add(key(type, isSend ? status : type.startsWith('_SMS.') ? country : ''))
  if (type === '_campaign.send' && attributes.delivery_type === 'PUSH') add(key(`${type} push`, status))
  if (type.startsWith('_SMS.')) {
    add(key(`parts ${type}`, country), Number(attributes.number_of_message_parts))
    add(key(`price ${type}`, country), metrics.price_in_millicents_usd ?? 0)
    add(key(`status ${type}`, attributes.record_status ?? ''))
  }
  if (campaign === '' || endpoint === undefined) return
  const reached = { campaign, activity, subject: endpoint, name: 'reached' }
  if (delivered.has(type) || isReachedBySend(attributes)) counts.mark(app, { ...reached, day })
  if (undelivered.has(type)) counts.unmark(app, reached)
}

/** Whether a `_campaign.send` event is the last that is known of a message: no carrier reports back. */
const isReachedBySend = ({ campaign_send_status, delivery_type }: EventRecord['attributes']): boolean =>
  campaign_send_status === 'SUCCESS' && delivery_type !== 'EMAIL' && delivery_type !== 'SMS'
