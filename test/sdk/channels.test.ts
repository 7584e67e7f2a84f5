import {
  DeleteAdmChannelCommand,
  DeleteApnsChannelCommand,
  DeleteApnsSandboxChannelCommand,
  DeleteApnsVoipChannelCommand,
  DeleteApnsVoipSandboxChannelCommand,
  DeleteAppCommand,
  DeleteBaiduChannelCommand,
  DeleteEmailChannelCommand,
  DeleteGcmChannelCommand,
  DeleteSmsChannelCommand,
  DeleteVoiceChannelCommand,
  GetAdmChannelCommand,
  GetApnsChannelCommand,
  GetApnsSandboxChannelCommand,
  GetApnsVoipChannelCommand,
  GetApnsVoipSandboxChannelCommand,
  GetBaiduChannelCommand,
  GetChannelsCommand,
  GetEmailChannelCommand,
  GetGcmChannelCommand,
  GetSmsChannelCommand,
  GetVoiceChannelCommand,
  type PinpointClient,
  UpdateAdmChannelCommand,
  UpdateApnsChannelCommand,
  UpdateApnsSandboxChannelCommand,
  UpdateApnsVoipChannelCommand,
  UpdateApnsVoipSandboxChannelCommand,
  UpdateBaiduChannelCommand,
  UpdateEmailChannelCommand,
  UpdateGcmChannelCommand,
  UpdateSmsChannelCommand,
  UpdateVoiceChannelCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { countRows } from '../support/database.ts'
import { createApp, startEmulator, until } from '../support/helpers.ts'
import { anySecret, channelTypes } from '../support/with-channels.ts'

const { client } = await startEmulator(t)
const notFound = { name: 'NotFoundException', message: 'Resource not found' }

// biome-ignore lint/suspicious/noExplicitAny: a command of any operation, and what it answers
type AnyCommand = new (input: any) => any

/** The three commands of each type of channel, and the shape that they take and answer. */
const commands: Record<string, [shape: string, put: AnyCommand, get: AnyCommand, remove: AnyCommand]> = {
  Adm: ['ADM', UpdateAdmChannelCommand, GetAdmChannelCommand, DeleteAdmChannelCommand],
  Apns: ['APNS', UpdateApnsChannelCommand, GetApnsChannelCommand, DeleteApnsChannelCommand],
  ApnsSandbox: [
    'APNSSandbox',
    UpdateApnsSandboxChannelCommand,
    GetApnsSandboxChannelCommand,
    DeleteApnsSandboxChannelCommand,
  ],
  ApnsVoip: [
    'APNSVoip',
    UpdateApnsVoipChannelCommand,
    GetApnsVoipChannelCommand,
    DeleteApnsVoipChannelCommand,
  ],
  ApnsVoipSandbox: [
    'APNSVoipSandbox',
    UpdateApnsVoipSandboxChannelCommand,
    GetApnsVoipSandboxChannelCommand,
    DeleteApnsVoipSandboxChannelCommand,
  ],
  Baidu: ['Baidu', UpdateBaiduChannelCommand, GetBaiduChannelCommand, DeleteBaiduChannelCommand],
  Email: ['Email', UpdateEmailChannelCommand, GetEmailChannelCommand, DeleteEmailChannelCommand],
  Gcm: ['GCM', UpdateGcmChannelCommand, GetGcmChannelCommand, DeleteGcmChannelCommand],
  Sms: ['SMS', UpdateSmsChannelCommand, GetSmsChannelCommand, DeleteSmsChannelCommand],
  Voice: ['Voice', UpdateVoiceChannelCommand, GetVoiceChannelCommand, DeleteVoiceChannelCommand],
}

/** The three calls of one channel of an application. */
function channelOf(client: PinpointClient, ApplicationId: string, name: string) {
  const [shape, Put, Get, Remove] = commands[name]!
  const send = async (Command: AnyCommand, input: object = {}) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    ((await client.send(new Command({ ApplicationId, ...input }))) as any)[`${shape}ChannelResponse`]
  return {
    put: (request: object) => send(Put, { [`${shape}ChannelRequest`]: request }),
    get: () => send(Get),
    remove: () => send(Remove),
  }
}

for (const { name, platform, request, answer } of channelTypes) {
  t.test(`a channel of type ${name} is set, read, changed and deleted`, async t => {
    const ApplicationId = await createApp(client)
    const { put, get, remove } = channelOf(client, ApplicationId, name)
    await t.rejects(get(), notFound)
    const created = await put(request)
    t.match(created, { ...answer, ApplicationId, Platform: platform, Version: 1, Enabled: true })
    t.notMatch(JSON.stringify(created), anySecret)
    t.strictSame(await get(), created)
    const changed = await put({ ...request, Enabled: false })
    t.match(changed, { Version: 2, Enabled: false, CreationDate: created.CreationDate })
    t.strictSame(await get(), changed)
    const { ChannelsResponse } = await client.send(new GetChannelsCommand({ ApplicationId }))
    t.match(ChannelsResponse!.Channels, { [platform]: { Version: 2, Enabled: false }, IN_APP: {} })
    t.strictSame(await remove(), changed)
    await t.rejects(get(), notFound)
    await t.rejects(remove(), notFound)
  })
}

const token = { BundleId: 'b', TeamId: 't', TokenKey: 'k', TokenKeyId: 'i' }
const certificate = { Certificate: 'c', PrivateKey: 'p' }
const none = (credentials: object) =>
  Object.fromEntries(Object.keys(credentials).map(member => [member, ''] as const))

/** What Terraform's provider reads of each type, besides ApplicationId and Enabled. */
const readByTerraform: Record<string, string[]> = {
  ...Object.fromEntries(
    ['Apns', 'ApnsSandbox', 'ApnsVoip', 'ApnsVoipSandbox', 'Gcm'].map(name => [
      name,
      ['DefaultAuthenticationMethod'],
    ]),
  ),
  Adm: [],
  Baidu: [],
  Email: [
    ...['FromAddress', 'Identity', 'RoleArn', 'OrchestrationSendingRoleArn', 'ConfigurationSet'],
    'MessagesPerSecond',
  ],
  Sms: ['SenderId', 'ShortCode', 'PromotionalMessagesPerSecond', 'TransactionalMessagesPerSecond'],
}

const email = {
  FromAddress: 'ann@example.com',
  Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
}
const rates = { PromotionalMessagesPerSecond: 20, TransactionalMessagesPerSecond: 20 }

/**
 * The updates that Terraform's provider sends for a resource, one after the other, and what it must
 * then read to plan no change. It sends the credentials of APNs that are not set, and its
 * DefaultAuthenticationMethod, as empty strings, and what is not set of e-mail and SMS not at all.
 */
const applied: [name: string, ...updates: [request: object, read: object][]][] = [
  ...['Apns', 'ApnsSandbox', 'ApnsVoip', 'ApnsVoipSandbox'].map((name): (typeof applied)[number] => [
    name,
    [{ ...certificate, ...none(token), DefaultAuthenticationMethod: '', Enabled: true }, {}],
    [
      { ...none(certificate), ...token, DefaultAuthenticationMethod: 'TOKEN', Enabled: false },
      { DefaultAuthenticationMethod: 'TOKEN' },
    ],
    [{ ...none(certificate), ...token, DefaultAuthenticationMethod: '', Enabled: true }, {}],
  ]),
  [
    'Gcm',
    [
      { ApiKey: 'k', DefaultAuthenticationMethod: 'KEY', Enabled: true },
      { DefaultAuthenticationMethod: 'KEY' },
    ],
    [
      { ServiceJson: '{}', DefaultAuthenticationMethod: 'TOKEN', Enabled: true },
      { DefaultAuthenticationMethod: 'TOKEN' },
    ],
  ],
  ['Adm', [{ ClientId: 'i', ClientSecret: 's', Enabled: true }, {}]],
  ['Baidu', [{ ApiKey: 'a', SecretKey: 's', Enabled: false }, {}]],
  [
    'Email',
    [
      { ...email, Enabled: true },
      { ...email, MessagesPerSecond: 1 },
    ],
    [
      { ...email, Enabled: true, RoleArn: 'arn:aws:iam::123456789012:role/x', ConfigurationSet: 'set' },
      {
        ...email,
        RoleArn: 'arn:aws:iam::123456789012:role/x',
        ConfigurationSet: 'set',
        MessagesPerSecond: 1,
      },
    ],
  ],
  [
    'Sms',
    [{ Enabled: true }, rates],
    [
      { Enabled: true, SenderId: 'SHOP', ShortCode: '12345' },
      { SenderId: 'SHOP', ShortCode: '12345', ...rates },
    ],
  ],
]

for (const [name, ...updates] of applied) {
  t.test(`Terraform finds a channel of type ${name} as it has set it, and destroys it`, async t => {
    const ApplicationId = await createApp(client)
    const { put, get, remove } = channelOf(client, ApplicationId, name)
    for (const [request, expected] of updates) {
      await put(request)
      const channel = await get()
      const members = ['ApplicationId', 'Enabled', ...readByTerraform[name]!]
      const read = Object.fromEntries(
        members.filter(member => channel[member] !== undefined).map(member => [member, channel[member]]),
      )
      const { Enabled } = request as { Enabled: boolean }
      t.strictSame(read, { ApplicationId, Enabled, ...expected })
    }
    await remove()
    await t.rejects(get(), notFound)
  })
}

t.test('Amplify disables an APNs channel by Enabled alone', async t => {
  const { put, get } = channelOf(client, await createApp(client), 'Apns')
  await put({ ...certificate, DefaultAuthenticationMethod: 'Certificate', Enabled: true })
  await put({ Enabled: false })
  t.match(await get(), { Enabled: false, DefaultAuthenticationMethod: 'Certificate', HasTokenKey: false })
})

t.test('an APNs channel without credentials is refused in the words of AWS', async t => {
  const { put } = channelOf(client, await createApp(client), 'ApnsSandbox')
  await t.rejects(put({ Certificate: 'c' }), { name: 'BadRequestException', message: 'Missing credentials' })
})

t.test('channels are the same after a restart, and gone with their application', async t => {
  const DATA_DIR = makeFolder(t)
  const first = await startEmulator(t, { DATA_DIR })
  const app = await createApp(first.client)
  for (const { name, request } of channelTypes) await channelOf(first.client, app, name).put(request)
  const list = async (client: PinpointClient) =>
    (await client.send(new GetChannelsCommand({ ApplicationId: app }))).ChannelsResponse!.Channels!
  const before = await list(first.client)
  first.client.destroy()
  await first.close()

  const { client } = await startEmulator(t, { DATA_DIR })
  t.strictSame(await list(client), before)
  t.equal(Object.keys(before).length, channelTypes.length + 1)
  await client.send(new DeleteAppCommand({ ApplicationId: app }))
  await t.rejects(list(client), notFound)
  await until(() => (countRows(DATA_DIR).channels === undefined ? true : undefined), 'no rows of channels')
})

t.test('a reset removes channels, and a snapshot brings them back', async t => {
  const { client, url } = await startEmulator(t)
  const app = await createApp(client)
  const { put, get } = channelOf(client, app, 'Gcm')
  const created = await put({ ApiKey: 'k' })
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  await fetch(`${url}/_pinpoint/reset`, { method: 'POST' })
  await t.rejects(get(), notFound)
  const restored = await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.equal(restored.status, 204)
  t.strictSame(await get(), created)
  t.match(await put({ Enabled: false }), { Enabled: false, Version: 2 }, 'it still has its credentials')
})
