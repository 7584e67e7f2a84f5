import type { CampaignResponse, MessageConfiguration, Schedule } from '../../../server/model/campaign.ts'
import type { TemplateConfiguration } from '../../../server/model/message.ts'
import { count, plural } from '../../format.ts'
import { eventWords } from '../../parts/dimensions.ts'
import { clockTime } from '../../time.ts'

const steps = { HOURLY: 'every hour', DAILY: 'every day', WEEKLY: 'every week', MONTHLY: 'every month' }

/** When a campaign runs, in words. */
export function scheduleWords(schedule: Schedule | undefined): string {
  if (schedule === undefined) return 'Never: it has no Schedule'
  const { StartTime, EndTime, Frequency = 'ONCE', EventFilter, IsLocalTime, Timezone } = schedule
  if (StartTime === 'IMMEDIATE') return 'Once, as soon as it was created'
  const zone = IsLocalTime
    ? ' by the clocks of each endpoint'
    : Timezone && Timezone !== 'UTC'
      ? ` ${Timezone}`
      : ''
  // By local time, and with a Timezone, the text says what clocks show there.
  const show = (time: string) => (zone === '' ? clockTime(Date.parse(time)) : time)
  const until = EndTime ? ` until ${show(EndTime)}` : ''
  if (Frequency === 'EVENT' || Frequency === 'IN_APP_EVENT') {
    const event = EventFilter ? eventWords(EventFilter.Dimensions) : 'an event'
    const what = Frequency === 'EVENT' ? `With ${event}` : `In the application, with ${event}`
    return `${what}, from ${show(StartTime)}${until}${zone}`
  }
  if (Frequency === 'ONCE') return `Once, at ${show(StartTime)}${zone}`
  const [first, ...rest] = steps[Frequency]
  return `${first!.toUpperCase()}${rest.join('')} from ${show(StartTime)}${until}${zone}`
}

/** When no message is sent, in words. */
export function quietWords({ QuietTime }: Partial<Schedule> = {}): string {
  const { Start, End } = QuietTime ?? {}
  return Start && End ? `${Start} to ${End}, where the endpoint is; messages are dropped` : 'None of its own'
}

/** How much a campaign sends, in words. */
export function limitWords({ Limits = {} }: Pick<CampaignResponse, 'Limits'>): string {
  const { Daily, MaximumDuration, MessagesPerSecond, Session, Total } = Limits
  const words = [
    Daily && `${plural(Daily, 'message')} to an endpoint in 24 hours`,
    Total && `${plural(Total, 'message')} to an endpoint in all`,
    Session && `${plural(Session, 'message')} in a session`,
    MessagesPerSecond && `${count(MessagesPerSecond)} messages a second`,
    MaximumDuration && `a run takes ${plural(MaximumDuration, 'second')} at most`,
  ].filter(Boolean)
  return words.join('; ') || 'None of its own'
}

/** A message of a treatment for one channel: the parts of it that it has. */
export interface ChannelMessage {
  channel: string
  parts: [name: string, text: string][]
}

const channels: Record<keyof MessageConfiguration, string> = {
  DefaultMessage: 'All push channels',
  APNSMessage: 'APNS',
  GCMMessage: 'GCM',
  ADMMessage: 'ADM',
  BaiduMessage: 'BAIDU',
  EmailMessage: 'EMAIL',
  SMSMessage: 'SMS',
  CustomMessage: 'CUSTOM',
  InAppMessage: 'IN_APP',
}

/** What a treatment says, by channels. */
export const messagesOf = (configuration: MessageConfiguration = {}): ChannelMessage[] =>
  (Object.keys(channels) as (keyof MessageConfiguration)[]).flatMap(member => {
    const message = configuration[member]
    if (message === undefined) return []
    const parts = Object.entries(message).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value, undefined, 2),
    ])
    return parts.length === 0 ? [] : [{ channel: channels[member], parts }]
  })

const templateKinds = {
  EmailTemplate: ['E-mail', 'email'],
  SMSTemplate: ['SMS', 'sms'],
  PushTemplate: ['Push', 'push'],
  VoiceTemplate: ['Voice', 'voice'],
  InAppTemplate: ['In-app', 'inapp'],
} as const

/** The templates of a treatment; `path` is what their pages call the kind. */
export const templatesOf = (
  configuration: TemplateConfiguration = {},
): { kind: string; path: string; name: string; version: string | undefined }[] =>
  (Object.keys(templateKinds) as (keyof typeof templateKinds)[]).flatMap(member => {
    const { Name: name, Version: version } = configuration[member] ?? {}
    const [kind, path] = templateKinds[member]
    return name ? [{ kind, path, name, version }] : []
  })
