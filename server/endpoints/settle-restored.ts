import type { AppRef } from '../store/applications/applications.ts'
import type { EndpointRef } from '../store/endpoints/endpoint-key.ts'
import type { EndpointRow } from '../store/endpoints/endpoint-row.ts'
import type { EndpointWriter } from '../store/endpoints/endpoints.ts'
import { EndpointPlan } from './plan-endpoints.ts'

/**
 * Applies the rules that an address belongs to one ACTIVE endpoint, and that a user's endpoints share its attributes, to
 * endpoints that a failed import has restored, where others have written since. To be called in the transaction that has
 * restored them.
 *
 * @param failing that import, and others that are undone now: what they wrote and have not undone yet does not count, and they
 *   get nothing more to undo
 * @param others the jobs that may still fail, each with its writer, and null with that of all else: what a job's endpoints
 *   do to others is written by that job, so that it is undone if the job fails as well
 */
export function settleRestored(
  app: AppRef,
  failing: ReadonlySet<number | null>,
  restored: Pick<EndpointRef, 'key' | 'folded'>[],
  others: ReadonlyMap<number | null, EndpointWriter>,
): void {
  if (restored.length === 0) return
  for (const [job, writer] of others) {
    const rows = writer.load(app, { endpoints: restored, userIds: [], addresses: [] })
    const plan = new EndpointPlan(app, rows, writer)
    const isMeant = ({ import_job }: EndpointRow) =>
      !failing.has(import_job) && (others.has(import_job) ? import_job : null) === job
    for (const ref of restored) plan.settle(plan.find(ref)!, isMeant)
    writer.write(app, plan.writes, [])
  }
}
