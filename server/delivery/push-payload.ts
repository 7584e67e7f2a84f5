import { checkBodySize } from '../http/body-size.ts'
import { isObject } from '../model/is-object.ts'
import type { NewOutboxMessage } from '../model/message.ts'
import { describe } from '../validation/explain.ts'
import type { PushSettings } from './choose-content.ts'
import type { MessageContent } from './content.ts'

/** What sends a message, as a device is told. */
export type PushOrigin = Pick<NewOutboxMessage, 'campaign' | 'treatment' | 'journey' | 'run' | 'activity'>

interface Push {
  content: MessageContent
  settings: PushSettings
  origin: PushOrigin
  context: Record<string, string>
}

/**
 * What a device, or rather the push service, gets of a message (source: observed in apps that
 * receive it; members of the request to the service: its own API). Values that are not set are
 * absent.
 */
export function payloadOf(channel: string, push: Push): Record<string, unknown> {
  if (channel.startsWith('APNS')) return apnsPayload(push)
  const { settings } = push
  const data = androidData(push)
  switch (channel) {
    case 'ADM':
      return given({
        data,
        consolidationKey: settings.ConsolidationKey,
        expiresAfter: settings.ExpiresAfter,
        md5: settings.MD5,
      })
    default:
      return given({
        data,
        collapse_key: settings.CollapseKey,
        priority: settings.Priority,
        restricted_package_name: settings.RestrictedPackageName,
        time_to_live: settings.TimeToLive,
      })
  }
}

/**
 * The data of FCM, ADM and Baidu: texts, and no objects in it. What Pinpoint says counts
 * before the context (assumed).
 */
function androidData({ content, settings, origin, context }: Push): Record<string, unknown> {
  const { action = 'OPEN_APP' } = content
  const { Data, IconReference, SilentPush = false } = settings
  const { campaign, journey } = originOf(origin)
  const own = given({
    'pinpoint.openApp': action === 'OPEN_APP' ? 'true' : undefined,
    'pinpoint.url': action === 'URL' ? content.url : undefined,
    'pinpoint.deeplink': action === 'DEEP_LINK' ? content.url : undefined,
    'pinpoint.notification.title': content.title,
    'pinpoint.notification.body': content.body,
    'pinpoint.notification.icon': IconReference,
    'pinpoint.notification.imageUrl': content.imageUrl,
    'pinpoint.notification.imageIconUrl': content.imageIconUrl,
    'pinpoint.notification.imageSmallIconUrl': content.smallImageIconUrl,
    'pinpoint.notification.sound': content.sound,
    'pinpoint.notification.silentPush': SilentPush ? '1' : '0',
    ...withPrefix('pinpoint.campaign.', campaign),
    ...withPrefix('pinpoint.journey.', journey),
    'pinpoint.jsonBody': Data && JSON.stringify(Data),
  })
  return { ...given(withPrefix('pinpoint.', context)), ...own }
}

/** `content-available` is always 1 (source: observed); so a silent push is one without an alert. */
function apnsPayload({ content, settings, origin, context }: Push): Record<string, unknown> {
  const { Badge, Category, Data, SilentPush = false, ThreadId } = settings
  const alert = given({ title: content.title, body: content.body })
  return {
    aps: given({
      alert: SilentPush || Object.keys(alert).length === 0 ? undefined : alert,
      badge: Badge,
      category: Category,
      'content-available': 1,
      'mutable-content': content.mediaUrl && 1,
      sound: content.sound,
      'thread-id': ThreadId,
    }),
    data: given({
      pinpoint: {
        ...given(context ?? {}),
        ...originOf(origin),
        ...given({
          url: content.action === 'URL' ? content.url : undefined,
          deeplink: content.action === 'DEEP_LINK' ? content.url : undefined,
        }),
      },
      jsonBody: Data,
      'media-url': content.mediaUrl,
    }),
  }
}

/** The campaign of a direct message is `_DIRECT` (source: observed). */
function originOf({ campaign, treatment, journey, run, activity }: PushOrigin) {
  if (journey !== undefined) {
    return {
      journey: given({ journey_id: journey, journey_run_id: run, journey_activity_id: activity }),
    }
  }
  return {
    campaign: given({
      campaign_id: campaign ?? '_DIRECT',
      campaign_activity_id: activity,
      treatment_id: treatment,
    }),
  }
}

/** APNs takes 5 or 10; Pinpoint's own words are normal and high (source: API reference). */
const apnsPriorities: Record<string, string> = { normal: '5', high: '10' }

/**
 * The headers of the request to APNs, which has them beside the payload.
 *
 * @param now from which TimeToLive counts, in seconds
 */
export function apnsHeaders(settings: PushSettings, now: Date): { name: string; value: string }[] {
  const { APNSPushType, CollapseId, Priority, TimeToLive } = settings
  const headers = given({
    'apns-collapse-id': CollapseId,
    'apns-expiration':
      TimeToLive === undefined ? undefined : String(Math.floor(now.getTime() / 1000) + TimeToLive),
    'apns-priority': Priority && (apnsPriorities[Priority.toLowerCase()] ?? Priority),
    'apns-push-type': APNSPushType,
  })
  return Object.entries(headers).map(([name, value]) => ({ name, value: value as string }))
}

/**
 * Reads the raw content of a push message, once it is rendered.
 *
 * @returns the payload that the device gets, or what is wrong, as a sentence
 */
export function readRaw(channel: string, text: string): Record<string, unknown> | string {
  // What is nested deeper cannot be stored and answered. `MapOf` refuses the name in what is answered.
  const tooMuch = checkBodySize(Buffer.from(text), undefined, 'RawContent, once rendered,')
  if (tooMuch !== undefined) return tooMuch
  const payload = jsonObject(text)
  if (typeof payload === 'string') return `RawContent, once rendered, must be a JSON object; ${payload}`
  if (Object.hasOwn(payload, '__proto__')) {
    return 'RawContent, once rendered, must not have the name __proto__'
  }
  // Source: API reference. It also wants the member to be there; that it may be absent is assumed.
  const available = channel.startsWith('APNS') ? objectIn(payload, 'aps')['content-available'] : undefined
  if (available === undefined || available === 0 || available === 1) return payload
  return `RawContent: aps.content-available must be 0 or 1; got ${describe(available)}`
}

/** Reads a JSON object. @returns it, or what the text is instead, or where it goes wrong */
function jsonObject(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : `got ${describe(value)}`
  } catch (error) {
    return (error as SyntaxError).message
  }
}

/** Title and body that raw content shows, where they stand in one of the usual places. */
export function textsInRaw(payload: Record<string, unknown>): { title?: string; body?: string } {
  const aps = objectIn(payload, 'aps')
  const data = objectIn(payload, 'data')
  const shown = [objectIn(aps, 'alert'), objectIn(payload, 'notification'), data]
  const find = (name: string) => {
    const values = [...shown.map(object => object[name]), data[`pinpoint.notification.${name}`]]
    return values.find(value => typeof value === 'string')
  }
  return given({
    title: find('title'),
    body: find('body') ?? (typeof aps.alert === 'string' ? aps.alert : undefined),
  })
}

function objectIn(object: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

const withPrefix = (prefix: string, members: Record<string, unknown> = {}) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [prefix + name, value]))

/** A copy without members that are undefined. */
const given = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ''))
