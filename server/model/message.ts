import { type Static, Type } from '@sinclair/typebox'
import { ListOf, MapOf, OneOf } from './common.ts'
import { ChannelType } from './endpoint.ts'
import { messageLimits, templateLimits } from './quotas.ts'
import { Action, MessageHeader } from './template.ts'

const optionalString = Type.Optional(Type.String())
const optionalBoolean = Type.Optional(Type.Boolean())
const optionalInteger = Type.Optional(Type.Integer())
const optionalMap = Type.Optional(MapOf(Type.String(), messageLimits.names))
const optionalStrings = Type.Optional(ListOf(Type.String(), messageLimits.values))

/** Values of variables: lists of strings by the variables' names. */
export const Substitutions = MapOf(ListOf(Type.String(), messageLimits.values), messageLimits.names)
export type Substitutions = Static<typeof Substitutions>
const optionalSubstitutions = Type.Optional(Substitutions)

/** The statuses of a message to one recipient (source: model). */
export const deliveryStatuses = [
  'SUCCESSFUL',
  'THROTTLED',
  'TEMPORARY_FAILURE',
  'PERMANENT_FAILURE',
  'UNKNOWN_FAILURE',
  'OPT_OUT',
  'DUPLICATE',
] as const
export const DeliveryStatus = OneOf(deliveryStatuses)
export type DeliveryStatus = Static<typeof DeliveryStatus>

export const MessageType = OneOf(['TRANSACTIONAL', 'PROMOTIONAL'])

export const DefaultMessage = Type.Object({ Body: optionalString, Substitutions: optionalSubstitutions })

/** Members of every push notification. */
const notification = {
  Action: Type.Optional(Action),
  Body: optionalString,
  Data: optionalMap,
  SilentPush: optionalBoolean,
  Substitutions: optionalSubstitutions,
  Title: optionalString,
  Url: optionalString,
}

export const DefaultPushNotificationMessage = Type.Object({ ...notification })

export const APNSMessage = Type.Object({
  ...notification,
  APNSPushType: optionalString,
  Badge: optionalInteger,
  Category: optionalString,
  CollapseId: optionalString,
  MediaUrl: optionalString,
  PreferredAuthenticationMethod: optionalString,
  Priority: optionalString,
  RawContent: optionalString,
  Sound: optionalString,
  ThreadId: optionalString,
  TimeToLive: optionalInteger,
})

const android = {
  ...notification,
  IconReference: optionalString,
  ImageIconUrl: optionalString,
  ImageUrl: optionalString,
  RawContent: optionalString,
  SmallImageIconUrl: optionalString,
  Sound: optionalString,
}

export const ADMMessage = Type.Object({
  ...android,
  ConsolidationKey: optionalString,
  ExpiresAfter: optionalString,
  MD5: optionalString,
})

export const BaiduMessage = Type.Object({ ...android, TimeToLive: optionalInteger })

export const GCMMessage = Type.Object({
  ...android,
  CollapseKey: optionalString,
  PreferredAuthenticationMethod: optionalString,
  Priority: optionalString,
  RestrictedPackageName: optionalString,
  TimeToLive: optionalInteger,
})

export const SimpleEmailPart = Type.Object({ Charset: optionalString, Data: optionalString })

export const SimpleEmail = Type.Object({
  Headers: Type.Optional(ListOf(MessageHeader, templateLimits.headers)),
  HtmlPart: Type.Optional(SimpleEmailPart),
  Subject: Type.Optional(SimpleEmailPart),
  TextPart: Type.Optional(SimpleEmailPart),
})

/** An e-mail as a whole. On the wire, a blob is text in base64. */
export const RawEmail = Type.Object({ Data: optionalString })

export const EmailMessage = Type.Object({
  Body: optionalString,
  FeedbackForwardingAddress: optionalString,
  FromAddress: optionalString,
  RawEmail: Type.Optional(RawEmail),
  ReplyToAddresses: optionalStrings,
  SimpleEmail: Type.Optional(SimpleEmail),
  Substitutions: optionalSubstitutions,
})

export const SMSMessage = Type.Object({
  Body: optionalString,
  EntityId: optionalString,
  Keyword: optionalString,
  MediaUrl: optionalString,
  MessageType: Type.Optional(MessageType),
  OriginationNumber: optionalString,
  SenderId: optionalString,
  Substitutions: optionalSubstitutions,
  TemplateId: optionalString,
})

export const VoiceMessage = Type.Object({
  Body: optionalString,
  LanguageCode: optionalString,
  OriginationNumber: optionalString,
  Substitutions: optionalSubstitutions,
  VoiceId: optionalString,
})

/** What a message says by itself, without templates: for all channels, and for each. */
export const DirectMessageConfiguration = Type.Object({
  ADMMessage: Type.Optional(ADMMessage),
  APNSMessage: Type.Optional(APNSMessage),
  BaiduMessage: Type.Optional(BaiduMessage),
  DefaultMessage: Type.Optional(DefaultMessage),
  DefaultPushNotificationMessage: Type.Optional(DefaultPushNotificationMessage),
  EmailMessage: Type.Optional(EmailMessage),
  GCMMessage: Type.Optional(GCMMessage),
  SMSMessage: Type.Optional(SMSMessage),
  VoiceMessage: Type.Optional(VoiceMessage),
})
export type DirectMessageConfiguration = Static<typeof DirectMessageConfiguration>

/** Names a template, and a version of it; without one, the active version. */
export const Template = Type.Object({ Name: optionalString, Version: optionalString })

export const TemplateConfiguration = Type.Object({
  EmailTemplate: Type.Optional(Template),
  InAppTemplate: Type.Optional(Template),
  PushTemplate: Type.Optional(Template),
  SMSTemplate: Type.Optional(Template),
  VoiceTemplate: Type.Optional(Template),
})
export type TemplateConfiguration = Static<typeof TemplateConfiguration>

/** What is sent to one recipient in place of what the message says. */
const overrides = {
  BodyOverride: optionalString,
  Context: optionalMap,
  RawContent: optionalString,
  Substitutions: optionalSubstitutions,
  TitleOverride: optionalString,
}

export const EndpointSendConfiguration = Type.Object({ ...overrides })
export type EndpointSendConfiguration = Static<typeof EndpointSendConfiguration>

export const AddressConfiguration = Type.Object({ ...overrides, ChannelType: Type.Optional(ChannelType) })
export type AddressConfiguration = Static<typeof AddressConfiguration>

const toRecipients = MapOf(EndpointSendConfiguration, messageLimits.recipients)

/** Members of every call that sends messages. */
const sent = {
  Context: optionalMap,
  MessageConfiguration: DirectMessageConfiguration,
  TemplateConfiguration: Type.Optional(TemplateConfiguration),
  TraceId: optionalString,
}

/** The body of SendMessages. */
export const MessageRequest = Type.Object({
  ...sent,
  Addresses: Type.Optional(MapOf(AddressConfiguration, messageLimits.recipients)),
  Endpoints: Type.Optional(toRecipients),
})
export type MessageRequest = Static<typeof MessageRequest>

/** The body of SendUsersMessages. */
export const SendUsersMessageRequest = Type.Object({ ...sent, Users: toRecipients })
export type SendUsersMessageRequest = Static<typeof SendUsersMessageRequest>

const result = {
  DeliveryStatus,
  MessageId: optionalString,
  StatusCode: Type.Integer(),
  StatusMessage: optionalString,
  UpdatedToken: optionalString,
}

export const MessageResult = Type.Object({ ...result })
export type MessageResult = Static<typeof MessageResult>

export const EndpointMessageResult = Type.Object({ Address: optionalString, ...result })
export type EndpointMessageResult = Static<typeof EndpointMessageResult>

export const MessageResponse = Type.Object({
  ApplicationId: Type.String(),
  EndpointResult: Type.Optional(MapOf(EndpointMessageResult)),
  RequestId: optionalString,
  Result: Type.Optional(MapOf(MessageResult)),
})

export const SendUsersMessageResponse = Type.Object({
  ApplicationId: Type.String(),
  RequestId: optionalString,
  Result: Type.Optional(MapOf(MapOf(EndpointMessageResult))),
})

const described = (description: string) => Type.Optional(Type.String({ description }))

/** The members of an outbox record that the sender gives; the store adds `id` and `app`. */
const outboxMembers = {
  time: Type.String({ description: "When it was sent, by the emulator's clock, ISO 8601" }),
  operation: described('The operation that sent it; absent for campaigns and journeys'),
  requestId: described('The id of the call that sent it, as in its answer'),
  traceId: described('The TraceId of the call'),
  messageId: described('As in the answer; absent for push notifications and failures'),
  status: DeliveryStatus,
  statusCode: Type.Integer(),
  statusMessage: Type.String(),
  channel: described('SMS, EMAIL, GCM, …; absent where no endpoint was found'),
  address: described('As the caller wrote it, or as the endpoint has it'),
  endpoint: described('Id of the endpoint; absent for an address'),
  user: described('Id of the user'),
  from: described('The sender of an e-mail'),
  replyTo: Type.Optional(Type.Array(Type.String(), { description: 'Where replies to an e-mail go' })),
  subject: described('Of an e-mail'),
  title: described('Of a push notification'),
  body: described('Of an SMS, voice or push message'),
  html: described('The HTML part of an e-mail'),
  text: described('The text part of an e-mail'),
  headers: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), value: Type.String() }), {
      description: 'The headers that the caller sets for an e-mail; those of the request to APNs',
    }),
  ),
  raw: described('An e-mail that was sent as RawEmail, in base64'),
  feedbackForwardingAddress: described('Where bounces of an e-mail go'),
  messageType: Type.Optional(MessageType),
  originationNumber: described('The number that sends an SMS or voice message, where one is named'),
  senderId: described('The sender that an SMS message shows'),
  keyword: described('Of an SMS message'),
  entityId: described('Of an SMS message to India, as is templateId'),
  templateId: optionalString,
  mediaUrl: described('Of an SMS message'),
  languageCode: described('Of a voice message'),
  voiceId: described('Of a voice message'),
  language: described('The language that a one-time password was asked for in; its text is English'),
  parts: Type.Optional(Type.Integer({ description: 'Messages that the carrier counts for an SMS' })),
  payload: Type.Optional(
    Type.Unsafe<Record<string, unknown>>({
      ...MapOf(Type.Unknown()),
      description: 'What a device gets of a push notification',
    }),
  ),
  template: Type.Optional(Type.Object({ name: Type.String(), version: Type.String() })),
  campaign: described('Id of the campaign, as are the next two with it'),
  treatment: optionalString,
  journey: described('Id of the journey, as are the next two with it'),
  run: optionalString,
  activity: described("Id of a campaign's activity, key of a journey's"),
  context: Type.Optional(MapOf(Type.String())),
  missingVariables: Type.Optional(
    Type.Array(Type.String(), { description: 'Variables that are printed and have no value' }),
  ),
  notCalled: described("Why the Lambda function of the template's recommender was not called"),
  renderingFailure: described('Why it does not render, and where; nothing was delivered then'),
}

/** A record of the outbox before it is stored. Members that do not apply are absent. */
export const NewOutboxMessage = Type.Object(outboxMembers)
export type NewOutboxMessage = Static<typeof NewOutboxMessage>

/** A record of the outbox (contract): what one recipient got, or why it got nothing. */
export const OutboxMessage = Type.Object({
  id: Type.Integer({ description: 'Grows with each message' }),
  app: Type.String({ description: 'Id of the application' }),
  ...outboxMembers,
})
export type OutboxMessage = Static<typeof OutboxMessage>
