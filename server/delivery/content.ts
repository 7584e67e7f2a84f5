import { pushMembers } from '../model/push-channels.ts'
import type { TemplateBody } from '../model/template.ts'

/** The parts of a message whose text may have variables (source: guide; URLs and rawContent: assumed). */
export const textParts = [
  'subject',
  'html',
  'text',
  'title',
  'body',
  'rawContent',
  'url',
  'mediaUrl',
  'imageUrl',
  'imageIconUrl',
  'smallImageIconUrl',
] as const
export type TextPart = (typeof textParts)[number]

/** The parts that are sent as they are. */
export type FixedPart = 'action' | 'sound' | 'languageCode' | 'voiceId'

/**
 * What a message says on one channel, part by part: the texts are templates before they are
 * rendered, and what is sent afterwards. A part that is not there says nothing, so contents can be
 * merged by spreading one over the other.
 */
export interface MessageContent extends Partial<Record<TextPart | FixedPart, string>> {
  /**
   * Headers of an e-mail, in their order. Values may have variables, names may not. One without a name
   * is not sent, and is there so that the others keep the places by which errors name them.
   */
  headers?: { name: string; value: string }[]
}

/** The part that each member of a template is; other members are no content. */
const partOf: Record<string, TextPart | FixedPart> = {
  Subject: 'subject',
  HtmlPart: 'html',
  TextPart: 'text',
  Title: 'title',
  Body: 'body',
  RawContent: 'rawContent',
  Url: 'url',
  MediaUrl: 'mediaUrl',
  ImageUrl: 'imageUrl',
  ImageIconUrl: 'imageIconUrl',
  SmallImageIconUrl: 'smallImageIconUrl',
  Action: 'action',
  Sound: 'sound',
  LanguageCode: 'languageCode',
  VoiceId: 'voiceId',
}

/** The kinds of messages, as the types of their templates. */
export type MessageKind = 'EMAIL' | 'PUSH' | 'SMS' | 'VOICE'

/** The member of a push template, and of a message, that is for a channel; undefined where none is. */
export const pushMemberOf = (channel: unknown) => pushMembers.get(channel)

/** The types of channels that an application can enable, and so those that messages are sent by. */
export const sendingChannels: readonly unknown[] = [...pushMembers.keys(), 'EMAIL', 'SMS', 'VOICE']

/** The kind of message that a channel takes; undefined for CUSTOM and IN_APP. */
export function kindOf(channel: string): MessageKind | undefined {
  if (channel === 'EMAIL' || channel === 'SMS' || channel === 'VOICE') return channel
  return channel === 'PUSH' || pushMembers.has(channel) ? 'PUSH' : undefined
}

/**
 * What a template says on a channel: this is the only place that knows which member of a template is
 * which part of a message. A template of a type that is not sent, an in-app one, says nothing.
 *
 * A push template's member for the channel counts before Default, member by member (assumed). Empty
 * texts and headers without a name count as absent, since generated requests have them (assumed).
 *
 * @param channel the endpoint's; without one, or for one of another type, a push template says what
 *   its Default does
 */
export function contentOf(body: TemplateBody, channel?: unknown): MessageContent {
  const member = pushMemberOf(channel)
  const members: Record<string, unknown> = {
    ...withoutEmpty(body),
    ...withoutEmpty(body.Default),
    ...(member && withoutEmpty(body[member])),
  }
  const content: MessageContent = {}
  for (const [name, value] of Object.entries(members)) {
    const part = partOf[name]
    if (part !== undefined) content[part] = value as string
  }
  if (body.Headers?.some(({ Name }) => Name)) {
    content.headers = body.Headers.map(({ Name = '', Value = '' }) => ({ name: Name, value: Value }))
  }
  return content
}

/** What is sent of a content: raw content goes instead of everything else (source: API reference). */
export const sentParts = (content: MessageContent): MessageContent =>
  content.rawContent === undefined ? content : { rawContent: content.rawContent }

/** The members of an object that are given. */
type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

/** A copy without members that are undefined or empty texts. */
export function withoutEmpty<T extends object>(members: T | undefined): Given<T> {
  const given: Partial<T> = {}
  for (const name in members) {
    if (members[name] !== undefined && members[name] !== '') given[name] = members[name]
  }
  return given as Given<T>
}

/** The DefaultSubstitutions of a template, as its variables are looked up in them. */
export const defaultsOf = ({ DefaultSubstitutions }: TemplateBody): object =>
  DefaultSubstitutions === undefined ? {} : JSON.parse(DefaultSubstitutions)
