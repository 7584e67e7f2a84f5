import { countTargeted } from '../audience/count-sends.ts'
import { isTransient, type SendingContext, type StepResult } from '../audience/sending.ts'
import { hasMessageFaults } from '../delivery/deliver.ts'
import { eventOfUnsent } from '../delivery/events/send-events.ts'
import { callsFunction } from '../delivery/recommendations.ts'
import { recordEvents, writeMessages } from '../delivery/write-messages.ts'
import { hookLimits } from '../model/quotas.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { CampaignActivity, DueActivity, Target } from '../store/campaigns/activities.ts'
import { SegmentQueryError } from '../store/segments/members.ts'
import { type Batch, readBatch } from './batch.ts'
import { beginTreatment } from './begin-treatment.ts'
import { targetsOf } from './local-time.ts'
import { openRun, type Run, senderOf } from './open-run.ts'
import { tallyResults } from './results.ts'
import { selectRecipients } from './select.ts'
import { sendBatch } from './send.ts'

/** Members that a step looks at, of which each gets a message at most. */
const membersPerStep = 250

/** Steps in a second, if a rate limits the messages. */
const stepsPerSecond = 10

/** Runs whose common parts are kept in memory. */
const maxRuns = 50

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

  /** The run of an activity; undefined if it cannot be sent. */
  const findRun = (activity: DueActivity, now: Date): Run | undefined => {
    const known = runs.get(activity.seq)
    if (known !== undefined) return known
    const run = openRun(store, activity, now)
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
    // The targets of a run by local time, when its members have been walked.
    const areCounted = activity.endpoint === null && activity.member_cursor === null
    const isLocal = isWalk && run.timing.isLocalTime === true
    const limit = Math.min(
      isLong ? hookLimits.endpoints : membersPerStep,
      perSecond === undefined || isLocal ? membersPerStep : Math.ceil(perSecond / stepsPerSecond),
    )
    const batch = store.read(() => readBatch(store, activity, run, limit, now))
    const after: CampaignActivity = {
      ...activity,
      state: isLocal ? 'INITIALIZING' : 'RUNNING',
      start_time: activity.start_time ?? now.getTime(),
      has_reservation: 0,
      counters: { ...activity.counters },
    }
    if (isLocal) {
      const targets = targetsOf(run, after, batch, now)
      after.member_cursor = batch.next
      store.writeInWorker(() => writeTargets(after, targets, now.getTime()))
      if (after.due === null) runs.delete(activity.seq)
      return 0
    }

    // Whether it has to find out when the campaign may send next.
    const mustReserve = perSecond !== undefined && activity.has_reservation === 0
    const sendAt = mustReserve ? campaignRates.next(activity.campaign, now.getTime()) : now.getTime()
    const selection = selectRecipients(endpointSends, activity, run, batch, sendAt)
    if (mustReserve && sendAt > now.getTime() && selection.open.length > 0) {
      reserve(activity, sendAt, (selection.open.length * 1000) / perSecond, now)
      return 0
    }
    const upTo = await sendBatch(context, activity, run, batch, selection, isLong, now)
    const { sent, unsent, targeted } = tallyResults(run, after, batch, upTo, selection.results, areCounted)
    if (isWalk) after.member_cursor = upTo === batch.candidates.length ? batch.next : batch.cursors[upTo - 1]!
    const pause = perSecond === undefined ? 0 : (sent.length * 1000) / perSecond

    let ids: number[] = []
    // A caller may have deleted the campaign meanwhile. What was under way then is completed (assumed, as
    // it is of journeys): its messages are recorded, unless the application is deleted.
    const goesOn = store.writeInWorker(() => {
      if (store.apps.find(activity.app.id)?.seq !== activity.app.seq) return false
      ids = writeMessages(store, activity.app, sent)
      const events = unsent.map(message => eventOfUnsent(message, now))
      recordEvents(store, activity.app, events)
      countTargeted(endpointSends, senderOf(activity), targeted, now)
      if (!campaignActivities.isOpen(activity.seq)) return false
      for (const target of [...batch.targets.slice(0, upTo), ...batch.gone]) {
        campaignActivities.removeTarget(activity.seq, target)
      }
      if (mustReserve && pause > 0) {
        campaignRates.put(activity.campaign, now.getTime() + pause, now.getTime())
      }
      writeProgress(after, batch, now.getTime(), Math.ceil(pause))
      return true
    })
    if (after.due === null || !goesOn) runs.delete(activity.seq)
    if (ids.length > 0) context.onMessages(activity.app, ids)
    else if (unsent.length > 0) context.onEvents(activity.app)
    return ids.length
  }

  /**
   * Leaves a step to the time at which the campaign may send its messages: other runs of the campaign
   * come first. The time is this run's, so those that ask later wait longer.
   *
   * @param taken milliseconds that its messages take
   */
  const reserve = (activity: DueActivity, sendAt: number, taken: number, now: Date): void =>
    store.writeInWorker(() => {
      if (!campaignActivities.isOpen(activity.seq)) return
      campaignRates.put(activity.campaign, sendAt + taken, now.getTime())
      campaignActivities.update({ ...activity, due: Math.ceil(sendAt), has_reservation: 1 })
    })

  /** Writes how far a run has come, and when it goes on, or that it is over. In a transaction. */
  const writeProgress = (
    after: CampaignActivity,
    { targets, gone }: Batch,
    now: number,
    pause: number,
  ): void => {
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

  /** The same of the first part of a run by local time, which has found targets. */
  const writeTargets = (after: CampaignActivity, targets: readonly Target[], now: number): void => {
    if (!campaignActivities.isOpen(after.seq)) return
    for (const target of targets) campaignActivities.addTarget(after.seq, target)
    if (after.member_cursor !== null) after.due = now
    else {
      after.timezones_total = campaignActivities.countWaves(after.seq)
      after.due = campaignActivities.nextTarget(after.seq) ?? null
      if (after.due === null) finish(after, now)
    }
    campaignActivities.update(after)
  }

  /** Ends a run that cannot be sent, so that it is not tried for ever: its treatment is INVALID (assumed). */
  const end = (activity: DueActivity, now: Date): void => {
    runs.delete(activity.seq)
    store.writeInWorker(() => {
      if (!campaignActivities.isOpen(activity.seq)) return
      const start_time = activity.start_time ?? now.getTime()
      campaignActivities.update({
        ...{ ...activity, state: 'COMPLETED', result: 'FAIL' },
        start_time,
        end_time: now.getTime(),
        due: null,
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
      if (treatment !== undefined && treatment.due <= (activity?.due ?? Number.POSITIVE_INFINITY)) {
        try {
          store.writeInWorker(() => beginTreatment(store, treatment, now, except))
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

/** Marks a run as over. */
function finish(activity: CampaignActivity, now: number): void {
  activity.state = 'COMPLETED'
  activity.end_time = now
  activity.timezones_completed = activity.timezones_total
}
