import t from 'tap'
import { type Counted, countedBy, eventMembers } from '../../server/delivery/events/message-events.ts'
import type { EventMessage } from '../../server/model/event-record.ts'

const campaign = { campaign: 'c', treatment: '0', activity: 'a' }
const journey = { journey: 'j', run: 'r', activity: 'a' }
const sms = { channel: 'SMS', status: 'SUCCESSFUL', parts: 3 } as const
const email = { channel: 'EMAIL', address: 'ann@example.com', status: 'SUCCESSFUL' } as const
const ofSms = ['_SMS.BUFFERED', '_SMS.SUCCESS', '_SMS.FAILURE', '_SMS.OPTOUT']
const ofEmail = ['_email.send', '_email.delivered', '_email.open', '_email.hardbounce']

const cases: [what: string, message: EventMessage, types: string[]][] = [
  ['an SMS to the US', { record: { ...sms, address: '+12065550100' } }, ofSms],
  ['an SMS to no number', { record: { ...sms, address: 'home' } }, ofSms],
  [
    'an SMS of a campaign',
    { record: { ...sms, ...campaign, address: '+447700900123' } },
    [...ofSms, '_campaign.send'],
  ],
  [
    'an SMS of a journey',
    { record: { ...sms, ...journey, address: '+12065550100' } },
    [...ofSms, '_journey.send'],
  ],
  ['an e-mail', { record: email }, ofEmail],
  ['an e-mail of a campaign', { record: { ...email, ...campaign } }, [...ofEmail, '_campaign.send']],
  ['an e-mail of a journey', { record: { ...email, ...journey } }, [...ofEmail, '_journey.send']],
  [
    'an SMS of which a test says more',
    {
      record: { ...sms, address: '+12065550100' },
      given: { record_status: 'TTL_EXPIRED' },
    },
    ofSms,
  ],
  [
    'a push notification that was refused',
    { record: { ...campaign, channel: 'GCM', status: 'PERMANENT_FAILURE' } },
    ['_campaign.send'],
  ],
  [
    'one by a custom channel',
    { record: { ...campaign, channel: 'GCM' }, isCustom: true },
    ['_campaign.send'],
  ],
  [
    'one that a cap has held back',
    { record: { ...journey, channel: 'SMS' }, status: 'DAILY_CAP' },
    ['_journey.send'],
  ],
]

/** What an event counts by the attributes of its record. */
function countedOf(type: string, message: EventMessage): Counted {
  const { attributes } = eventMembers(type, { message })
  return {
    campaign: attributes.campaign_id ?? '',
    journey: attributes.journey_id ?? '',
    activity: attributes.campaign_activity_id ?? attributes.journey_activity_id ?? '',
    campaignStatus: attributes.campaign_send_status ?? '',
    journeyStatus: attributes.journey_send_status ?? '',
    deliveryType: attributes.delivery_type ?? '',
    country: attributes.iso_country_code ?? '',
    recordStatus: attributes.record_status ?? '',
    parts: Number(attributes.number_of_message_parts ?? 1),
  }
}

t.test('an event counts as its record tells it', async t => {
  for (const [what, message, types] of cases) {
    for (const type of types) {
      t.strictSame(countedBy(type, { message }), countedOf(type, message), `${type} of ${what}`)
    }
  }
})
