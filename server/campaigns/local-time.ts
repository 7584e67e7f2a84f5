import { count } from '../audience/counters.ts'
import { localTimeAt, timeIn } from '../model/time-zone.ts'
import type { CampaignActivity, Target } from '../store/campaigns/activities.ts'
import type { Batch } from './batch.ts'
import type { Run } from './open-run.ts'
import { startSlack } from './plan.ts'
import { countProduced } from './results.ts'
import { hasRunAt } from './schedule.ts'
import { whyNoTarget } from './select.ts'
import { isOfCohort } from './treatments.ts'

/**
 * The first part of a run by local time: decides for each member of a batch when it is to get its
 * message, and counts in the activity those that get none.
 */
export function targetsOf(
  { treatment, timing, hasMessage }: Run,
  after: CampaignActivity,
  batch: Batch,
  now: Date,
): Target[] {
  const wall = after.scheduled_start + timing.offset
  const times = new Map<string, number | undefined>()
  /** When a zone gets the messages, if it does. A batch has few zones, and to find it takes some 8 µs. */
  const dueIn = (zone: string): number | undefined => {
    if (!times.has(zone)) {
      const due = timeIn(zone, wall)
      const shown = localTimeAt(due, zone)
      const isTooLate = due < after.start_time! - startSlack
      // A time that clocks skip may become that of another run, which sends instead.
      times.set(zone, isTooLate || (shown !== wall && hasRunAt(timing, shown)) ? undefined : due)
    }
    return times.get(zone)
  }
  countProduced(after.counters, batch, batch.candidates.length)
  const targets: Target[] = []
  for (const candidate of batch.candidates) {
    const why = whyNoTarget(candidate, {
      hasMessage,
      isLocalTime: true,
      isLeftOut: zone => dueIn(zone) === undefined,
      isOfCohort: cohort => isOfCohort(treatment, cohort),
    })
    if (why !== undefined) {
      count(after.counters, why)
      continue
    }
    targets.push({
      due: Math.max(dueIn(candidate.endpoint.Demographic!.Timezone!)!, now.getTime()),
      number: after.total++,
      endpoint: candidate.id,
      definition: candidate.isDefined ? JSON.stringify(candidate.endpoint) : null,
    })
  }
  return targets
}
