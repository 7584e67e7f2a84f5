import type { AppRef } from '../store/applications/applications.ts'
import type { EndpointRow } from '../store/endpoints/endpoint-row.ts'
import type { EndpointWriter } from '../store/endpoints/endpoints.ts'
import type { ImportWriter } from '../store/import-writes/import-writer.ts'
import type { Restored } from '../store/import-writes/undo-log.ts'
import { loadEndpoints } from './load-endpoints.ts'
import { EndpointPlan } from './plan-endpoints.ts'

/**
 * Applies the rules that an address belongs to one ACTIVE endpoint, and that a user's endpoints share its
 * attributes, to endpoints that a failed import has restored, where others have written since. To be called
 * in a transaction, once the import has restored all.
 *
 * @param undo.copiedAt of the import's writer
 * @param undo.failing this import, and others whose undo is under way: what they wrote does not count, and
 *   they get nothing more to undo
 * @param undo.others the writer of each job that has written and may still fail, and under null that of
 *   all callers. What an endpoint of a job does to others is written by that job's writer, so that it is
 *   undone if that job fails
 */
export function reconcileRestored(
  app: AppRef,
  {
    restored,
    copiedAt,
    failing,
    others,
  }: {
    restored: Restored[]
    copiedAt: ImportWriter['copiedAt']
    failing: ReadonlySet<number>
    others: ReadonlyMap<number | null, EndpointWriter>
  },
): void {
  if (restored.length === 0) return
  for (const [job, writer] of others) {
    const rows = loadEndpoints(app, writer, { endpoints: restored, userIds: [], addresses: [] })
    const copies = copiedAt(rows)
    const plan = new EndpointPlan(app, rows, writer)
    const isMeant = ({ import_job }: EndpointRow) =>
      !failing.has(import_job!) && (others.has(import_job) ? import_job : null) === job
    const asOf = (row: EndpointRow) =>
      isMeant(row) ? (copies.get(row.seq) ?? Number.POSITIVE_INFINITY) : undefined
    for (const ref of restored) {
      // Others may have been written again since.
      const copied = copies.get(ref.seq)
      if (copied !== undefined) plan.reconcile(plan.find(ref)!, copied, asOf)
    }
    writer.write(app, plan.writes, [])
  }
}
