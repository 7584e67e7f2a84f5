import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { ListOf, MapOf, OneOf, PageOf } from './common.ts'
import { templateLimits } from './quotas.ts'
import { Tags } from './tags.ts'

/** The types of message templates (source: model). */
export const templateTypes = ['EMAIL', 'PUSH', 'SMS', 'VOICE', 'INAPP'] as const
export const TemplateType = OneOf(templateTypes)
export type TemplateType = Static<typeof TemplateType>

const optionalString = Type.Optional(Type.String())

/** Members that every template can have. */
const ofEach = { tags: Type.Optional(Tags), TemplateDescription: optionalString }

/** Members of the templates in which variables are replaced; all of them but in-app ones. */
const ofVariables = { ...ofEach, DefaultSubstitutions: optionalString }

export const MessageHeader = Type.Object({ Name: optionalString, Value: optionalString })
export type MessageHeader = Static<typeof MessageHeader>

const email = {
  ...ofVariables,
  Headers: Type.Optional(ListOf(MessageHeader, templateLimits.headers)),
  HtmlPart: optionalString,
  RecommenderId: optionalString,
  Subject: optionalString,
  TextPart: optionalString,
}

/** What a tap on a push notification does (source: model). */
export const Action = OneOf(['OPEN_APP', 'DEEP_LINK', 'URL'])

const notification = {
  Action: Type.Optional(Action),
  Body: optionalString,
  Sound: optionalString,
  Title: optionalString,
  Url: optionalString,
}
export const DefaultPushNotificationTemplate = Type.Object(notification)

export const APNSPushNotificationTemplate = Type.Object({
  ...notification,
  MediaUrl: optionalString,
  RawContent: optionalString,
})

export const AndroidPushNotificationTemplate = Type.Object({
  ...notification,
  ImageIconUrl: optionalString,
  ImageUrl: optionalString,
  RawContent: optionalString,
  SmallImageIconUrl: optionalString,
})

const push = {
  ...ofVariables,
  ADM: Type.Optional(AndroidPushNotificationTemplate),
  APNS: Type.Optional(APNSPushNotificationTemplate),
  Baidu: Type.Optional(AndroidPushNotificationTemplate),
  Default: Type.Optional(DefaultPushNotificationTemplate),
  GCM: Type.Optional(AndroidPushNotificationTemplate),
  RecommenderId: optionalString,
}

const sms = { ...ofVariables, Body: optionalString, RecommenderId: optionalString }

const voice = { ...ofVariables, Body: optionalString, LanguageCode: optionalString, VoiceId: optionalString }

const Alignment = OneOf(['LEFT', 'CENTER', 'RIGHT'])
const ButtonAction = OneOf(['LINK', 'DEEP_LINK', 'CLOSE'])

export const InAppMessageHeaderConfig = Type.Object({
  Alignment,
  Header: Type.String(),
  TextColor: Type.String(),
})

export const InAppMessageBodyConfig = Type.Object({
  Alignment,
  Body: Type.String(),
  TextColor: Type.String(),
})

export const DefaultButtonConfiguration = Type.Object({
  BackgroundColor: optionalString,
  BorderRadius: Type.Optional(Type.Integer()),
  ButtonAction,
  Link: optionalString,
  Text: Type.String(),
  TextColor: optionalString,
})

export const OverrideButtonConfiguration = Type.Object({ ButtonAction, Link: optionalString })

export const InAppMessageButton = Type.Object({
  Android: Type.Optional(OverrideButtonConfiguration),
  DefaultConfig: Type.Optional(DefaultButtonConfiguration),
  IOS: Type.Optional(OverrideButtonConfiguration),
  Web: Type.Optional(OverrideButtonConfiguration),
})

export const InAppMessageContent = Type.Object({
  BackgroundColor: optionalString,
  BodyConfig: Type.Optional(InAppMessageBodyConfig),
  HeaderConfig: Type.Optional(InAppMessageHeaderConfig),
  ImageUrl: optionalString,
  PrimaryBtn: Type.Optional(InAppMessageButton),
  SecondaryBtn: Type.Optional(InAppMessageButton),
})

const inApp = {
  ...ofEach,
  Content: Type.Optional(ListOf(InAppMessageContent, templateLimits.contents)),
  CustomConfig: Type.Optional(MapOf(Type.String(), templateLimits.customConfig)),
  Layout: Type.Optional(
    OneOf(['BOTTOM_BANNER', 'TOP_BANNER', 'OVERLAYS', 'MOBILE_FEED', 'MIDDLE_BANNER', 'CAROUSEL']),
  ),
}

/** What is answered of every template, whatever it holds. */
const ofResponse = {
  CreationDate: Type.String(),
  LastModifiedDate: Type.String(),
  TemplateName: Type.String(),
  TemplateType,
  Version: optionalString,
}

const answered = <const Members extends TProperties>(members: Members) =>
  Type.Object({ ...members, ...ofResponse, Arn: optionalString })

export const EmailTemplateRequest = Type.Object(email)
export const EmailTemplateResponse = answered(email)
export const PushNotificationTemplateRequest = Type.Object(push)
export const PushNotificationTemplateResponse = answered(push)
export const SMSTemplateRequest = Type.Object(sms)
export const SMSTemplateResponse = answered(sms)
export const VoiceTemplateRequest = Type.Object(voice)
export const VoiceTemplateResponse = answered(voice)
export const InAppTemplateRequest = Type.Object(inApp)
export const InAppTemplateResponse = answered(inApp)

/** What the templates of each type say: what is sent of them but for tags, which no version has. */
export interface TemplateBodies {
  EMAIL: Omit<Static<typeof EmailTemplateRequest>, 'tags'>
  PUSH: Omit<Static<typeof PushNotificationTemplateRequest>, 'tags'>
  SMS: Omit<Static<typeof SMSTemplateRequest>, 'tags'>
  VOICE: Omit<Static<typeof VoiceTemplateRequest>, 'tags'>
  INAPP: Omit<Static<typeof InAppTemplateRequest>, 'tags'>
}

/** What a template of any type may say. All members are optional, so a body of each type is one. */
export type TemplateBody = TemplateBodies['EMAIL'] &
  TemplateBodies['PUSH'] &
  TemplateBodies['SMS'] &
  TemplateBodies['VOICE'] &
  TemplateBodies['INAPP']

/** The body that answers the creation of a template. */
export const CreateTemplateMessageBody = Type.Object({
  Arn: optionalString,
  Message: optionalString,
  RequestID: optionalString,
})

/** A template in a list, in its active version. */
export const TemplateResponse = answered(ofVariables)

export const TemplatesResponse = PageOf(TemplateResponse)

/** A version in the list of a template's versions. */
export const TemplateVersionResponse = Type.Object({
  ...ofResponse,
  DefaultSubstitutions: optionalString,
  TemplateDescription: optionalString,
  TemplateType: Type.String(),
})

export const TemplateVersionsResponse = Type.Object({
  ...PageOf(TemplateVersionResponse).properties,
  Message: optionalString,
  RequestID: optionalString,
})

export const TemplateActiveVersionRequest = Type.Object({ Version: optionalString })

/** What identifies a template: its name is unique among the templates of its type. */
export interface TemplateKey<Type extends TemplateType = TemplateType> {
  type: Type
  name: string
}
