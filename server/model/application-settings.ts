import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'

const optionalString = Type.Optional(Type.String())
const optionalInteger = Type.Optional(Type.Integer())

export const CampaignHook = Type.Object({
  LambdaFunctionName: optionalString,
  Mode: Type.Optional(OneOf(['DELIVERY', 'FILTER'])),
  WebUrl: optionalString,
})

export const CampaignLimits = Type.Object({
  Daily: optionalInteger,
  MaximumDuration: optionalInteger,
  MessagesPerSecond: optionalInteger,
  Session: optionalInteger,
  Total: optionalInteger,
})

export const QuietTime = Type.Object({ End: optionalString, Start: optionalString })

export type CampaignHook = Static<typeof CampaignHook>
export type CampaignLimits = Static<typeof CampaignLimits>
export type QuietTime = Static<typeof QuietTime>

const ApplicationSettingsJourneyLimits = Type.Object({
  DailyCap: optionalInteger,
  TimeframeCap: Type.Optional(Type.Object({ Cap: optionalInteger, Days: optionalInteger })),
  TotalCap: optionalInteger,
})

/** The settings that are stored. */
const settings = {
  CampaignHook: Type.Optional(CampaignHook),
  Limits: Type.Optional(CampaignLimits),
  QuietTime: Type.Optional(QuietTime),
  JourneyLimits: Type.Optional(ApplicationSettingsJourneyLimits),
}

export const WriteApplicationSettingsRequest = Type.Object({
  ...settings,
  CloudWatchMetricsEnabled: Type.Optional(Type.Boolean()),
  EventTaggingEnabled: Type.Optional(Type.Boolean()),
})
export type WriteApplicationSettingsRequest = Static<typeof WriteApplicationSettingsRequest>

export const ApplicationSettingsResource = Type.Object({
  ...settings,
  ApplicationId: Type.String(),
  LastModifiedDate: optionalString,
})
export type ApplicationSettingsResource = Static<typeof ApplicationSettingsResource>
