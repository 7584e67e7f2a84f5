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
 * @param isOfOthers whether a row is neither of that import nor of one that may still fail
 */
export function settleRestored(
  writer: EndpointWriter,
  app: AppRef,
  restored: Pick<EndpointRef, 'key' | 'folded'>[],
  isOfOthers: (row: EndpointRow) => boolean,
): void {
  const rows = writer.load(app, { endpoints: restored, userIds: [], addresses: [] })
  const plan = new EndpointPlan(app, rows, writer)
  for (const ref of restored) plan.settle(plan.find(ref)!, isOfOthers)
  writer.write(app, plan.writes, [])
}
