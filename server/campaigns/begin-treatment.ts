import { newId } from '../model/arn.ts'
import type { DueTreatment, TreatmentPlan } from '../store/campaigns/campaigns.ts'
import type { Store } from '../store/open-store.ts'
import { firstMember } from '../store/segments/members.ts'
import { loadTemplates } from './message.ts'
import { hasEnded, planBegun, planListening, planNextRun, timingIn } from './plan.ts'
import { isOfEvents, scheduledStart } from './schedule.ts'
import { treatmentsOf } from './treatments.ts'

/**
 * Begins, or ends, what a treatment waits for. To be called in a transaction of the worker.
 *
 * @param found the treatment that was due first: callers may have changed it since
 * @param except as `nextDue` was called with to find it
 */
export function beginTreatment(
  store: Pick<Store, 'campaignActivities' | 'campaigns' | 'templates'>,
  found: DueTreatment,
  now: Date,
  except: readonly number[],
): void {
  const { campaignActivities, campaigns } = store
  const plan = campaigns.nextDue(except)
  if (plan?.campaign !== found.campaign || plan.treatment !== found.treatment) return
  if (plan.due > now.getTime()) return
  const { seq, version, body } = campaigns.get(plan.app, plan.id)!
  const treatment = treatmentsOf(body).find(({ number }) => number === plan.treatment)
  const put = (next: TreatmentPlan) => campaigns.plan(seq, [next])
  if (hasEnded(plan, now.getTime())) put({ ...plan, phase: 'OVER', due: null })
  else if (isOfEvents(timingIn(plan).frequency)) put(planListening(plan))
  else if (treatment === undefined || loadTemplates(store, treatment.templates) === undefined) {
    put({ ...plan, phase: 'INVALID', due: null })
  } else {
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
    put(planNextRun(begun, now.getTime()))
  }
}
