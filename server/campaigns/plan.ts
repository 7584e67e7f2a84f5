import type { CampaignStatus } from '../model/campaign.ts'
import type { Campaign, CampaignBody, TreatmentPlan, TreatmentState } from '../store/campaigns/campaigns.ts'
import {
  firstRunAfter,
  isOfEvents,
  isSameSchedule,
  isSameStart,
  nextRun,
  type Timing,
  timingOf,
} from './schedule.ts'
import { type PlannedCampaign, treatmentsOf } from './treatments.ts'

/** Milliseconds by which a start may be in the past (assumed). */
export const startSlack = 60_000

/** How the treatments of a campaign stand that has not begun. */
export const planNew = (body: PlannedCampaign, now: number): TreatmentPlan[] =>
  treatmentsOf(body).map(({ number, schedule }) => {
    const timing = timingOf(schedule, now)
    const plan = { treatment: number, timing: JSON.stringify(timing), run: 0, begun: 0 }
    if (body.IsPaused) return planPaused({ ...plan, phase: 'WAITING', due: null })
    const next = nextOf(timing, plan, now - startSlack)
    return next === undefined
      ? { ...plan, phase: 'OVER', due: null }
      : { ...plan, phase: 'WAITING', run: next.run, due: Math.max(now, next.due) }
  })

/**
 * How the treatments of a campaign stand after a change: those whose schedule starts when it did go on
 * from there, or are paused; the others begin anew, as do those that could not be sent.
 */
export function planChanged(before: Campaign, body: PlannedCampaign, now: number): TreatmentPlan[] {
  const [treatmentsBefore, treatments] = [treatmentsOf(before.body), treatmentsOf(body)]
  const { IsPaused = false } = body
  const wasPaused = before.body.IsPaused ?? false
  return planNew(body, now).map((anew, number) => {
    const known = before.treatments.find(({ treatment }) => treatment === number)
    if (known === undefined || known.phase === 'INVALID') return anew
    const [schedule, scheduleBefore] = [treatments[number]!.schedule, treatmentsBefore[number]!.schedule]
    if (!isSameStart(schedule, scheduleBefore)) return anew
    const isKept = isSameSchedule(schedule, scheduleBefore)
    if (isKept && IsPaused === wasPaused) return known
    const plan = isKept ? known : planRescheduled(known, anew)
    if (plan === undefined) return anew
    if (IsPaused) return planPaused(plan)
    // A run that is due by now, and that the worker has not come to yet, is not skipped.
    return planResumed(plan, wasPaused ? now : Math.min(now, known.due ?? now))
  })
}

/**
 * How a treatment goes on by another schedule with the same start: runs count from the first one, and
 * none begins that is not after the last that has begun (assumed).
 *
 * @param anew how it would begin by that schedule
 * @returns undefined if it is over, or if it waits for events by one schedule and for runs by the other
 */
function planRescheduled(known: TreatmentPlan, anew: TreatmentPlan): TreatmentPlan | undefined {
  const before = timingIn(known)
  const timing: Timing = { ...timingIn(anew), wall: before.wall }
  const isSameFrequency = timing.frequency === before.frequency
  const hasRuns = !isOfEvents(timing.frequency) && !isOfEvents(before.frequency)
  if (known.phase === 'OVER' || !(isSameFrequency || hasRuns)) return undefined
  return {
    ...known,
    timing: JSON.stringify(timing),
    run: known.run === 0 ? 0 : firstRunAfter(timing, before, known.run - 1),
  }
}

/**
 * How a treatment stands that is paused: a run that is under way goes on (source: guide). What can
 * begin no more is over at its EndTime, paused or not (assumed).
 */
function planPaused(plan: TreatmentPlan): TreatmentPlan {
  const isOpen = plan.phase === 'WAITING' || plan.phase === 'LISTENING'
  return { ...plan, due: isOpen ? (timingIn(plan).end ?? null) : null }
}

/** Whether nothing of a treatment can begin any more. */
export function hasEnded(plan: TreatmentPlan, now: number): boolean {
  const { end } = timingIn(plan)
  return end !== undefined && now >= end
}

/** How a treatment goes on after a pause: runs that it has missed are skipped (assumed). */
function planResumed(plan: TreatmentPlan, now: number): TreatmentPlan {
  if (plan.phase === 'LISTENING') return planListening(plan)
  if (plan.phase !== 'WAITING') return plan
  const next = nextOf(timingIn(plan), plan, now)
  return next === undefined ? { ...plan, phase: 'OVER', due: null } : { ...plan, ...next }
}

/**
 * A treatment whose next run begins now. The first run of an IMMEDIATE one is the start from which
 * its further runs count: after a pause, it may begin long after it was created.
 */
export function planBegun(plan: TreatmentPlan, now: number): TreatmentPlan {
  const timing = timingIn(plan)
  if (!timing.isImmediate || plan.run > 0) return plan
  return { ...plan, timing: JSON.stringify({ ...timing, wall: now + timing.offset } satisfies Timing) }
}

/**
 * How a treatment stands after its next run has begun. By local time, the run after it may be due already.
 */
export function planNextRun(plan: TreatmentPlan, now: number): TreatmentPlan {
  const begun = { ...plan, begun: plan.begun + 1 }
  const next = nextRun(timingIn(plan), plan.run + 1, now)
  return next === undefined ? { ...begun, phase: 'OVER', due: null } : { ...begun, ...next }
}

/** How a treatment of events stands from its start to its end. */
export function planListening(plan: TreatmentPlan): TreatmentPlan {
  const { end = null } = timingIn(plan)
  return { ...plan, phase: 'LISTENING', begun: 1, due: end }
}

export const timingIn = ({ timing }: Pick<TreatmentPlan, 'timing'>): Timing => JSON.parse(timing)

/** The next run; of a treatment of events, its start, which is also to come where it was missed. */
function nextOf(timing: Timing, { run }: Pick<TreatmentPlan, 'run'>, now: number) {
  if (!isOfEvents(timing.frequency)) return nextRun(timing, run, now)
  const start = timing.wall - timing.offset
  return timing.end !== undefined && timing.end <= now ? undefined : { run: 0, due: Math.max(start, now) }
}

/** The statuses of the treatments of a campaign, in their order. */
export const statusesOf = ({
  body,
  treatments,
}: {
  body: Pick<CampaignBody, 'IsPaused'>
  treatments: readonly TreatmentState[]
}): CampaignStatus[] => treatments.map(treatment => statusOf(treatment, body.IsPaused ?? false))

/** The status of a treatment (assumed, but for SCHEDULED of a new one). */
function statusOf({ phase, begun, running }: TreatmentState, isPaused: boolean): CampaignStatus {
  if (phase === 'DELETED' || phase === 'INVALID') return phase
  if (running > 0 || (phase === 'LISTENING' && !isPaused)) return 'EXECUTING'
  if (phase === 'OVER') return 'COMPLETED'
  if (isPaused) return 'PAUSED'
  return begun > 0 ? 'PENDING_NEXT_RUN' : 'SCHEDULED'
}

/**
 * The status of a campaign: COMPLETED when all its treatments are (source: API reference); else that
 * of the one that comes first here (assumed).
 */
export function statusOfAll(statuses: readonly CampaignStatus[]): CampaignStatus {
  const order = ['DELETED', 'INVALID', 'EXECUTING', 'PAUSED', 'PENDING_NEXT_RUN', 'SCHEDULED'] as const
  return order.find(status => statuses.includes(status)) ?? 'COMPLETED'
}
