import { isPushEvent, type NewEvents } from '../../model/event-record.ts'
import type { AppRef } from '../../store/applications/applications.ts'
import { foldedId } from '../../store/endpoints/endpoint-key.ts'
import type { EventCounts, Reach } from '../../store/event-records/event-counts.ts'
import { type Counted, countedBy } from './message-events.ts'
import { isSend } from './send-events.ts'

/*
 * What events count for KPIs. Each event of an e-mail or an SMS message counts under its type, and so
 * do `_campaign.send`, `_journey.send` and `_campaign.opened_notification`, which may come through
 * PutEvents. Further names:
 *
 * - `first <type>`: the first open or click of a message
 * - `undelivered`: e-mails with bounces or rejections
 * - `lost`: e-mails with hard bounces, or that could not be rendered
 * - `parts <type>`: of SMS messages, by country
 * - `status <type>`: SMS messages, by record_status
 * - `_campaign.send push`: those of push notifications, by status
 *
 * Endpoints that have got a message of a campaign are stored by their ids, as each counts once.
 */

const pushOpen = '_campaign.opened_notification'
const pushSend = '_campaign.send push'

/** What may be done with a message again and again. */
const repeated = new Set([pushOpen, '_email.open', '_email.click'])

/** Under which further names events of e-mails count, the first one of a message each. */
const losses = new Map([
  ['_email.hardbounce', ['undelivered', 'lost']],
  ['_email.softbounce', ['undelivered']],
  ['_email.rejected', ['undelivered']],
  ['_email.rendering_failure', ['lost']],
])

/** Counts events of one application. To be called in the transaction that writes them. */
export function countEvents(counts: EventCounts, app: AppRef, events: readonly NewEvents[]): void {
  /** Events that count the same; most events of one write do. */
  const groups: { type: string; day: string; counted: Counted; times: number }[] = []
  const note = (type: string, day: string, counted: Counted) => {
    for (const known of groups) {
      if (known.type !== type || known.day !== day || !isSame(known.counted, counted)) continue
      known.times++
      return
    }
    groups.push({ type, day, counted, times: 1 })
  }
  const reaches = new Map<string, { of: Reach; endpoints: Map<string, boolean> }>()
  let time = Number.NaN
  let hour = ''
  for (const event of events) {
    // Events of one write mostly have the same time.
    if (event.time !== time) hour = new Date(event.time).toISOString().slice(0, 13)
    time = event.time
    const day = hour.slice(0, 10)
    for (const type of event.types) {
      const counted = countedBy(type, event.origin)
      if (!isCounted(counts, app, event, type, counted)) continue
      const marked = mark(counts, app, event, counted, type, hour)
      if (marked === 'known') continue
      note(type, day, counted)
      if (marked === 'first' && repeated.has(type)) note(`first ${type}`, day, counted)
      for (const name of losses.get(type) ?? []) {
        if (mark(counts, app, event, counted, name, hour) === 'first') note(name, day, counted)
      }

      const isReached = tellsReach(type, counted)
      const { campaign, activity } = counted
      if (campaign === '' || event.endpoint === undefined || isReached === undefined) continue
      const owner = `${day}/${campaign}/${activity}`
      const reach = reaches.get(owner) ?? { of: { campaign, activity, day }, endpoints: new Map() }
      reaches.set(owner, reach)
      // A message that fails at once, with its other events, was never counted.
      if (!isReached && event.types.some(isSend)) reach.endpoints.delete(event.endpoint)
      else reach.endpoints.set(event.endpoint, isReached)
    }
  }
  for (const { type, day, counted, times } of groups) {
    const { campaign, journey, activity } = counted
    for (const [name, label, by] of addendsOf(type, counted)) {
      counts.add(app, { campaign, journey, activity, name, label, day }, by * times)
    }
  }
  for (const { of, endpoints } of reaches.values()) {
    for (const isReached of [true, false]) {
      const ids = [...endpoints].flatMap(([id, is]) => (is === isReached ? [id] : []))
      if (ids.length > 0) counts.addReached(app, of, ids, isReached)
    }
  }
}

/** Whether two events add to the same sums. */
const isSame = (one: Counted, other: Counted): boolean => {
  for (const name in one) if (one[name as keyof Counted] !== other[name as keyof Counted]) return false
  return true
}

/** What an event adds to: names, labels, and how much. */
function addendsOf(
  type: string,
  { campaignStatus, journeyStatus, deliveryType, country, recordStatus, parts }: Counted,
): [name: string, label: string, by: number][] {
  const sendStatus = campaignStatus || journeyStatus
  if (type === '_campaign.send' && deliveryType === 'PUSH') {
    return [
      [type, sendStatus, 1],
      [pushSend, sendStatus, 1],
    ]
  }
  if (isSend(type)) return [[type, sendStatus, 1]]
  if (!type.startsWith('_SMS.')) return [[type, '', 1]]
  return [
    [type, country, 1],
    [`parts ${type}`, country, parts],
    [`status ${type}`, recordStatus, 1],
  ]
}

/**
 * Whether an event counts. Events of messages do. Of what apps report of push notifications, only opens
 * count, and only if that activity has sent one.
 */
function isCounted(
  counts: EventCounts,
  app: AppRef,
  { origin, endpoint }: NewEvents,
  type: string,
  { campaign, activity }: Counted,
): boolean {
  if (type !== pushOpen) return 'message' in origin && !isPushEvent(type)
  const of = { campaign, journey: '', activity, name: pushSend, label: 'SUCCESS' }
  return endpoint !== undefined && counts.has(app, of)
}

/**
 * Notes what an event counts as: once for its message (assumed), but an open or a click once in a clock
 * hour, however often it happens (source: guide). A push notification is known by its activity, which
 * has sent one to each endpoint, as apps do not tell more.
 */
function mark(
  counts: EventCounts,
  app: AppRef,
  { message, sentTypes, endpoint = '' }: NewEvents,
  { activity }: Counted,
  name: string,
  hour: string,
): 'first' | 'again' | 'known' {
  if (name === pushOpen) return counts.mark(app, { of: `${activity}/${foldedId(endpoint)}`, name, hour })
  // Those that a message has as it is sent are the first ones: nothing is looked up.
  if (message === undefined || sentTypes === undefined) return 'first'
  if (sentTypes.some(type => type === name || losses.get(type)?.includes(name))) return 'known'
  return counts.mark(app, { of: message, name, hour: repeated.has(name) ? hour : '' })
}

/**
 * Whether an event says that its endpoint has got a message of a campaign, or has not; undefined if it
 * says neither. Delivered is what was rendered (assumed) and sent, and has not bounced hard (source:
 * guide).
 */
function tellsReach(type: string, { campaignStatus }: Counted): boolean | undefined {
  if (losses.get(type)?.includes('lost')) return false
  return campaignStatus === 'SUCCESS' ? true : undefined
}
