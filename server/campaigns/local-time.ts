import { count } from '../audience/counters.ts'
import { timeIn } from '../model/time-zone.ts'
import type { Activity, Target } from '../store/campaigns/activities.ts'
import type { Batch } from './batch.ts'
import type { Run } from './open-run.ts'
import { startSlack } from './plan.ts'
import { countProduced } from './results.ts'
import { whyNoTarget } from './select.ts'
import { isOfCohort } from './treatments.ts'

/**
 * The first part of a run by local time: decides for each member of a batch when it is to get its
 * message, and counts in the activity those that get none.
 */
export function targetsOf(
  { treatment, timing, hasMessage }: Run,
  after: Activity,
  batch: Batch,
  now: Date,
): Target[] {
  const wall = after.scheduled_start + timing.offset
  const times = new Map<string, number>()
  /** When clocks in a zone show that. A batch has few zones, and to find it takes some 8 µs. */
  const dueIn = (zone: string): number => {
    const due = times.get(zone) ?? timeIn(zone, wall)
    times.set(zone, due)
    return due
  }
  countProduced(after.counters, batch, batch.candidates.length)
  const targets: Target[] = []
  for (const candidate of batch.candidates) {
    const why = whyNoTarget(candidate, {
      hasMessage,
      isLocalTime: true,
      isTooLate: zone => dueIn(zone) < after.start_time! - startSlack,
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
      definition: candidate.isDefined ? JSON.stringify(candidate.endpoint) : null,
    })
  }
  return targets
}
