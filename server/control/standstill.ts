import type { HeldBy } from '../model/held-by.ts'
import type { JobKind } from '../model/job-kinds.ts'
import type { Standstill } from '../model/waits-for.ts'
import type { FoundJob } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'

type JobStore = Pick<Store, 'jobControl' | `${JobKind}Progress`>
type HeldJob = Pick<FoundJob<unknown>, 'seq' | 'held'>

/** What holds a job in its status; undefined if nothing does: it is working, over, or about to go on. */
function heldBy(store: JobStore, kind: JobKind, job: HeldJob): HeldBy | undefined {
  if (!job.held) return undefined
  const progress = store[`${kind}Progress`]
  const isManual = store.jobControl.get().mode === 'manual' && !progress.mayLeave(job)
  const fault = progress.hanging(job.seq)
  if (!isManual && fault === undefined) return undefined
  return { ...(isManual && { mode: 'manual' as const }), ...(fault !== undefined && { fault }) }
}

/** `held` and `heldBy` of a job, as control calls and live events have them. */
export function holdOf(store: JobStore, kind: JobKind, job: HeldJob): { held: boolean; heldBy?: HeldBy } {
  const by = heldBy(store, kind, job)
  return { held: by !== undefined, ...(by && { heldBy: by }) }
}

/**
 * `held`, `heldBy` and `waitsFor` of a job, as control calls have them. A job that is held waits for none:
 * it has to be let go first.
 */
export function standstillOf(store: JobStore, kind: JobKind, job: HeldJob): Standstill & { held: boolean } {
  const hold = holdOf(store, kind, job)
  const holders = hold.held ? [] : store[`${kind}Progress`].waitsFor(job.seq)
  if (holders.length === 0) return hold
  const waitsFor = holders.map(({ app, id, seq, held }) => {
    const by = heldBy(store, kind, { seq, held: held !== 0 })
    return { app, id, ...(by && { heldBy: by }) }
  })
  return { ...hold, waitsFor }
}
