import type { JobKind } from '../model/job-kinds.ts'
import type { WaitsFor } from '../model/waits-for.ts'
import type { FoundJob } from '../store/jobs/job-rows.ts'
import type { Store } from '../store/open-store.ts'
import { heldBy } from './held-by.ts'

/**
 * The jobs whose slots a job waits for, each with what holds it.
 *
 * @returns undefined if it waits for none: a job that is held in PENDING_JOB is let go on first
 */
export function waitsFor(
  store: Pick<Store, 'jobControl' | `${JobKind}Progress`>,
  kind: JobKind,
  job: Pick<FoundJob<unknown>, 'seq' | 'held'>,
): WaitsFor | undefined {
  if (heldBy(store, kind, job) !== undefined) return undefined
  const holders = store[`${kind}Progress`].waitsFor(job.seq)
  if (holders.length === 0) return undefined
  return holders.map(({ app, id, seq, held }) => {
    const by = heldBy(store, kind, { seq, held: held !== 0 })
    return { app, id, ...(by && { heldBy: by }) }
  })
}
