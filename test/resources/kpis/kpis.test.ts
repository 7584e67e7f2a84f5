import t, { type Test } from 'tap'
import { writeMessages } from '../../../server/delivery/write-messages.ts'
import type { NewOutboxMessage } from '../../../server/model/message.ts'
import { kpisOf } from '../../../server/resources/kpis/kpi-names.ts'
import { openStore } from '../../../server/store/open-store.ts'
import { makeFolder } from '../../support/buckets.ts'
import { countRows } from '../../support/database.ts'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { withSending } from '../../support/sending.ts'

const today = '2027-03-10'

/** An application whose clock a test moves, of which few messages and events are kept. */
async function withKpis(t: Test) {
  let time = new Date(`${today}T09:00:00.000Z`)
  const dataDir = makeFolder(t)
  const store = openStore(dataDir, { outboxLimit: 3 })
  const sending = await withSending(t, { store, now: () => time })
  const { call, app, send, outbox } = sending
  const ref = store.apps.find(app)!
  const kpi = (name: string, query = '', path = '') =>
    call('GET', `/v1/apps/${app}/${path}kpis/daterange/${name}?${query}`)
  return {
    ...sending,
    dataDir,
    kpi,
    setTime: (iso: string) => {
      time = new Date(iso)
    },
    /** The values of a KPI, by what they are grouped by. */
    async values(name: string, query = '', path = ''): Promise<Record<string, number>> {
      const { status, body } = await kpi(name, query, path)
      if (status !== 200) throw new Error(body.Message)
      // biome-ignore lint/suspicious/noExplicitAny: an answer
      const rows = body.KpiResult.Rows.map((row: any) => [
        row.GroupedBys[0]?.Value ?? 'all',
        Number(row.Values[0].Value),
      ])
      return Object.fromEntries(rows)
    },
    /** Sends an e-mail or an SMS to an address; gives what records its events. */
    async sent(ChannelType: string, address: string) {
      await send({
        Addresses: { [address]: { ChannelType } },
        MessageConfiguration: { DefaultMessage: { Body: 'Hi' } },
      })
      const [{ id }] = await outbox()
      return async (...types: string[]) => {
        for (const eventType of types) {
          const { status } = await call('POST', `/_pinpoint/messages/${id}/events`, { eventType })
          t.equal(status, 201, eventType)
        }
      }
    },
    /** Writes messages as a campaign or a journey does. */
    write: (...messages: Partial<NewOutboxMessage>[]) =>
      store.write(() =>
        writeMessages(
          store,
          ref,
          messages.map(message => ({
            record: {
              time: time.toISOString(),
              status: 'SUCCESSFUL',
              statusCode: 200,
              statusMessage: '',
              ...message,
            } as NewOutboxMessage,
          })),
        ),
      ),
    happen: (id: number, eventType: string, attributes?: object) =>
      call('POST', `/_pinpoint/messages/${id}/events`, { eventType, ...(attributes && { attributes }) }),
    /** Reports an event as an app does. */
    async report(endpoint: string, EventType: string, Attributes: object) {
      const event = { EventType, Attributes, Timestamp: time.toISOString() }
      const { body } = await call('POST', `/v1/apps/${app}/events`, {
        BatchItem: { [endpoint]: { Events: { event } } },
      })
      t.equal(body.Results[endpoint].EventsItemResponse.event.Message, 'Accepted')
    },
  }
}

t.test('transactional e-mails are counted, however few are kept', async t => {
  const { sent, values } = await withKpis(t)
  const first = await sent('EMAIL', 'ann@example.com')
  await first('_email.open', '_email.open', '_email.click', '_email.complaint')
  await (await sent('EMAIL', 'ben@example.com'))('_email.hardbounce')
  await (await sent('EMAIL', 'cal@example.com'))('_email.softbounce')
  await sent('EMAIL', 'dan@example.com')
  const expected: Record<string, number> = {
    sent: 4,
    delivered: 2,
    'delivery-rate': 0.5,
    opened: 1,
    clicked: 1,
    'unique-opens': 1,
    'unique-clicks': 1,
    'hard-bounced': 1,
    'soft-bounced': 1,
    'with-complaints': 1,
    'complaint-rate': 0.25,
  }
  for (const [name, value] of Object.entries(expected)) {
    t.strictSame(await values(`txn-emails-${name}`), { all: value }, name)
    t.strictSame(await values(`txn-emails-${name}-grouped-by-date`), { [today]: value }, name)
  }
})

t.test('opens count once in a clock hour, and unique ones once', async t => {
  const { sent, values, setTime } = await withKpis(t)
  setTime(`${today}T09:10:00Z`)
  const happen = await sent('EMAIL', 'ann@example.com')
  await happen('_email.open')
  setTime(`${today}T09:59:00Z`)
  await happen('_email.open')
  setTime(`${today}T10:00:00Z`)
  await happen('_email.open')
  t.strictSame(await values('txn-emails-opened'), { all: 2 })
  t.strictSame(await values('txn-emails-unique-opens'), { all: 1 })
})

t.test('what opens have left behind goes with their messages; what they count stays', async t => {
  const { sent, values, call, dataDir } = await withKpis(t)
  await (await sent('EMAIL', 'ann@example.com'))('_email.open', '_email.click')
  await (await sent('EMAIL', 'ben@example.com'))('_email.open')
  t.equal(countRows(dataDir).event_marks, 3)
  await call('DELETE', '/_pinpoint/messages/1')
  t.equal(countRows(dataDir).event_marks, 1)
  for (let count = 0; count < 3; count++) await sent('EMAIL', 'cal@example.com')
  t.equal(countRows(dataDir).event_marks, undefined)
  t.strictSame(await values('txn-emails-unique-opens'), { all: 2 })
})

t.test('transactional SMS are counted by country, by parts and by status', async t => {
  const { sent, values } = await withKpis(t)
  await sent('SMS', '+12065550142')
  await sent('SMS', '+447700900123')
  await sent('SMS', '+14254147167')
  t.strictSame(await values('txn-sms-sent'), { all: 3 })
  t.strictSame(await values('txn-sms-delivered'), { all: 2 })
  t.strictSame(await values('txn-sms-delivery-rate'), { all: 2 / 3 })
  t.strictSame(await values('txn-sms-sent-by-parts'), { all: 3 })
  t.strictSame(await values('txn-sms-sent-grouped-by-country'), { GB: 1, US: 2 })
  t.strictSame(await values('txn-sms-total-price-grouped-by-country'), { GB: 645, US: 1290 })
  t.strictSame(await values('txn-sms-average-price-grouped-by-country'), { GB: 645, US: 645 })
  t.strictSame(await values('txn-sms-error-distribution'), { UNREACHABLE: 1 })
  t.strictSame(await values('txn-emails-sent'), {}, 'no data, no rows')
})

t.test('a transactional e-mail counts once, however often it bounces or is complained about', async t => {
  const { sent, values, setTime } = await withKpis(t)
  const first = await sent('EMAIL', 'ann@example.com')
  await first('_email.softbounce', '_email.softbounce', '_email.send')
  const second = await sent('EMAIL', 'ben@example.com')
  await second('_email.complaint', '_email.complaint', '_email.complaint')
  const bounced = await sent('EMAIL', 'bounce@simulator.amazonses.com')
  await bounced('_email.softbounce', '_email.hardbounce', '_email.rejected')
  setTime(`${today}T11:00:00Z`)
  await first('_email.softbounce', '_email.hardbounce', '_email.rejected')
  await second('_email.complaint')
  for (const [name, expected] of Object.entries({
    sent: 3,
    delivered: 1,
    'delivery-rate': 1 / 3,
    'soft-bounced': 2,
    'hard-bounced': 2,
    'with-complaints': 1,
    'complaint-rate': 1 / 3,
  })) {
    t.strictSame(await values(`txn-emails-${name}`), { all: expected }, name)
  }
})

t.test('a transactional SMS counts once, and is not delivered if it has failed', async t => {
  const { outbox, sent, happen, values } = await withKpis(t)
  const [arrived, failed, unreachable] = [
    await sent('SMS', '+12065550142'),
    await sent('SMS', '+12065550143'),
    await sent('SMS', '+14254147167'),
  ]
  await arrived('_SMS.BUFFERED', '_SMS.SUCCESS')
  await failed('_SMS.FAILURE', '_SMS.FAILURE', '_SMS.SUCCESS')
  await unreachable('_SMS.SUCCESS', '_SMS.FAILURE')
  const expected: Record<string, Record<string, number>> = {
    sent: { all: 3 },
    delivered: { all: 1 },
    'delivered-grouped-by-date': { [today]: 1 },
    'delivery-rate': { all: 1 / 3 },
    'sent-by-parts': { all: 3 },
    'delivered-by-parts': { all: 1 },
    'error-distribution': { UNREACHABLE: 2 },
    'total-price-grouped-by-country': { US: 3 * 645 },
    'average-price-grouped-by-country': { US: 645 },
    'average-price-by-parts-grouped-by-country': { US: 645 },
  }
  for (const [name, value] of Object.entries(expected)) {
    t.strictSame(await values(`txn-sms-${name}`), value, name)
  }
  // It was sent to the country of its number, whatever an event tells.
  const [, , { id }] = await outbox()
  await happen(id, '_SMS.FAILURE', { iso_country_code: 'CA', record_status: 'TTL_EXPIRED' })
  t.strictSame(await values('txn-sms-delivered-grouped-by-country'), { US: 0 })
  t.strictSame(await values('txn-sms-error-distribution'), { TTL_EXPIRED: 1, UNREACHABLE: 2 })
})

const toAnn = { channel: 'EMAIL', address: 'ann@example.com', messageId: 'm' }
const ofCampaign = { campaign: 'c1', treatment: '0', activity: 'a1' }

t.test('KPIs of campaigns: attempts, deliveries, different endpoints, opens', async t => {
  const { write, happen, values, setTime } = await withKpis(t)
  setTime('2027-03-09T09:00:00Z')
  const [, bounced] = await write(
    { ...toAnn, ...ofCampaign, endpoint: 'e1' },
    { ...toAnn, ...ofCampaign, endpoint: 'e2' },
    { ...toAnn, ...ofCampaign, endpoint: 'e3', status: 'PERMANENT_FAILURE' },
  )
  await happen(bounced!, '_email.hardbounce')
  setTime(`${today}T09:00:00Z`)
  const [again] = await write(
    { ...toAnn, ...ofCampaign, activity: 'a2', endpoint: 'e1' },
    { channel: 'GCM', address: 't', campaign: 'c2', treatment: '0', activity: 'a3', endpoint: 'e9' },
  )
  await happen(again!, '_email.open')
  await happen(again! + 1, '_campaign.opened_notification')

  const all: Record<string, Record<string, number>> = {
    'successful-delivery-rate': { all: 3 / 4 },
    'successful-delivery-rate-grouped-by-date': { '2027-03-09': 1 / 2, [today]: 1 },
    'unique-deliveries': { all: 2 },
    'unique-deliveries-grouped-by-date': { '2027-03-09': 1, [today]: 2 },
    'unique-deliveries-grouped-by-campaign': { c1: 1, c2: 1 },
    'successful-deliveries-grouped-by-campaign': { c1: 2, c2: 1 },
    'email-open-rate': { all: 1 / 2 },
    'push-open-rate': { all: 1 },
    'push-open-rate-grouped-by-campaign': { c2: 1 },
    'txn-emails-sent': {},
  }
  for (const [name, expected] of Object.entries(all)) t.strictSame(await values(name), expected, name)
  const ofOne: Record<string, Record<string, number>> = {
    'hard-bounce-rate': { all: 1 / 3 },
    'hard-bounce-rate-grouped-by-campaign-activity': { a1: 1 / 2, a2: 0 },
    'unique-deliveries': { all: 1 },
    'unique-deliveries-grouped-by-campaign-activity': { a1: 1, a2: 1 },
    'attempted-deliveries-grouped-by-campaign-activity': { a1: 3, a2: 1 },
    'successful-deliveries-grouped-by-campaign-activity': { a1: 1, a2: 1 },
    'direct-email-opens-grouped-by-campaign-activity': { a1: 0, a2: 1 },
    'clicks-grouped-by-campaign-activity': { a1: 0, a2: 0 },
  }
  for (const [name, expected] of Object.entries(ofOne)) {
    t.strictSame(await values(name, '', 'campaigns/c1/'), expected, name)
  }
})

t.test('a message of a campaign or a journey counts once, however often it bounces', async t => {
  const { write, happen, values } = await withKpis(t)
  for (const sender of [ofCampaign, { journey: 'j1', run: 'r', activity: 'mail' }]) {
    const [bounced, opened] = await write(
      { ...toAnn, ...sender, endpoint: 'e1' },
      { ...toAnn, ...sender, endpoint: 'e2' },
    )
    for (const type of ['softbounce', 'hardbounce', 'hardbounce']) await happen(bounced!, `_email.${type}`)
    await happen(opened!, '_email.open')
  }
  const [sms] = await write({ channel: 'SMS', address: '+12065550142', ...ofCampaign })
  await happen(sms!, '_SMS.FAILURE')
  for (const [name, expected] of Object.entries({
    'hard-bounce-rate': 1 / 2,
    'successful-delivery-rate': 2 / 3,
    'email-open-rate': 1,
    'sms-spend': 645,
  })) {
    t.strictSame(await values(name, '', 'campaigns/c1/'), { all: expected }, name)
  }
  for (const [name, expected] of Object.entries({ sent: 2, delivered: 1, softbounced: 1, hardbounced: 1 })) {
    t.strictSame(await values(`journey-emails-${name}`, '', 'journeys/j1/'), { all: expected }, name)
  }
})

t.test('a message of a campaign that does not render and bounces is lost once', async t => {
  const orders = [
    ['rendering_failure', 'hardbounce'],
    ['hardbounce', 'rendering_failure', 'hardbounce'],
  ]
  for (const types of orders) {
    const { write, happen, values } = await withKpis(t)
    const [lost] = await write(
      { ...toAnn, ...ofCampaign, endpoint: 'e1' },
      { ...toAnn, ...ofCampaign, endpoint: 'e2' },
    )
    for (const type of types) await happen(lost!, `_email.${type}`)
    for (const [name, expected] of Object.entries({
      'successful-delivery-rate': 1,
      'unique-deliveries': 1,
    })) {
      t.strictSame(await values(name, '', 'campaigns/c1/'), { all: expected }, name)
    }
    t.strictSame(await values('successful-deliveries-grouped-by-campaign-activity', '', 'campaigns/c1/'), {
      a1: 1,
    })
  }
})

t.test('opens count once in a clock hour, whoever reports them; rates are of what was opened', async t => {
  const { write, happen, report, values, setTime } = await withKpis(t)
  const [email, push] = await write(
    { ...toAnn, ...ofCampaign, endpoint: 'e1' },
    { channel: 'GCM', address: 't1', ...ofCampaign, endpoint: 'E9' },
    { channel: 'GCM', address: 't2', ...ofCampaign, endpoint: 'e8' },
  )
  const opened = { campaign_id: 'c1', campaign_activity_id: 'a1' }
  for (const hour of ['09', '10', '11']) {
    for (const minute of ['00', '59']) {
      setTime(`${today}T${hour}:${minute}:00Z`)
      await happen(email!, '_email.open')
      await happen(push!, '_campaign.opened_notification')
      await report('e9', '_campaign.opened_notification', opened)
    }
  }
  const path = 'campaigns/c1/'
  const opens = (kind: string) => values(`direct-${kind}-opens-grouped-by-campaign-activity`, '', path)
  t.strictSame(await opens('push'), { a1: 3 })
  t.strictSame(await opens('email'), { a1: 3 })
  t.strictSame(await values('push-open-rate'), { all: 1 / 2 })
  t.strictSame(await values('email-open-rate'), { all: 1 })
  await report('e8', '_campaign.opened_notification', opened)
  t.strictSame(await values('push-open-rate'), { all: 1 })
})

t.test('a rate is at most 1, although more was opened in a range than sent in it', async t => {
  const { write, happen, values, setTime } = await withKpis(t)
  setTime('2027-03-09T09:00:00Z')
  const of = { ...toAnn, ...ofCampaign }
  const before = await write({ ...of, endpoint: 'e1' }, { ...of, endpoint: 'e2' })
  setTime(`${today}T09:00:00Z`)
  await write({ ...of, endpoint: 'e3' })
  for (const id of before) await happen(id, '_email.open')
  t.strictSame(await values('email-open-rate', `start-time=${today}`), { all: 1 })
  t.strictSame(await values('email-open-rate'), { all: 2 / 3 })
})

t.test('what an app reports counts for a push notification that was sent, and for nothing else', async t => {
  const { write, report, values } = await withKpis(t)
  await write(
    { channel: 'GCM', address: 't', ...ofCampaign, endpoint: 'e9' },
    { ...toAnn, ...ofCampaign, activity: 'mail', endpoint: 'e1' },
  )
  const type = '_campaign.opened_notification'
  await report('e9', type, { campaign_id: 'c1' })
  await report('e9', type, { campaign_id: 'c1', campaign_activity_id: 'bogus' })
  await report('e9', type, { campaign_id: 'c1', campaign_activity_id: 'mail' })
  await report('e9', type, { campaign_id: 'c2', campaign_activity_id: 'a1' })
  await report('e9', '_campaign.send', { campaign_id: 'c1', campaign_send_status: 'SUCCESS' })
  const byActivity = (name: string) => values(`${name}-grouped-by-campaign-activity`, '', 'campaigns/c1/')
  t.strictSame(await byActivity('direct-push-opens'), { a1: 0 })
  t.strictSame(await byActivity('attempted-deliveries'), { a1: 1, mail: 1 })
  t.strictSame(await values('push-open-rate'), { all: 0 })
  await report('e9', type, { campaign_id: 'c1', campaign_activity_id: 'a1' })
  t.strictSame(await byActivity('direct-push-opens'), { a1: 1 })
})

t.test('the context of a transactional e-mail does not make it a message of a campaign', async t => {
  const { write, send, outbox, happen, call, values } = await withKpis(t)
  await write({ channel: 'SMS', address: '+12065550142', ...ofCampaign })
  const Context = { campaign_id: 'c1', campaign_activity_id: 'a1', treatment_id: '1' }
  await send({
    Context,
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
    MessageConfiguration: { DefaultMessage: { Body: 'Hi' } },
  })
  const [{ id }] = await outbox()
  await happen(id, '_email.hardbounce')
  t.strictSame(await values('txn-emails-sent'), { all: 1 })
  t.strictSame(await values('txn-emails-hard-bounced'), { all: 1 })
  t.strictSame(await values('hard-bounce-rate', '', 'campaigns/c1/'), {})
  const events = async (query: string) => (await call('GET', `/_pinpoint/events?${query}`)).body.items
  const ofMessage = await events(`message=${id}`)
  t.equal(ofMessage.length, 3)
  for (const { event } of ofMessage) t.match(event.attributes, Context, 'its events tell it')
  t.strictSame(await events('campaign=c1&type=_email.*'), [])
})

t.test(
  'of a campaign, all that was rendered and sent is delivered but for hard bounces, also those at once',
  async t => {
    const { write, values } = await withKpis(t)
    await write(
      { ...ofCampaign, channel: 'SMS', address: '+14254147167', endpoint: 'sms-that-fails' },
      { ...toAnn, ...ofCampaign, endpoint: 'does-not-render', renderingFailure: 'no name' },
      { ...toAnn, ...ofCampaign, endpoint: 'bounces', address: 'bounce@simulator.amazonses.com' },
      { ...toAnn, ...ofCampaign, endpoint: 'refused', status: 'PERMANENT_FAILURE' },
    )
    const path = 'campaigns/c1/'
    t.strictSame(await values('successful-delivery-rate', '', path), { all: 1 / 2 })
    t.strictSame(await values('unique-deliveries', '', path), { all: 1 })
    const byActivity = (name: string) => values(`${name}-grouped-by-campaign-activity`, '', path)
    t.strictSame(await byActivity('successful-deliveries'), { a1: 1 })
    t.strictSame(await byActivity('attempted-deliveries'), { a1: 4 })
  },
)

t.test('KPIs of journeys, and what a campaign spends on SMS', async t => {
  const { write, happen, values } = await withKpis(t)
  const ofJourney = { journey: 'j1', run: 'r', activity: 'mail' }
  const [first] = await write({ ...toAnn, ...ofJourney }, { ...toAnn, ...ofJourney, activity: 'other' })
  for (const type of ['open', 'click', 'unsubscribe', 'complaint']) await happen(first! + 1, `_email.${type}`)
  await write({ channel: 'SMS', address: '+12065550142', parts: 2, ...ofCampaign })
  const path = 'journeys/j1/'
  t.strictSame(await values('journey-emails-sent', '', path), { all: 2 })
  for (const name of ['opened', 'clicked', 'unsubscribed', 'complained']) {
    t.strictSame(await values(`journey-emails-${name}`, '', path), { all: 1 }, name)
    const byActivity = await values(`emails-${name}-grouped-by-journey-activity`, '', path)
    t.strictSame(byActivity, { mail: 0, other: 1 }, name)
  }
  t.strictSame(await values('sms-spend', '', 'campaigns/c1/'), { all: 1290 })
})

t.test('a KPI is answered with the days that count, and rows as the guide has them', async t => {
  const { kpi, sent, app, write } = await withKpis(t)
  await sent('EMAIL', 'ann@example.com')
  const { body } = await kpi('txn-emails-sent-grouped-by-date')
  t.strictSame(body, {
    ApplicationId: app,
    EndTime: `${today}T00:00:00Z`,
    KpiName: 'txn-emails-sent-grouped-by-date',
    KpiResult: {
      Rows: [
        {
          GroupedBys: [{ Key: 'Date', Type: 'String', Value: today }],
          Values: [{ Key: 'TxnEmailsSent', Type: 'Double', Value: '1.0' }],
        },
      ],
    },
    StartTime: '2027-02-08T00:00:00Z',
  })
  const plain = await kpi('txn-emails-sent', 'start-time=2027-03-10T08:00:00.000000000%2B00:00')
  t.equal(plain.body.StartTime, `${today}T00:00:00Z`)
  t.strictSame(
    plain.body.KpiResult.Rows.map(({ GroupedBys }: { GroupedBys: object[] }) => GroupedBys),
    [[]],
  )
  const before = await kpi('txn-emails-sent', 'end-time=2027-03-09')
  t.strictSame(before.body.KpiResult.Rows, [])
  t.equal(before.body.StartTime, '2027-02-07T00:00:00Z')
  const from = await kpi('txn-emails-sent', 'start-time=2027-01-01')
  t.equal(from.body.EndTime, '2027-01-31T00:00:00Z')
  await write({ ...toAnn, ...ofCampaign, endpoint: 'e1' })
  t.match((await kpi('clicks-grouped-by-campaign-activity', '', 'campaigns/c1/')).body, { CampaignId: 'c1' })
})

t.test('a KPI of wrong days, an unknown name, campaign or journey is refused', async t => {
  const { kpi } = await withKpis(t)
  const refused = async (query: string, message: string | RegExp) =>
    isError(t, await kpi('unique-deliveries', query), 400, 'BadRequestException', message)
  await refused('start-time=x', /^start-time must be an ISO 8601 time .* got "x"/)
  await refused(
    'start-time=2027-03-09&end-time=2027-03-08',
    /^start-time must not be later than end-time; got "2027-03-09"$/,
  )
  const late = `start-time must not be later than today, which is ${today}, where there is no end-time; got "2027-03-11"`
  await refused('start-time=2027-03-11', late)
  const old = `end-time without start-time must be less than 60 days before today, which is ${today}; got 2027-01-09`
  await refused('end-time=2027-01-09', old)
  t.equal((await kpi('unique-deliveries', 'end-time=2027-01-10')).status, 200)
  await refused('start-time=2027-02-01&end-time=2027-03-04', /span at most 31 days, both included; got 32/)
  t.equal((await kpi('unique-deliveries', 'start-time=2027-02-01&end-time=2027-03-03')).status, 200)
  await refused('start-time=2026-12-10&end-time=2026-12-11', /less than 90 days before today/)
  t.equal((await kpi('unique-deliveries', 'start-time=2026-12-11&end-time=2026-12-12')).status, 200)
  isError(
    t,
    await kpi('nope'),
    404,
    'NotFoundException',
    /^KPI not found: nope; those of this call are success/,
  )
  isError(t, await kpi('sms-spend'), 404, 'NotFoundException', /^KPI not found/)
  const of = (path: string) => kpi('unique-deliveries', '', path)
  isError(t, await of('campaigns/c/'), 404, 'NotFoundException', 'Campaign not found: c')
  isError(t, await of('journeys/j/'), 404, 'NotFoundException', 'Journey not found: j')
  const unknown = await sharedTestApp().call('GET', '/v1/apps/nope/kpis/daterange/unique-deliveries')
  isError(t, unknown, 404, 'NotFoundException', 'Application not found')
})

t.test('every KPI is answered, without data by no rows', async t => {
  const { values, write } = await withKpis(t)
  for (const name of kpisOf.application.keys()) t.strictSame(await values(name), {}, name)
  await write({ ...ofCampaign, channel: 'VOICE' }, { journey: 'j1', activity: 'a', channel: 'VOICE' })
  for (const [owner, path] of [
    ['campaign', 'campaigns/c1/'],
    ['journey', 'journeys/j1/'],
  ] as const) {
    for (const name of kpisOf[owner].keys()) t.ok(await values(name, '', path), name)
  }
  const sizes = [...Object.values(kpisOf)].map(({ size }) => size)
  t.strictSame(sizes, [48, 18, 18])
})
