import type { Endpoint, EndpointResponse } from '../model/endpoint.ts'
import type { MessageFault, MessageSelector } from '../model/fault.ts'
import type {
  DeliveryStatus,
  DirectMessageConfiguration,
  EndpointMessageResult,
  EndpointSendConfiguration,
  NewOutboxMessage,
} from '../model/message.ts'
import { isPhoneNumber, phoneDigits } from '../model/phone-digits.ts'
import { smsCharacters } from '../model/quotas.ts'
import { matchesWildcard } from '../model/wildcard.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { Channel } from '../store/applications/channels.ts'
import { foldedId } from '../store/endpoints/endpoint-key.ts'
import type { Store } from '../store/open-store.ts'
import type { Renderer, RenderOptions, TemplateValues } from '../templates/renderer.ts'
import {
  createContentChooser,
  explainNoContent,
  pushSettingsOf,
  replacesBody,
  type SentTemplate,
  type SentTemplates,
} from './choose-content.ts'
import {
  defaultsOf,
  kindOf,
  type MessageContent,
  type MessageKind,
  pushMemberOf,
  sendingChannels,
  withoutEmpty,
} from './content.ts'
import { newEmailId, newMessageId } from './message-id.ts'
import { apnsHeaders, payloadOf, readRaw, textsInRaw } from './push-payload.ts'
import type { RawEmailMembers } from './raw-email.ts'
import { type PartFailure, renderContent } from './render-content.ts'
import { smsParts } from './sms-parts.ts'

/*
 * The one way through which a message goes to a recipient, whoever sends it. Two steps, since
 * rendering may take long and is not to be done in a transaction:
 *
 * 1. planDeliveries reads from the store, decides who gets nothing, and chooses what the others get;
 *    campaigns and journeys then add recommendations, which may call Lambda functions
 * 2. deliver renders it for one recipient, and gives the record for the outbox and the result
 *
 * The caller then writes the records, in a transaction of its own.
 */

/** What all recipients of a call, or of an activity of a campaign or journey, have in common. */
export interface Sending {
  app: AppRef
  /** Members of each record that say who sends, and what was asked for. */
  origin: Pick<
    NewOutboxMessage,
    | 'operation'
    | 'requestId'
    | 'traceId'
    | 'language'
    | 'campaign'
    | 'treatment'
    | 'journey'
    | 'run'
    | 'activity'
  >
  configuration: DirectMessageConfiguration
  /** What `readRawEmail` gives of the RawEmail in the configuration, if there is one. */
  rawEmail?: RawEmailMembers | undefined
  /** The templates that TemplateConfiguration names, or those of an activity. */
  templates: SentTemplates
  context?: Record<string, string> | undefined
}

/** One recipient. What its configuration overrides is as in requests. */
export interface Recipient extends EndpointSendConfiguration {
  /** Absent where no endpoint was found, or it has none. */
  channel?: string | undefined
  /** As the caller wrote it, or as the endpoint has it. */
  address?: string | undefined
  /** As GetEndpoint answers it; absent for an address, which has no attributes then. */
  endpoint?: Endpoint
  /** As the caller wrote it, where there is no such endpoint. */
  endpointId?: string
  user?: string | undefined
  /** Why it gets nothing, as the StatusMessage of a PERMANENT_FAILURE. */
  problem?: string
}

/** An endpoint as the recipient of a message. */
export const endpointRecipient = (endpoint: EndpointResponse): Recipient => ({
  channel: endpoint.ChannelType,
  address: endpoint.Address,
  endpoint: endpoint as Endpoint,
  user: endpoint.User?.UserId,
})

/** The parts of the store that decide who gets a message. */
export type DeliveryStore = Pick<Store, 'channels' | 'faults' | 'optOuts'>

/** What a recommender recommends to a recipient. */
export interface Recommendation {
  /** The variables RecommendationItems and Recommendations; absent where nothing is recommended. */
  recommendations?: object
  /** Why a message that needs recommendations cannot be sent to the recipient. */
  problem?: string
  /** Why the recommender's Lambda function was not called, so that the message does without it. */
  notCalled?: string
}

/** What is decided of one recipient before anything is rendered. */
export interface PlannedDelivery {
  sending: Sending
  recipient: Recipient
  template: SentTemplate | undefined
  recommendation: Recommendation
  outcome: Refused | Chosen
}

/** What a recipient gets, before it is rendered. */
interface Chosen {
  /** Empty where `rawEmail` is sent. */
  content: MessageContent
  /** The e-mail that is sent as a whole, as it is. */
  rawEmail: RawEmailMembers | undefined
  channel: Channel
  kind: MessageKind
}

/** Why a recipient gets nothing. */
export interface Refused {
  status: DeliveryStatus
  statusCode: number
  statusMessage: string
}

/** What comes of one message: its record, to be written by the caller, and its result. */
export interface Delivered {
  record: NewOutboxMessage
  /** The recipient's, which its events tell of. */
  endpoint?: Endpoint
  result: EndpointMessageResult
}

/**
 * Decides what each recipient gets, or why nothing, in this order (contract): fault rules, opt-out
 * and inactivity, the channel, the content. Recommendations come after that, see `recommend`.
 *
 * To be called in one transaction: one that writes, if `hasMessageFaults`, since the `times` of fault
 * rules are used up here.
 */
export function planDeliveries(
  store: DeliveryStore,
  sending: Sending,
  recipients: readonly Recipient[],
): PlannedDelivery[] {
  const { app, configuration, templates } = sending
  const faultOf = faultsOf(store, app)
  const channels = new Map(store.channels.list(app).map(channel => [channel.platform, channel]))

  const chooseContent = createContentChooser(configuration, templates)

  const decide = (recipient: Recipient): PlannedDelivery['outcome'] => {
    const { address = '', channel: type = '', endpoint, problem } = recipient
    const fault = faultOf(recipient)
    if (fault !== undefined) return fault
    if (problem !== undefined) return permanent(problem)
    if (endpoint && hasOptedOut(endpoint)) return refusal('OPT_OUT', 'Endpoint has opted out')
    if (type === 'SMS' && store.optOuts.has(phoneDigits(address) ?? '')) {
      return permanent('Destination phone number opted out')
    }
    if (endpoint && isInactive(endpoint)) return permanent('Endpoint is inactive')
    if (type === '') return permanent('Endpoint has no ChannelType')
    const channel = channels.get(type)
    const kind = kindOf(type)
    if (channel?.enabled !== true || kind === undefined) return permanent(explainNoChannel(app, type))
    if (address === '') return permanent('Endpoint has no Address')
    const rawEmail = kind === 'EMAIL' && !replacesBody(recipient) ? sending.rawEmail : undefined
    const content = rawEmail === undefined ? chooseContent(type, recipient) : {}
    if (content === undefined) {
      return permanent(explainNoContent(type, kind, templates[kind]))
    }
    // Assumed: the guide knows INVALID numbers by an event alone, and says nothing of what is no number.
    if ((kind === 'SMS' || kind === 'VOICE') && !isPhoneNumber(address)) {
      return permanent('Destination phone number is invalid')
    }
    return { content, rawEmail, channel, kind }
  }

  return recipients.map(recipient => {
    const kind = recipient.channel === undefined ? undefined : kindOf(recipient.channel)
    const template = kind && templates[kind]
    return { sending, recipient, template, recommendation: {}, outcome: decide(recipient) }
  })
}

/** Adds what is recommended for a delivery, or refuses it where the recommender has a problem. */
export const withRecommendation = (
  planned: PlannedDelivery,
  recommendation: Recommendation = {},
): PlannedDelivery => ({
  ...planned,
  recommendation,
  ...(recommendation.problem !== undefined && { outcome: permanent(recommendation.problem) }),
})

/**
 * Refuses a delivery to an address that has got the message on this channel already. One that is
 * refused for another reason stays so.
 */
export const asDuplicate = (planned: PlannedDelivery): PlannedDelivery =>
  'content' in planned.outcome ? { ...planned, outcome: refusal('DUPLICATE', 'Duplicate address') } : planned

/** Whether there are fault rules for messages: planning messages then uses up their `times`, in a write. */
export const hasMessageFaults = ({ faults }: Pick<Store, 'faults'>): boolean => faults.ofMessages().length > 0

/**
 * Reads the fault rules for messages. To be called in a transaction; see `planDeliveries`.
 *
 * @returns a function that gives how a rule refuses a recipient, and uses up one of its `times`
 */
export function faultsOf(
  { faults }: Pick<Store, 'faults'>,
  app: AppRef,
): (recipient: Recipient) => Refused | undefined {
  const rules = faults.ofMessages()
  return recipient => {
    const fault = rules.find(rule => applies(rule, app, recipient) && faults.use(rule.id))
    return fault && refusalBy(fault)
  }
}

/** Whether an endpoint takes no messages at all. */
export const hasOptedOut = ({ OptOut }: Pick<EndpointResponse, 'OptOut'>): boolean => OptOut === 'ALL'

/** Whether an endpoint is one that another has replaced, or that a caller has made INACTIVE. */
export const isInactive = ({ EndpointStatus }: Pick<EndpointResponse, 'EndpointStatus'>): boolean =>
  EndpointStatus === 'INACTIVE'

function applies({ message, probability = 1 }: MessageFault, app: AppRef, recipient: Recipient): boolean {
  const { channel, address, endpoint, endpointId, user } = recipient
  const id = foldedId(endpoint?.Id ?? endpointId ?? '')
  const values = { app: app.id, channel, address, endpoint: id, user }
  const selector: MessageSelector = message
  const patterns = { ...selector, endpoint: foldedId(selector.endpoint ?? '*') }
  const names = Object.keys(patterns) as (keyof typeof values)[]
  const isMeant = names.every(name => matchesWildcard(patterns[name] ?? '*', values[name] ?? ''))
  return isMeant && Math.random() < probability
}

/** The status codes of refusals (assumed, but for 400). */
const codes: Partial<Record<DeliveryStatus, number>> = {
  THROTTLED: 429,
  TEMPORARY_FAILURE: 503,
  UNKNOWN_FAILURE: 500,
}

const refusal = (status: DeliveryStatus, statusMessage: string): Refused => ({
  status,
  statusCode: codes[status] ?? 400,
  statusMessage,
})

/** Why a message is not sent by a type of channel (observed where the type can be enabled, else assumed). */
const explainNoChannel = (app: AppRef, type: string): string =>
  sendingChannels.includes(type)
    ? `No channel of type ${type} is enabled for the application ${app.id}`
    : `No message is sent by the ChannelType ${type}: it must be one of ${sendingChannels.join(', ')}`

const permanent = (statusMessage: string): Refused => refusal('PERMANENT_FAILURE', statusMessage)

function refusalBy({ id, status, statusCode, statusMessage }: MessageFault): Refused {
  const byDefault = refusal(status, statusMessage ?? `the fault rule ${id} says so`)
  return { ...byDefault, ...(statusCode !== undefined && { statusCode }) }
}

/**
 * Renders a message for one recipient. It writes nothing.
 *
 * @param renderer undefined where the time for rendering is over: the message is not sent then
 */
export function deliver(
  planned: PlannedDelivery,
  renderer: Renderer | undefined,
  options: RenderOptions,
): Delivered {
  const { outcome } = planned
  const { now } = options
  if (!('content' in outcome)) return delivered(planned, now, outcome, {})
  if (renderer === undefined) {
    const late = refusal('TEMPORARY_FAILURE', 'The messages of this call take too long to render')
    return delivered(planned, now, late, {})
  }

  const { sending, recipient } = planned
  const { kind, channel, rawEmail } = outcome
  const rendered = renderContent(renderer, outcome.content, valuesOf(planned), options)
  const missing =
    rendered.missingVariables.length === 0 ? {} : { missingVariables: rendered.missingVariables }
  const [failure] = rendered.failures
  if (failure !== undefined) {
    const renderingFailure = explainFailure(failure)
    // SES takes an e-mail before it renders it (source: guide).
    const status = kind === 'EMAIL' ? accepted(newEmailId(now)) : permanent(renderingFailure)
    return delivered(planned, now, status, { ...missing, renderingFailure })
  }
  const { content } = rendered
  switch (kind) {
    case 'EMAIL':
      return delivered(planned, now, accepted(newEmailId(now)), {
        ...(rawEmail ?? emailContent(content)),
        ...emailMembers(sending.configuration, rawEmail?.from ?? (channel.settings.FromAddress as string)),
        ...missing,
      })
    case 'SMS': {
      const body = content.body!
      if (body.length > smsCharacters) return delivered(planned, now, permanent('Message too long'), missing)
      return delivered(planned, now, accepted(newMessageId()), {
        ...smsMembers(sending.configuration, channel),
        ...withoutEmpty({ body, mediaUrl: content.mediaUrl }),
        parts: smsParts(body),
        ...missing,
      })
    }
    case 'VOICE':
      return delivered(planned, now, accepted(newMessageId()), {
        ...withoutEmpty({
          body: content.body,
          languageCode: content.languageCode,
          voiceId: content.voiceId,
          originationNumber: sending.configuration.VoiceMessage?.OriginationNumber,
        }),
        ...missing,
      })
    case 'PUSH': {
      const push = pushMembers(recipient.channel!, sending, contextOf(planned), content, now)
      if (typeof push === 'string') return delivered(planned, now, permanent(push), missing)
      return delivered(
        planned,
        now,
        { status: 'SUCCESSFUL', statusCode: 200, statusMessage: '' },
        {
          ...push,
          ...missing,
        },
      )
    }
  }
}

/** Makes the record and the result of one status. */
function delivered(
  planned: PlannedDelivery,
  now: Date,
  { messageId, ...status }: Refused & { messageId?: string },
  content: Partial<NewOutboxMessage>,
): Delivered {
  const { sending, recipient, template, recommendation } = planned
  const { address = '', channel, endpoint, endpointId, user } = recipient
  const { notCalled } = recommendation
  const context = contextOf(planned)
  const id = endpoint?.Id ?? endpointId
  return {
    record: {
      time: now.toISOString(),
      ...sending.origin,
      ...(messageId !== undefined && { messageId }),
      ...status,
      ...(channel && { channel }),
      ...(address && { address }),
      ...(id && { endpoint: id }),
      ...(user && { user }),
      ...content,
      ...(template !== undefined && { template: { name: template.name, version: template.version } }),
      ...(notCalled !== undefined && { notCalled }),
      ...(Object.keys(context).length > 0 && { context }),
    },
    ...(endpoint !== undefined && { endpoint }),
    result: {
      Address: address,
      DeliveryStatus: status.status,
      ...(messageId !== undefined && { MessageId: messageId }),
      StatusCode: status.statusCode,
      StatusMessage: status.statusMessage,
    },
  }
}

/** A message that was handed over, to a carrier or to SES. */
const accepted = (messageId: string) => ({
  status: 'SUCCESSFUL' as const,
  statusCode: 200,
  statusMessage: `MessageId: ${messageId}`,
  messageId,
})

const explainFailure = ({ part, line, column, message }: PartFailure): string =>
  `${message} (${part}, line ${line}, column ${column})`

/** The recipient's Context over that of the message (contract). */
const contextOf = ({ sending, recipient }: PlannedDelivery): Record<string, string> => ({
  ...sending.context,
  ...recipient.Context,
})

/**
 * The values of variables: Substitutions of the recipient, of the channel's message and of the
 * default messages; then the endpoint, or channel and address alone (order: assumed).
 */
function valuesOf(planned: PlannedDelivery): TemplateValues {
  const { recipient, template, recommendation } = planned
  const { configuration } = planned.sending
  const { address, channel, endpoint } = recipient
  const kind = kindOf(channel!)
  const member = pushMemberOf(channel)
  const byKind = {
    EMAIL: configuration.EmailMessage,
    SMS: configuration.SMSMessage,
    VOICE: configuration.VoiceMessage,
    PUSH: member && configuration[`${member}Message`],
  }
  return {
    substitutions: [
      recipient.Substitutions,
      kind && byKind[kind]?.Substitutions,
      kind === 'PUSH' ? configuration.DefaultPushNotificationMessage?.Substitutions : undefined,
      configuration.DefaultMessage?.Substitutions,
    ],
    endpoint: endpoint ?? { Address: address, ChannelType: channel },
    ...(recommendation.recommendations && { recommendations: recommendation.recommendations }),
    ...(template !== undefined && { defaults: defaultsOf(template.body) }),
  }
}

/** @param from the sender, where the message names none */
function emailMembers({ EmailMessage = {} }: DirectMessageConfiguration, from: string | undefined) {
  const { FromAddress, ReplyToAddresses = [], FeedbackForwardingAddress } = EmailMessage
  return {
    ...withoutEmpty({
      from: FromAddress || from,
      feedbackForwardingAddress: FeedbackForwardingAddress,
    }),
    ...(ReplyToAddresses.length > 0 && { replyTo: ReplyToAddresses }),
  }
}

const emailContent = ({ subject, html, text, headers = [] }: MessageContent) => ({
  ...withoutEmpty({ subject, html, text }),
  ...(headers.length > 0 && { headers }),
})

/** Sender and number are by default the channel's, the type is TRANSACTIONAL (all assumed). */
function smsMembers({ SMSMessage = {} }: DirectMessageConfiguration, channel: Channel) {
  const { MessageType = 'TRANSACTIONAL', OriginationNumber, SenderId } = SMSMessage
  const { SenderId: senderId, ShortCode } = channel.settings as Record<string, string | undefined>
  return {
    messageType: MessageType,
    ...withoutEmpty({
      originationNumber: OriginationNumber || ShortCode,
      senderId: SenderId || senderId,
      keyword: SMSMessage.Keyword,
      entityId: SMSMessage.EntityId,
      templateId: SMSMessage.TemplateId,
    }),
  }
}

/** @returns what is wrong with raw content, as a sentence */
function pushMembers(
  channel: string,
  { configuration, origin }: Sending,
  context: Record<string, string>,
  content: MessageContent,
  now: Date,
): Partial<NewOutboxMessage> | string {
  const settings = pushSettingsOf(channel, configuration)
  const headers = channel.startsWith('APNS') ? apnsHeaders(settings, now) : []
  const withHeaders = headers.length > 0 && { headers }
  if (content.rawContent === undefined) {
    const payload = payloadOf(channel, { content, settings, origin, context })
    return { ...withoutEmpty({ title: content.title, body: content.body }), ...withHeaders, payload }
  }
  const payload = readRaw(channel, content.rawContent)
  return typeof payload === 'string' ? payload : { ...textsInRaw(payload), ...withHeaders, payload }
}
