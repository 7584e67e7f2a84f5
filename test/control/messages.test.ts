import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { EventBus } from '../../server/events/event-bus.ts'
import { isError } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { withSending } from '../support/sending.ts'

const sms = (Body: string, ...numbers: string[]) => ({
  MessageConfiguration: { SMSMessage: { Body } },
  Addresses: Object.fromEntries(numbers.map(number => [number, { ChannelType: 'SMS' }])),
})

const list = '/_pinpoint/messages'

t.test('messages are listed newest first, page by page, with the last id', async t => {
  const { call, send } = await withSending(t)
  t.strictSame((await call('GET', list)).body, { items: [], last: 0, dropped: 0 })
  await send(sms('one', '+15550000001', '+15550000002'))
  await send(sms('two', '+15550000003'))
  const first = (await call('GET', `${list}?page-size=2`)).body
  t.match(first, { last: 3, dropped: 0 })
  matchEach(t, first.items, [{ id: 3, body: 'two' }, { id: 2 }])
  await send(sms('three', '+15550000004'))
  const second = (await call('GET', `${list}?page-size=2&token=${first.nextToken}`)).body
  t.match(second, { last: 4, nextToken: undefined })
  matchEach(t, second.items, [{ id: 1, body: 'one' }])
  isError(
    t,
    await call('GET', `${list}?channel=SMS&token=${first.nextToken}`),
    ...([
      400,
      'BadRequestException',
      'token must be the NextToken of an earlier page of this same list',
    ] as const),
  )
  t.strictSame(
    (await call('GET', `${list}?after=3`)).body.items.map(({ id }: { id: number }) => id),
    [4],
  )
})

t.test('a page of long messages is short, and the next one goes on', async t => {
  const { call, store, app } = await withSending(t)
  const long = { time: '', status: 'SUCCESSFUL' as const, statusCode: 200, statusMessage: '' }
  const body = 'x'.repeat(5_000_000)
  await store.write(() => store.messages.append(store.apps.find(app)!, Array(6).fill({ ...long, body })))
  const ids: number[][] = []
  for (let token = ''; ; ) {
    const { items, nextToken } = (await call('GET', `${list}?text=x${token}`)).body
    ids.push(items.map(({ id }: { id: number }) => id))
    if (nextToken === undefined) break
    token = `&token=${nextToken}`
  }
  t.strictSame(ids, [
    [6, 5, 4, 3],
    [2, 1],
  ])
})

t.test('messages are found by each filter, and a + in a query is a plus', async t => {
  const { send, sendUsers, endpoint, template, outbox, app, createApp } = await withSending(t)
  await endpoint('e1', { ChannelType: 'EMAIL', Address: 'ann@example.com', User: { UserId: 'ann' } })
  await template('welcome', 'email', { Subject: 'Welcome', HtmlPart: '<b>to the shop</b>' })
  await send(sms('Your code', '+15550000001'))
  await sendUsers({
    MessageConfiguration: {},
    TemplateConfiguration: { EmailTemplate: { Name: 'welcome' } },
    Users: { ann: {}, ben: {} },
  })
  const ids = async (filters: Record<string, string>) =>
    (await outbox(filters)).map(({ id }: { id: number }) => id)
  for (const [name, [value, ...found]] of Object.entries<[string, ...number[]]>({
    app: [app, 3, 2, 1],
    channel: ['EMAIL', 2],
    address: ['+15550000001', 1],
    endpoint: ['e1', 2],
    user: ['ben', 3],
    status: ['PERMANENT_FAILURE', 3],
    operation: ['SendUsersMessages', 3, 2],
    template: ['welcome', 2],
    campaign: ['c'],
    journey: ['j'],
    text: ['THE SHOP', 2],
    after: ['2', 3],
    before: ['2', 1],
    failed: ['true', 3],
  })) {
    t.strictSame(await ids({ [name]: value }), found, name)
  }
  const [{ messageId }] = await outbox({ user: 'ann' })
  t.strictSame(await ids({ messageId }), [2])
  t.strictSame(await ids({ messageId: messageId.toUpperCase() }), [])
  t.strictSame(await ids({ app, channel: 'EMAIL', text: 'shop', user: 'ann' }), [2])
  t.strictSame(await ids({ app, failed: 'false', operation: 'SendUsersMessages' }), [2])
  t.strictSame(await ids({ after: '1', before: '3' }), [2])
  t.strictSame(await ids({ before: '3', wait: '0.01' }), [2, 1])
  t.strictSame(await ids({ before: '1', wait: '0.01' }), [])
  t.strictSame(await ids({ app: (await createApp()).Id }), [])
  t.strictSame(await ids({ address: ' 15550000001' }), [1], 'a + that was not escaped')
  await endpoint('+15550000009', {
    ChannelType: 'SMS',
    Address: '+15550000008',
    User: { UserId: 'a+b@example.com' },
  })
  await send({ MessageConfiguration: { SMSMessage: { Body: 'Hi' } }, Endpoints: { '+15550000009': {} } })
  t.strictSame(await ids({ endpoint: ' 15550000009', user: 'a b@example.com' }), [4], 'in an id')
  await endpoint('ann%20lee@x', { ChannelType: 'SMS', Address: '+15550000008', User: { UserId: ' u v' } })
  await send({ MessageConfiguration: { SMSMessage: { Body: 'Hi' } }, Endpoints: { 'ann lee@x': {} } })
  t.strictSame(await ids({ endpoint: 'ann lee@x', user: ' u v' }), [5], 'a space in an id is one')
  const emails = ['ann+a+b@example.com', 'Ann Lee <ann@example.com>']
  await send({
    MessageConfiguration: { EmailMessage: { Body: 'Hi' } },
    Addresses: Object.fromEntries(emails.map(email => [email, { ChannelType: 'EMAIL' }])),
  })
  t.strictSame(await ids({ address: 'ann a b@example.com' }), [6], 'in an e-mail address')
  t.strictSame(await ids({ address: 'Ann Lee <ann@example.com>' }), [7], 'a space before a name is one')
})

t.test('a filter of messages that cannot match is refused', async t => {
  const { call } = await withSending(t)
  for (const [query, message] of Object.entries({
    'channel=sms': /^channel must be one of PUSH, GCM, .*; got "sms"$/,
    'status=OK': /^status must be one of SUCCESSFUL, /,
    'operation=GetApp': /^operation must be one of SendMessages, /,
    'adress=x': /^adress is not a query parameter of this call, which takes app, channel, /,
    'after=x': 'after must be the id of a message; got "x"',
    'before=-1': 'before must be the id of a message; got "-1"',
    'failed=1': /^failed must be one of true, false; got "1"$/,
    'wait=61': 'wait must be a number of seconds from 0 to 60; got "61"',
    'wait=-1': 'wait must be a number of seconds from 0 to 60; got "-1"',
    'wait=1e1': 'wait must be a number of seconds from 0 to 60; got "1e1"',
    'page-size=0': /^page-size must be/,
  })) {
    isError(t, await call('GET', `${list}?${query}`), 400, 'BadRequestException', message)
  }
})

t.test('wait answers at once with what is there', async t => {
  const { call, send } = await withSending(t)
  await send(sms('hi', '+15550000001'))
  t.match((await call('GET', `${list}?wait=60`)).body, { items: [{ id: 1 }], last: 1 })
})

t.test('wait answers as soon as a message matches', async t => {
  const { call, send, app } = await withSending(t)
  await send(sms('Your code is 1', '+15550000001'))
  const [byText, byAddress, any] = [
    `text=code&after=1`,
    `app=${app}&address=%2B15550000002`,
    'channel=SMS&status=SUCCESSFUL&after=1&page-size=1',
  ].map(async query => {
    const { items, last } = (await call('GET', `${list}?wait=60&${query}`)).body
    return { ids: items.map(({ id }: { id: number }) => id), last }
  })
  await setImmediate()
  await send(sms('another', '+15550000003'))
  t.strictSame(await any, { ids: [2], last: 2 })
  await send(sms('Your code is 2', '+15550000002', '+15550000004'))
  t.strictSame(await byText, { ids: [4, 3], last: 4 })
  t.strictSame(await byAddress, { ids: [3], last: 4 })
})

t.test('a wait for a message that is over answers no items', async t => {
  const { call, send } = await withSending(t)
  await send(sms('hi', '+15550000001'))
  t.strictSame((await call('GET', `${list}?wait=0.01&text=code`)).body, { items: [], last: 1, dropped: 0 })
})

t.test('the last of a wait that is over counts messages of other applications, too', async t => {
  const { call, send, app } = await withSending(t)
  await send(sms('hi', '+15550000001'))
  const waiting = call('GET', `${list}?wait=1&app=another`)
  await setImmediate()
  await send(sms('hi', '+15550000002'))
  t.strictSame((await call('GET', `${list}?app=${app}&after=1`)).body.last, 2)
  t.strictSame((await waiting).body, { items: [], last: 2, dropped: 0 })
})

t.test('after the last of an answer come all messages that its search has missed', async t => {
  const { call, send, store, app } = await withSending(t)
  const other = { time: '', status: 'SUCCESSFUL' as const, statusCode: 200, statusMessage: '', body: 'other' }
  // So many that the search takes several steps, between which others send.
  await store.write(() => store.messages.append(store.apps.find(app)!, Array(9_000).fill(other)))
  const searching = call('GET', `${list}?text=code`)
  await setImmediate()
  await send(sms('code', '+15550000001'))
  const { items, last } = (await searching).body
  const rest = (await call('GET', `${list}?text=code&after=${last}`)).body.items
  matchEach(t, [...items, ...rest], [{ body: 'code' }])
})

t.test('after the state was replaced, a wait takes all messages for new', async t => {
  const bus = new EventBus()
  const { call, send } = await withSending(t, { bus })
  const waiting = call('GET', `${list}?wait=60&after=42`)
  await setImmediate()
  bus.emit({ kind: 'state', by: 'reset' })
  await send(sms('hi', '+15550000001'))
  t.match((await waiting).body, { items: [{ id: 1 }], last: 1 })
})

t.test('a caller that disconnects is not waited for', async t => {
  const bus = new EventBus()
  const { server, send } = await withSending(t, { bus })
  const follow = bus.follow.bind(bus)
  let waiting = 0
  bus.follow = follower => {
    const unfollow = follow(follower)
    waiting++
    return () => {
      waiting--
      unfollow()
    }
  }
  const url = await server.listen({ port: 0 })
  const leaving = new AbortController()
  const left = fetch(`${url}${list}?wait=60&text=never`, { signal: leaving.signal }).catch(() => 'left')
  await untilTrue(() => waiting === 1)
  leaving.abort()
  t.equal(await left, 'left')
  await untilTrue(() => waiting === 0)
  await send(sms('hi', '+15550000001'))
  t.equal(waiting, 0)
})

async function untilTrue(is: () => boolean): Promise<void> {
  while (!is()) await setImmediate()
}

t.test('one message is answered by its id, and its HTML as a page that runs nothing', async t => {
  const { call, send, server } = await withSending(t)
  const html = '<script>alert(1)</script><img src="http://example.com/a.png"><b>Hi</b>'
  await send({
    MessageConfiguration: { EmailMessage: { SimpleEmail: { HtmlPart: { Data: html } } } },
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
  })
  await send(sms('hi', '+15550000001'))
  t.match((await call('GET', `${list}/1`)).body, { id: 1, channel: 'EMAIL', html })
  const view = await server.inject(`${list}/1/html`)
  t.equal(view.statusCode, 200)
  t.equal(view.body, `<base target="_blank">${html}`)
  t.match(view.headers, {
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-security-policy': /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; /,
  })
  const directives = String(view.headers['content-security-policy'])
  t.notMatch(directives, /allow-scripts|allow-same-origin|script-src|https?:/)
  const remote = await server.inject(`${list}/1/html?remote=true`)
  t.match(remote.headers['content-security-policy'], /img-src https: http: data:;/)
  t.notMatch(remote.headers['content-security-policy'], /allow-scripts|script-src/)
  isError(t, await call('GET', `${list}/2/html`), 404, 'NotFoundException', 'Message 2 has no HTML part')
  const document = ['<!-- a --> <!DOCTYPE html>\n', '<html><head></head><body>Hi</body></html>']
  await send({
    MessageConfiguration: { EmailMessage: { SimpleEmail: { HtmlPart: { Data: document.join('') } } } },
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
  })
  const whole = await server.inject(`${list}/3/html`)
  t.equal(whole.body, document.join('<base target="_blank">'), 'the doctype still counts')
  for (const id of ['4', '0', 'x', '1e0']) {
    for (const path of [`${list}/${id}`, `${list}/${id}/html`]) {
      isError(t, await call('GET', path), 404, 'NotFoundException', `Message not found: ${id}`)
    }
    isError(t, await call('DELETE', `${list}/${id}`), 404, 'NotFoundException', `Message not found: ${id}`)
  }
})

t.test('a brief list leaves out what is long, and finds by it all the same', async t => {
  const { call, send } = await withSending(t)
  const long = 'x'.repeat(300)
  const part = (Data: string) => ({ Data })
  await send({
    MessageConfiguration: {
      EmailMessage: {
        SimpleEmail: {
          Subject: part('Hello'),
          HtmlPart: part(`<b>needle</b>${long}`),
          TextPart: part(long),
          Headers: [{ Name: 'X-Long', Value: long }],
        },
      },
      SMSMessage: { Body: long },
      GCMMessage: { Title: 'Hi', Body: 'short' },
    },
    Addresses: {
      'ann@example.com': { ChannelType: 'EMAIL' },
      '+15550000001': { ChannelType: 'SMS' },
      token: { ChannelType: 'GCM' },
    },
  })
  const { items } = (await call('GET', `${list}?brief=true`)).body
  const byChannel = new Map<string, Record<string, unknown>>(
    items.map((item: { channel: string }) => [item.channel, item]),
  )
  const { html, headers, ...email } = byChannel.get('EMAIL')!
  t.strictSame([html, headers], [undefined, undefined])
  t.match(email, {
    subject: 'Hello',
    text: 'x'.repeat(200),
    address: 'ann@example.com',
    status: 'SUCCESSFUL',
  })
  t.equal(byChannel.get('SMS')!.body, 'x'.repeat(200))
  t.equal(byChannel.get('SMS')!.parts, 2)
  t.match(byChannel.get('GCM'), { title: 'Hi', body: 'short' })
  t.notOk('payload' in byChannel.get('GCM')!)
  t.strictSame((await call('GET', `${list}?brief=true&text=needle`)).body.items, [byChannel.get('EMAIL')])
  matchEach(t, (await call('GET', `${list}?brief=false&text=needle`)).body.items, [{ html: /needle/ }])
})

t.test('messages are deleted one by one, by filters, or all', async t => {
  const { call, send, outbox } = await withSending(t)
  const numbers = Array.from({ length: 5 }, (_, index) => `+1555000000${index}`)
  await send(sms('one', ...numbers))
  await send(sms('two', ...numbers))
  const left = async () => (await outbox()).map(({ id }: { id: number }) => id)
  t.equal((await call('DELETE', `${list}/10`)).status, 204)
  t.equal((await call('DELETE', `${list}?address=%2B15550000000`)).status, 204)
  t.equal((await call('DELETE', `${list}?text=one`)).status, 204)
  t.strictSame(await left(), [9, 8, 7])
  isError(t, await call('DELETE', `${list}?colour=red`), 400, 'BadRequestException', /^colour is not a query/)
  t.equal((await call('DELETE', `${list}?after=8`)).status, 204)
  t.strictSame(await left(), [8, 7])
  t.equal((await call('DELETE', `${list}?before=8`)).status, 204)
  t.strictSame(await left(), [8])
  t.equal((await call('DELETE', list)).status, 204)
  t.strictSame((await call('GET', list)).body, { items: [], last: 10, dropped: 0 })
})

t.test('an e-mail is answered as a mail server would get it', async t => {
  const now = () => new Date('2026-01-02T03:04:05.678Z')
  const { send, call, app, server } = await withSending(t, { now })
  await send({
    MessageConfiguration: {
      EmailMessage: {
        FromAddress: 'Bär <sales@example.com>',
        ReplyToAddresses: ['help@example.com', 'b@example.com'],
        SimpleEmail: {
          Subject: { Data: 'Grüße', Charset: 'ISO-8859-1' },
          HtmlPart: { Data: '<b>für dich</b>' },
          TextPart: { Data: 'plain' },
          Headers: [
            { Name: 'X-Order', Value: '7' },
            { Name: 'Content-Type', Value: 'text/x' },
            { Name: 'X-Injected', Value: '1\r\nBcc: eve@example.com' },
          ],
        },
      },
    },
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
  })
  const raw = (id: number) => server.inject(`${list}/${id}/raw`)
  const { statusCode, headers, body } = await raw(1)
  t.equal(statusCode, 200)
  t.match(headers, {
    'content-type': 'message/rfc822',
    'content-disposition': 'attachment; filename="message-1.eml"',
    'x-content-type-options': 'nosniff',
  })
  const { messageId } = (await call('GET', `${list}/1`)).body
  const [head, ...parts] = body.split(`----_NmP-${messageId}-Part_1`)
  t.strictSame(
    head!
      .trim()
      .replace(/\r\n +/g, ' ')
      .split('\r\n')
      .sort(),
    [
      'X-Order: 7',
      'X-Injected: 1 Bcc: eve@example.com',
      'From: =?UTF-8?Q?B=C3=A4r?= <sales@example.com>',
      'To: ann@example.com',
      'Reply-To: help@example.com, b@example.com',
      'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=',
      `Message-ID: <${messageId}@email.amazonses.com>`,
      'Date: Fri, 02 Jan 2026 03:04:05 +0000',
      'MIME-Version: 1.0',
      `Content-Type: multipart/alternative; boundary="--_NmP-${messageId}-Part_1"`,
    ].sort(),
  )
  t.match(parts, [/text\/plain; charset=utf-8[\s\S]*plain/, /text\/html; charset=utf-8[\s\S]*f=C3=BCr dich/])
  t.equal((await raw(1)).body, body, 'the same each time')

  const Data = Buffer.from('Subject: Whole\n\nas it stands').toString('base64')
  await send({
    MessageConfiguration: { EmailMessage: { RawEmail: { Data } } },
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
  })
  t.equal((await raw(2)).body, 'Subject: Whole\n\nas it stands')

  await send(sms('hi', '+15550000001'))
  await send({
    MessageConfiguration: { EmailMessage: { Body: '{{Attributes.Plan}}' } },
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
  })
  await call('DELETE', `/v1/apps/${app}/channels/email`)
  await send({
    MessageConfiguration: { EmailMessage: { Body: 'hi' } },
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
  })
  for (const [id, message] of Object.entries({
    3: 'Message 3 is not an e-mail',
    4: /^The e-mail of message 4 was not sent: .*Attributes\.Plan/,
    5: /^The e-mail of message 5 was not sent: No channel of type EMAIL is enabled/,
    6: 'Message not found: 6',
  })) {
    isError(t, await call('GET', `${list}/${id}/raw`), 404, 'NotFoundException', message)
  }
})

t.test('a header of an e-mail whose name SMTP cannot have is left out, and the others stay', async t => {
  const { send, server, store } = await withSending(t)
  // No call writes such a template; a data folder of an earlier build may have it.
  const Headers = [
    { Name: 'X Ü', Value: 'Grüße' },
    { Name: 'X-Order', Value: '7' },
  ]
  const old = { arn: 'arn:old', body: { TextPart: 'Hi', Headers }, tags: {} }
  await store.write(() => store.templates.create({ type: 'EMAIL', name: 'old' }, old, '2026-01-02T03:04:05Z'))
  await send({
    MessageConfiguration: { EmailMessage: { SimpleEmail: { Headers: [{ Value: 'v' }] } } },
    TemplateConfiguration: { EmailTemplate: { Name: 'old' } },
    Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
  })
  const { statusCode, body } = await server.inject(`${list}/1/raw`)
  t.equal(statusCode, 200)
  const [head] = body.split('\r\n\r\n')
  for (const line of head!.split('\r\n')) t.match(line, /^[A-Za-z-]+:( [\x20-\x7e]+)?$|^ /)
  t.match(head, /^X-Order: 7$/m)
})

t.test('numbers opt out, and in again', async t => {
  const now = () => new Date('2026-01-02T03:04:05.678Z')
  const { call, send } = await withSending(t, { now })
  const optOuts = '/_pinpoint/opt-outs'
  const status = async (number: string) => (await send(sms('hi', number))).body.Result[number]
  for (const number of ['+15550000001', '%2B1%20(555)%20000-0002', '+15550000001']) {
    t.equal((await call('PUT', `${optOuts}/${number}`)).status, 204)
  }
  t.strictSame((await call('GET', optOuts)).body, {
    items: [
      { number: '+15550000002', since: now().toISOString() },
      { number: '+15550000001', since: now().toISOString() },
    ],
  })
  t.match((await call('GET', `${optOuts}?page-size=1`)).body, { items: { length: 1 }, nextToken: /./ })
  t.strictSame(await status('+1 555 000 0001'), {
    DeliveryStatus: 'PERMANENT_FAILURE',
    StatusCode: 400,
    StatusMessage: 'Destination phone number opted out',
  })
  t.equal((await call('DELETE', `${optOuts}/+15550000001`)).status, 204)
  t.equal((await call('DELETE', `${optOuts}/+15550000001`)).status, 204, 'again')
  t.match(await status('+15550000001'), { DeliveryStatus: 'SUCCESSFUL' })
  for (const number of ['ann', '12', '+1234567890123456']) await refused(t, number)

  async function refused(t: Test, number: string) {
    const message = /^number must be a phone number of 3 to 15 digits, such as /
    isError(t, await call('PUT', `${optOuts}/${number}`), 400, 'BadRequestException', message)
  }
})
