import { countTargeted } from '../audience/count-sends.ts'
import { type Counters, count, whyNotTargeted } from '../audience/counters.ts'
import {
  isTransient,
  planInWorker,
  renderInTurns,
  type SendingContext,
  type StepResult,
} from '../audience/sending.ts'
import type { SentTemplates } from '../delivery/choose-content.ts'
import { kindOf as channelKindOf } from '../delivery/content.ts'
import { deliverCustom, endpointsPerCall, planCustom } from '../delivery/custom-channel.ts'
import { endpointRecipient, hasMessageFaults, planDeliveries, type Sending } from '../delivery/deliver.ts'
import type { SentMessage } from '../delivery/events/message-events.ts'
import { eventOfUnsent, sendStatusOf } from '../delivery/events/send-events.ts'
import { templateToSend } from '../delivery/load-template.ts'
import { callsFunction, recommend } from '../delivery/recommendations.ts'
import { recordEvents, writeMessages } from '../delivery/write-messages.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import type { SendStatus } from '../model/event-record.ts'
import type { Activity, ActivityKind, SimpleCondition } from '../model/journey.ts'
import type { DirectMessageConfiguration } from '../model/message.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { EndpointKey } from '../store/audience/endpoint-sends.ts'
import type { DueOfJourney } from '../store/journeys/journey-due.ts'
import type { Participant, Place } from '../store/journeys/journey-participants.ts'
import type { JourneyRun } from '../store/journeys/journey-runs.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import { type MemberRef, SegmentQueryError } from '../store/segments/members.ts'
import { branchOf, chanceOf } from './choose.ts'
import { beginRun, closeIfOver, closeJourney, enterMembers } from './enter.ts'
import { conditionKey, eventConditions, meets, noteMet } from './event-conditions.ts'
import { isMessageKind, kindOf, type MessageActivityKind } from './graph.ts'
import { cancel } from './lifecycle.ts'
import { capReached, Rate, senderOf } from './limits.ts'
import { isQuietHour, nextSendingTime, sendingHoursOf } from './sending-hours.ts'
import { conditionsOf, evaluationWait, type Wait, waitOf } from './waits.ts'
import { zoneOf } from './zone.ts'

/** Participants that a step takes at most: those of a message are rendered, and written one by one. */
const participantsPerStep = { message: 200, long: endpointsPerCall, other: 1000 }

/** A participant at its activity, with its endpoint as it is now. */
interface Walker {
  participant: Participant
  key: EndpointKey
  ref: MemberRef
  endpoint: EndpointResponse
}

/** What has become of a participant at its activity. */
interface Outcome {
  participant: Participant
  /** Where it is next; undefined if it leaves. */
  next: Place | undefined
  /** Counters of the activity. */
  counted?: string[]
  message?: SentMessage
  /** Who the message was for, as limits count it. */
  sentTo?: EndpointKey
  /** What the event stream is told beside the message. */
  told?: { endpoint: EndpointResponse; statuses: SendStatus[] }
  /** Conditions on events that are met now. */
  met?: string[]
}

/** An activity that sends a message to participants of a run. */
interface Sender {
  journey: Journey
  run: JourneyRun
  /** The key of the activity. */
  key: string
  kind: MessageActivityKind
  templates: SentTemplates
  /** Whether the step goes to its end, however long that takes. */
  isLong: boolean
}

/**
 * Runs journeys, step by step. A step does one thing: a run begins, some members of a segment enter,
 * or some participants that are due at the same time go through one activity. What it leads to is
 * written in one transaction: messages, counters, and where each participant is next. So a kill loses
 * nothing and sends nothing twice; only custom channels and recommenders' functions, which are outside,
 * may be called again.
 */
export function createJourneySteps(context: SendingContext) {
  const { store } = context
  const { endpointSends, journeys, journeyParticipants, journeyRuns, segmentMembers } = store

  /** The place where a participant goes on at once. */
  const arriveAt = ({ shift }: Journey, key: string | undefined, now: Date): Place | undefined =>
    key ? { activity: key, phase: 'arrived', due: now.getTime() - shift, isFixed: false } : undefined

  const waitAt = ({ shift }: Journey, activity: string, { until, isFixed }: Wait): Place => ({
    activity,
    phase: 'waited',
    due: isFixed ? until : until - shift,
    isFixed,
  })

  /** The template of an activity that sends one; without it, there is nothing to send. */
  const templatesOf = (activity: Activity, kind: ActivityKind): SentTemplates => {
    if (!isMessageKind(kind) || kind === 'CUSTOM') return {}
    const { TemplateName, TemplateVersion } = activity[kind]!
    const template = templateToSend(store, kind, TemplateName, TemplateVersion)
    return template === undefined ? {} : { [kind]: template }
  }

  const findEndpoint = (app: AppRef, participant: Participant): Walker | undefined => {
    const { endpoint: id, importJob: job } = participant
    const stored = store.endpoints.get(app, id)
    if (stored !== undefined) {
      return { participant, key: stored.seq, ref: stored.seq, endpoint: stored.endpoint }
    }
    const endpoint = job === null ? undefined : segmentMembers.definition(job, id)
    return endpoint && { participant, key: id, ref: { job: job!, id }, endpoint }
  }

  /**
   * Participants go on to where they are next, or leave. In a transaction.
   *
   * @returns how many have left
   */
  const moveOn = ({ document }: Journey, outcomes: readonly Outcome[]): number => {
    for (const { participant, next, met = [] } of outcomes) {
      if (next !== undefined) journeyParticipants.move(participant.seq, next)
      else journeyParticipants.leave(participant.seq)
      noteMet(journeyParticipants, document, participant.endpoint, met)
    }
    return outcomes.filter(({ next }) => next === undefined).length
  }

  /**
   * Writes what has become of participants of one run. In a transaction.
   *
   * A caller may have paused, cancelled or deleted the journey meanwhile. What was under way then is
   * completed (source: API reference; of a deleted journey: assumed): its messages are recorded and
   * counted. Participants stay where they are, unless the journey goes on, also after a pause.
   *
   * @returns undefined if the application is deleted
   */
  const write = (
    { app, document, id, definition }: Journey,
    run: JourneyRun,
    activity: string,
    all: readonly Outcome[],
    now: Date,
    rate?: Rate,
  ): { app: AppRef; ids: number[] } | undefined => {
    if (store.apps.find(app.id)?.seq !== app.seq) return undefined
    const journey = journeys.byDocument(document)
    const goesOn = journey !== undefined && journey.state !== 'CANCELLED' && journey.state !== 'COMPLETED'
    const outcomes = goesOn ? all : all.filter(({ message }) => message !== undefined)
    for (const { message, sentTo } of outcomes) {
      if (sentTo === undefined) continue
      countTargeted(endpointSends, senderOf({ app, document }), sentTo, message?.record, now)
    }
    if (journey !== undefined) {
      const counters: Counters = {}
      for (const { counted = [] } of outcomes) for (const name of counted) count(counters, name)
      const left = goesOn ? moveOn(journey, outcomes) : 0
      const ofRun = { '': { ENDPOINT_LEFT: left }, [activity]: counters }
      journeyRuns.count(run.seq, ofRun, -left, now.toISOString())
    }
    const isCustom = definition.Activities?.[activity]?.CUSTOM !== undefined
    const events = outcomes.flatMap(({ told }) => {
      if (told === undefined) return []
      const { endpoint, statuses } = told
      const record = {
        journey: id,
        run: run.id,
        activity,
        ...(endpoint.ChannelType && { channel: endpoint.ChannelType }),
      }
      return statuses.map(status => eventOfUnsent({ record, endpoint, status, isCustom }, now))
    })
    recordEvents(store, app, events)
    const messages = outcomes.flatMap(({ message }) => message ?? [])
    const ids = writeMessages(store, app, messages, now)
    if (goesOn) {
      if (rate !== undefined) journeys.update(journey, { rateSecond: rate.second, rateUsed: rate.used })
      closeIfOver(store, journeys.byDocument(document)!, now)
    }
    return { app, ids }
  }

  /** Participants of one run go through one activity. */
  const goOn = async (
    { journey: document, at }: DueOfJourney & { what: 'go on' },
    now: Date,
  ): Promise<StepResult> => {
    const step = store.read(() => {
      const journey = journeys.byDocument(document)
      if (!isGoing(journey)) return undefined
      const [first] = journeyParticipants.due(document, at, 1)
      if (first === undefined) return undefined
      const key = first.activity!
      const activity = journey.definition.Activities![key]!
      const kind = kindOf(activity)!
      const templates = templatesOf(activity, kind)
      const isLong =
        kind === 'CUSTOM' ||
        (isMessageKind(kind) && (hasMessageFaults(store) || callsFunction(store, templates)))
      const size = isLong ? 'long' : isMessageKind(kind) ? 'message' : 'other'
      const participants = journeyParticipants
        .due(document, at, participantsPerStep[size])
        .filter(({ run }) => run === first.run)
      const run = journeyRuns.bySeq(first.run)!
      const walkers = participants.map(participant => findEndpoint(journey.app, participant))
      // Whoever was deleted is not in the journey any more.
      const gone = participants
        .filter((_, index) => walkers[index] === undefined)
        .map((participant): Outcome => ({ participant, next: undefined }))
      const found = walkers.filter(walker => walker !== undefined)
      return { journey, run, key, activity, kind, templates, isLong, gone, walkers: found }
    })
    if (step === undefined) return 0
    const { journey, run, key, activity, kind, templates, isLong, gone, walkers } = step
    const app = journey.app.seq
    if (!isMessageKind(kind)) {
      store.writeInWorker(() => {
        const outcomes = pass(journey, key, activity, kind, walkers, now)
        write(journey, run, key, [...gone, ...outcomes], now)
      })
      return { app, sent: 0 }
    }
    const send = async (): Promise<number> => {
      const rate = new Rate(journey)
      const outcomes = await sendAll({ journey, run, key, kind, templates, isLong }, walkers, rate, now)
      const written = store.writeInWorker(() => write(journey, run, key, [...gone, ...outcomes], now, rate))
      if (written === undefined || written.ids.length === 0) return 0
      context.onMessages(written.app, written.ids)
      return written.ids.length
    }
    const sent = send().catch(error => endBy(error, document, now))
    return { app, sent: isLong ? sent : await sent }
  }

  /** A run begins, members of its segment enter, or nobody enters any more. */
  const beginOrEnd = ({ journey: document, what }: DueOfJourney, now: Date): StepResult =>
    store.writeInWorker((): StepResult => {
      const journey = journeys.byDocument(document)
      if (!isGoing(journey)) return 0
      if (what === 'run') beginRun(store, journey, now)
      else if (what === 'end') closeJourney(store, journey, now)
      else {
        try {
          enterMembers(store, journey, now)
        } catch (error) {
          // A segment that cannot be queried has no members (assumed).
          if (!(error instanceof SegmentQueryError)) throw error
          journeys.update(journey, { entering: null })
        }
        closeIfOver(store, journeys.byDocument(document)!, now)
      }
      return { app: journey.app.seq, sent: 0 }
    })

  /** Cancels a journey that cannot go on, so that its step is not tried for ever (assumed). */
  const endBy = (error: unknown, document: number, now: Date): number => {
    if (isTransient(error, context)) throw error
    store.writeInWorker(() => {
      const journey = journeys.byDocument(document)
      if (journey === undefined || journey.state === 'COMPLETED') return
      cancel(store, journey, now)
      context.onError(error, `journey ${journey.id} of application ${journey.app.id}`)
    })
    return 0
  }

  /** What becomes of participants at an activity that sends nothing. */
  const pass = (
    journey: Journey,
    key: string,
    activity: Activity,
    kind: Exclude<ActivityKind, MessageActivityKind>,
    walkers: readonly Walker[],
    now: Date,
  ): Outcome[] => {
    const time = now.getTime()
    const chance = ({ participant: { user, endpoint } }: Walker) =>
      chanceOf(journey.definition.Name, key, user ?? endpoint)
    const goTo = (walker: Walker, next: string | undefined, ...counted: string[]): Outcome => ({
      participant: walker.participant,
      next: arriveAt(journey, next, now),
      counted,
    })
    switch (kind) {
      case 'Wait': {
        const { WaitTime, NextActivity } = activity.Wait!
        return walkers.map(walker => {
          const { participant } = walker
          if (participant.phase === 'waited') return goTo(walker, NextActivity, 'WAIT_FINISHED')
          const wait = waitOf(WaitTime, time)
          if (wait === undefined) return goTo(walker, NextActivity, 'WAIT_SKIPPED')
          return { participant, next: waitAt(journey, key, wait), counted: ['WAIT_STARTED'] }
        })
      }
      case 'RandomSplit': {
        const branches = activity.RandomSplit!.Branches!
        const percentages = branches.map(({ Percentage = 0 }) => Percentage)
        return walkers.map(walker => {
          const index = branchOf(percentages, chance(walker))
          return goTo(walker, branches[index]!.NextActivity, `Branch_${index + 1}`)
        })
      }
      case 'Holdout': {
        const { Percentage, NextActivity } = activity.Holdout!
        return walkers.map(walker =>
          chance(walker) < Percentage
            ? goTo(walker, undefined, 'HELD_OUT')
            : goTo(walker, NextActivity, 'PASSED'),
        )
      }
      case 'ContactCenter':
        return walkers.map(walker => goTo(walker, activity.ContactCenter!.NextActivity, 'SUCCESS'))
      case 'ConditionalSplit':
      case 'MultiCondition': {
        const wait = evaluationWait(activity, journey.definition.Activities!, time)
        // Of those that are due now, some have just come, and others have waited.
        const { arrived = [], others = [] } = Object.groupBy(walkers, ({ participant: { phase } }) =>
          wait !== undefined && phase === 'arrived' ? 'arrived' : 'others',
        )
        return [
          ...arrived.map(({ participant }) => ({ participant, next: waitAt(journey, key, wait!) })),
          ...split(journey, key, activity, others, now).map(([walker, next, counted]) =>
            goTo(walker, next, counted),
          ),
        ]
      }
    }
  }

  /** Which way participants take at a split on conditions: as their endpoints are now (source: guide). */
  const split = (
    journey: Journey,
    key: string,
    activity: Activity,
    walkers: readonly Walker[],
    now: Date,
  ): [walker: Walker, next: string | undefined, counted: string][] => {
    const conditions = conditionsOf(activity)
    const met = conditions.map((condition, index) => whoMeets(journey, key, index, condition, walkers, now))
    const { ConditionalSplit, MultiCondition } = activity
    return walkers.map(walker => {
      if (ConditionalSplit !== undefined) {
        const { Condition, TrueActivity, FalseActivity } = ConditionalSplit
        // ALL by default (assumed).
        const isTrue =
          Condition?.Operator === 'ANY' ? met.some(who => who.has(walker)) : met.every(who => who.has(walker))
        return isTrue ? [walker, TrueActivity, 'Branch_TRUE'] : [walker, FalseActivity, 'Branch_FALSE']
      }
      const index = met.findIndex(who => who.has(walker))
      return index === -1
        ? [walker, MultiCondition!.DefaultActivity, 'Branch_DEFAULT']
        : [walker, MultiCondition!.Branches![index]!.NextActivity, `Branch_${index + 1}`]
    })
  }

  const whoMeets = (
    { app }: Journey,
    key: string,
    index: number,
    { EventCondition, SegmentCondition, segmentDimensions }: SimpleCondition,
    walkers: readonly Walker[],
    now: Date,
  ): Set<Walker> => {
    let left = walkers
    if (EventCondition !== undefined) {
      left = left.filter(({ participant }) => participant.met.includes(conditionKey(key, index)))
    }
    const time = now.toISOString()
    if (SegmentCondition !== undefined) {
      const members = segmentMembers.find(app, SegmentCondition.SegmentId, undefined, time)
      // A segment that is gone has no members (assumed).
      left = members === undefined ? [] : among(app, members, left)
    }
    if (segmentDimensions !== undefined) {
      left = among(app, segmentMembers.ofDimensions(segmentDimensions, time), left)
    }
    return new Set(left)
  }

  /** Those of participants who are members; whoever walks with a user is one if any endpoint of the user is. */
  const among = (
    app: AppRef,
    members: Parameters<typeof segmentMembers.among>[1],
    walkers: readonly Walker[],
  ): Walker[] => {
    const refs = walkers.map(({ ref, participant: { user } }): MemberRef[] =>
      user === null ? [ref] : [ref, ...store.endpoints.ofUser(app, user).map(({ seq }) => seq)],
    )
    const found = segmentMembers.among(app, members, refs.flat())
    return walkers.filter((_, index) => refs[index]!.some(ref => found.has(ref)))
  }

  /**
   * What becomes of participants at an activity that sends a message. Those whose messages are not
   * rendered in time are left out, with all behind them: they are still due.
   */
  const sendAll = async (
    at: Sender,
    walkers: readonly Walker[],
    rate: Rate,
    now: Date,
  ): Promise<Outcome[]> => {
    const { journey, key, kind } = at
    const next = arriveAt(journey, journey.definition.Activities![key]![kind]!.NextActivity, now)
    let decided = store.read(() =>
      walkers.map(walker => {
        const before = { second: rate.second, used: rate.used }
        return { walker, before, outcome: beforeSending(journey, key, kind, walker, rate, now, next) }
      }),
    )
    const open = decided.filter(({ outcome }) => outcome === undefined)
    const toSend = open.map(({ walker }) => walker)
    const sent =
      toSend.length === 0
        ? []
        : kind === 'CUSTOM'
          ? await sendCustom(at, toSend, now)
          : await sendMessages(at, toSend, now)
    const late = open[sent.length]
    if (late !== undefined) {
      decided = decided.slice(0, decided.indexOf(late))
      Object.assign(rate, late.before)
    }
    let index = 0
    return decided.map(({ walker, outcome }) => {
      if (outcome !== undefined) return withWait(walker, outcome)
      const { participant, key: sentTo } = walker
      const { message, met = [] } = sent[index++]!
      return withWait(walker, { participant, next, message, sentTo, met, counted: [sendStatusOf(message)] })
    })
  }

  /** What becomes of a participant that gets no message now; undefined if it gets one. */
  const beforeSending = (
    journey: Journey,
    key: string,
    kind: MessageActivityKind,
    walker: Walker,
    rate: Rate,
    now: Date,
    next: Place | undefined,
  ): Outcome | undefined => {
    const { participant, endpoint } = walker
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
    const cap = capReached(journey, endpointSends, walker.key, time)
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
    const turn = rate.next(time)
    if (turn <= time) return undefined
    return { participant, next: { activity: key, phase: 'admitted', due: turn - shift, isFixed: false } }
  }

  /** Renders the messages of an activity: those of the first participants, if it takes long. */
  const sendMessages = async (
    { journey: { app, id, definition }, run, key, templates, isLong }: Sender,
    walkers: readonly Walker[],
    now: Date,
  ): Promise<{ message: SentMessage; met?: string[] }[]> => {
    const sending: Sending = {
      app,
      origin: { journey: id, run: run.id, activity: key },
      configuration: configurationOf(definition.Activities![key]!),
      templates,
    }
    const recipients = walkers.map(({ endpoint }) => endpointRecipient(endpoint))
    const planned = planInWorker(store, () => planDeliveries(store, sending, recipients))
    const recommended = await recommend(context, sending, planned)
    const delivered = await renderInTurns(context, recommended, isLong, now)
    return delivered.map(({ record }, index) => ({ message: { record, endpoint: walkers[index]!.endpoint } }))
  }

  /** Calls the custom channel of an activity; what it answers decides later splits. */
  const sendCustom = async (
    { journey: { app, id, definition }, run, key }: Sender,
    walkers: readonly Walker[],
    now: Date,
  ): Promise<{ message: SentMessage; met?: string[] }[]> => {
    const { DeliveryUri, MessageConfig = {} } = definition.Activities![key]!.CUSTOM!
    const conditions = eventConditions(definition.Activities!)
    const recipients = walkers.map(({ endpoint }) => ({ id: endpoint.Id!, endpoint }))
    const { records, answer } = await deliverCustom(
      context.hooks,
      {
        app,
        origin: { journey: id, run: run.id, activity: key },
        target: DeliveryUri!,
        data: MessageConfig.Data ?? '',
        payload: { JourneyId: id, JourneyRunId: run.id, JourneyActivityId: key },
      },
      planInWorker(store, () => planCustom(store, app, recipients)),
      now,
    )
    return recipients.map(({ endpoint }, index) => {
      const attributes = answer.get(endpoint.Id!)?.attributes
      const facts = {
        EventType: '_custom.response',
        Attributes: { ...attributes, journey_id: id, journey_activity_id: key },
      }
      const met =
        attributes === undefined ? [] : conditions.filter(([, condition]) => meets(condition, facts, id))
      return {
        message: { record: records[index]!, endpoint, isCustom: true },
        met: met.map(([key]) => key),
      }
    })
  }

  return {
    /**
     * Does the next step of what is due. A step that calls a custom channel, or a recommender's function,
     * is one that takes long.
     *
     * @param now the time at which it is due
     * @param except rows of applications whose journeys are left out
     * @returns how many messages it has sent
     */
    async runStep(now: Date, except: readonly number[] = []): Promise<StepResult> {
      const due = store.journeyDue.next(except)
      if (due === undefined) return 0
      try {
        return due.what === 'go on' ? await goOn(due, now) : beginOrEnd(due, now)
      } catch (error) {
        return endBy(error, due.journey, now)
      }
    },
  }
}

/** Whether participants of a journey that was due still go on: a caller may have stopped it meanwhile. */
const isGoing = (journey: Journey | undefined): journey is Journey =>
  journey?.state === 'ACTIVE' || journey?.state === 'CLOSED'

/** An outcome, with the end of the wait for the end of quiet time, if it is over (source: guide). */
function withWait({ participant, endpoint }: Walker, outcome: Outcome): Outcome {
  if (participant.phase !== 'held' || outcome.next?.phase === 'held') return outcome
  const { counted = [], told } = outcome
  const waited = 'QUIET_TIME_WAIT_FINISHED'
  return {
    ...outcome,
    counted: [waited, ...counted],
    told: { endpoint, statuses: [waited, ...(told?.statuses ?? [])] },
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
