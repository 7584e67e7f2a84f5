import type { HeldBy } from '../model/held-by.ts'
import type { JobKind } from '../model/job-kinds.ts'
import type { FoundJob } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'

/**
 * What holds a job in its status.
 *
 * @returns undefined if nothing does: the job is working, over, or about to go on
 */
export function heldBy(
  store: Pick<Store, 'jobControl' | `${JobKind}Progress`>,
  kind: JobKind,
  job: Pick<FoundJob<unknown>, 'seq' | 'held'>,
): HeldBy | undefined {
  if (!job.held) return undefined
  const progress = store[`${kind}Progress`]
  const isManual = store.jobControl.get().mode === 'manual' && !progress.mayLeave(job)
  const fault = progress.hanging(job.seq)
  if (!isManual && fault === undefined) return undefined
  return { ...(isManual && { mode: 'manual' as const }), ...(fault !== undefined && { fault }) }
}

/** `held` and `heldBy` of a job, as control calls and live events have them. */
export function holdOf(...job: Parameters<typeof heldBy>): { held: boolean; heldBy?: HeldBy } {
  const by = heldBy(...job)
  return { held: by !== undefined, ...(by && { heldBy: by }) }
}
