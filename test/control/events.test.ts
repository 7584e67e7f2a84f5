import t, { type Test } from 'tap'
import { openStore, type Store } from '../../server/store/open-store.ts'
import { makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { createApp, isError, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { withSending } from '../support/sending.ts'

const now = () => new Date('2027-03-01T09:00:00.000Z')

/** An application that sends, and ways to look at its events. */
async function withEvents(t: Test, store?: Store) {
  const sending = await withSending(t, { now, ...(store !== undefined && { store }) })
  const { call, send } = sending
  const list = async (filters: Record<string, string> = {}) => {
    const { status, body } = await call('GET', `/_pinpoint/events?${new URLSearchParams(filters)}`)
    if (status !== 200) throw new Error(body.Message)
    return body.items
  }
  return {
    ...sending,
    list,
    /** The types of events, oldest first. */
    types: async (filters: Record<string, string> = {}): Promise<string[]> =>
      (await list(filters)).map((item: { event: { event_type: string } }) => item.event.event_type).reverse(),
    /** Sends an SMS and an e-mail, and gives the ids of their records. */
    async sendBoth() {
      await send({
        Addresses: {
          '+15551234567': { ChannelType: 'SMS' },
          'ann@example.com': { ChannelType: 'EMAIL' },
        },
        MessageConfiguration: {
          SMSMessage: { Body: 'Hi' },
          EmailMessage: { SimpleEmail: { Subject: { Data: 'Hi' }, TextPart: { Data: 'Ann' } } },
        },
      })
      const [email, sms] = await sending.outbox()
      return { sms, email }
    },
    happen: (id: number, body: object) => call('POST', `/_pinpoint/messages/${id}/events`, body),
  }
}

t.test('an id of an endpoint in another case names the same one, in events and in filters', async t => {
  const { app, call, endpoint, send, list, types } = await withEvents(t)
  await endpoint('Ann', { ChannelType: 'SMS', Address: '+16135550142' })
  await send({ Endpoints: { ann: {} }, MessageConfiguration: { SMSMessage: { Body: 'Hi' } } })
  const Events = { ev: { EventType: 'viewed', Timestamp: '2027-03-01T09:00:00Z' } }
  const { body } = await call('POST', `/v1/apps/${app}/events`, {
    BatchItem: { ann: { Endpoint: {}, Events }, Ben: { Events } },
  })
  t.strictSame(Object.keys(body.Results), ['ann', 'Ben'])
  for (const id of ['Ann', 'ann', 'ANN']) {
    t.strictSame(await types({ endpoint: id }), ['_SMS.BUFFERED', '_SMS.SUCCESS', 'viewed'], id)
    const messages = await call('GET', `/_pinpoint/messages?endpoint=${id}`)
    matchEach(t, messages.body.items, [{ endpoint: 'Ann' }], id)
  }
  t.strictSame(
    (await list()).map(({ event }: { event: { client: object } }) => event.client),
    ['Ben', 'Ann', 'Ann', 'Ann'].map(client_id => ({ client_id })),
  )
})

t.test('an SMS message is buffered and delivered, and its events tell of it', async t => {
  const { app, endpoint, send, list } = await withEvents(t)
  await endpoint('e1', { ChannelType: 'SMS', Address: '+1 (613) 555-0142' })
  const { body } = await send({
    Endpoints: { e1: {} },
    Context: { order: '7' },
    MessageConfiguration: {
      SMSMessage: { Body: 'я'.repeat(80), OriginationNumber: '+14255550199', MessageType: 'PROMOTIONAL' },
    },
  })
  const items = await list()
  t.strictSame(
    items.map(({ id, app }: { id: number; app: string }) => [id, app]),
    [
      [2, app],
      [1, app],
    ],
  )
  t.strictSame(items[0].event, {
    event_type: '_SMS.SUCCESS',
    event_timestamp: now().getTime(),
    arrival_timestamp: now().getTime(),
    event_version: '3.1',
    application: { app_id: app, sdk: {} },
    client: { client_id: 'e1' },
    device: { platform: {} },
    session: {},
    metrics: { price_in_millicents_usd: 1290 },
    attributes: {
      sender_request_id: body.RequestId,
      origination_phone_number: '+14255550199',
      destination_phone_number: '+16135550142',
      record_status: 'DELIVERED',
      iso_country_code: 'CA',
      number_of_message_parts: '2',
      message_id: body.EndpointResult.e1.MessageId,
      message_type: 'Promotional',
      customer_context: '{"order":"7"}',
    },
    awsAccountId: '123456789012',
  })
  t.match(items[1].event, { event_type: '_SMS.BUFFERED', metrics: {} })
})

t.test('an e-mail is sent and delivered, and its events tell of it', async t => {
  const { app, sendBoth, list } = await withEvents(t)
  const { email } = await sendBoth()
  const [delivered, sent] = await list({ type: '_email.*' })
  t.match(sent.event, {
    event_type: '_email.send',
    application: { app_id: app },
    client: { client_id: email.messageId },
    attributes: { feedback: 'received' },
  })
  t.strictSame(sent.event.facets.email_channel.mail_event, {
    mail: {
      message_id: email.messageId,
      message_send_timestamp: now().getTime(),
      from_address: 'shop@example.com',
      destination: ['ann@example.com'],
      headers_truncated: false,
      headers: [
        { name: 'From', value: 'shop@example.com' },
        { name: 'To', value: 'ann@example.com' },
        { name: 'Subject', value: 'Hi' },
      ],
      common_headers: { from: 'shop@example.com', to: ['ann@example.com'], subject: 'Hi' },
    },
    send: {},
  })
  t.match(delivered.event, {
    event_type: '_email.delivered',
    facets: { email_channel: { mail_event: { delivery: { recipients: ['ann@example.com'] } } } },
  })
})

t.test("AWS's simulators say what becomes of a message", async t => {
  const { send, types } = await withEvents(t)
  const cases: [string, string, string[]][] = [
    ['+1 425 414 7167', 'SMS', ['_SMS.BUFFERED', '_SMS.FAILURE']],
    ['+14254147755', 'SMS', ['_SMS.BUFFERED', '_SMS.SUCCESS']],
    ['+46790645102', 'SMS', ['_SMS.BUFFERED', '_SMS.FAILURE']],
    ['bounce+7@simulator.amazonses.com', 'EMAIL', ['_email.send', '_email.hardbounce']],
    ['complaint@simulator.amazonses.com', 'EMAIL', ['_email.send', '_email.delivered', '_email.complaint']],
    ['toString@simulator.amazonses.com', 'EMAIL', ['_email.send', '_email.delivered']],
  ]
  let seen = 0
  for (const [address, ChannelType, expected] of cases) {
    await send({
      Addresses: { [address]: { ChannelType } },
      MessageConfiguration: { DefaultMessage: { Body: 'Hi' } },
    })
    t.strictSame(await types({ after: String(seen) }), expected, address)
    seen += expected.length
  }
})

t.test(
  'what was refused, push and voice messages have no events; a failure to render has its own',
  async t => {
    const { call, send, types, list, happen, outbox } = await withEvents(t)
    await call('PUT', '/_pinpoint/opt-outs/+15551234567')
    await send({
      Addresses: {
        '+15551234567': { ChannelType: 'SMS' },
        '+15557654321': { ChannelType: 'VOICE' },
        token: { ChannelType: 'GCM' },
      },
      MessageConfiguration: { DefaultMessage: { Body: 'Hi' } },
    })
    t.strictSame(await types(), [])
    await send({
      Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
      MessageConfiguration: { EmailMessage: { SimpleEmail: { TextPart: { Data: '{{nobody}}' } } } },
    })
    t.strictSame(await types(), ['_email.rendering_failure'])
    const [{ event }] = await list()
    t.match(event.facets.email_channel.mail_event.rendering_failure.error_message, /nobody/)
    const [{ id }] = await outbox()
    const opened = await happen(id, { eventType: '_email.open' })
    isError(t, opened, 400, 'BadRequestException', /was not delivered, .* does not render \(.*nobody/)
    t.strictSame(await types(), ['_email.rendering_failure'])
  },
)

t.test('each thing that can happen to a message is answered with its event, and listed', async t => {
  const { sendBoth, happen, list, app } = await withEvents(t)
  const { email, sms } = await sendBoth()
  const happenings = {
    [email.id]: [
      ...['_email.send', '_email.delivered', '_email.open', '_email.click', '_email.hardbounce'],
      ...['_email.softbounce', '_email.complaint', '_email.rejected', '_email.rendering_failure'],
      '_email.unsubscribe',
    ],
    [sms.id]: ['_SMS.BUFFERED', '_SMS.SUCCESS', '_SMS.FAILURE', '_SMS.OPTOUT'],
  }
  for (const [id, types] of Object.entries(happenings)) {
    for (const eventType of types) {
      const { status, body } = await happen(Number(id), { eventType })
      t.equal(status, 201, eventType)
      t.match(body, { app, event: { event_type: eventType } })
      t.strictSame((await list({ 'page-size': '1' }))[0], body)
    }
  }
})

t.test('attributes of an event count before its own', async t => {
  const { sendBoth, happen } = await withEvents(t)
  const { email, sms } = await sendBoth()
  const link = 'https://example.com/offer'
  const click = await happen(email.id, { eventType: '_email.click', attributes: { link } })
  t.match(click.body.event, {
    attributes: { link, feedback: link },
    facets: { email_channel: { mail_event: { click: { link } } } },
  })
  const failure = await happen(sms.id, {
    eventType: '_SMS.FAILURE',
    attributes: { record_status: 'TTL_EXPIRED' },
  })
  t.match(failure.body.event.attributes, { record_status: 'TTL_EXPIRED', message_id: sms.messageId })
})

t.test('a recipient that opts out of SMS gets no more', async t => {
  const { sendBoth, happen, call } = await withEvents(t)
  const { sms } = await sendBoth()
  await happen(sms.id, { eventType: '_SMS.OPTOUT' })
  matchEach(t, (await call('GET', '/_pinpoint/opt-outs')).body.items, [{ number: '+15551234567' }])
  const again = await sendBoth()
  t.match(again.sms, { status: 'PERMANENT_FAILURE', statusMessage: 'Destination phone number opted out' })
})

t.test('what cannot happen to a message is a 400 that says what can', async t => {
  const { sendBoth, happen, send, outbox, call, list } = await withEvents(t)
  const { email, sms } = await sendBoth()
  await send({
    Addresses: { token: { ChannelType: 'GCM' }, '+15550000000': { ChannelType: 'VOICE' } },
    MessageConfiguration: { DefaultMessage: { Body: 'Hi' } },
  })
  const [voice, push] = await outbox()
  const before = (await list()).length
  const refused = async (id: number, eventType: string, message: RegExp) =>
    isError(t, await happen(id, { eventType }), 400, 'BadRequestException', message)
  await refused(
    sms.id,
    '_email.open',
    /^eventType must be one of _SMS\.BUFFERED, .* by SMS; got "_email\.open"/,
  )
  await refused(email.id, '_email.opened', /^eventType must be one of _email\.send/)
  await refused(push.id, '_journey.opened_notification', /one of _campaign\.opened_notification/)
  await refused(voice.id, '_SMS.SUCCESS', /^messages by VOICE have no events/)
  t.equal((await happen(push.id, { eventType: '_campaign.opened_notification' })).status, 201)
  await call('PUT', '/_pinpoint/opt-outs/+15551234567')
  const { sms: failed } = await sendBoth()
  await refused(
    failed.id,
    '_SMS.SUCCESS',
    /was not sent \(PERMANENT_FAILURE: Destination phone number opted out\)/,
  )
  isError(
    t,
    await happen(999, { eventType: '_email.open' }),
    404,
    'NotFoundException',
    'Message not found: 999',
  )
  isError(t, await happen(sms.id, {}), 400, 'BadRequestException', /eventType/)
  // The push notification's, and those of the second e-mail.
  t.equal((await list()).length, before + 3, 'nothing is recorded of what is refused')
})

t.test('events are filtered, and read page by page', async t => {
  const { sendBoth, happen, list, types, call, app, endpoint, send } = await withEvents(t)
  const { email } = await sendBoth()
  await endpoint('e1', { ChannelType: 'EMAIL', Address: 'ben@example.com' })
  await send({ Endpoints: { e1: {} }, MessageConfiguration: { DefaultMessage: { Body: 'Hi' } } })
  await happen(email.id, { eventType: '_email.open' })
  t.strictSame(await types({ endpoint: 'e1' }), ['_email.send', '_email.delivered'])
  t.strictSame(await types({ type: '_email.open' }), ['_email.open'])
  t.strictSame(await types({ type: '_SMS.*' }), ['_SMS.BUFFERED', '_SMS.SUCCESS'])
  t.strictSame(await types({ type: '_?MS.*' }), [], 'only * is a wildcard')
  t.strictSame((await types({ app })).length, 7)
  t.strictSame(await types({ app: 'nope' }), [])
  t.strictSame(await types({ campaign: 'c' }), [])
  t.strictSame(await types({ journey: 'j' }), [])
  const ids: number[] = []
  for (let token: string | undefined; ; ) {
    const query = new URLSearchParams({ 'page-size': '3', ...(token !== undefined && { token }) })
    const { body } = await call('GET', `/_pinpoint/events?${query}`)
    t.equal(body.last, 7)
    ids.push(...body.items.map(({ id }: { id: number }) => id))
    token = body.nextToken
    if (token === undefined) break
  }
  t.strictSame(ids, [7, 6, 5, 4, 3, 2, 1])
  t.strictSame((await list({ after: '6' })).length, 1)
  for (const [name, value] of [
    ['after', 'x'],
    ['wait', '61'],
    ['token', 'x'],
  ]) {
    const answer = await call('GET', `/_pinpoint/events?${name}=${value}`)
    isError(t, answer, 400, 'BadRequestException', new RegExp(`^${name} must be`))
  }
})

t.test('wait answers as soon as an event matches', async t => {
  const { sendBoth, happen, call } = await withEvents(t)
  const { email } = await sendBoth()
  const waiting = call('GET', '/_pinpoint/events?type=_email.open&wait=60')
  await happen(email.id, { eventType: '_email.click' })
  await happen(email.id, { eventType: '_email.open' })
  const { items, last } = (await waiting).body
  matchEach(t, items, [{ event: { event_type: '_email.open' } }])
  t.equal(last, 6)
  t.strictSame((await call('GET', '/_pinpoint/events?type=none&wait=0.01')).body.items, [])
})

t.test('the events of a message are found by its id', async t => {
  const { sendBoth, types, happen, call } = await withEvents(t)
  const { sms, email } = await sendBoth()
  await happen(email.id, { eventType: '_email.open' })
  t.strictSame(await types({ message: email.id }), ['_email.send', '_email.delivered', '_email.open'])
  t.strictSame(await types({ message: sms.id, type: '*.SUCCESS' }), ['_SMS.SUCCESS'])
  t.strictSame(await types({ message: '3' }), [])
  const first = (await call('GET', `/_pinpoint/events?message=${email.id}&page-size=2`)).body
  const second = (
    await call('GET', `/_pinpoint/events?message=${email.id}&page-size=2&token=${first.nextToken}`)
  ).body
  t.equal(first.items.length + second.items.length, 3)
  isError(
    t,
    await call('GET', '/_pinpoint/events?message=x'),
    ...([400, 'BadRequestException', 'message must be the id of a message; got "x"'] as const),
  )
})

t.test(
  'events of a message go with it, and of others the latest are kept, three for each message',
  async t => {
    const { sendBoth, happen, list, call } = await withEvents(t, openStore(makeFolder(t), { outboxLimit: 2 }))
    const ids = async () => (await list()).map(({ id }: { id: number }) => id)
    await sendBoth()
    const { email } = await sendBoth()
    t.strictSame(await ids(), [8, 7, 6, 5])
    for (let index = 0; index < 7; index++) await happen(email.id, { eventType: '_email.open' })
    t.strictSame(await ids(), [15, 14, 13, 12, 11, 10, 8, 7, 6, 5])
    await sendBoth()
    t.strictSame(await ids(), [19, 18, 17, 16, 15, 14])
    t.equal((await call('GET', '/_pinpoint/events')).body.last, 19)
  },
)

t.test('a message that is deleted leaves its events', async t => {
  const { send, list, outbox, call } = await withEvents(t)
  const subject = 'Hi'.repeat(6_000)
  await send({
    Addresses: { '+15551234567': { ChannelType: 'SMS' }, 'ann@example.com': { ChannelType: 'EMAIL' } },
    Context: { order: '7' },
    MessageConfiguration: {
      SMSMessage: { Body: 'Hi' },
      EmailMessage: { SimpleEmail: { Subject: { Data: subject }, TextPart: { Data: 'Ann' } } },
    },
  })
  const before = await list()
  t.equal(before.length, 4)
  t.equal(before[0].event.facets.email_channel.mail_event.mail.common_headers.subject, subject)
  const [email] = await outbox()
  t.equal((await call('DELETE', `/_pinpoint/messages/${email.id}`)).status, 204)
  t.strictSame(await list(), before)
  t.equal((await call('DELETE', '/_pinpoint/messages')).status, 204)
  t.strictSame(await list(), before)
  t.strictSame(await list({ message: String(email.id) }), before.slice(0, 2))
})

t.test('pages of events have each event once, whatever made it', async t => {
  const { sendBoth, happen, list, call } = await withEvents(t)
  for (let index = 0; index < 3; index++) {
    const { email } = await sendBoth()
    for (const eventType of ['_email.open', '_email.click']) await happen(email.id, { eventType })
  }
  const all = await list()
  t.equal(all.length, 18)
  const paged = []
  let token: string | undefined
  do {
    const query = `page-size=1${token === undefined ? '' : `&token=${token}`}`
    const { body } = await call('GET', `/_pinpoint/events?${query}`)
    paged.push(...body.items)
    token = body.nextToken
  } while (token !== undefined)
  t.strictSame(paged, all)
  t.strictSame(await list({ after: '13' }), all.slice(0, 5))
})

t.test('events are in snapshots, and gone after a reset and with their application', async t => {
  const { url, client } = await startEmulator(t)
  const call = controlOf(url)
  const app = await createApp(client)
  const count = async () => (await call('GET', '/_pinpoint/events')).body.items.length
  const put = async () => {
    const answer = await call('PUT', `/_pinpoint/v1/apps/${app}/channels/sms`, {})
    t.equal(answer.status, 200)
    await call('POST', `/_pinpoint/v1/apps/${app}/messages`, {
      Addresses: { '+15551234567': { ChannelType: 'SMS' } },
      MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
    })
  }
  await put()
  t.equal(await count(), 2)
  const snapshot = Buffer.from(await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer())
  await call('POST', '/_pinpoint/reset')
  t.equal(await count(), 0)
  const restored = await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.equal(restored.status, 204)
  t.equal(await count(), 2)
  await call('DELETE', `/_pinpoint/v1/apps/${app}`)
  t.equal(await count(), 0)
})
