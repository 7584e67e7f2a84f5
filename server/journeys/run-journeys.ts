import { countTargeted } from '../audience/count-sends.ts'
import { type Counters, count } from '../audience/counters.ts'
import { isTransient, type SendingContext, type StepResult } from '../audience/sending.ts'
import type { SentTemplates } from '../delivery/choose-content.ts'
import { hasMessageFaults } from '../delivery/deliver.ts'
import { eventOfUnsent } from '../delivery/events/send-events.ts'
import { templateToSend } from '../delivery/load-template.ts'
import { callsFunction } from '../delivery/recommendations.ts'
import { recordEvents, writeMessages } from '../delivery/write-messages.ts'
import type { Activity, ActivityKind } from '../model/journey.ts'
import { hookLimits } from '../model/quotas.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { DueOfJourney } from '../store/journeys/journey-due.ts'
import type { Participant } from '../store/journeys/journey-participants.ts'
import type { JourneyRun } from '../store/journeys/journey-runs.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import { SegmentQueryError } from '../store/segments/members.ts'
import { beginRun, closeIfOver, closeJourney, enterMembers } from './enter.ts'
import { noteMet } from './event-conditions.ts'
import { isMessageKind, kindOf } from './graph.ts'
import { cancel } from './lifecycle.ts'
import { Rate, senderOf } from './limits.ts'
import type { LoadedParticipant, Outcome } from './outcome.ts'
import { passActivity } from './pass.ts'
import { sendActivity } from './send.ts'

/** Participants that a step takes at most: those of a message are rendered, and written one by one. */
const participantsPerStep = { message: 200, long: hookLimits.endpoints, other: 1000 }

/** What a step has written. */
interface Written {
  app: AppRef
  /** Of its messages. */
  ids: number[]
  /** Whether there are events besides those of its messages. */
  hasEvents: boolean
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

  /** The template of an activity that sends one; without it, there is nothing to send. */
  const templatesOf = (activity: Activity, kind: ActivityKind): SentTemplates => {
    if (!isMessageKind(kind) || kind === 'CUSTOM') return {}
    const { TemplateName, TemplateVersion } = activity[kind]!
    const template = templateToSend(store, kind, TemplateName, TemplateVersion)
    return template === undefined ? {} : { [kind]: template }
  }

  /** @returns undefined if its endpoint was deleted */
  const load = (app: AppRef, participant: Participant): LoadedParticipant | undefined => {
    const { endpoint: id, importJob: job } = participant
    const stored = store.endpoints.get(app, id)
    const key = { row: stored?.seq ?? null, id }
    const defined = job === null ? undefined : segmentMembers.definition(job, id)
    if (defined !== undefined) return { ...participant, current: defined, key, ref: { job: job!, id } }
    return stored && { ...participant, current: stored.endpoint, key, ref: stored.seq }
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
  ): Written | undefined => {
    if (store.apps.find(app.id)?.seq !== app.seq) return undefined
    const journey = journeys.byDocument(document)
    const goesOn = journey !== undefined && journey.state !== 'CANCELLED' && journey.state !== 'COMPLETED'
    const outcomes = goesOn ? all : all.filter(({ message }) => message !== undefined)
    const targeted = outcomes.flatMap(({ message, sentTo }) =>
      sentTo === undefined ? [] : { key: sentTo, message: message?.record },
    )
    countTargeted(endpointSends, senderOf({ app, document }), targeted, now)
    if (journey !== undefined) {
      const counters: Counters = {}
      for (const { counted = [] } of outcomes) for (const name of counted) count(counters, name)
      const left = goesOn ? moveOn(journey, outcomes) : 0
      const ofRun = { '': { ENDPOINT_LEFT: left }, [activity]: counters }
      journeyRuns.count(run.seq, ofRun, -left, now.toISOString())
    }
    const { CUSTOM, ContactCenter } = definition.Activities?.[activity] ?? {}
    const isCustom = CUSTOM !== undefined
    const events = outcomes.flatMap(({ told }) => {
      if (told === undefined) return []
      const { endpoint, statuses } = told
      // A contact center calls whatever the endpoint's channel is.
      const channel = ContactCenter === undefined ? endpoint.ChannelType : 'CONTACT_CENTER'
      const record = { journey: id, run: run.id, activity, ...(channel && { channel }) }
      return statuses.map(status => eventOfUnsent({ record, endpoint, status, isCustom }, now))
    })
    recordEvents(store, app, events)
    const messages = outcomes.flatMap(({ message }) => message ?? [])
    const ids = writeMessages(store, app, messages)
    if (goesOn) {
      if (rate !== undefined) journeys.update(journey, { rateSecond: rate.second, rateUsed: rate.used })
      closeIfOver(store, journeys.byDocument(document)!, now)
    }
    return { app, ids, hasEvents: events.length > 0 }
  }

  const tell = ({ app, ids, hasEvents }: Written): void => {
    if (ids.length > 0) context.onMessages(app, ids)
    else if (hasEvents) context.onEvents(app)
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
      const run = journeyRuns.bySeq(first.run)!
      const participants: LoadedParticipant[] = []
      // Whoever was deleted is not in the journey any more.
      const gone: Outcome[] = []
      for (const participant of journeyParticipants.due(document, at, participantsPerStep[size])) {
        if (participant.run !== first.run) continue
        const loaded = load(journey.app, participant)
        if (loaded === undefined) gone.push({ participant, next: undefined })
        else participants.push(loaded)
      }
      return { journey, run, key, kind, templates, isLong, gone, participants }
    })
    if (step === undefined) return 0
    const { journey, run, key, kind, templates, isLong, gone, participants } = step
    const app = journey.app.seq
    if (!isMessageKind(kind)) {
      const written = store.writeInWorker(() => {
        const outcomes = passActivity(store, journey, key, kind, participants, now)
        return write(journey, run, key, [...gone, ...outcomes], now)
      })
      if (written !== undefined) tell(written)
      return { app, sent: 0 }
    }
    const send = async (): Promise<number> => {
      const rate = new Rate(journey)
      const sending = { journey, run, key, kind, templates, isLong }
      const outcomes = await sendActivity(context, sending, participants, rate, now)
      const written = store.writeInWorker(() => write(journey, run, key, [...gone, ...outcomes], now, rate))
      if (written === undefined) return 0
      tell(written)
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
