import { pricePerPart } from '../../delivery/events/message-events.ts'

/** Adds up counts of events (delivery/events/count-events.ts); with a label, only those that have it. */
export type Sum = (name: string, label?: string) => number

/** How a KPI is computed of what was counted. */
export interface Measure {
  /** The counts that it reads. A group without any of them has no data, and no row. */
  names: readonly string[]
  /** Undefined where it is unknown, as a rate of nothing. */
  value: (sum: Sum) => number | undefined
  /** Whether the value is the number of different endpoints that have got a message. */
  countsEndpoints?: true
}

const quotient = (part: number, whole: number): number | undefined => (whole > 0 ? part / whole : undefined)

/**
 * A rate, from 0 to 1 (assumed); undefined of nothing. It is never more, although what happened in a
 * range of days may be of messages that were sent before it.
 */
const rate = (part: number, whole: number): number | undefined => quotient(Math.min(part, whole), whole)

const measure = (names: readonly string[], value: Measure['value']): Measure => ({ names, value })

/** The number of events of one type. */
const countOf = (name: string, ...names: string[]): Measure => measure([name, ...names], sum => sum(name))

// What campaigns send, by all channels. A message of which only a counter knows why it was not sent
// was not attempted (assumed).
const attemptedStatuses = [
  'SUCCESS',
  'FAILURE',
  'FAILURE_PERMANENT',
  'CUSTOM_DELIVERY_FAILURE',
  'THROTTLED',
] as const
const attempted = (sum: Sum): number =>
  attemptedStatuses.reduce((total, status) => total + sum('_campaign.send', status), 0)

/**
 * What was sent: an e-mail that could not be rendered was not (assumed), although its
 * `_campaign.send` is a SUCCESS.
 */
const sentByCampaigns = (sum: Sum): number =>
  Math.max(0, sum('_campaign.send', 'SUCCESS') - sum('_email.rendering_failure'))
/** Messages without hard bounces (source: guide), of those that were sent. */
const delivered = (sum: Sum): number => Math.max(0, sum('_campaign.send', 'SUCCESS') - sum('lost'))
const ofSends = ['_campaign.send', '_email.rendering_failure', 'lost']

const emails = ['_email.send', '_email.hardbounce']
const deliveredEmails = (sum: Sum): number => Math.max(0, sum('_email.send') - sum('_email.hardbounce'))

const [sent, failed] = ['_SMS.BUFFERED', '_SMS.FAILURE']
const [partsSent, partsFailed] = [`parts ${sent}`, `parts ${failed}`]
/** What was sent and has not failed, whatever a carrier says of it otherwise (assumed). */
const arrived = (sum: Sum, all: string, lost: string): number => Math.max(0, sum(all) - sum(lost))
/** Each part costs the same, also of a message that has failed (assumed). */
const price = (sum: Sum): number => sum(partsSent) * pricePerPart
const totalPrice = measure([partsSent], price)

/** The measures of campaigns. */
export const ofCampaigns = {
  successfulDeliveryRate: measure(ofSends, sum => rate(delivered(sum), sentByCampaigns(sum))),
  successfulDeliveries: measure(ofSends, delivered),
  attemptedDeliveries: measure(['_campaign.send'], attempted),
  uniqueDeliveries: { ...measure(['reached'], () => undefined), countsEndpoints: true } as Measure,
  // Rates are of messages that were opened, however often (assumed).
  emailOpenRate: measure([...emails, 'first _email.open'], sum =>
    rate(sum('first _email.open'), deliveredEmails(sum)),
  ),
  hardBounceRate: measure(emails, sum => rate(sum('_email.hardbounce'), sum('_email.send'))),
  // Only push notifications are opened so.
  pushOpenRate: measure(['_campaign.send push', 'first _campaign.opened_notification'], sum =>
    rate(sum('first _campaign.opened_notification'), sum('_campaign.send push', 'SUCCESS')),
  ),
  directEmailOpens: countOf('_email.open', ...emails),
  directPushOpens: countOf('_campaign.opened_notification', '_campaign.send push'),
  clicks: countOf('_email.click', ...emails),
  smsSpend: totalPrice,
}

/** Sent e-mails without all bounces and rejections (source: guide). */
const accepted = (sum: Sum): number => Math.max(0, sum('_email.send') - sum('undelivered'))
const ofEmails = ['_email.send', 'undelivered']

/** The measures of e-mails that neither campaigns nor journeys send, and of those of journeys. */
export const ofEmail = {
  sent: countOf('_email.send'),
  delivered: measure(ofEmails, accepted),
  deliveryRate: measure(ofEmails, sum => rate(accepted(sum), sum('_email.send'))),
  opened: countOf('_email.open', '_email.send'),
  clicked: countOf('_email.click', '_email.send'),
  uniqueOpens: countOf('first _email.open', '_email.send'),
  uniqueClicks: countOf('first _email.click', '_email.send'),
  hardBounced: countOf('_email.hardbounce', '_email.send'),
  softBounced: countOf('_email.softbounce', '_email.send'),
  rejected: countOf('_email.rejected', '_email.send'),
  complained: countOf('_email.complaint', '_email.send'),
  complaintRate: measure(['_email.complaint', '_email.send'], sum =>
    rate(sum('_email.complaint'), sum('_email.send')),
  ),
  unsubscribed: countOf('_email.unsubscribe', '_email.send'),
}

/** The measures of SMS messages that neither campaigns nor journeys send. Prices are in millicents. */
export const ofSms = {
  sent: countOf(sent),
  delivered: measure([sent, failed], sum => arrived(sum, sent, failed)),
  deliveryRate: measure([sent, failed], sum => rate(arrived(sum, sent, failed), sum(sent))),
  sentByParts: countOf(partsSent),
  deliveredByParts: measure([partsSent, partsFailed], sum => arrived(sum, partsSent, partsFailed)),
  /** Of each record_status. */
  errors: countOf(`status ${failed}`),
  averagePrice: measure([partsSent, sent], sum => quotient(price(sum), sum(sent))),
  averagePriceByParts: measure([partsSent], sum => quotient(price(sum), sum(partsSent))),
  totalPrice,
}
