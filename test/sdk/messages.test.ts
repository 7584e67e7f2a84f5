import {
  CreateEmailTemplateCommand,
  DeleteAppCommand,
  GetAppsCommand,
  NotFoundException,
  type PinpointClient,
  SendMessagesCommand,
  SendUsersMessagesCommand,
  UpdateApnsChannelCommand,
  UpdateEmailChannelCommand,
  UpdateGcmChannelCommand,
  UpdateSmsChannelCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { createApp, startEmulator, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { putEndpoint } from '../support/reads.ts'
import { emailId, smsId } from '../support/sending.ts'
import { beginEmulator } from '../support/spawn.ts'

/** An application that can send by e-mail, SMS, FCM and APNs. */
async function createSender(client: PinpointClient): Promise<string> {
  const ApplicationId = await createApp(client)
  const Identity = 'arn:aws:ses:us-east-1:123456789012:identity/example.com'
  await client.send(
    new UpdateEmailChannelCommand({
      ApplicationId,
      EmailChannelRequest: { FromAddress: 'shop@example.com', Identity },
    }),
  )
  await client.send(new UpdateSmsChannelCommand({ ApplicationId, SMSChannelRequest: {} }))
  await client.send(new UpdateGcmChannelCommand({ ApplicationId, GCMChannelRequest: { ApiKey: 'key' } }))
  const APNSChannelRequest = { Certificate: 'certificate', PrivateKey: 'key' }
  await client.send(new UpdateApnsChannelCommand({ ApplicationId, APNSChannelRequest }))
  return ApplicationId
}

/** Sends an SMS and gives its MessageId. */
async function sendSms(client: PinpointClient, ApplicationId: string, number: string, Body = 'Hi') {
  const { MessageResponse } = await client.send(
    new SendMessagesCommand({
      ApplicationId,
      MessageRequest: {
        Addresses: { [number]: { ChannelType: 'SMS' } },
        MessageConfiguration: { SMSMessage: { Body } },
      },
    }),
  )
  return MessageResponse!.Result![number]!.MessageId!
}

/** The MessageIds in an outbox. */
async function messageIds(url: string): Promise<string[]> {
  const ids: string[] = []
  for (let token = ''; ; ) {
    const { body } = await controlOf(url)('GET', `/_pinpoint/messages?page-size=1000${token}`)
    ids.push(...body.items.map(({ messageId }: { messageId: string }) => messageId))
    if (body.nextToken === undefined) return ids
    token = `&token=${body.nextToken}`
  }
}

t.test("messages are sent as in AWS's examples and in code seen in the wild", async t => {
  const { client, url } = await startEmulator(t)
  const ApplicationId = await createSender(client)
  const outbox = async (query: string) =>
    (await controlOf(url)('GET', `/_pinpoint/messages?${query}`)).body.items
  const User = { UserId: 'testuser', UserAttributes: { FirstName: ['Sofia'] } }
  await putEndpoint(client, ApplicationId, 'testendpoint', {
    ChannelType: 'SMS',
    Address: '+12345678900',
    User,
  })
  await client.send(
    new CreateEmailTemplateCommand({
      TemplateName: 'attachment',
      EmailTemplateRequest: {
        Subject: 'Hi {{User.UserAttributes.FirstName}}',
        HtmlPart: '<a href="{{S3URL}}">file</a>',
        DefaultSubstitutions: '{"User.UserAttributes.FirstName":"there"}',
      },
    }),
  )
  const send = async (MessageRequest: SendMessagesCommand['input']['MessageRequest']) =>
    (await client.send(new SendMessagesCommand({ ApplicationId, MessageRequest }))).MessageResponse!
  const sendUsers = async (request: SendUsersMessagesCommand['input']['SendUsersMessageRequest']) =>
    (await client.send(new SendUsersMessagesCommand({ ApplicationId, SendUsersMessageRequest: request })))
      .SendUsersMessageResponse!

  await t.test('the samples of the AWS CLI send messages', async t => {
    const message = {
      SMSMessage: { Body: 'This is a test SMS message', MessageType: 'PROMOTIONAL', SenderId: 'Bob' },
    } as const
    const { EndpointResult, Result } = await send({
      Endpoints: { testendpoint: {} },
      MessageConfiguration: message,
    })
    t.equal(Result, undefined)
    const { MessageId } = EndpointResult!.testendpoint!
    t.match(MessageId, smsId)
    t.strictSame(EndpointResult!.testendpoint, {
      Address: '+12345678900',
      DeliveryStatus: 'SUCCESSFUL',
      MessageId,
      StatusCode: 200,
      StatusMessage: `MessageId: ${MessageId}`,
    })
    const users = await sendUsers({ Users: { testuser: {} }, MessageConfiguration: message })
    t.match(users.Result!.testuser!.testendpoint, { Address: '+12345678900', DeliveryStatus: 'SUCCESSFUL' })
    matchEach(t, await outbox('page-size=1'), [
      { body: 'This is a test SMS message', messageType: 'PROMOTIONAL', senderId: 'Bob', user: 'testuser' },
    ])
  })

  await t.test('a template is sent in its latest version, with settings and values of the call', async t => {
    const email = { ChannelType: 'EMAIL' as const, Substitutions: { S3URL: ['https://a/?b=1&c=2'] } }
    const { Result } = await send({
      Addresses: { 'ann@example.com': email },
      MessageConfiguration: { EmailMessage: { FromAddress: 'sales@example.com' } },
      TemplateConfiguration: { EmailTemplate: { Name: 'attachment', Version: 'latest' } },
    })
    t.match(Result!['ann@example.com'], { MessageId: emailId })
    matchEach(t, await outbox('channel=EMAIL'), [
      {
        from: 'sales@example.com',
        subject: 'Hi there',
        html: '<a href="https://a/?b=1&c=2">file</a>',
        template: { name: 'attachment', version: '1' },
      },
    ])
  })

  await t.test('an e-mail is sent as raw bytes', async t => {
    const Data = Buffer.from('Subject: Hi\r\n\r\nHello')
    await send({
      Addresses: { 'raw@example.com': { ChannelType: 'EMAIL' } },
      MessageConfiguration: { EmailMessage: { RawEmail: { Data } } },
    })
    const [{ raw }] = await outbox('address=raw@example.com')
    t.equal(Buffer.from(raw, 'base64').toString(), String(Data))
  })

  await t.test('the answer is indexed by the number as it was written', async t => {
    const number = '+1 (414) 456-7890'
    t.match(await sendSms(client, ApplicationId, number), smsId)
  })

  await t.test("a recipient who has opted out is told by 'opted out' in the StatusMessage", async t => {
    await controlOf(url)('PUT', '/_pinpoint/opt-outs/+14144567890')
    const { Result } = await send({
      Addresses: { '+1 (414) 456-7890': { ChannelType: 'SMS' } },
      MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
    })
    const result = Result!['+1 (414) 456-7890']!
    t.equal(result.DeliveryStatus, 'PERMANENT_FAILURE')
    t.ok(result.StatusMessage!.includes('opted out'))
  })

  await t.test('all messages to users who do not exist answer 200, under the empty text', async t => {
    const { Result } = await sendUsers({ Users: { nobody: {} }, MessageConfiguration: {} })
    t.strictSame(Result, {
      nobody: {
        '': {
          Address: '',
          DeliveryStatus: 'PERMANENT_FAILURE',
          StatusCode: 400,
          StatusMessage: 'No endpoints found for userId.',
        },
      },
    })
  })

  await t.test('a push message is sent to iOS and Android at once', async t => {
    const { Result } = await send({
      Addresses: { ios: { ChannelType: 'APNS' }, android: { ChannelType: 'GCM' } },
      MessageConfiguration: {
        APNSMessage: { Title: 'T', Body: 'B', Action: 'OPEN_APP', TimeToLive: 30, SilentPush: false },
        GCMMessage: { Title: 'T', Body: 'B', Action: 'OPEN_APP', Priority: 'high', TimeToLive: 30 },
      },
    })
    for (const result of Object.values(Result!)) {
      t.strictSame(result, { DeliveryStatus: 'SUCCESSFUL', StatusCode: 200, StatusMessage: '' })
    }
    matchEach(t, await outbox('address=android'), [{ payload: { priority: 'high', time_to_live: 30 } }])
  })

  await t.test('a send may be THROTTLED; one of a deleted application is a NotFoundException', async t => {
    await controlOf(url)('POST', '/_pinpoint/faults', {
      message: { channel: 'SMS' },
      status: 'THROTTLED',
      times: 1,
    })
    t.equal(await sendSms(client, ApplicationId, '+15550000001'), undefined)
    t.match(await sendSms(client, ApplicationId, '+15550000001'), smsId)
    const gone = await createApp(client)
    await client.send(new DeleteAppCommand({ ApplicationId: gone }))
    await t.rejects(sendSms(client, gone, '+15550000001'), NotFoundException)
  })
})

t.test('twenty senders at once lose nothing, and a rule applies as often as it says', async t => {
  const { client, url } = await startEmulator(t)
  const app = await createSender(client)
  await controlOf(url)('POST', '/_pinpoint/faults', {
    message: { address: '*0' },
    status: 'THROTTLED',
    times: 7,
  })
  const senders = Array.from({ length: 20 }, async (_, sender) => {
    const ids: (string | undefined)[] = []
    for (let count = 0; count < 20; count++) ids.push(await sendSms(client, app, `+1555${sender}00${count}`))
    return ids
  })
  const ids = (await Promise.all(senders)).flat()
  const sent = ids.filter(id => id !== undefined)
  t.equal(sent.length, 400 - 7)
  t.equal(new Set(sent).size, sent.length)
  const found = (await messageIds(url)).filter(id => id !== undefined)
  t.strictSame(found.sort(), sent.sort())
})

t.test('messages survive a restart and a snapshot; a reset removes them', async t => {
  const env = { DATA_DIR: makeFolder(t), OUTBOX_LIMIT: '3' }
  const first = await startEmulator(t, env)
  const app = await createSender(first.client)
  const sent: string[] = []
  for (const number of ['1', '2', '3', '4']) sent.unshift(await sendSms(first.client, app, number))
  await controlOf(first.url)('PUT', '/_pinpoint/opt-outs/+15550000001')
  await first.close()

  const { url, client } = await startEmulator(t, env)
  const call = controlOf(url)
  t.strictSame(await messageIds(url), sent.slice(0, 3))
  t.match((await call('GET', '/_pinpoint/messages')).body, { last: 4, dropped: 1 })
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()

  await call('POST', '/_pinpoint/reset')
  t.strictSame((await call('GET', '/_pinpoint/messages')).body, { items: [], last: 0, dropped: 0 })
  t.strictSame((await call('GET', '/_pinpoint/opt-outs')).body, { items: [] })
  t.strictSame((await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item, [])

  await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.strictSame(await messageIds(url), sent.slice(0, 3))
  matchEach(t, (await call('GET', '/_pinpoint/opt-outs')).body.items, [{ number: '+15550000001' }])
  const next = await sendSms(client, app, '5')
  t.strictSame(await messageIds(url), [next, ...sent.slice(0, 2)])
  t.match((await call('GET', '/_pinpoint/messages')).body, { last: 5, dropped: 2 })
})

t.test('a lower limit holds from the next start on, and for a snapshot that is restored', async t => {
  const env = { DATA_DIR: makeFolder(t) }
  const first = await startEmulator(t, env)
  const app = await createSender(first.client)
  const sent: string[] = []
  for (const number of ['1', '2', '3', '4']) sent.unshift(await sendSms(first.client, app, number))
  const snapshot = await (await fetch(`${first.url}/_pinpoint/snapshot`)).arrayBuffer()
  await first.close()

  const { url } = await startEmulator(t, { ...env, OUTBOX_LIMIT: '2' })
  const areTwo = async () => (await messageIds(url)).length === 2 || undefined
  await until(areTwo, 'two messages')
  t.strictSame(await messageIds(url), sent.slice(0, 2))
  t.match((await controlOf(url)('GET', '/_pinpoint/messages')).body, { last: 4, dropped: 2 })
  await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  await until(areTwo, 'two messages of the snapshot')
})

t.test('a kill in the middle loses no message that was answered', async t => {
  const env = { DATA_DIR: makeFolder(t), LOG_LEVEL: 'info' }
  for (let round = 0; round < 3; round++) {
    const { ready, end } = beginEmulator(t, env)
    const { client } = await ready
    const app = await createSender(client)
    const answered: string[] = []
    let failed = 0
    const senders = Array.from({ length: 10 }, async (_, sender) => {
      for (;;) answered.push(await sendSms(client, app, `+1555${sender}`))
    }).map(sending => sending.catch(() => failed++))
    await until(() => answered.length > 50 + round * 37 || undefined, 'some answers')
    await end('SIGKILL')
    await Promise.all(senders)
    t.equal(failed, 10)
    const again = beginEmulator(t, env)
    const { url } = await again.ready
    const stored = new Set(await messageIds(url))
    t.strictSame(
      answered.filter(id => !stored.has(id)),
      [],
      `${answered.length} were answered`,
    )
    await again.end('SIGTERM')
  }
})
