import type { Store } from '../store/open-store.ts'

/**
 * Ends campaigns whose segment, or which themselves, are deleted: what they have not sent yet is not
 * sent. To be called in a transaction.
 */
export function endCampaigns(store: Store, campaigns: readonly { seq: number }[], now: Date): void {
  for (const { seq } of campaigns) {
    store.campaignActivities.cancel(seq, now.getTime())
    const ended = store.campaigns
      .states(seq)
      .map(state => ({ ...state, phase: 'DELETED' as const, due: null }))
    store.campaigns.plan(seq, ended)
  }
}
