import { whyNotTargeted } from '../audience/counters.ts'
import { planInWorker, renderMessages, type SendingContext } from '../audience/sending.ts'
import type { SentTemplates } from '../delivery/choose-content.ts'
import { kindOf as channelKindOf } from '../delivery/content.ts'
import { deliverCustom, planCustom } from '../delivery/custom-channel.ts'
import { endpointRecipient, type Sending } from '../delivery/deliver.ts'
import type { SentMessage } from '../delivery/events/message-events.ts'
import { sendStatusOf } from '../delivery/events/send-events.ts'
import type { SendStatus } from '../model/event-record.ts'
import type { Activity } from '../model/journey.ts'
import type { DirectMessageConfiguration } from '../model/message.ts'
import type { EndpointSends } from '../store/audience/endpoint-sends.ts'
import type { Place } from '../store/journeys/journey-participants.ts'
import type { JourneyRun } from '../store/journeys/journey-runs.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import { eventConditions, meets } from './event-conditions.ts'
import type { MessageActivityKind } from './graph.ts'
import { capReached, type Rate } from './limits.ts'
import { arriveAt, type LoadedParticipant, type Outcome } from './outcome.ts'
import { isQuietHour, nextSendingTime, sendingHoursOf } from './sending-hours.ts'
import { zoneOf } from './zone.ts'

/** An activity that sends a message to participants of a run. */
export interface SendingActivity {
  journey: Journey
  run: JourneyRun
  /** The key of the activity. */
  key: string
  kind: MessageActivityKind
  templates: SentTemplates
  /** Whether the step goes to its end, however long that takes. */
  isLong: boolean
}

/** A message that was made for a participant, and the conditions on events that it has met by its answer. */
interface Made {
  message: SentMessage
  met?: string[]
}

/**
 * What becomes of participants at an activity that sends a message. Those whose messages are not
 * rendered in time are left out, with all behind them: they are still due.
 */
export async function sendActivity(
  context: SendingContext,
  at: SendingActivity,
  participants: readonly LoadedParticipant[],
  rate: Rate,
  now: Date,
): Promise<Outcome[]> {
  const { store } = context
  const { journey, key, kind } = at
  const next = arriveAt(journey, journey.definition.Activities![key]![kind]!.NextActivity, now)
  let decided = store.read(() =>
    participants.map(participant => {
      const before = { second: rate.second, used: rate.used }
      const outcome = beforeSending(store.endpointSends, at, participant, rate, now, next)
      return { participant, before, outcome }
    }),
  )
  const open = decided.filter(({ outcome }) => outcome === undefined)
  const toSend = open.map(({ participant }) => participant)
  const send = kind === 'CUSTOM' ? sendCustom : sendMessages
  const sent = toSend.length === 0 ? [] : await send(context, at, toSend, now)
  const late = open[sent.length]
  if (late !== undefined) {
    decided = decided.slice(0, decided.indexOf(late))
    Object.assign(rate, late.before)
  }
  let index = 0
  return decided.map(({ participant, outcome }) => {
    if (outcome !== undefined) return withWait(participant, outcome)
    const { message, met = [] } = sent[index++]!
    const counted = [sendStatusOf(message)]
    return withWait(participant, { participant, next, message, sentTo: participant.key, met, counted })
  })
}

/** What becomes of a participant that gets no message now; undefined if it gets one. */
function beforeSending(
  endpointSends: EndpointSends,
  { journey, key, kind }: SendingActivity,
  participant: LoadedParticipant,
  rate: Rate,
  now: Date,
  next: Place | undefined,
): Outcome | undefined {
  const { current: endpoint } = participant
  const { definition, defaults, shift } = journey
  const time = now.getTime()
  const drop = (status: SendStatus | 'TIMEFRAME_CAP' | 'TOTAL_CAP'): Outcome => {
    const isStreamed = status !== 'TIMEFRAME_CAP' && status !== 'TOTAL_CAP'
    return {
      participant,
      next,
      counted: [status],
      ...(isStreamed && { told: { endpoint, statuses: [status] } }),
    }
  }
  // It may have opted out since it entered, which leaves no record (source: guide).
  const why = whyNotTargeted(endpoint, {})
  if (why !== undefined) return { participant, next, counted: [why] }
  const { ChannelType = '' } = endpoint
  const isOfChannel =
    kind === 'CUSTOM'
      ? (definition.Activities![key]!.CUSTOM!.EndpointTypes as string[]).includes(ChannelType)
      : channelKindOf(ChannelType) === kind
  if (!isOfChannel) return drop('UNSUPPORTED_CHANNEL')
  const cap = capReached(journey, endpointSends, participant.key, time)
  if (cap !== undefined) return drop(cap)

  const hours = sendingHoursOf(definition, defaults, kind)
  // The end of quiet time is still quiet for what comes then, but what was held is sent.
  const isReleased = participant.phase === 'held' && participant.due === time
  if (hours !== undefined && !isReleased) {
    const zone = zoneOf(endpoint, definition)
    // Without a zone it is never quiet (source: guide), unless one was to be found.
    if (zone === undefined && (definition.TimezoneEstimationMethods ?? []).length > 0) {
      return drop('QUIET_TIME_MISSING_TIMEZONE')
    }
    if (zone !== undefined && isQuietHour(hours, time, zone)) {
      const until = definition.WaitForQuietTime ? nextSendingTime(hours, time, zone) : undefined
      if (until === undefined) return drop('QUIET_TIME')
      return { participant, next: { activity: key, phase: 'held', due: until, isFixed: true } }
    }
  }
  if (participant.phase === 'admitted') return undefined
  const sendAt = rate.next(time)
  if (sendAt <= time) return undefined
  return { participant, next: { activity: key, phase: 'admitted', due: sendAt - shift, isFixed: false } }
}

/** Renders the messages of an activity: those of the first participants, if it takes long. */
async function sendMessages(
  context: SendingContext,
  { journey: { app, id, definition }, run, key, templates, isLong }: SendingActivity,
  participants: readonly LoadedParticipant[],
  now: Date,
): Promise<Made[]> {
  const sending: Sending = {
    app,
    origin: { journey: id, run: run.id, activity: key },
    configuration: configurationOf(definition.Activities![key]!),
    templates,
  }
  const recipients = participants.map(({ current }) => endpointRecipient(current))
  const delivered = await renderMessages(context, sending, recipients, isLong, now)
  return delivered.map(({ record }, index) => ({
    message: { record, endpoint: participants[index]!.current },
  }))
}

/** Calls the custom channel of an activity; what it answers decides later splits. */
async function sendCustom(
  { store, hooks }: SendingContext,
  { journey: { app, id, definition }, run, key }: SendingActivity,
  participants: readonly LoadedParticipant[],
  now: Date,
): Promise<Made[]> {
  const { DeliveryUri, MessageConfig = {} } = definition.Activities![key]!.CUSTOM!
  const conditions = eventConditions(definition.Activities!)
  const recipients = participants.map(({ current }) => ({ id: current.Id!, endpoint: current }))
  const { records, answer } = await deliverCustom(
    hooks,
    {
      app,
      origin: { journey: id, run: run.id, activity: key },
      target: DeliveryUri!,
      data: MessageConfig.Data ?? '',
      payload: {
        JourneyId: id,
        JourneyRunId: run.id,
        JourneyActivityId: key,
        ScheduledTime: now.toISOString(),
      },
    },
    planInWorker(store, () => planCustom(store, app, recipients)),
    now,
  )
  return recipients.map(({ endpoint }, index) => {
    const attributes = answer.get(endpoint.Id!)?.attributes
    const facts = {
      EventType: '_custom.response',
      Attributes: attributes,
      sentBy: { journey: id, activity: key },
    }
    const met = attributes === undefined ? [] : conditions.filter(([, condition]) => meets(condition, facts))
    return {
      message: { record: records[index]!, endpoint, isCustom: true },
      met: met.map(([key]) => key),
    }
  })
}

/** An outcome, with the end of the wait for the end of quiet time, if it is over (source: guide). */
function withWait({ phase, current }: LoadedParticipant, outcome: Outcome): Outcome {
  if (phase !== 'held' || outcome.next?.phase === 'held') return outcome
  const { counted = [], told } = outcome
  const waited = 'QUIET_TIME_WAIT_FINISHED'
  return {
    ...outcome,
    counted: [waited, ...counted],
    told: { endpoint: current, statuses: [waited, ...(told?.statuses ?? [])] },
  }
}

/** The members of the activity that count beside its template. */
function configurationOf({ EMAIL, PUSH, SMS }: Activity): DirectMessageConfiguration {
  const { TimeToLive } = PUSH?.MessageConfig ?? {}
  const seconds = /^\d{1,9}$/.test(TimeToLive ?? '') ? { TimeToLive: Number(TimeToLive) } : undefined
  return {
    ...(EMAIL?.MessageConfig && { EmailMessage: EMAIL.MessageConfig }),
    ...(SMS?.MessageConfig && { SMSMessage: SMS.MessageConfig }),
    ...(seconds && { APNSMessage: seconds, GCMMessage: seconds, BaiduMessage: seconds }),
  }
}
