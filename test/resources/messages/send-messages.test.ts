import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { emailId, failure, smsId, withSending } from '../../support/sending.ts'

const now = () => new Date('2026-01-02T03:04:05.678Z')
const toSms = { ChannelType: 'SMS' }
const toEmail = { ChannelType: 'EMAIL' }

t.test('an SMS is answered by the address as written, and recorded', async t => {
  const { send, outbox, app } = await withSending(t, { now })
  const number = '+1 (414) 456-7890'
  const { status, body, headers } = await send({
    MessageConfiguration: { SMSMessage: { Body: 'Your code is {{code}}', Substitutions: { code: ['42'] } } },
    Addresses: { [number]: toSms },
    TraceId: 'trace',
  })
  t.equal(status, 200)
  const { MessageId } = body.Result[number]
  t.match(MessageId, smsId)
  t.strictSame(body, {
    ApplicationId: app,
    RequestId: headers['x-amzn-requestid'],
    Result: {
      [number]: {
        DeliveryStatus: 'SUCCESSFUL',
        MessageId,
        StatusCode: 200,
        StatusMessage: `MessageId: ${MessageId}`,
      },
    },
  })
  t.strictSame(await outbox(), [
    {
      id: 1,
      app,
      time: '2026-01-02T03:04:05.678Z',
      operation: 'SendMessages',
      traceId: 'trace',
      requestId: body.RequestId,
      messageId: MessageId,
      status: 'SUCCESSFUL',
      statusCode: 200,
      statusMessage: `MessageId: ${MessageId}`,
      channel: 'SMS',
      address: number,
      body: 'Your code is 42',
      messageType: 'TRANSACTIONAL',
      parts: 1,
    },
  ])
})

t.test('an e-mail to an endpoint is answered by the id as written, in EndpointResult', async t => {
  const { send, endpoint, outbox } = await withSending(t, { now })
  await endpoint('e1', {
    ChannelType: 'EMAIL',
    Address: 'ann@example.com',
    User: { UserId: 'ann', UserAttributes: { Name: ['Ann'] } },
  })
  const { body } = await send({
    MessageConfiguration: {
      EmailMessage: {
        FromAddress: 'sales@example.com',
        ReplyToAddresses: ['help@example.com'],
        FeedbackForwardingAddress: 'bounces@example.com',
        SimpleEmail: {
          Subject: { Data: 'Hi {{User.UserAttributes.Name}}', Charset: 'UTF-8' },
          HtmlPart: { Data: '<b>{{Address}}</b>' },
          TextPart: { Data: 'text' },
          Headers: [{ Name: 'List-Unsubscribe', Value: '<mailto:{{Address}}>' }],
        },
      },
    },
    Endpoints: { E1: {} },
  })
  t.notOk('Result' in body)
  t.match(body.EndpointResult.E1, { Address: 'ann@example.com', MessageId: emailId, StatusCode: 200 })
  matchEach(t, await outbox(), [
    {
      channel: 'EMAIL',
      address: 'ann@example.com',
      endpoint: 'e1',
      user: 'ann',
      from: 'sales@example.com',
      replyTo: ['help@example.com'],
      subject: 'Hi Ann',
      html: '<b>ann@example.com</b>',
      text: 'text',
      feedbackForwardingAddress: 'bounces@example.com',
      headers: [{ name: 'List-Unsubscribe', value: '<mailto:ann@example.com>' }],
    },
  ])
})

t.test('a push message has no MessageId and an empty StatusMessage', async t => {
  const { send, outbox } = await withSending(t)
  const { body } = await send({
    MessageConfiguration: { DefaultPushNotificationMessage: { Title: 'Hi', Body: 'There' } },
    Addresses: { token: { ChannelType: 'GCM' } },
  })
  t.strictSame(body.Result.token, { DeliveryStatus: 'SUCCESSFUL', StatusCode: 200, StatusMessage: '' })
  const [message] = await outbox()
  t.match(message, { title: 'Hi', body: 'There', payload: { data: { 'pinpoint.openApp': 'true' } } })
  t.notOk('messageId' in message)
})

t.test('a voice message is answered with a MessageId, and recorded with its voice', async t => {
  const { send, outbox } = await withSending(t)
  const voice = { Body: '<speak>Hi</speak>', LanguageCode: 'en-US', VoiceId: 'Joanna' }
  const { body } = await send({
    MessageConfiguration: { VoiceMessage: { ...voice, OriginationNumber: '+15550000000' } },
    Addresses: { '+15550000001': { ChannelType: 'VOICE' } },
  })
  t.match(body.Result['+15550000001'], { MessageId: smsId })
  matchEach(t, await outbox(), [
    {
      body: '<speak>Hi</speak>',
      languageCode: 'en-US',
      voiceId: 'Joanna',
      originationNumber: '+15550000000',
    },
  ])
})

t.test('what is not sent is answered 200, with a result of its own', async t => {
  const { send, endpoint, call, outbox, app } = await withSending(t)
  const email = (id: string, more: object = {}) =>
    endpoint(id, { ChannelType: 'EMAIL', Address: `${id}@example.com`, ...more })
  await email('opted-out', { OptOut: 'ALL' })
  await email('inactive', { EndpointStatus: 'INACTIVE' })
  await email('first')
  await endpoint('custom', { ChannelType: 'CUSTOM', Address: 'http://example.com' })
  await endpoint('without-channel', { OptOut: 'NONE' })
  await call('DELETE', `/v1/apps/${app}/channels/gcm`)
  await call('PUT', `/v1/apps/${app}/channels/adm`, { ClientId: 'i', ClientSecret: 's', Enabled: false })
  await call('PUT', '/_pinpoint/opt-outs/+15550000001')
  const { status, body } = await send({
    MessageConfiguration: {
      EmailMessage: { Body: 'Hi' },
      SMSMessage: { Body: 'Hi' },
      GCMMessage: { Body: 'Hi' },
    },
    Addresses: {
      '+15550000001': toSms,
      token: { ChannelType: 'GCM' },
      disabled: { ChannelType: 'ADM' },
      apns: { ChannelType: 'APNS' },
      voip: { ChannelType: 'APNS_VOIP' },
      'opted-out@example.com': toEmail,
    },
    Endpoints: {
      'opted-out': {},
      inactive: {},
      first: {},
      FIRST: {},
      custom: {},
      'without-channel': {},
      unknown: {},
    },
  })
  t.equal(status, 200)
  const noChannel = (type: string) =>
    failure(`No channel of type ${type} is enabled for the application ${app}`)
  t.match(body.Result, {
    '+15550000001': failure('Destination phone number opted out'),
    token: noChannel('GCM'),
    disabled: noChannel('ADM'),
    apns: failure('Either template or push message must be specified'),
    voip: noChannel('APNS_VOIP'),
    // An address is sent to whatever an endpoint with it says (source: observed).
    'opted-out@example.com': { DeliveryStatus: 'SUCCESSFUL' },
  })
  t.strictSame(body.EndpointResult, {
    'opted-out': { Address: 'opted-out@example.com', ...failure('Endpoint has opted out', 'OPT_OUT') },
    inactive: { Address: 'inactive@example.com', ...failure('Endpoint is inactive') },
    first: { ...body.EndpointResult.first, DeliveryStatus: 'SUCCESSFUL' },
    FIRST: { Address: 'first@example.com', ...failure('Duplicate address', 'DUPLICATE') },
    custom: {
      Address: 'http://example.com',
      ...failure(
        'No message is sent by the ChannelType CUSTOM: it must be one of ADM, APNS, APNS_SANDBOX, APNS_VOIP, APNS_VOIP_SANDBOX, BAIDU, GCM, EMAIL, SMS, VOICE',
      ),
    },
    'without-channel': { Address: '', ...failure('Endpoint has no ChannelType') },
    unknown: { Address: '', ...failure('No endpoint found for endpointId.') },
  })
  for (const result of Object.values<{ StatusMessage: string }>({ ...body.Result, ...body.EndpointResult })) {
    t.type(result.StatusMessage, 'string', 'clients call methods of strings on it')
  }

  const refused = await outbox({ status: 'PERMANENT_FAILURE' })
  t.equal(refused.length, 9)
  for (const message of refused) t.notOk('body' in message || 'text' in message, message.statusMessage)
  matchEach(t, await outbox({ endpoint: 'unknown' }), [
    { statusMessage: 'No endpoint found for endpointId.' },
  ])
})

t.test('an address is a duplicate once it has got the message, and not before', async t => {
  const { send, endpoint, outbox } = await withSending(t)
  await endpoint('abc', { ChannelType: 'SMS', Address: '+15550000001' })
  const { body } = await send({
    MessageConfiguration: {},
    Addresses: { '+15550000002': { ...toSms, BodyOverride: 'Hi' } },
    // Ids are equal whatever their case, so these are one endpoint.
    Endpoints: {
      abc: {},
      Abc: { BodyOverride: '{{name}}' },
      aBc: { BodyOverride: 'x'.repeat(1601) },
      abC: { BodyOverride: 'Hi' },
      ABc: { BodyOverride: 'Hi' },
      aBC: {},
    },
  })
  const empty = failure('Either template or sms message must be specified')
  t.match(body.EndpointResult, {
    abc: empty,
    Abc: { DeliveryStatus: 'PERMANENT_FAILURE', StatusMessage: /^Attribute 'name' is not present/ },
    aBc: failure('Message too long'),
    abC: { DeliveryStatus: 'SUCCESSFUL' },
    ABc: failure('Duplicate address', 'DUPLICATE'),
    aBC: empty,
  })
  t.equal((await outbox({ address: '+15550000001', status: 'SUCCESSFUL' })).length, 1)
})

t.test('an e-mail that was not delivered leaves the address to the next recipient', async t => {
  const { send, endpoint, outbox } = await withSending(t)
  await endpoint('e1', { ChannelType: 'EMAIL', Address: 'ann@example.com', Attributes: { n: ['Ann'] } })
  const { body } = await send({
    MessageConfiguration: { EmailMessage: { Body: 'Hi {{Attributes.n}}' } },
    Addresses: { 'ann@example.com': toEmail },
    Endpoints: { e1: {}, E1: {} },
  })
  t.match(body.Result['ann@example.com'], { DeliveryStatus: 'SUCCESSFUL' }, 'SES renders later')
  t.match(body.EndpointResult, {
    e1: { DeliveryStatus: 'SUCCESSFUL' },
    E1: failure('Duplicate address', 'DUPLICATE'),
  })
  const [, second, first] = await outbox()
  t.match(first, { renderingFailure: /Attributes\.n/ })
  t.match(second, { endpoint: 'e1', text: 'Hi Ann' })
})

t.test('a type of channels that no application can enable is not called disabled', async t => {
  const { send } = await withSending(t)
  for (const ChannelType of ['PUSH', 'CUSTOM', 'IN_APP']) {
    const { Result } = (await send({ MessageConfiguration: {}, Addresses: { to: { ChannelType } } })).body
    const { StatusMessage } = Result.to
    const start = `No message is sent by the ChannelType ${ChannelType}: it must be one of ADM, `
    t.equal(StatusMessage.slice(0, start.length), start)
  }
})

t.test('what is no phone number gets no SMS and no voice message', async t => {
  const { send } = await withSending(t)
  const numbers = ['+1 (414) 456-7890', '12065550142', '030/12345-67', '+100000000', '07700 900123']
  const others = ['ann@example.com', 'hello', '+', 'tel:+12065550142', `+${'1'.repeat(16)}`, '+1206555x142']
  for (const [ChannelType, configuration] of [
    ['SMS', { SMSMessage: { Body: 'Hi' } }],
    ['VOICE', { VoiceMessage: { Body: 'Hi' } }],
  ] as const) {
    const { body } = await send({
      MessageConfiguration: configuration,
      Addresses: Object.fromEntries([...numbers, ...others].map(address => [address, { ChannelType }])),
    })
    for (const number of numbers) t.match(body.Result[number], { DeliveryStatus: 'SUCCESSFUL' }, number)
    for (const other of others)
      t.match(body.Result[other], failure('Destination phone number is invalid'), other)
  }
})

t.test('each channel says so where there is nothing to send', async t => {
  const { send } = await withSending(t)
  const kinds = {
    EMAIL: 'email',
    SMS: 'sms',
    VOICE: 'voice',
    GCM: 'push',
    APNS: 'push',
    ADM: 'push',
    BAIDU: 'push',
  }
  for (const MessageConfiguration of [
    {},
    // Settings alone are no content; neither are the empty texts of generated requests.
    { EmailMessage: { FromAddress: 'a@example.com' }, SMSMessage: { MessageType: 'PROMOTIONAL' } },
    { DefaultMessage: { Body: '' }, EmailMessage: { Body: '', SimpleEmail: { Subject: { Data: 'Hi' } } } },
  ]) {
    const channels = Object.keys(kinds).map(ChannelType => [ChannelType, { ChannelType, RawContent: '' }])
    const { Result } = (await send({ MessageConfiguration, Addresses: Object.fromEntries(channels) })).body
    for (const [channel, kind] of Object.entries(kinds)) {
      t.match(Result[channel], failure(`Either template or ${kind} message must be specified`), channel)
    }
  }
})

t.test('a template that says nothing on a channel is named, with what it lacks', async t => {
  const { send, template, call } = await withSending(t)
  await template('promo', 'email', { Subject: 'Only a subject' })
  await template('promo', 'push', { APNS: { Body: 'Hi' }, GCM: { Url: 'app://1' } })
  await template('promo', 'sms', { Body: '' })
  await template('promo', 'voice', { Body: 'Hi' })
  await call('PUT', '/v1/templates/promo/voice?create-new-version=true', { VoiceId: 'Amy' })
  const Name = 'promo'
  const { Result } = (
    await send({
      MessageConfiguration: { EmailMessage: { SimpleEmail: { Subject: { Data: 'Inline' } } } },
      TemplateConfiguration: {
        EmailTemplate: { Name },
        PushTemplate: { Name },
        SMSTemplate: { Name },
        VoiceTemplate: { Name, Version: '2' },
      },
      Addresses: {
        email: toEmail,
        gcm: { ChannelType: 'GCM' },
        baidu: { ChannelType: 'BAIDU' },
        apns: { ChannelType: 'APNS' },
        '+15550000001': toSms,
        voice: { ChannelType: 'VOICE' },
      },
    })
  ).body
  const lacks = (kind: string, more: string) =>
    failure(`Either template or ${kind} message must be specified: version ${more}`)
  t.match(Result, {
    email: lacks('email', '1 of the EMAIL template promo has no HtmlPart or TextPart'),
    gcm: lacks('push', '1 of the PUSH template promo has no Title, Body or RawContent in GCM or Default'),
    baidu: lacks('push', '1 of the PUSH template promo has no Title, Body or RawContent in Baidu or Default'),
    apns: { DeliveryStatus: 'SUCCESSFUL' },
    '+15550000001': lacks('sms', '1 of the SMS template promo has no Body'),
    voice: lacks('voice', '2 of the VOICE template promo has no Body'),
  })
})

t.test('headers without a name are no headers: those of the template are sent', async t => {
  const { send, template, outbox } = await withSending(t)
  const Headers = [
    { Name: '', Value: 'v' },
    { Name: 'List-Unsubscribe', Value: '<mailto:{{x}}>' },
  ]
  await template('news', 'email', { TextPart: 'Hi', Headers })
  const sent = async (given: object[], x: string | undefined = 'stop') => {
    await send({
      MessageConfiguration: { EmailMessage: { SimpleEmail: { Headers: given } } },
      TemplateConfiguration: { EmailTemplate: { Name: 'news' } },
      Addresses: { 'ann@example.com': { ...toEmail, Substitutions: { x: [x] } } },
    })
    return (await outbox())[0]
  }
  const ofTemplate = [{ name: 'List-Unsubscribe', value: '<mailto:stop>' }]
  for (const given of [[], [{}], [{ Name: '', Value: '' }], [{ Value: 'v' }]]) {
    t.strictSame((await sent(given)).headers, ofTemplate, JSON.stringify(given))
  }
  const inline = [{ Name: '', Value: '{{none}}' }, { Name: 'X-Order', Value: '7' }, {}]
  t.strictSame((await sent(inline)).headers, [{ name: 'X-Order', value: '7' }])
  const failed = await sent([], 'x'.repeat(871))
  t.match(failed.renderingFailure, /\(headers\.1, /, 'the place in the request')
})

t.test('overrides count before the message, and that before the default', async t => {
  const { send, outbox } = await withSending(t)
  const to = '+15550000001'
  const sent = async (MessageConfiguration: object, ChannelType: string, overrides: object = {}) => {
    const { body } = await send({ MessageConfiguration, Addresses: { [to]: { ChannelType, ...overrides } } })
    t.match(body.Result[to], { DeliveryStatus: 'SUCCESSFUL' })
    return (await outbox())[0]
  }
  const all = {
    DefaultMessage: { Body: 'default {{x}} {{y}} {{z}}', Substitutions: { x: ['d'], y: ['d'], z: ['d'] } },
    DefaultPushNotificationMessage: { Title: 'push', Substitutions: { x: ['p'], y: ['p'] } },
    GCMMessage: { Substitutions: { x: ['g'] } },
  }
  t.match(await sent(all, 'SMS'), { body: 'default d d d' })
  t.match(await sent(all, 'VOICE'), { body: 'default d d d' })
  t.match(await sent(all, 'EMAIL'), { text: 'default d d d' })
  t.match(await sent(all, 'GCM'), { title: 'push', body: 'default g p d' })
  t.match(await sent(all, 'APNS'), { title: 'push', body: 'default p p d' })
  t.match(await sent(all, 'GCM', { Substitutions: { x: ['r'], z: ['r', 's'] } }), { body: 'default r p r,s' })
  const both = { BodyOverride: 'over {{x}}', TitleOverride: 'title' }
  t.match(await sent(all, 'GCM', both), { title: 'title', body: 'over g' })
  const gcm = { ...all, GCMMessage: { Body: 'gcm', Title: 'gcm', RawContent: '' } }
  t.match(await sent(gcm, 'GCM'), { title: 'gcm', body: 'gcm' })
  t.match(await sent(gcm, 'GCM', { BodyOverride: 'over' }), { title: 'gcm', body: 'over' })

  const email = {
    EmailMessage: {
      SimpleEmail: { Subject: { Data: 'S' }, HtmlPart: { Data: 'H' }, TextPart: { Data: 'T' } },
    },
  }
  t.match(await sent(email, 'EMAIL'), { from: 'shop@example.com', subject: 'S', html: 'H', text: 'T' })
  const overridden = await sent(email, 'EMAIL', { BodyOverride: 'over', TitleOverride: 'title' })
  t.match(overridden, { subject: 'title', text: 'over' })
  t.notOk('html' in overridden, 'no HTML part says otherwise')
  t.match(await sent({ EmailMessage: { Body: 'inline' } }, 'EMAIL'), { text: 'inline' })

  const raw = '{"data":{"a":"{{x}}"},"notification":{"title":"raw","body":"of {{x}}"}}'
  t.match(await sent(all, 'GCM', { RawContent: raw }), {
    title: 'raw',
    body: 'of g',
    payload: { data: { a: 'g' }, notification: { body: 'of g' } },
  })
  const RawContent = '{"aps":{"alert":"hi","content-available":1}}'
  const withRaw = { ...all, GCMMessage: { RawContent: raw, Title: 'beside raw', Body: 'beside raw' } }
  t.match(await sent(withRaw, 'GCM'), { title: 'raw', body: 'of p' })
  t.match(await sent(withRaw, 'GCM', { TitleOverride: 'over' }), { title: 'over', body: 'beside raw' })
  const apns = await sent({ APNSMessage: { RawContent } }, 'APNS')
  t.strictSame([apns.body, apns.payload], ['hi', { aps: { alert: 'hi', 'content-available': 1 } }])
})

t.test('the HTML and the text of an e-mail are of one message', async t => {
  const { send, template, outbox } = await withSending(t)
  await template('welcome', 'email', { Subject: 'template', HtmlPart: 'template', TextPart: 'template' })
  /** Sends an e-mail and gives its subject, HTML and text. */
  const sent = async (MessageConfiguration: object, more: object = {}, overrides: object = {}) => {
    const Addresses = { 'ann@example.com': { ...toEmail, ...overrides } }
    await send({ MessageConfiguration, Addresses, ...more })
    const [{ subject, html, text }] = await outbox()
    return [subject, html, text]
  }
  const none = undefined
  const inline = { Data: 'inline' }
  const DefaultMessage = { Body: 'default' }
  const simple = (SimpleEmail: object) => ({ DefaultMessage, EmailMessage: { SimpleEmail } })
  t.strictSame(await sent(simple({ Subject: inline, HtmlPart: inline })), ['inline', 'inline', none])
  t.strictSame(await sent(simple({ TextPart: inline })), [none, none, 'inline'])
  t.strictSame(await sent(simple({ Subject: inline })), ['inline', none, 'default'])
  t.strictSame(await sent({ DefaultMessage, EmailMessage: { Body: 'inline' } }), [none, none, 'inline'])
  const both = { EmailMessage: { Body: 'text', SimpleEmail: { HtmlPart: { Data: 'html' } } } }
  t.strictSame(await sent(both), [none, 'html', 'text'])

  const byTemplate = { TemplateConfiguration: { EmailTemplate: { Name: 'welcome' } } }
  for (const [configuration, overrides, expected] of [
    [{}, {}, ['template', 'template', 'template']],
    [{ EmailMessage: { SimpleEmail: { Subject: inline } } }, {}, ['inline', 'template', 'template']],
    [{ EmailMessage: { SimpleEmail: { HtmlPart: inline } } }, {}, ['template', 'inline', none]],
    [{ EmailMessage: { Body: 'inline' } }, {}, ['template', none, 'inline']],
    [{ DefaultMessage }, {}, ['template', none, 'default']],
    [{}, { BodyOverride: 'over' }, ['template', none, 'over']],
    [{}, { TitleOverride: 'over' }, ['over', 'template', 'template']],
  ] as const) {
    t.strictSame(await sent(configuration, byTemplate, overrides), expected, JSON.stringify(configuration))
  }
})

t.test('an e-mail as a whole is recorded as it was sent, and with what it says', async t => {
  const { send, outbox, call } = await withSending(t)
  const mime = [
    'From: =?utf-8?q?J=C3=BCrgen?= <jurgen@example.com>',
    'Reply-To: help@example.com, Ann <ann@example.com>',
    'Subject: =?utf-8?b?w5xiZXI=?=',
    'X-Order: 7',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: multipart/alternative; boundary=a',
    '',
    '--a',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Hello {{not a template',
    '--a',
    'Content-Type: text/html',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<b a=3D"1">Hello</b>',
    '--a--',
    '--b',
    'Content-Type: application/pdf',
    'Content-Disposition: attachment; filename=a.pdf',
    '',
    'PDF',
    '--b--',
  ].join('\r\n')
  const sent = async (text: string, more: object = {}) => {
    const Data = Buffer.from(text).toString('base64')
    await send({
      MessageConfiguration: { EmailMessage: { RawEmail: { Data }, Body: 'other', ...more } },
      Addresses: { 'ann@example.com': toEmail },
    })
    const [message] = await outbox()
    t.match(message, { status: 'SUCCESSFUL', raw: Data })
    return message
  }
  const message = await sent(mime)
  t.match(message, {
    from: 'Jürgen <jurgen@example.com>',
    subject: 'Über',
    html: /^<b a="1">Hello<\/b>/,
    replyTo: ['help@example.com', 'Ann <ann@example.com>'],
    text: /^Hello \{\{not a template/,
  })
  t.match(
    message.headers.find(({ name }: { name: string }) => name === 'X-Order'),
    { name: 'X-Order', value: '7' },
  )
  t.equal((await outbox({ text: 'hello' })).length, 1)
  t.match(await sent(mime, { FromAddress: 'sales@example.com' }), { from: 'sales@example.com' })
  const nonsense = await sent('no MIME at all')
  t.equal(nonsense.from, 'shop@example.com')
  t.notOk('html' in nonsense)
  // Deeper than any parser should go.
  let deep = 'x'
  for (let level = 0; level < 500; level++) {
    deep = `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n${deep}\r\n--b${level}--\r\n`
  }
  t.match(await sent(deep), { from: 'shop@example.com' })
  t.equal((await call('GET', '/v1/apps')).status, 200)
})

t.test("a recipient's own body is sent in place of an e-mail as a whole", async t => {
  const { send, outbox } = await withSending(t)
  const Data = Buffer.from('Subject: Whole\r\n\r\nwhole').toString('base64')
  const sent = async (overrides: object) => {
    await send({
      MessageConfiguration: {
        EmailMessage: {
          RawEmail: { Data },
          SimpleEmail: { Subject: { Data: 'S' }, HtmlPart: { Data: 'H' } },
        },
      },
      Addresses: { 'ann@example.com': { ...toEmail, Substitutions: { x: ['7'] }, ...overrides } },
    })
    const [{ from, subject, text, html, raw }] = await outbox()
    return { from, subject, text, html, raw }
  }
  const own = { from: 'shop@example.com', subject: 'S', html: undefined, raw: undefined }
  t.strictSame(await sent({ BodyOverride: 'over {{x}}' }), { ...own, text: 'over 7' })
  t.strictSame(await sent({ RawContent: 'raw {{x}}' }), { ...own, text: 'raw 7' })
  const both = { BodyOverride: 'over', TitleOverride: 'title' }
  t.strictSame(await sent(both), { ...own, subject: 'title', text: 'over' })
  t.match(await sent({ TitleOverride: 'title', BodyOverride: '' }), { subject: 'Whole', raw: Data })
})

t.test('a template is sent in its active version, or in the one that is named', async t => {
  const { send, template, call, outbox, endpoint } = await withSending(t)
  await template('code', 'sms', { Body: 'one {{code}}', DefaultSubstitutions: '{"code":"none"}' })
  await call('PUT', '/v1/templates/code/sms?create-new-version=true', { Body: 'two {{code}}' })
  await endpoint('e1', { ChannelType: 'SMS', Address: '+15550000001', Attributes: { plan: ['e'] } })
  const sent = async (Version: string | undefined, more: object = {}, MessageConfiguration: object = {}) => {
    await send({
      MessageConfiguration,
      TemplateConfiguration: { SMSTemplate: { Name: 'code', ...(Version !== undefined && { Version }) } },
      Endpoints: { e1: more },
    })
    const [message] = await outbox()
    return [message.body, message.template]
  }
  t.strictSame(await sent(undefined), ['one none', { name: 'code', version: '1' }])
  t.strictSame(await sent(''), ['one none', { name: 'code', version: '1' }])
  const code = { Substitutions: { code: ['7'] } }
  t.strictSame(await sent('2', code), ['two 7', { name: 'code', version: '2' }])
  t.strictSame(await sent('latest', code), ['two 7', { name: 'code', version: '2' }])
  t.strictSame(await sent('1', {}, { SMSMessage: code }), ['one 7', { name: 'code', version: '1' }])
  // What is inline wins, and the record still names the template.
  const inline = { SMSMessage: { Body: 'inline', SenderId: 'SHOP' } }
  t.strictSame(await sent('1', {}, inline), ['inline', { name: 'code', version: '1' }])
  t.strictSame(await sent('1', { BodyOverride: 'over' }, inline), ['over', { name: 'code', version: '1' }])
})

t.test(
  'a push template says what its member for the channel does; raw content is all or nothing',
  async t => {
    const { send, template, outbox } = await withSending(t)
    await template('push', 'push', {
      Default: { Title: 'default', Body: 'default', Action: 'DEEP_LINK', Url: 'app://{{id}}' },
      APNS: { Body: 'apns', Sound: 'ping' },
      GCM: { Title: '', Body: '' },
      ADM: { RawContent: '{"data":{"a":"1"}}' },
    })
    const sent = async (ChannelType: string, more: object = {}) => {
      await send({
        MessageConfiguration: { APNSMessage: { Priority: 'high' } },
        TemplateConfiguration: { PushTemplate: { Name: 'push' } },
        Addresses: { to: { ChannelType, Substitutions: { id: ['7'] }, ...more } },
      })
      return (await outbox())[0]
    }
    t.match(await sent('APNS'), {
      title: 'default',
      body: 'apns',
      headers: [{ name: 'apns-priority', value: '10' }],
      payload: { aps: { sound: 'ping' }, data: { pinpoint: { deeplink: 'app://7' } } },
    })
    t.match(
      await sent('GCM'),
      { title: 'default', body: 'default', payload: { data: { 'pinpoint.deeplink': 'app://7' } } },
      'empty texts say nothing',
    )
    t.strictSame((await sent('ADM')).payload, { data: { a: '1' } })
    const over = await sent('ADM', { BodyOverride: 'over' })
    t.match(over.payload.data, { 'pinpoint.notification.body': 'over' })
  },
)

t.test('a message that does not render fails its recipient alone, with the place', async t => {
  const { send, outbox } = await withSending(t)
  const missing = "Attribute 'name' is not present in the rendering data. (body, line 1, column 4)"
  const { body } = await send({
    MessageConfiguration: {
      DefaultMessage: { Body: 'Hi {{name}}' },
      EmailMessage: { SimpleEmail: { HtmlPart: { Data: '<p>\n{{#if}}' } } },
    },
    Addresses: {
      '+15550000001': toSms,
      '+15550000002': { ...toSms, Substitutions: { name: ['Ann'] } },
      'ann@example.com': toEmail,
      token: { ChannelType: 'GCM' },
    },
  })
  t.strictSame(body.Result['+15550000001'], failure(missing))
  t.match(body.Result['+15550000002'], { DeliveryStatus: 'SUCCESSFUL' })
  t.match(body.Result.token, failure(missing))
  // SES takes an e-mail before it renders it.
  t.match(body.Result['ann@example.com'], { DeliveryStatus: 'SUCCESSFUL', MessageId: emailId })
  const [push, email, good, bad] = await outbox()
  t.match(bad, { missingVariables: ['name'], renderingFailure: missing })
  t.match(push, { missingVariables: ['name'] })
  t.match(good, { body: 'Hi Ann' })
  t.match(email, { status: 'SUCCESSFUL', renderingFailure: /\(html, line 2, column \d+\)$/ })
  t.notOk('html' in email || 'subject' in email || 'body' in bad)
})

t.test('MISSING_VARIABLES=blank sends what is there, and names what is missing', async t => {
  const config = { region: 'us-east-1', accountId: '123456789012', quotas: false }
  const { send, outbox } = await withSending(t, { config: { ...config, missingVariables: 'blank' } })
  await send({
    MessageConfiguration: { SMSMessage: { Body: 'Hi {{name}}{{#if x}}{{/if}}.' } },
    Addresses: { '+15550000001': toSms },
  })
  matchEach(t, await outbox(), [{ status: 'SUCCESSFUL', body: 'Hi .', missingVariables: ['name'] }])
})

t.test('an address has no variables but its own; an endpoint has all that it has', async t => {
  const { send, endpoint, outbox } = await withSending(t)
  await endpoint('e1', { ChannelType: 'SMS', Address: '+15550000002', Attributes: { Plan: ['pro'] } })
  const Body = '{{ChannelType}} {{Address}} {{#if Attributes.Plan}}{{Attributes.Plan}}{{/if}}'
  await send({
    MessageConfiguration: { SMSMessage: { Body } },
    Addresses: { '+15550000001': toSms },
    Endpoints: { e1: {} },
  })
  const [toEndpoint, toAddress] = await outbox()
  t.equal(toAddress.body, 'SMS +15550000001 ')
  t.equal(toEndpoint.body, 'SMS +15550000002 pro')
})

t.test("a recipient's Context is merged over that of the message", async t => {
  const { send, outbox } = await withSending(t)
  await send({
    MessageConfiguration: { DefaultMessage: { Body: 'Hi' } },
    Context: { a: 'message', b: 'message' },
    Addresses: { '+15550000001': { ...toSms, Context: { b: 'recipient' } }, token: { ChannelType: 'APNS' } },
  })
  const [push, sms] = await outbox()
  t.strictSame(sms.context, { a: 'message', b: 'recipient' })
  t.match(push.payload.data.pinpoint, { a: 'message', b: 'message' })
})

t.test('an SMS has the sender of its channel, unless it names one, and its parts', async t => {
  const { send, put, outbox } = await withSending(t)
  await put('channels/sms', { SenderId: 'SHOP', ShortCode: '12345' })
  const sent = async (SMSMessage: object) => {
    await send({ MessageConfiguration: { SMSMessage }, Addresses: { '+15550000001': toSms } })
    return (await outbox())[0]
  }
  t.match(await sent({ Body: 'x'.repeat(161) }), { senderId: 'SHOP', originationNumber: '12345', parts: 2 })
  const all = {
    MessageType: 'PROMOTIONAL',
    SenderId: 'OTHER',
    OriginationNumber: '+15550000000',
    Keyword: 'K',
    EntityId: 'E',
    TemplateId: 'T',
    MediaUrl: 'http://example.com/a.png',
  }
  t.match(await sent({ Body: 'Hi', ...all }), {
    messageType: 'PROMOTIONAL',
    senderId: 'OTHER',
    originationNumber: '+15550000000',
    keyword: 'K',
    entityId: 'E',
    templateId: 'T',
    mediaUrl: 'http://example.com/a.png',
    parts: 1,
  })
})

t.test('an SMS that is too long, and raw content that is no object, are not sent', async t => {
  const { send } = await withSending(t)
  const { body } = await send({
    MessageConfiguration: { SMSMessage: { Body: 'x'.repeat(1601) }, GCMMessage: { RawContent: '[1]' } },
    Addresses: {
      '+15550000001': toSms,
      token: { ChannelType: 'GCM' },
      other: { ChannelType: 'GCM', RawContent: '{"q":"{{q}}"}', Substitutions: { q: ['say "hi"'] } },
    },
  })
  t.match(body.Result, {
    '+15550000001': failure('Message too long'),
    token: failure('RawContent, once rendered, must be a JSON object; got a list'),
    other: {
      DeliveryStatus: 'PERMANENT_FAILURE',
      StatusMessage: /^RawContent, once rendered, must be a JSON object; .* at position 11/,
    },
  })
})

t.test('raw content that could not be stored and answered fails its recipient alone', async t => {
  const { send, outbox, call } = await withSending(t)
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const { body } = await send({
    MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
    Addresses: {
      '+15550000001': toSms,
      deep: { ChannelType: 'GCM', RawContent: deep(100) },
      deeper: { ChannelType: 'GCM', RawContent: deep(101) },
      deepest: { ChannelType: 'APNS', RawContent: deep(100_000) },
      proto: { ChannelType: 'GCM', RawContent: '{"__proto__":"x","a":1}' },
    },
  })
  const tooDeep = failure('RawContent, once rendered, must be nested at most 100 levels deep')
  t.match(body.Result, {
    '+15550000001': { DeliveryStatus: 'SUCCESSFUL' },
    deep: { DeliveryStatus: 'SUCCESSFUL' },
    deeper: tooDeep,
    deepest: tooDeep,
    proto: failure('RawContent, once rendered, must not have the name __proto__'),
  })
  t.equal((await outbox()).length, 5)
  t.strictSame((await call('GET', '/_pinpoint/messages?messageId=none')).body.items, [])
})

t.test('raw content for APNs has 0 or 1 as content-available, if it has it', async t => {
  const { send, outbox } = await withSending(t)
  const sent = async (available: string | undefined, ChannelType = 'APNS') => {
    const member = available === undefined ? '' : `,"content-available":${available}`
    const RawContent = `{"aps":{"alert":"{{text}}"${member}}}`
    const to = { ChannelType, RawContent, Substitutions: { text: ['Hi'] } }
    return (await send({ MessageConfiguration: {}, Addresses: { token: to } })).body.Result.token
  }
  const isSent = { DeliveryStatus: 'SUCCESSFUL' }
  for (const available of ['0', '1', '1.0', undefined])
    t.match(await sent(available), isSent, String(available))
  for (const [available, got] of [
    ['7', '7'],
    ['-1', '-1'],
    ['0.5', '0.5'],
    ['"1"', '"1"'],
    ['true', 'true'],
    ['null', 'null'],
    ['[1]', 'a list'],
  ] as const) {
    const message = `RawContent: aps.content-available must be 0 or 1; got ${got}`
    t.strictSame(await sent(available), failure(message))
    const [record] = await outbox()
    t.equal(record.statusMessage, message)
    t.notOk('payload' in record || 'body' in record)
  }
  t.match(await sent('7', 'GCM'), isSent, 'other channels do not know it')
})

t.test('members that Pinpoint does not know change nothing of what is sent', async t => {
  const { send, sendUsers, endpoint, outbox } = await withSending(t, { now })
  await endpoint('e1', { ChannelType: 'EMAIL', Address: 'ann@example.com', User: { UserId: 'ann' } })
  /** What is recorded of a message, without what each one has of its own. */
  const recorded = async (call: typeof send, body: object) => {
    const answer = await call(body)
    t.equal(answer.status, 200, answer.body.Message)
    const [{ id, requestId, messageId, statusMessage, ...record }] = await outbox()
    return { ...record, statusMessage: statusMessage.replace(messageId, '') }
  }

  // Each has the name of a member that something else has.
  const ofPush = {
    RawContent: 'raw',
    Sound: 'loud',
    Badge: 7,
    Priority: 'high',
    TimeToLive: 60,
    ThreadId: 'thread',
    constructor: 'c',
  }
  const ofText = { ...ofPush, Title: '{{who}}', Url: 7 }
  for (const [ChannelType, address, member, unknown] of [
    ['SMS', '+15551234567', 'SMSMessage', ofText],
    ['VOICE', '+15551234567', 'VoiceMessage', ofText],
    ['SMS', '+15551234567', 'DefaultMessage', ofText],
    ['APNS', 'token', 'DefaultPushNotificationMessage', ofPush],
    ['GCM', 'token', 'DefaultPushNotificationMessage', { ...ofPush, MediaUrl: 'http://example.com' }],
  ] as const) {
    const Addresses = { [address]: { ChannelType } }
    const without = await recorded(send, { MessageConfiguration: { [member]: { Body: 'x' } }, Addresses })
    t.match(without, { status: 'SUCCESSFUL', body: 'x' })
    const MessageConfiguration = { [member]: { Body: 'x', ...unknown }, Bogus: {} }
    const withUnknown = await recorded(send, { MessageConfiguration, Addresses, Bogus: 1 })
    t.strictSame(withUnknown, without, `${member} by ${ChannelType}`)
  }

  const MessageConfiguration = { EmailMessage: { SimpleEmail: { TextPart: { Data: 'x' } } } }
  for (const [call, to] of [
    [send, (more: object) => ({ Addresses: { 'ben@example.com': { ...toEmail, ...more } } })],
    [send, (more: object) => ({ Endpoints: { e1: more } })],
    [send, (more: object) => ({ Endpoints: { nobody: more } })],
    [sendUsers, (more: object) => ({ Users: { ann: more } })],
    [sendUsers, (more: object) => ({ Users: { nobody: more } })],
  ] as const) {
    const without = await recorded(call, { MessageConfiguration, ...to({}) })
    for (const unknown of [
      ...[{ user: { a: 1 } }, { user: 'bob', endpointId: 'zz' }, { problem: 'boom' }],
      ...[{ endpoint: { OptOut: 'ALL' } }, { address: 'other@example.com', channel: 'VOICE' }],
    ]) {
      const withUnknown = await recorded(call, { MessageConfiguration, ...to(unknown) })
      t.strictSame(withUnknown, without, JSON.stringify(to(unknown)))
    }
  }

  const ofTemplates = { TemplateConfiguration: { Bogus: {} } }
  await recorded(send, { MessageConfiguration, ...ofTemplates, Endpoints: { e1: {} } })
  await recorded(sendUsers, { MessageConfiguration, ...ofTemplates, Users: { ann: {} } })
})

t.test('an unknown application is a 404, whatever the body is', async t => {
  const { call } = await withSending(t)
  for (const body of [{}, { MessageConfiguration: {}, Addresses: { '+15550000001': toSms } }]) {
    const answer = await call('POST', '/v1/apps/none/messages', body)
    isError(t, answer, 404, 'NotFoundException', 'Resource not found')
  }
})

t.test('bad input is refused, and nothing is sent', async t => {
  const { send, template, outbox } = await withSending(t)
  await template('sms', 'sms', { Body: 'Hi' })
  const good = {
    MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
    Addresses: { '+15550000001': toSms },
  }
  const many = (count: number, to: object = toSms) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`+1555${1000 + index}`, to]))
  const inTemplates = (TemplateConfiguration: object) => ({ TemplateConfiguration })
  const inMessage = (MessageConfiguration: object | undefined) => ({ MessageConfiguration })
  const refused = async (change: object, message: string | RegExp) =>
    isError(t, await send({ ...good, ...change }), 400, 'BadRequestException', message)
  const unknown = async (change: object, message: string) =>
    isError(t, await send({ ...good, ...change }), 404, 'NotFoundException', message)

  await refused(inMessage(undefined), 'MessageConfiguration is required: it must be an object')
  const none = 'Addresses or Endpoints must have at least one recipient'
  await refused({ Addresses: undefined }, none)
  await refused({ Addresses: {}, Endpoints: {} }, none)
  await refused({ Addresses: many(101) }, 'Addresses must have at most 100 names; got 101')
  await refused(
    { Addresses: many(60), Endpoints: many(41, {}) },
    'Addresses and Endpoints must have at most 100 recipients together; got 101',
  )
  await refused({ Addresses: { '+1': {} } }, /^Addresses\.\+1\.ChannelType is required: it must be one of /)
  await refused(
    { Addresses: { '+1': { ChannelType: 'FAX' } } },
    /^Addresses\.\+1\.ChannelType must be one of PUSH, .*; got "FAX"$/,
  )
  await refused({ Addresses: { '': toSms } }, 'Addresses must not have an empty address')
  await refused(
    { Addresses: { '+1': { ...toSms, Substitutions: { code: '1' } } } },
    'Addresses.+1.Substitutions.code must be a list, each entry a string; got "1"',
  )
  await refused(
    inMessage({ SMSMessage: { Substitutions: { code: [1] } } }),
    'MessageConfiguration.SMSMessage.Substitutions.code.0 must be a string; got 1',
  )
  await refused(
    inMessage({ SMSMessage: { MessageType: 'URGENT' } }),
    'MessageConfiguration.SMSMessage.MessageType must be one of TRANSACTIONAL, PROMOTIONAL; got "URGENT"',
  )
  await unknown(
    inTemplates({ SMSTemplate: { Name: 'none' } }),
    'Template not found: none; TemplateConfiguration.SMSTemplate.Name must be the name of a template of the type SMS',
  )
  await unknown(
    inTemplates({ EmailTemplate: { Name: 'sms' } }),
    'Template not found: sms; TemplateConfiguration.EmailTemplate.Name must be the name of a template of the type EMAIL',
  )
  const version2 = inTemplates({ SMSTemplate: { Name: 'sms', Version: '2' } })
  await unknown(
    version2,
    'Template version not found: sms/2; TemplateConfiguration.SMSTemplate.Version must be one of that template, or latest',
  )
  await refused(
    inTemplates({ SMSTemplate: { Version: '1' } }),
    'TemplateConfiguration.SMSTemplate.Name is required: it must be the name of a template',
  )
  await refused(inTemplates({ InAppTemplate: { Name: 'x' } }), /^TemplateConfiguration\.InAppTemplate is not/)
  await refused(
    inMessage({ EmailMessage: { RawEmail: { Data: 'no base64!' } } }),
    'MessageConfiguration.EmailMessage.RawEmail.Data must be an e-mail in base64',
  )
  const Headers = [{ Name: 'x'.repeat(127), Value: 'v' }]
  await refused(
    inMessage({ EmailMessage: { SimpleEmail: { Headers } } }),
    /Headers\.0\.Name must have at most 126 characters; got 127$/,
  )
  for (const Name of ['X Ü', 'X:Y', 'X\r\nBcc', 'X\t', 'Größe', '\u007f']) {
    await refused(
      inMessage({ EmailMessage: { SimpleEmail: { Headers: [{ Value: 'v' }, { Name, Value: 'Grüße' }] } } }),
      /^MessageConfiguration\.EmailMessage\.SimpleEmail\.Headers\.1\.Name must be the name of a header: ASCII characters without spaces and colons, such as List-Unsubscribe; got "/,
    )
  }
  t.strictSame(await outbox(), [])
  t.equal((await send({ ...good, Addresses: many(100) })).status, 200)
  t.equal((await outbox()).length, 100)
})

t.test('a key of Substitutions may be in brackets', async t => {
  const { send, outbox } = await withSending(t)
  const Substitutions = { '[First Name]': ['Ann'] }
  const MessageConfiguration = { SMSMessage: { Body: '{{[First Name]}}, {{[First Name].[0]}}' } }
  await send({ MessageConfiguration, Addresses: { '+15550000001': { ...toSms, Substitutions } } })
  matchEach(t, await outbox(), [{ status: 'SUCCESSFUL', body: 'Ann, Ann' }])
})

t.test("a recipient's list counts as a whole", async t => {
  const { send, outbox } = await withSending(t)
  const body = async (Body: string, Substitutions: object) => {
    const message = { SMSMessage: { Body, Substitutions: { name: ['B', 'C'] } } }
    const DefaultMessage = { Substitutions: { name: ['D', 'E', 'F'] } }
    const MessageConfiguration = { ...message, DefaultMessage }
    await send({ MessageConfiguration, Addresses: { '+15550000001': { ...toSms, Substitutions } } })
    return (await outbox())[0]
  }
  const guarded = '{{name}}{{#if name.[1]}} {{name.[1]}}{{/if}}{{#if name.[2]}} {{name.[2]}}{{/if}}'
  t.match(await body(guarded, { name: ['A'] }), { body: 'A' })
  t.match(await body(guarded, {}), { body: 'B,C C' })
  const { missingVariables } = await body('{{name.[0]}} {{name.[1]}}', { name: ['A'] })
  t.strictSame(missingVariables, ['name.[1]'])
})

t.test('templates that take long hold up no other call, and are cut off after a while', async t => {
  const { send, call, outbox } = await withSending(t)
  const loops = 6
  // A helper whose steps take long, so that a hundred messages do on a fast machine, too.
  const Body = `${'{{#each x}}'.repeat(loops)}{{capitalize this}}${'{{/each}}'.repeat(loops)}`
  const Substitutions = { x: Array.from({ length: 15 }, String) }
  const numbers = Array.from({ length: 100 }, (_, index) => `+15550001${100 + index}`)
  let isAnswered = false
  const sending = send({
    MessageConfiguration: { SMSMessage: { Body, Substitutions } },
    Addresses: Object.fromEntries(numbers.map(number => [number, toSms])),
  }).finally(() => {
    isAnswered = true
  })
  let others = 0
  for (; !isAnswered; others++) {
    t.equal((await call('GET', '/v1/apps')).status, 200)
    await setImmediate()
  }
  t.ok(others > 3, `${others} calls were answered meanwhile`)

  const { status, body } = await sending
  t.equal(status, 200)
  const results = numbers.map(number => body.Result[number])
  const late = failure('The messages of this call take too long to render', 'TEMPORARY_FAILURE', 503)
  t.match(results[0], {
    DeliveryStatus: 'PERMANENT_FAILURE',
    StatusMessage: /steps to render \(body, line 1, /,
  })
  t.strictSame(results.at(-1), late)
  t.equal((await outbox({ operation: 'SendMessages' })).length, 100)
})
