import type { Test } from 'tap'
import { buildTestApp } from './helpers.ts'

const secret = (name: string) => ({ [name]: `s3cret-${name}` })

const apns = {
  ...secret('Certificate'),
  ...secret('PrivateKey'),
  ...secret('BundleId'),
  ...secret('TeamId'),
  ...secret('TokenKey'),
  ...secret('TokenKeyId'),
}
const pushAnswer = { HasCredential: true }
const apnsAnswer = { ...pushAnswer, HasTokenKey: true }

/** The ten types of channels: the members of an update but for Enabled, and what answers have of them. */
export const channelTypes: {
  name: string
  platform: string
  request: Record<string, string>
  answer: Record<string, unknown>
}[] = [
  {
    name: 'Adm',
    platform: 'ADM',
    request: { ...secret('ClientId'), ...secret('ClientSecret') },
    answer: pushAnswer,
  },
  { name: 'Apns', platform: 'APNS', request: apns, answer: apnsAnswer },
  { name: 'ApnsSandbox', platform: 'APNS_SANDBOX', request: apns, answer: apnsAnswer },
  { name: 'ApnsVoip', platform: 'APNS_VOIP', request: apns, answer: apnsAnswer },
  { name: 'ApnsVoipSandbox', platform: 'APNS_VOIP_SANDBOX', request: apns, answer: apnsAnswer },
  {
    name: 'Baidu',
    platform: 'BAIDU',
    request: { ApiKey: 'key-of-baidu', ...secret('SecretKey') },
    answer: { ...pushAnswer, Credential: 'key-of-baidu' },
  },
  {
    name: 'Email',
    platform: 'EMAIL',
    request: {
      ConfigurationSet: 'arn:aws:ses:us-east-1:123456789012:configuration-set/all',
      FromAddress: 'Ann <ann@example.com>',
      Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
      OrchestrationSendingRoleArn: 'arn:aws:iam::123456789012:role/send',
      RoleArn: 'arn:aws:iam::123456789012:role/events',
    },
    answer: {
      ConfigurationSet: 'arn:aws:ses:us-east-1:123456789012:configuration-set/all',
      FromAddress: 'Ann <ann@example.com>',
      Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
      MessagesPerSecond: 1,
      OrchestrationSendingRoleArn: 'arn:aws:iam::123456789012:role/send',
      RoleArn: 'arn:aws:iam::123456789012:role/events',
    },
  },
  {
    name: 'Gcm',
    platform: 'GCM',
    request: { ...secret('ApiKey'), ...secret('ServiceJson'), DefaultAuthenticationMethod: 'TOKEN' },
    answer: { ...pushAnswer, DefaultAuthenticationMethod: 'TOKEN', HasFcmServiceCredentials: true },
  },
  {
    name: 'Sms',
    platform: 'SMS',
    request: { SenderId: 'SHOP', ShortCode: '12345' },
    answer: {
      PromotionalMessagesPerSecond: 20,
      SenderId: 'SHOP',
      ShortCode: '12345',
      TransactionalMessagesPerSecond: 20,
    },
  },
  { name: 'Voice', platform: 'VOICE', request: {}, answer: {} },
]

/** Matches any secret of the requests above. */
export const anySecret = /s3cret/

/** An application whose clock goes on by a second with each call that reads it. */
export async function withChannels(t: Test) {
  let seconds = 0
  const {
    call,
    createApp,
    app: server,
  } = buildTestApp(t, {
    now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, seconds++)),
  })
  const { Id: app } = await createApp()
  const channels = `/v1/apps/${app}/channels`
  const urlOf = (platform: string) => `${channels}/${platform.toLowerCase()}`
  return {
    server,
    call,
    createApp,
    app,
    channels,
    urlOf,
    put: (platform: string, body: object) => call('PUT', urlOf(platform), body),
    get: (platform: string) => call('GET', urlOf(platform)),
    remove: (platform: string) => call('DELETE', urlOf(platform)),
  }
}

/** The members of every channel that is new, from the call that reads the clock for the second time. */
export const newChannel = (app: string, platform: string) => ({
  ApplicationId: app,
  CreationDate: '2026-01-02T03:04:01.000Z',
  Enabled: true,
  Id: platform.toLowerCase(),
  IsArchived: false,
  LastModifiedDate: '2026-01-02T03:04:01.000Z',
  Platform: platform,
  Version: 1,
})
