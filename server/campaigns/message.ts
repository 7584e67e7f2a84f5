import { type SentTemplates, templateMembers } from '../delivery/choose-content.ts'
import { templateToSend } from '../delivery/load-template.ts'
import type { Message, MessageConfiguration } from '../model/campaign.ts'
import { isObject } from '../model/is-object.ts'
import type { DirectMessageConfiguration, TemplateConfiguration } from '../model/message.ts'
import type { Store } from '../store/open-store.ts'

/** The message of a campaign in the form in which SendMessages has it. DefaultMessage is for push alone. */
export function directMessage(message: MessageConfiguration): DirectMessageConfiguration {
  const { DefaultMessage, EmailMessage, SMSMessage } = message
  const pushOf = (own: Message | undefined) => own ?? DefaultMessage
  const email = EmailMessage && {
    ...pick({ FromAddress: EmailMessage.FromAddress, Body: EmailMessage.Body }),
    SimpleEmail: pick({
      Subject: part(EmailMessage.Title),
      HtmlPart: part(EmailMessage.HtmlBody),
      Headers: EmailMessage.Headers,
    }),
  }
  return pick({
    DefaultPushNotificationMessage: notification(DefaultMessage),
    APNSMessage: apple(pushOf(message.APNSMessage)),
    GCMMessage: android(pushOf(message.GCMMessage)),
    BaiduMessage: android(pushOf(message.BaiduMessage)),
    ADMMessage: android(pushOf(message.ADMMessage)),
    EmailMessage: email,
    SMSMessage,
  })
}

const part = (text: string | undefined) => (text ? { Data: text } : undefined)

/** What every push message has. */
function notification(message: Message | undefined) {
  if (message === undefined) return undefined
  const { Action, Body, SilentPush, Title, Url, JsonBody } = message
  return pick({ Action, Body, SilentPush, Title, Url, Data: readData(JsonBody) })
}

function apple(message: Message | undefined) {
  if (message === undefined) return undefined
  const { MediaUrl, RawContent, TimeToLive } = message
  return { ...notification(message)!, ...pick({ MediaUrl, RawContent, TimeToLive }) }
}

function android(message: Message | undefined) {
  if (message === undefined) return undefined
  const { ImageIconUrl, ImageSmallIconUrl, ImageUrl, RawContent, TimeToLive } = message
  return {
    ...notification(message)!,
    ...pick({ ImageIconUrl, ImageUrl, RawContent, SmallImageIconUrl: ImageSmallIconUrl, TimeToLive }),
  }
}

/** The JSON payload of a silent push message, whose members are texts for the device (assumed). */
function readData(json: string | undefined): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(json ?? '')
    if (!isObject(value)) return undefined
    const texts = Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' ? member : JSON.stringify(member),
    ])
    return Object.fromEntries(texts)
  } catch {
    return undefined
  }
}

/** A copy without members that are undefined. */
const pick = <T extends object>(members: T) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }

/**
 * Loads the templates that a treatment names: in their active versions, unless others are named.
 *
 * @returns undefined if there is no such template or version
 */
export function loadTemplates(
  store: Pick<Store, 'templates'>,
  configuration: TemplateConfiguration,
): SentTemplates | undefined {
  const loaded: SentTemplates = {}
  for (const [type, member] of templateMembers) {
    const named = configuration[member]
    if (named === undefined) continue
    const template = templateToSend(store, type, named.Name, named.Version)
    if (template === undefined) return undefined
    loaded[type] = template
  }
  return loaded
}
