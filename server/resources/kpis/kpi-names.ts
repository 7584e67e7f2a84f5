import { type Measure, ofCampaigns, ofEmail, ofSms } from './measures.ts'

/** The keys by which a KPI is grouped (source: guide; Country and RecordStatus: assumed). */
export type GroupKey =
  | 'Date'
  | 'CampaignId'
  | 'CampaignActivityId'
  | 'JourneyActivityId'
  | 'Country'
  | 'RecordStatus'

/** A KPI that has a name. */
export interface Kpi {
  measure: Measure
  /** Whose events it is of; of an application, those of all of its campaigns, or of none. */
  of: 'campaigns' | 'journeys' | 'neither'
  groupBy?: GroupKey
}

/** What is asked for KPIs. */
export type KpiOwner = 'application' | 'campaign' | 'journey'

const { uniqueDeliveries, successfulDeliveries, successfulDeliveryRate, attemptedDeliveries } = ofCampaigns
const { emailOpenRate, pushOpenRate, hardBounceRate, smsSpend } = ofCampaigns

const suffixes: Record<GroupKey, string> = {
  Date: 'date',
  CampaignId: 'campaign',
  CampaignActivityId: 'campaign-activity',
  JourneyActivityId: 'journey-activity',
  Country: 'country',
  RecordStatus: '',
}

/** A name with one or several groupings; `undefined` is without any. */
const kpis = (
  of: Kpi['of'],
  measures: Record<string, Measure>,
  ...groupings: (GroupKey | undefined)[]
): [string, Kpi][] =>
  Object.entries(measures).flatMap(([name, measure]) =>
    groupings.map((groupBy): [string, Kpi] =>
      groupBy === undefined
        ? [name, { measure, of }]
        : [`${name}-grouped-by-${suffixes[groupBy]}`, { measure, of, groupBy }],
    ),
  )

const byDate = [undefined, 'Date'] as const
const byActivity = [undefined, 'CampaignActivityId'] as const

/** Of an application: its campaigns, and its transactional e-mails and SMS messages. */
const ofApplication: [string, Kpi][] = [
  ...kpis(
    'campaigns',
    { 'successful-delivery-rate': successfulDeliveryRate, 'unique-deliveries': uniqueDeliveries },
    ...byDate,
  ),
  ...kpis('campaigns', { 'email-open-rate': emailOpenRate, 'push-open-rate': pushOpenRate }, undefined),
  ...kpis(
    'campaigns',
    {
      'unique-deliveries': uniqueDeliveries,
      'successful-deliveries': successfulDeliveries,
      'email-open-rate': emailOpenRate,
      'push-open-rate': pushOpenRate,
    },
    'CampaignId',
  ),
  ...kpis(
    'neither',
    {
      'txn-emails-clicked': ofEmail.clicked,
      'txn-emails-complaint-rate': ofEmail.complaintRate,
      'txn-emails-with-complaints': ofEmail.complained,
      'txn-emails-delivered': ofEmail.delivered,
      'txn-emails-delivery-rate': ofEmail.deliveryRate,
      'txn-emails-hard-bounced': ofEmail.hardBounced,
      'txn-emails-opened': ofEmail.opened,
      'txn-emails-sent': ofEmail.sent,
      'txn-emails-soft-bounced': ofEmail.softBounced,
      'txn-emails-unique-clicks': ofEmail.uniqueClicks,
      'txn-emails-unique-opens': ofEmail.uniqueOpens,
      'txn-sms-delivered': ofSms.delivered,
      'txn-sms-delivery-rate': ofSms.deliveryRate,
      'txn-sms-sent': ofSms.sent,
    },
    ...byDate,
  ),
  ['txn-sms-error-distribution', { measure: ofSms.errors, of: 'neither', groupBy: 'RecordStatus' }],
  ...kpis(
    'neither',
    { 'txn-sms-delivered-by-parts': ofSms.deliveredByParts, 'txn-sms-sent-by-parts': ofSms.sentByParts },
    undefined,
  ),
  ...kpis(
    'neither',
    {
      'txn-sms-average-price': ofSms.averagePrice,
      'txn-sms-average-price-by-parts': ofSms.averagePriceByParts,
      'txn-sms-delivered': ofSms.delivered,
      'txn-sms-delivered-by-parts': ofSms.deliveredByParts,
      'txn-sms-sent': ofSms.sent,
      'txn-sms-sent-by-parts': ofSms.sentByParts,
      'txn-sms-total-price': ofSms.totalPrice,
    },
    'Country',
  ),
]

const ofCampaign: [string, Kpi][] = [
  ...kpis(
    'campaigns',
    {
      'hard-bounce-rate': hardBounceRate,
      'successful-delivery-rate': successfulDeliveryRate,
      'email-open-rate': emailOpenRate,
      'unique-deliveries': uniqueDeliveries,
      'push-open-rate': pushOpenRate,
    },
    ...byActivity,
  ),
  ...kpis(
    'campaigns',
    { 'successful-delivery-rate': successfulDeliveryRate, 'unique-deliveries': uniqueDeliveries },
    'Date',
  ),
  ...kpis(
    'campaigns',
    {
      'direct-email-opens': ofCampaigns.directEmailOpens,
      'direct-push-opens': ofCampaigns.directPushOpens,
      clicks: ofCampaigns.clicks,
      'successful-deliveries': successfulDeliveries,
      'attempted-deliveries': attemptedDeliveries,
    },
    'CampaignActivityId',
  ),
  ...kpis('campaigns', { 'sms-spend': smsSpend }, undefined),
]

const emailsOfJourney: Record<string, Measure> = {
  clicked: ofEmail.clicked,
  complained: ofEmail.complained,
  delivered: ofEmail.delivered,
  hardbounced: ofEmail.hardBounced,
  opened: ofEmail.opened,
  rejected: ofEmail.rejected,
  sent: ofEmail.sent,
  softbounced: ofEmail.softBounced,
  unsubscribed: ofEmail.unsubscribed,
}
const named = (prefix: string): Record<string, Measure> =>
  Object.fromEntries(Object.entries(emailsOfJourney).map(([name, measure]) => [`${prefix}${name}`, measure]))

const ofJourney: [string, Kpi][] = [
  ...kpis('journeys', named('journey-emails-'), undefined),
  ...kpis('journeys', named('emails-'), 'JourneyActivityId'),
]

/** All KPIs, by their names (source: guide). */
export const kpisOf: Record<KpiOwner, ReadonlyMap<string, Kpi>> = {
  application: new Map(ofApplication),
  campaign: new Map(ofCampaign),
  journey: new Map(ofJourney),
}
