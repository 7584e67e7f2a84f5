import type { TObject } from '@sinclair/typebox'
import * as shapes from '../../model/channel.ts'
import type { ChannelSettings } from '../../store/applications/channels.ts'

/** What differs between the types of channels. */
export interface ChannelDefinition {
  /** As it stands in names of operations: Get<name>Channel. */
  name: string
  /** In lower case it is the channel's Id, and the last part of its path. */
  platform: string
  Request: TObject
  Response: TObject
  /** Sets of credentials, one of which must be complete (observed; which members make a set: assumed). */
  credentialSets?: string[][]
  /** What is kept of credentials because answers have it. */
  keep?: (request: Record<string, string>) => ChannelSettings
  /** Members of the answers that are not among the settings. */
  derive?: (settings: ChannelSettings) => Record<string, unknown>
}

/** A type of push channels: they alone have HasCredential (observed), which is always true (assumed). */
const push = ({ derive, ...type }: ChannelDefinition): ChannelDefinition => ({
  ...type,
  derive: settings => ({ HasCredential: true, ...derive?.(settings) }),
})

/**
 * A type of APNs channels. A DefaultAuthenticationMethod that was not given is absent: Terraform would
 * take a default for a change.
 */
const apns = (
  type: Pick<ChannelDefinition, 'name' | 'platform' | 'Request' | 'Response'>,
): ChannelDefinition =>
  push({
    ...type,
    credentialSets: [
      ['Certificate', 'PrivateKey'],
      ['TokenKey', 'TokenKeyId', 'TeamId', 'BundleId'],
    ],
    derive: ({ TokenKey = false }) => ({ HasTokenKey: TokenKey }),
  })

/** The ten types of channels. The numbers are those of new accounts (source: observed). */
export const channelTypes: ChannelDefinition[] = [
  push({
    name: 'Adm',
    platform: 'ADM',
    Request: shapes.ADMChannelRequest,
    Response: shapes.ADMChannelResponse,
  }),
  apns({
    name: 'Apns',
    platform: 'APNS',
    Request: shapes.APNSChannelRequest,
    Response: shapes.APNSChannelResponse,
  }),
  apns({
    name: 'ApnsSandbox',
    platform: 'APNS_SANDBOX',
    Request: shapes.APNSSandboxChannelRequest,
    Response: shapes.APNSSandboxChannelResponse,
  }),
  apns({
    name: 'ApnsVoip',
    platform: 'APNS_VOIP',
    Request: shapes.APNSVoipChannelRequest,
    Response: shapes.APNSVoipChannelResponse,
  }),
  apns({
    name: 'ApnsVoipSandbox',
    platform: 'APNS_VOIP_SANDBOX',
    Request: shapes.APNSVoipSandboxChannelRequest,
    Response: shapes.APNSVoipSandboxChannelResponse,
  }),
  push({
    name: 'Baidu',
    platform: 'BAIDU',
    Request: shapes.BaiduChannelRequest,
    Response: shapes.BaiduChannelResponse,
    // The one credential that an answer has (source: model).
    keep: ({ ApiKey }) => ({ Credential: ApiKey! }),
  }),
  {
    name: 'Email',
    platform: 'EMAIL',
    Request: shapes.EmailChannelRequest,
    Response: shapes.EmailChannelResponse,
    derive: () => ({ MessagesPerSecond: 1 }),
  },
  push({
    name: 'Gcm',
    platform: 'GCM',
    Request: shapes.GCMChannelRequest,
    Response: shapes.GCMChannelResponse,
    credentialSets: [['ApiKey'], ['ServiceJson']],
    derive: ({ DefaultAuthenticationMethod = 'KEY', ServiceJson = false }) => ({
      DefaultAuthenticationMethod,
      HasFcmServiceCredentials: ServiceJson,
    }),
  }),
  {
    name: 'Sms',
    platform: 'SMS',
    Request: shapes.SMSChannelRequest,
    Response: shapes.SMSChannelResponse,
    derive: () => ({ PromotionalMessagesPerSecond: 20, TransactionalMessagesPerSecond: 20 }),
  },
  {
    name: 'Voice',
    platform: 'VOICE',
    Request: shapes.VoiceChannelRequest,
    Response: shapes.VoiceChannelResponse,
  },
]
