import { type Static, type TString, Type } from '@sinclair/typebox'
import { MapOf } from './common.ts'

const optionalBoolean = Type.Optional(Type.Boolean())
const optionalInteger = Type.Optional(Type.Integer())
const optionalString = Type.Optional(Type.String())

/** A credential, or a part of one: no answer, message or log has it (source: API reference). */
const Secret = (options = {}): TString => Type.String({ ...options, writeOnly: true })
const optionalSecret = Type.Optional(Secret())
/** A credential that must be there. It is not empty (assumed). */
const requiredSecret = Secret({ minLength: 1 })

/** A channel as GetChannels lists it. */
const channel = {
  ApplicationId: optionalString,
  CreationDate: optionalString,
  Enabled: optionalBoolean,
  HasCredential: optionalBoolean,
  Id: optionalString,
  IsArchived: optionalBoolean,
  LastModifiedBy: optionalString,
  LastModifiedDate: optionalString,
  Version: optionalInteger,
}

export const ChannelResponse = Type.Object(channel)
export type ChannelResponse = Static<typeof ChannelResponse>

/** All channels of an application, by their platforms. */
export const ChannelsResponse = Type.Object({ Channels: MapOf(ChannelResponse) })

const platformChannel = { ...channel, Platform: Type.String() }

export const ADMChannelRequest = Type.Object({
  ClientId: requiredSecret,
  ClientSecret: requiredSecret,
  Enabled: optionalBoolean,
})
export const ADMChannelResponse = Type.Object({ ...platformChannel })

const apnsRequest = {
  BundleId: optionalSecret,
  Certificate: optionalSecret,
  DefaultAuthenticationMethod: optionalString,
  Enabled: optionalBoolean,
  PrivateKey: optionalSecret,
  TeamId: optionalSecret,
  TokenKey: optionalSecret,
  TokenKeyId: optionalSecret,
}
const apnsResponse = {
  ...platformChannel,
  DefaultAuthenticationMethod: optionalString,
  HasTokenKey: optionalBoolean,
}
export const APNSChannelRequest = Type.Object({ ...apnsRequest })
export const APNSChannelResponse = Type.Object({ ...apnsResponse })
export const APNSSandboxChannelRequest = Type.Object({ ...apnsRequest })
export const APNSSandboxChannelResponse = Type.Object({ ...apnsResponse })
export const APNSVoipChannelRequest = Type.Object({ ...apnsRequest })
export const APNSVoipChannelResponse = Type.Object({ ...apnsResponse })
export const APNSVoipSandboxChannelRequest = Type.Object({ ...apnsRequest })
export const APNSVoipSandboxChannelResponse = Type.Object({ ...apnsResponse })

export const BaiduChannelRequest = Type.Object({
  ApiKey: requiredSecret,
  Enabled: optionalBoolean,
  SecretKey: requiredSecret,
})
export const BaiduChannelResponse = Type.Object({
  ...platformChannel,
  Credential: Type.String({ description: 'The API key, which the model requires in the answer' }),
})

/** FromAddress and Identity are not empty (assumed). */
export const EmailChannelRequest = Type.Object({
  ConfigurationSet: optionalString,
  Enabled: optionalBoolean,
  FromAddress: Type.String({ minLength: 1 }),
  Identity: Type.String({ minLength: 1 }),
  OrchestrationSendingRoleArn: optionalString,
  RoleArn: optionalString,
})
export const EmailChannelResponse = Type.Object({
  ...platformChannel,
  ConfigurationSet: optionalString,
  FromAddress: optionalString,
  Identity: optionalString,
  MessagesPerSecond: optionalInteger,
  OrchestrationSendingRoleArn: optionalString,
  RoleArn: optionalString,
})

export const GCMChannelRequest = Type.Object({
  ApiKey: optionalSecret,
  DefaultAuthenticationMethod: optionalString,
  Enabled: optionalBoolean,
  ServiceJson: optionalSecret,
})
export const GCMChannelResponse = Type.Object({
  ...platformChannel,
  Credential: optionalString,
  DefaultAuthenticationMethod: optionalString,
  HasFcmServiceCredentials: optionalBoolean,
})

export const SMSChannelRequest = Type.Object({
  Enabled: optionalBoolean,
  SenderId: optionalString,
  ShortCode: optionalString,
})
export const SMSChannelResponse = Type.Object({
  ...platformChannel,
  PromotionalMessagesPerSecond: optionalInteger,
  SenderId: optionalString,
  ShortCode: optionalString,
  TransactionalMessagesPerSecond: optionalInteger,
})

export const VoiceChannelRequest = Type.Object({ Enabled: optionalBoolean })
export const VoiceChannelResponse = Type.Object({ ...platformChannel })
