import { outcomeOf } from '../../campaigns/results.ts'
import type { Store } from '../../store/open-store.ts'

/**
 * Ends campaigns whose segment, or which themselves, are deleted: what they have not sent yet is not
 * sent. To be called in a transaction.
 */
export function endCampaigns(store: Store, campaigns: readonly { seq: number }[], now: Date): void {
  const { campaignActivities } = store
  for (const { seq } of campaigns) {
    for (const activity of campaignActivities.unfinished(seq)) {
      const result = outcomeOf(activity)
      campaignActivities.update({
        ...activity,
        ...{ state: 'CANCELLED', result, end_time: now.getTime(), due: null },
      })
    }
    const ended = store.campaigns
      .states(seq)
      .map(state => ({ ...state, phase: 'DELETED' as const, due: null }))
    store.campaigns.plan(seq, ended)
  }
}
