import type { DirectMessageConfiguration, EndpointSendConfiguration } from '../model/message.ts'
import type { TemplateBody } from '../model/template.ts'
import {
  contentOf,
  kindOf,
  type MessageContent,
  type MessageKind,
  pushMemberOf,
  sentParts,
  withoutEmpty,
} from './content.ts'

/** A template that a message is sent by, in the version that is meant. */
export interface SentTemplate {
  name: string
  version: string
  body: TemplateBody
}

/** The templates of a message, by the kinds of messages that they are for. */
export type SentTemplates = Partial<Record<MessageKind, SentTemplate>>

/** The kinds of messages, each with the member of a TemplateConfiguration that names its template. */
export const templateMembers = [
  ['EMAIL', 'EmailTemplate'],
  ['PUSH', 'PushTemplate'],
  ['SMS', 'SMSTemplate'],
  ['VOICE', 'VoiceTemplate'],
] as const

/** The members of the message for a push channel that are sent as they are. */
export type PushSettings = Partial<
  NonNullable<DirectMessageConfiguration['DefaultPushNotificationMessage']> &
    NonNullable<DirectMessageConfiguration['APNSMessage']> &
    NonNullable<DirectMessageConfiguration['GCMMessage']> &
    NonNullable<DirectMessageConfiguration['ADMMessage']>
>

/** Chooses what a message says to one recipient; undefined where there is nothing to send on the channel. */
export type ContentChooser = (
  channel: string,
  recipient: EndpointSendConfiguration,
) => MessageContent | undefined

/**
 * Makes the function that chooses what a message says to each recipient, before it is rendered. Part by
 * part, the recipient's overrides count first, then the channel's message, the default messages, and the
 * template (assumed but for the default messages); RawContent counts instead of all parts (source: API
 * reference). The HTML and the text of an e-mail are one part. Empty texts count as absent, since
 * generated requests have them (assumed).
 */
export function createContentChooser(
  configuration: DirectMessageConfiguration,
  templates: SentTemplates,
): ContentChooser {
  /** What the message says on each channel, whoever the recipient is. */
  const ofChannels = new Map<string, MessageContent>()

  const ofChannel = (channel: string, kind: MessageKind): MessageContent => {
    const known = ofChannels.get(channel)
    if (known !== undefined) return known
    const template = templates[kind]
    const ofTemplate = template === undefined ? {} : contentOf(template.body, channel)
    const content = overlay(ofTemplate, inlineContent(kind, channel, configuration))
    ofChannels.set(channel, content)
    return content
  }

  return (channel, recipient) => {
    const kind = kindOf(channel)
    if (kind === undefined) return undefined
    const content = overlay(ofChannel(channel, kind), overridesOf(kind, recipient))
    return isEnough(kind, content, pushSettingsOf(channel, configuration)) ? sentParts(content) : undefined
  }
}

/**
 * The members of a push message that are sent as they are: those of the channel's message, then
 * those of DefaultPushNotificationMessage.
 */
export function pushSettingsOf(channel: string, configuration: DirectMessageConfiguration): PushSettings {
  const member = pushMemberOf(channel)
  return {
    ...withoutEmpty(configuration.DefaultPushNotificationMessage),
    ...(member && withoutEmpty(configuration[`${member}Message`])),
  }
}

/** What the message says without a template: default messages say what the channel's message does not. */
function inlineContent(
  kind: MessageKind,
  channel: string,
  configuration: DirectMessageConfiguration,
): MessageContent {
  const { DefaultMessage, DefaultPushNotificationMessage, EmailMessage, SMSMessage, VoiceMessage } =
    configuration
  const { Body } = withoutEmpty({ Body: DefaultMessage?.Body })
  const byDefault = Body === undefined ? {} : { Body }
  switch (kind) {
    case 'EMAIL': {
      const { Body: text, SimpleEmail = {} } = withoutEmpty(EmailMessage)
      const parts = {
        Subject: SimpleEmail.Subject?.Data,
        HtmlPart: SimpleEmail.HtmlPart?.Data,
        TextPart: SimpleEmail.TextPart?.Data || text,
        Headers: SimpleEmail.Headers,
      }
      return overlay(withoutEmpty({ text: Body }), contentOf(parts))
    }
    case 'SMS':
      return contentOf({ ...byDefault, ...withoutEmpty(SMSMessage) })
    case 'VOICE':
      return contentOf({ ...byDefault, ...withoutEmpty(VoiceMessage) })
    case 'PUSH': {
      const member = pushMemberOf(channel)
      const Default = { ...byDefault, ...withoutEmpty(DefaultPushNotificationMessage) }
      const forChannel = member && { [member]: withoutEmpty(configuration[`${member}Message`]) }
      return contentOf({ Default, ...forChannel }, channel)
    }
  }
}

/**
 * What the recipient's configuration replaces. The title is an e-mail's subject (source: API
 * reference). Raw content is the body where the channel knows no other (assumed).
 */
function overridesOf(kind: MessageKind, recipient: EndpointSendConfiguration): MessageContent {
  const { BodyOverride: body, TitleOverride: title, RawContent: raw } = recipient
  if (raw) return kind === 'PUSH' ? { rawContent: raw } : kind === 'EMAIL' ? { text: raw } : { body: raw }
  if (kind === 'EMAIL') return withoutEmpty({ subject: title, text: body })
  return withoutEmpty(kind === 'PUSH' ? { title, body } : { body })
}

/**
 * Whether a recipient's overrides replace the whole body, and so a RawEmail (source: API reference, of
 * RawContent; BodyOverride: assumed). A TitleOverride does not: a RawEmail is sent as it is (assumed).
 */
export const replacesBody = ({ BodyOverride, RawContent }: EndpointSendConfiguration): boolean =>
  Boolean(BodyOverride || RawContent)

/**
 * Puts one content over another, part by part. A title or a body that is put over raw content removes it,
 * and the parts that it stood for count again. The HTML and the text of an e-mail are one part: all
 * readers get the same message.
 */
function overlay(lower: MessageContent, upper: MessageContent): MessageContent {
  const content = { ...lower, ...upper }
  const isText = upper.body !== undefined || upper.title !== undefined
  if (isText && upper.rawContent === undefined) delete content.rawContent
  if (upper.html !== undefined || upper.text !== undefined) {
    if (upper.html === undefined) delete content.html
    if (upper.text === undefined) delete content.text
  }
  return content
}

/** The members of a template of which a message needs one, as the API calls them. */
const neededMembers: Record<MessageKind, string> = {
  EMAIL: 'HtmlPart or TextPart',
  PUSH: 'Title, Body or RawContent',
  SMS: 'Body',
  VOICE: 'Body',
}

/**
 * Why there is nothing to send on a channel. The beginning is observed, of an e-mail without content and
 * template; the rest, on a template that says nothing, is assumed.
 */
export function explainNoContent(channel: string, kind: MessageKind, template?: SentTemplate): string {
  const problem = `Either template or ${kind.toLowerCase()} message must be specified`
  if (template === undefined) return problem
  const { name, version } = template
  const members = `${neededMembers[kind]}${kind === 'PUSH' ? ` in ${pushMemberOf(channel)} or Default` : ''}`
  return `${problem}: version ${version} of the ${kind} template ${name} has no ${members}`
}

/** See `neededMembers`. A silent push message needs none of them. */
function isEnough(kind: MessageKind, content: MessageContent, push: PushSettings): boolean {
  if (kind === 'EMAIL') return content.html !== undefined || content.text !== undefined
  if (content.body !== undefined || content.rawContent !== undefined) return true
  return (
    kind === 'PUSH' && (content.title !== undefined || push.Data !== undefined || push.SilentPush === true)
  )
}
