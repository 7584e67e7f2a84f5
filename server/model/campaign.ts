import { type Static, Type } from '@sinclair/typebox'
import { CampaignHook, CampaignLimits, QuietTime } from './application-settings.ts'
import { ListOf, MapOf, OneOf, OneOfAnyCase, PageOf } from './common.ts'
import { ChannelType } from './endpoint.ts'
import { EventFilter } from './event-filter.ts'
import { MessageType, TemplateConfiguration } from './message.ts'
import { campaignLimits, templateLimits } from './quotas.ts'
import { Tags } from './tags.ts'
import { Action, InAppMessageContent, InAppTemplateRequest, MessageHeader } from './template.ts'

const optionalString = Type.Optional(Type.String())
const optionalInteger = Type.Optional(Type.Integer())
const optionalBoolean = Type.Optional(Type.Boolean())

/** A push notification of a campaign. */
export const Message = Type.Object({
  Action: Type.Optional(Action),
  Body: optionalString,
  ImageIconUrl: optionalString,
  ImageSmallIconUrl: optionalString,
  ImageUrl: optionalString,
  JsonBody: optionalString,
  MediaUrl: optionalString,
  RawContent: optionalString,
  SilentPush: optionalBoolean,
  TimeToLive: optionalInteger,
  Title: optionalString,
  Url: optionalString,
})
export type Message = Static<typeof Message>

export const CampaignCustomMessage = Type.Object({ Data: optionalString })

export const CampaignEmailMessage = Type.Object({
  Body: optionalString,
  FromAddress: optionalString,
  Headers: Type.Optional(ListOf(MessageHeader, templateLimits.headers)),
  HtmlBody: optionalString,
  Title: optionalString,
})

export const CampaignSmsMessage = Type.Object({
  Body: optionalString,
  EntityId: optionalString,
  MessageType: Type.Optional(MessageType),
  OriginationNumber: optionalString,
  SenderId: optionalString,
  TemplateId: optionalString,
})

export const CampaignInAppMessage = Type.Object({
  Body: optionalString,
  Content: Type.Optional(ListOf(InAppMessageContent, templateLimits.contents)),
  CustomConfig: Type.Optional(MapOf(Type.String(), templateLimits.customConfig)),
  Layout: InAppTemplateRequest.properties.Layout,
})

export const MessageConfiguration = Type.Object({
  ADMMessage: Type.Optional(Message),
  APNSMessage: Type.Optional(Message),
  BaiduMessage: Type.Optional(Message),
  CustomMessage: Type.Optional(CampaignCustomMessage),
  DefaultMessage: Type.Optional(Message),
  EmailMessage: Type.Optional(CampaignEmailMessage),
  GCMMessage: Type.Optional(Message),
  InAppMessage: Type.Optional(CampaignInAppMessage),
  SMSMessage: Type.Optional(CampaignSmsMessage),
})
export type MessageConfiguration = Static<typeof MessageConfiguration>

/** Which endpoints get the custom message, and what is called to deliver it. */
export const CustomDeliveryConfiguration = Type.Object({
  DeliveryUri: Type.String(),
  EndpointTypes: Type.Optional(ListOf(ChannelType, campaignLimits.endpointTypes)),
})
export type CustomDeliveryConfiguration = Static<typeof CustomDeliveryConfiguration>

export const frequencies = ['ONCE', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'EVENT', 'IN_APP_EVENT'] as const
export type Frequency = (typeof frequencies)[number]

/** When a campaign runs. */
export const Schedule = Type.Object({
  EndTime: optionalString,
  EventFilter: Type.Optional(EventFilter),
  // In any case, as IMMEDIATE and time zones are (assumed).
  Frequency: Type.Optional(OneOfAnyCase(frequencies)),
  IsLocalTime: optionalBoolean,
  QuietTime: Type.Optional(QuietTime),
  StartTime: Type.String(),
  Timezone: optionalString,
})
export type Schedule = Static<typeof Schedule>

/** What a treatment says; the default treatment's is that of the campaign itself. */
const treatment = {
  CustomDeliveryConfiguration: Type.Optional(CustomDeliveryConfiguration),
  MessageConfiguration: Type.Optional(MessageConfiguration),
  Schedule: Type.Optional(Schedule),
  TemplateConfiguration: Type.Optional(TemplateConfiguration),
  TreatmentDescription: optionalString,
  TreatmentName: optionalString,
}

export const WriteTreatmentResource = Type.Object({ ...treatment, SizePercent: Type.Integer() })
export type WriteTreatmentResource = Static<typeof WriteTreatmentResource>

/** Members of a campaign that are the same in requests and answers. */
const campaign = {
  ...treatment,
  Description: optionalString,
  HoldoutPercent: optionalInteger,
  Hook: Type.Optional(CampaignHook),
  IsPaused: optionalBoolean,
  Limits: Type.Optional(CampaignLimits),
  Name: optionalString,
  Priority: optionalInteger,
  tags: Type.Optional(Tags),
}

/** The body of CreateCampaign and UpdateCampaign. */
export const WriteCampaignRequest = Type.Object({
  ...campaign,
  AdditionalTreatments: Type.Optional(ListOf(WriteTreatmentResource, campaignLimits.additionalTreatments)),
  SegmentId: optionalString,
  SegmentVersion: optionalInteger,
})
export type WriteCampaignRequest = Static<typeof WriteCampaignRequest>

export const campaignStatuses = [
  'SCHEDULED',
  'EXECUTING',
  'PENDING_NEXT_RUN',
  'COMPLETED',
  'PAUSED',
  'DELETED',
  'INVALID',
] as const
export type CampaignStatus = (typeof campaignStatuses)[number]

export const CampaignState = Type.Object({ CampaignStatus: Type.Optional(OneOf(campaignStatuses)) })

export const TreatmentResource = Type.Object({
  ...treatment,
  Id: Type.String(),
  SizePercent: Type.Integer(),
  State: Type.Optional(CampaignState),
})

export const CampaignResponse = Type.Object({
  ...campaign,
  AdditionalTreatments: Type.Optional(Type.Array(TreatmentResource)),
  ApplicationId: Type.String(),
  Arn: Type.String(),
  CreationDate: Type.String(),
  DefaultState: Type.Optional(CampaignState),
  Id: Type.String(),
  LastModifiedDate: Type.String(),
  SegmentId: Type.String(),
  SegmentVersion: Type.Integer(),
  State: Type.Optional(CampaignState),
  Version: optionalInteger,
})
export type CampaignResponse = Static<typeof CampaignResponse>

export const CampaignsResponse = PageOf(CampaignResponse)

/** One run of a treatment. */
export const ActivityResponse = Type.Object({
  ApplicationId: Type.String(),
  CampaignId: Type.String(),
  End: optionalString,
  ExecutionMetrics: Type.Optional(MapOf(Type.String())),
  Id: Type.String(),
  Result: optionalString,
  ScheduledStart: optionalString,
  Start: optionalString,
  State: optionalString,
  SuccessfulEndpointCount: optionalInteger,
  TimezonesCompletedCount: optionalInteger,
  TimezonesTotalCount: optionalInteger,
  TotalEndpointCount: optionalInteger,
  TreatmentId: optionalString,
})
export type ActivityResponse = Static<typeof ActivityResponse>

export const ActivitiesResponse = PageOf(ActivityResponse)

/** What an application shows in itself. */
export const InAppMessage = Type.Object({
  Content: CampaignInAppMessage.properties.Content,
  CustomConfig: Type.Optional(MapOf(Type.String())),
  Layout: InAppTemplateRequest.properties.Layout,
})

export const InAppCampaignSchedule = Type.Object({
  EndDate: optionalString,
  EventFilter: Type.Optional(EventFilter),
  QuietTime: Type.Optional(QuietTime),
})

export const InAppMessageCampaign = Type.Object({
  CampaignId: optionalString,
  DailyCap: optionalInteger,
  InAppMessage: Type.Optional(InAppMessage),
  Priority: optionalInteger,
  Schedule: Type.Optional(InAppCampaignSchedule),
  SessionCap: optionalInteger,
  TotalCap: optionalInteger,
  TreatmentId: optionalString,
})
export type InAppMessageCampaign = Static<typeof InAppMessageCampaign>

export const InAppMessagesResponse = Type.Object({
  InAppMessageCampaigns: Type.Optional(Type.Array(InAppMessageCampaign)),
})
