import t from 'tap'
import { countedBy, eventMembers } from '../../server/delivery/events/message-events.ts'
import type { EventMessage, EventRecord } from '../../server/model/event-record.ts'

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
    'one whose context has names of attributes',
    { record: { ...email, context: { campaign_id: 'x' } } },
    ofEmail,
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

t.test('an event counts as its record tells it', async t => {
  for (const [what, message, types] of cases) {
    for (const type of types) {
      const record = eventMembers(type, { message }) as EventRecord
      t.strictSame(countedBy(type, { message }), countedBy(type, { record }), `${type} of ${what}`)
    }
  }
})
