import { countTargeted } from '../audience/count-sends.ts'
import {
  type AudienceCounter,
  type AudienceRules,
  type Counters,
  count,
  whyNotTargeted,
} from '../audience/counters.ts'
import {
  isTransient,
  planInWorker,
  renderInTurns,
  type SendingContext,
  type StepResult,
} from '../audience/sending.ts'
import { chooseContent } from '../delivery/choose-content.ts'
import { kindOf } from '../delivery/content.ts'
import { deliverCustom, endpointsPerCall, planCustom } from '../delivery/custom-channel.ts'
import {
  endpointRecipient,
  hasMessageFaults,
  planDeliveries,
  type Recipient,
  type Sending,
} from '../delivery/deliver.ts'
import type { SentMessage } from '../delivery/events/message-events.ts'
import { eventOfUnsent, type UnsentMessage } from '../delivery/events/send-events.ts'
import { callsFunction, recommend } from '../delivery/recommendations.ts'
import { recordEvents, writeMessages } from '../delivery/write-messages.ts'
import { newId } from '../model/arn.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import type { SendStatus } from '../model/event-record.ts'
import type { NewOutboxMessage } from '../model/message.ts'
import { timeIn } from '../model/time-zone.ts'
import { readUtcOffset } from '../model/utc-offset.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { EndpointKey, Sender } from '../store/audience/endpoint-sends.ts'
import type { Activity, DueActivity, Target } from '../store/campaigns/activities.ts'
import type { DueTreatment } from '../store/campaigns/campaigns.ts'
import {
  firstMember,
  type MemberCursor,
  type MemberStep,
  memberEndpoint,
  SegmentQueryError,
} from '../store/segments/members.ts'
import { callFilterHook, type FilteredEndpoint, hookTarget } from './filter-hook.ts'
import { type CampaignLimitsInForce, type DropReason, limitsOf, whyDropped } from './limits.ts'
import { directMessage, loadTemplates } from './message.ts'
import { hasEnded, planBegun, planListening, planNextRun, timingIn } from './plan.ts'
import { isOfEvents, scheduledStart, withDefaults } from './schedule.ts'
import { isOfCohort, type Treatment, treatmentsOf } from './treatments.ts'

/** Members that a step looks at, of which each gets a message at most. */
const membersPerStep = 500

/** Steps in a second, if a rate limits the messages. */
const stepsPerSecond = 10

/** Milliseconds after which an event's message is not sent any more (source: guide). */
const eventDeadline = 5 * 60_000

/** Runs whose common parts are kept in memory. */
const maxRuns = 50

const never = Number.POSITIVE_INFINITY

/** A member of the segment, or the recipient of an event, in a step. */
interface Candidate {
  id: string
  key: EndpointKey
  endpoint: EndpointResponse
  /** Whether it was a candidate of the run before. */
  isDuplicate?: boolean
  /** What a hook has made of it. */
  overrides?: FilteredEndpoint
  /** Why it gets nothing, as the outbox says it. */
  problem?: string
}

/** What has become of a candidate: why it gets no message, or its message. */
interface Result {
  why?: AudienceCounter | DropReason
  message?: NewOutboxMessage
  isTargeted: boolean
  /** Whether a custom channel was called with it. */
  wasCalled?: boolean
}
type Results = Map<Candidate, Result>

/** Who of a batch gets a message, and why the others do not. */
interface Choice {
  open: Candidate[]
  results: Results
}

/** What a step has read, and where the next one goes on. */
interface Batch {
  candidates: Candidate[]
  /** Where to go on behind each candidate, and behind all. */
  cursors: MemberCursor[]
  next: MemberCursor | null
  /** Of a run by local time: the targets that the candidates were, and those that are gone. */
  targets: Target[]
  gone: Target[]
  /** Candidates that belong to a user that an import has named. */
  ofUsers: number
}

/** A run with what its steps have in common, which is not read again for each. */
interface Run {
  treatment: Treatment
  limits: CampaignLimitsInForce
  hook: string | undefined
  sending: Sending
  hasMessage: (channel: string) => boolean
  list: (after: MemberCursor, limit: number) => MemberStep
}

/**
 * Runs campaigns, step by step. A step reads some members of the segment behind the last that were
 * read, decides who gets a message, renders, and writes messages, counters and the place to go on
 * from in one transaction. So a kill loses nothing and sends nothing twice; only hooks, custom channels
 * and recommenders' functions, which are outside, may then be called again.
 */
export function createCampaignRuns(context: SendingContext) {
  const { store } = context
  const { campaigns, campaignActivities, campaignRates, endpointSends } = store
  /** The runs that are under way, by their activities. */
  const runs = new Map<number, Run>()

  /**
   * Begins, or ends, what a treatment waits for.
   *
   * @param found the treatment that is due first
   */
  const beginPhase = (found: DueTreatment, now: Date, except: readonly number[]): void =>
    store.writeInWorker(() => {
      // Callers may have changed it since it was found due.
      const plan = campaigns.nextDue(except)
      if (plan?.campaign !== found.campaign || plan.treatment !== found.treatment) return
      if (plan.due > now.getTime()) return
      const { seq, version, body } = campaigns.get(plan.app, plan.id)!
      if (hasEnded(plan, now.getTime())) return campaigns.plan(seq, [{ ...plan, phase: 'OVER', due: null }])
      const timing = timingIn(plan)
      if (isOfEvents(timing.frequency)) return campaigns.plan(seq, [planListening(plan)])
      const treatment = treatmentsOf(body).find(({ number }) => number === plan.treatment)
      if (treatment === undefined || loadTemplates(store, treatment.templates) === undefined) {
        return campaigns.plan(seq, [{ ...plan, phase: 'INVALID', due: null }])
      }
      const begun = planBegun(plan, now.getTime())
      campaignActivities.create({
        id: newId(),
        campaign: seq,
        version,
        treatment: plan.treatment,
        scheduled_start: scheduledStart(timingIn(begun), plan.run)!,
        endpoint: null,
        member_cursor: firstMember,
        due: now.getTime(),
      })
      campaigns.plan(seq, [planNextRun(begun)])
    })

  /** @returns undefined where it cannot be sent */
  const openRun = (activity: DueActivity, now: Date): Run | undefined => {
    const { app, campaignId } = activity
    const version = campaigns.getVersion(app, campaignId, activity.version)
    const treatment = version && treatmentsOf(version.body)[activity.treatment]
    const templates = treatment && loadTemplates(store, treatment.templates)
    if (version === undefined || templates === undefined) return undefined
    const { body } = version
    const members = store.segmentMembers.find(app, body.SegmentId, body.SegmentVersion, now.toISOString())
    if (members === undefined) return undefined
    const configuration = directMessage(treatment!.message)
    const sending: Sending = {
      app,
      origin: { campaign: campaignId, treatment: String(activity.treatment), activity: activity.id },
      configuration,
      templates,
    }
    const known = new Map<string, boolean>()
    return {
      treatment: treatment!,
      limits: limitsOf(body, treatment!.schedule),
      hook: hookTarget(body),
      sending,
      hasMessage(channel) {
        let has = known.get(channel)
        if (has === undefined) {
          const kind = kindOf(channel)
          has =
            isCustom(treatment!, channel) ||
            chooseContent(channel, configuration, kind && templates[kind], {}) !== undefined
          known.set(channel, has)
        }
        return has
      },
      list:
        activity.endpoint === null
          ? store.segmentMembers.prepareSteps(app, members, { duplicates: true })
          : () => ({ found: [], next: undefined }),
    }
  }

  /** The endpoint of an id as it is now. */
  const findCandidate = (app: AppRef, id: string): Candidate | undefined => {
    const stored = store.endpoints.get(app, id)
    return stored && { id: stored.endpoint.Id, key: stored.seq, endpoint: stored.endpoint }
  }

  const readBatch = (activity: DueActivity, run: Run, limit: number, now: Date): Batch => {
    const { app } = activity
    const batch: Batch = { candidates: [], cursors: [], next: null, targets: [], gone: [], ofUsers: 0 }
    if (activity.endpoint !== null) {
      const found = findCandidate(app, activity.endpoint)
      if (found !== undefined) batch.candidates.push(found)
    } else if (activity.member_cursor !== null) {
      const { found, next = null } = run.list(activity.member_cursor, limit)
      batch.next = next
      for (const member of found) {
        const endpoint = memberEndpoint(app, member)
        const id = endpoint.Id!
        const key = 'row' in member ? member.row.seq : id
        batch.candidates.push({ id, endpoint, key, isDuplicate: member.isDuplicate === true })
        batch.cursors.push(member.cursor)
        if (member.cursor.length === 2 && typeof member.cursor[0] === 'string') batch.ofUsers++
      }
    } else {
      for (const target of campaignActivities.targets(activity.seq, limit)) {
        if (target.due > now.getTime()) break
        const { endpoint: id, definition } = target
        const found =
          definition === null ? findCandidate(app, id) : { id, key: id, endpoint: JSON.parse(definition) }
        if (found === undefined) batch.gone.push(target)
        else {
          batch.candidates.push(found)
          batch.targets.push(target)
        }
      }
    }
    return batch
  }

  /** The run of an activity; undefined if it cannot be sent. */
  const findRun = (activity: DueActivity, now: Date): Run | undefined => {
    const known = runs.get(activity.seq)
    if (known !== undefined) return known
    const run = openRun(activity, now)
    // The run of an event has one step.
    if (run === undefined || activity.endpoint !== null) return run
    // Those that were deleted meanwhile are left in it.
    if (runs.size >= maxRuns) runs.clear()
    runs.set(activity.seq, run)
    return run
  }

  /**
   * Does the next step of a run.
   *
   * @param isLong whether it goes to the end of its batch, however long that takes: what was called
   *   for it, and the `times` of fault rules, are used up
   * @returns the number of messages
   */
  const step = async (activity: DueActivity, run: Run, isLong: boolean, now: Date): Promise<number> => {
    const { perSecond } = run.limits
    const isWalk = activity.endpoint === null && activity.member_cursor !== null
    const isLocal = isWalk && isByZones(run)
    const limit = Math.min(
      isLong ? endpointsPerCall : membersPerStep,
      perSecond === undefined || isLocal ? membersPerStep : Math.ceil(perSecond / stepsPerSecond),
    )
    const batch = store.read(() => readBatch(activity, run, limit, now))
    const after: Activity = {
      ...activity,
      state: isLocal ? 'INITIALIZING' : 'RUNNING',
      start_time: activity.start_time ?? now.getTime(),
      has_turn: 0,
      counters: { ...activity.counters },
    }
    if (isLocal) return collect(activity, after, run, batch, now)

    // Whether it has to find out when the campaign may send next.
    const mustAsk = perSecond !== undefined && activity.has_turn === 0
    const turn = mustAsk ? campaignRates.next(activity.campaign, now.getTime()) : now.getTime()
    const choice = choose(activity, run, batch, turn)
    if (mustAsk && turn > now.getTime() && choice.open.length > 0) {
      waitForTurn(activity, turn, (choice.open.length * 1000) / perSecond, now)
      return 0
    }
    const outcome = await send(activity, after, run, batch, choice, isLong, now)
    const { upTo: done, sent } = outcome
    after.successful += sent.filter(({ record }) => record.status === 'SUCCESSFUL').length
    const isAll = done === batch.candidates.length
    if (isWalk) after.member_cursor = isAll ? batch.next : batch.cursors[done - 1]!
    const pause = perSecond === undefined ? 0 : (sent.length * 1000) / perSecond

    let ids: number[] = []
    // A caller may have deleted the campaign meanwhile. What was under way then is completed (assumed, as
    // it is of journeys): its messages are recorded, unless the application is deleted.
    const goesOn = store.writeInWorker(() => {
      if (store.apps.find(activity.app.id)?.seq !== activity.app.seq) return false
      ids = writeMessages(store, activity.app, sent, now)
      const unsent = outcome.unsent.map(message => eventOfUnsent(message, now))
      recordEvents(store, activity.app, unsent)
      for (const { key, message } of outcome.counted) {
        countTargeted(endpointSends, senderOf(activity), key, message, now)
      }
      if (!campaignActivities.isOpen(activity.seq)) return false
      for (const target of [...batch.targets.slice(0, done), ...batch.gone]) {
        campaignActivities.removeTarget(activity.seq, target)
      }
      if (mustAsk && pause > 0) campaignRates.put(activity.campaign, now.getTime() + pause, now.getTime())
      settle(after, batch, now.getTime(), Math.ceil(pause))
      return true
    })
    if (after.due === null || !goesOn) runs.delete(activity.seq)
    if (ids.length > 0) context.onMessages(activity.app, ids)
    return ids.length
  }

  /**
   * Leaves a step to the time at which the campaign may send its messages: other runs of the campaign
   * come first. The time is this run's, so those that ask later wait longer.
   *
   * @param taken milliseconds that its messages take
   */
  const waitForTurn = (activity: DueActivity, turn: number, taken: number, now: Date): void =>
    store.writeInWorker(() => {
      if (!campaignActivities.isOpen(activity.seq)) return
      campaignRates.put(activity.campaign, turn + taken, now.getTime())
      campaignActivities.update({ ...activity, due: Math.ceil(turn), has_turn: 1 })
    })

  /** Writes how far a run has come, and when it goes on, or that it is over. In a transaction. */
  const settle = (after: Activity, { targets, gone }: Batch, now: number, pause: number): void => {
    if (after.member_cursor !== null && after.endpoint === null) after.due = now + pause
    else {
      const next = after.endpoint === null ? campaignActivities.nextTarget(after.seq) : undefined
      const [wave] = [...targets, ...gone]
      if (wave !== undefined && wave.due !== next) {
        after.timezones_completed = after.timezones_total - campaignActivities.countWaves(after.seq)
      }
      after.due = next === undefined ? null : Math.max(next, now + pause)
    }
    if (after.due === null) finish(after, now)
    campaignActivities.update(after)
  }

  /** The first part of a run by local time: decides for each member when it is to get its message. */
  const collect = (activity: DueActivity, after: Activity, run: Run, batch: Batch, now: Date): number => {
    const { treatment } = run
    const wall = activity.scheduled_start + readUtcOffset(withDefaults(treatment.schedule).Timezone)!
    const dueIn = (zone: string) => timeIn(zone, wall)
    countProduced(after.counters, batch, batch.candidates.length)
    const targets: Target[] = []
    for (const candidate of batch.candidates) {
      const why = whyNoTarget(candidate, {
        hasMessage: run.hasMessage,
        isLocalTime: true,
        isTooLate: zone => dueIn(zone) < after.start_time! - 60_000,
        isOfCohort: cohort => isOfCohort(treatment, cohort),
      })
      if (why !== undefined) {
        count(after.counters, why)
        continue
      }
      targets.push({
        due: Math.max(dueIn(candidate.endpoint.Demographic!.Timezone!), now.getTime()),
        number: after.total++,
        endpoint: candidate.id,
        definition: typeof candidate.key === 'string' ? JSON.stringify(candidate.endpoint) : null,
      })
    }
    after.member_cursor = batch.next
    store.writeInWorker(() => {
      if (!campaignActivities.isOpen(activity.seq)) return
      for (const target of targets) campaignActivities.addTarget(activity.seq, target)
      if (after.member_cursor !== null) after.due = now.getTime()
      else {
        after.timezones_total = campaignActivities.countWaves(activity.seq)
        after.due = campaignActivities.nextTarget(activity.seq) ?? null
        if (after.due === null) finish(after, now.getTime())
      }
      campaignActivities.update(after)
    })
    if (after.due === null) runs.delete(activity.seq)
    return 0
  }

  /**
   * Decides who gets a message.
   *
   * @param time at which the messages are sent, in milliseconds since 1970
   * @returns why the others get none, and who does
   */
  const choose = (
    activity: DueActivity,
    { treatment, limits, hasMessage }: Run,
    batch: Batch,
    time: number,
  ): Choice => {
    const results: Results = new Map()
    const open: Candidate[] = []
    for (const [index, candidate] of batch.candidates.entries()) {
      const { endpoint, key } = candidate
      const why = whyNoTarget(candidate, {
        hasMessage,
        isLocalTime: treatment.schedule.IsLocalTime === true,
        isOfCohort: cohort => isOfCohort(treatment, cohort),
      })
      if (why !== undefined) {
        results.set(candidate, { why, isTargeted: false })
        continue
      }
      const dropped =
        time >= deadlineOf(activity, limits, batch.targets[index])
          ? 'EXPIRED'
          : whyDropped(limits, endpointSends, senderOf(activity), key, endpoint, time)
      if (dropped === undefined) open.push(candidate)
      else results.set(candidate, { why: dropped, isTargeted: true })
    }
    return { results, open }
  }

  /**
   * Makes the messages. It counts in `after` what becomes of the candidates that the step comes to.
   *
   * @returns how many candidates it has come to
   */
  const send = async (
    activity: DueActivity,
    after: Activity,
    run: Run,
    batch: Batch,
    { results, open }: Choice,
    isLong: boolean,
    now: Date,
  ) => {
    const { treatment, sending } = run
    const isWave = activity.endpoint === null && activity.member_cursor === null
    const filtered = await filter(activity, run, open, results)
    const custom = filtered.filter(
      candidate =>
        candidate.problem === undefined && isCustom(treatment, filteredEndpoint(candidate).ChannelType ?? ''),
    )
    const usual = filtered.filter(candidate => !custom.includes(candidate))
    if (custom.length > 0) {
      const recipients = custom.map(candidate => ({
        id: candidate.id,
        endpoint: filteredEndpoint(candidate),
      }))
      const { records } = await deliverCustom(
        context.hooks,
        {
          ...{ app: activity.app, origin: sending.origin },
          target: treatment.custom!.DeliveryUri,
          data: treatment.message.CustomMessage?.Data ?? '',
          payload: aboutRun(activity),
        },
        planInWorker(store, () => planCustom(store, activity.app, recipients)),
        now,
      )
      for (const [index, candidate] of custom.entries()) {
        results.set(candidate, { message: records[index]!, isTargeted: true, wasCalled: true })
      }
    }
    const isLate = await render(sending, usual, results, isLong, now)
    // What is not rendered in time is left to the next step, and all after it, as they follow in order.
    const upTo = isLate === undefined ? batch.candidates.length : batch.candidates.indexOf(isLate)
    return account(run, after, batch, upTo, results, isWave)
  }

  /** Renders messages until it has taken long enough. Returns the first that is not rendered. */
  const render = async (
    sending: Sending,
    candidates: readonly Candidate[],
    results: Results,
    isLong: boolean,
    now: Date,
  ): Promise<Candidate | undefined> => {
    if (candidates.length === 0) return undefined
    const recipients = candidates.map(recipientOf)
    const planned = planInWorker(store, () => planDeliveries(store, sending, recipients))
    const recommended = await recommend(context, sending, planned)
    const delivered = await renderInTurns(context, recommended, isLong, now)
    for (const [index, { record }] of delivered.entries()) {
      results.set(candidates[index]!, { message: record, isTargeted: true })
    }
    return candidates[delivered.length]
  }

  /** Asks the campaign's hook, if it has one, who is to get the message. */
  const filter = async (
    activity: DueActivity,
    run: Run,
    candidates: Candidate[],
    results: Results,
  ): Promise<Candidate[]> => {
    if (run.hook === undefined || candidates.length === 0) return candidates
    const outcome = await callFilterHook(
      context.hooks,
      run.hook,
      { ApplicationId: activity.app.id, ...aboutRun(activity) },
      run.sending.configuration,
      candidates,
    )
    if ('failed' in outcome) {
      for (const candidate of candidates) results.set(candidate, { why: 'HOOK_FAILURE', isTargeted: true })
      return []
    }
    if ('notAllowed' in outcome) {
      return candidates.map(candidate => Object.assign(candidate, { problem: outcome.notAllowed }))
    }
    return candidates.flatMap(candidate => {
      const overrides = outcome.answer.get(candidate.id)
      if (overrides !== undefined) return Object.assign(candidate, { overrides })
      results.set(candidate, { why: 'HOOK_FILTERED', isTargeted: true })
      return []
    })
  }

  /** Counts what has become of the first candidates, and makes of it what is to be written. */
  const account = (
    { sending: { origin }, treatment }: Run,
    after: Activity,
    batch: Batch,
    upTo: number,
    results: Results,
    isWave: boolean,
  ) => {
    const sent: SentMessage[] = []
    const unsent: UnsentMessage[] = []
    const counted: { key: EndpointKey; message: NewOutboxMessage | undefined }[] = []
    if (!isWave) countProduced(after.counters, batch, upTo)
    if (batch.gone.length > 0) count(after.counters, 'ENDPOINT_DELETED', batch.gone.length)
    for (const candidate of batch.candidates.slice(0, upTo)) {
      const { why, message, isTargeted, wasCalled = false } = results.get(candidate)!
      if (why !== undefined) count(after.counters, why)
      if (!isTargeted) {
        // It was targeted for its local time, and has opted out since, for example.
        if (isWave) after.total--
        continue
      }
      if (!isWave) after.total++
      if (why !== 'TOTAL_CAP' && why !== 'EXPIRED') counted.push({ key: candidate.key, message })
      const { endpoint } = candidate
      if (message !== undefined) sent.push({ record: message, endpoint, isCustom: wasCalled })
      else if (isSendStatus(why)) {
        const channel = endpoint.ChannelType ?? ''
        const record = { ...origin, channel }
        unsent.push({ record, endpoint, status: why, isCustom: isCustom(treatment, channel) })
      }
    }
    return { upTo, sent, unsent, counted }
  }

  /** Ends a run that cannot be sent, so that it is not tried for ever: its treatment is INVALID (assumed). */
  const end = (activity: DueActivity, now: Date): void => {
    runs.delete(activity.seq)
    store.writeInWorker(() => {
      if (!campaignActivities.isOpen(activity.seq)) return
      const start_time = activity.start_time ?? now.getTime()
      campaignActivities.update({
        ...{ ...activity, state: 'COMPLETED', result: 'FAIL' },
        ...{ start_time, end_time: now.getTime(), due: null },
      })
      invalidate(activity)
    })
  }

  /** Marks a treatment that cannot be sent as INVALID (assumed). In a transaction. */
  const invalidate = ({ campaign, treatment }: { campaign: number; treatment: number }): void => {
    const plans = campaigns.states(campaign).filter(plan => plan.treatment === treatment)
    campaigns.plan(
      campaign,
      plans.map(plan => ({ ...plan, phase: 'INVALID', due: null })),
    )
  }

  /** @throws the error, if the step is to be tried again */
  const tellUnexpected = (error: unknown, campaign: string, app: AppRef): void => {
    if (isTransient(error, context)) throw error
    context.onError(error, `campaign ${campaign} of application ${app.id}`)
  }

  return {
    /**
     * Does the next step of what is due: a treatment whose time has come, or a run that goes on. A
     * step that calls a hook, a custom channel or a recommender's function is one that takes long.
     *
     * @param now the time at which it is due
     * @param except rows of applications whose campaigns are left out
     * @returns how many messages it has sent
     */
    async runStep(now: Date, except: readonly number[] = []): Promise<StepResult> {
      const treatment = campaigns.nextDue(except)
      const activity = campaignActivities.nextDue(except)
      if (treatment !== undefined && treatment.due <= (activity?.due ?? never)) {
        try {
          beginPhase(treatment, now, except)
        } catch (error) {
          tellUnexpected(error, treatment.id, treatment.app)
          store.writeInWorker(() => invalidate(treatment))
        }
        return { app: treatment.app.seq, sent: 0 }
      }
      if (activity === undefined) return 0
      const app = activity.app.seq
      const fail = (error?: unknown): number => {
        if (error !== undefined && !(error instanceof SegmentQueryError)) {
          tellUnexpected(error, activity.campaignId, activity.app)
        }
        end(activity, now)
        return 0
      }
      try {
        const run = findRun(activity, now)
        if (run === undefined) return fail()
        const calls =
          run.hook !== undefined ||
          run.treatment.custom !== undefined ||
          callsFunction(store, run.sending.templates)
        const isLong = calls || hasMessageFaults(store)
        const sent = step(activity, run, isLong, now).catch(fail)
        return { app, sent: isLong ? sent : await sent }
      } catch (error) {
        return fail(error)
      }
    },
  }
}

/** Why a candidate is not targeted; undefined if it is. */
const whyNoTarget = (
  { endpoint, isDuplicate }: Candidate,
  rules: AudienceRules,
): AudienceCounter | undefined => (isDuplicate ? 'DUPLICATE_ENDPOINT' : whyNotTargeted(endpoint, rules))

/** The reasons that `_campaign.send` events tell; the others leave none (assumed). */
const isSendStatus = (why: string | undefined): why is SendStatus =>
  why === 'DAILY_CAP' || why === 'EXPIRED' || why === 'QUIET_TIME' || why === 'HOOK_FAILURE'

/** The campaign of a run, as limits count what it sends. */
const senderOf = ({ app, campaign }: DueActivity): Sender => ({ app, kind: 'campaign', document: campaign })

/** Whether an endpoint of a channel gets its message through the custom channel. */
const isCustom = ({ custom, message }: Treatment, channel: string): boolean =>
  custom !== undefined &&
  message.CustomMessage !== undefined &&
  ((custom.EndpointTypes ?? ['CUSTOM']) as string[]).includes(channel)

/** Whether a run sends in each time zone at another time. One that starts at once has no such time. */
const isByZones = ({ treatment }: Run): boolean => {
  const { IsLocalTime, StartTime } = withDefaults(treatment.schedule)
  return IsLocalTime && StartTime !== 'IMMEDIATE'
}

/** The endpoint of a candidate, with what a hook has changed of it. */
function filteredEndpoint({ id, endpoint, overrides = {} }: Candidate): EndpointResponse {
  const { TitleOverride: _title, BodyOverride: _body, ...changes } = overrides
  return { ...endpoint, ...changes, Id: id }
}

/** A candidate as the recipient of a message. */
function recipientOf(candidate: Candidate): Recipient {
  const { overrides: { TitleOverride, BodyOverride } = {}, problem } = candidate
  const changed = filteredEndpoint(candidate)
  // Titles and bodies of e-mails cannot be changed in this way (source: guide).
  const isEmail = changed.ChannelType === 'EMAIL'
  return {
    ...endpointRecipient(changed),
    ...(problem !== undefined && { problem }),
    ...(TitleOverride && !isEmail && { TitleOverride }),
    ...(BodyOverride && !isEmail && { BodyOverride }),
  }
}

/** What the payloads of hooks and custom channels say of a run (source: guide). */
const aboutRun = ({ campaignId, treatment, id, scheduled_start }: DueActivity): Record<string, string> => ({
  CampaignId: campaignId,
  TreatmentId: String(treatment),
  ActivityId: id,
  ScheduledTime: new Date(scheduled_start).toISOString(),
})

/**
 * When a message is not sent any more.
 *
 * @param target of a run by local time
 */
function deadlineOf(
  { endpoint, scheduled_start }: Activity,
  { maxDuration }: CampaignLimitsInForce,
  target: Target | undefined,
): number {
  if (endpoint !== null) return scheduled_start + eventDeadline
  return maxDuration === undefined ? never : (target?.due ?? scheduled_start) + maxDuration * 1000
}

function countProduced(counters: Counters, { ofUsers, candidates }: Batch, upTo: number): void {
  // Those of users come last.
  const fromUsers = Math.max(0, upTo - (candidates.length - ofUsers))
  count(counters, 'ENDPOINT_PRODUCED', upTo - fromUsers)
  if (fromUsers > 0) count(counters, 'ENDPOINTS_FROM_USER', fromUsers)
}

/** Marks a run as over: FAIL if it has targeted endpoints and sent to none (assumed). */
function finish(activity: Activity, now: number): void {
  activity.state = 'COMPLETED'
  activity.result = activity.total > 0 && activity.successful === 0 ? 'FAIL' : 'SUCCESS'
  activity.end_time = now
  activity.timezones_completed = activity.timezones_total
}
