import type { Database } from 'better-sqlite3'

/** Milliseconds by which steps of an application may come out of order: further back, the clock was set. */
export const stepSlack = 60_000

/** How far MessagesPerSecond has given time to the messages of each campaign. */
export function createCampaignRates(db: Database) {
  const next = db
    .prepare<[number, number], number>('SELECT next FROM campaign_rates WHERE campaign = ? AND since <= ?')
    .pluck()
  const put = db.prepare('INSERT OR REPLACE INTO campaign_rates (campaign, next, since) VALUES (?, ?, ?)')

  return {
    /**
     * When a campaign may send its next message: now, or later. Milliseconds since 1970, with a
     * fraction. What was decided much later than now does not count: the clock was set back.
     *
     * @param campaign its row in `documents`
     */
    next: (campaign: number, now: number): number =>
      Math.max(now, next.get(campaign, now + stepSlack) ?? now),

    /** Writes when a campaign may send the next message. */
    put: (campaign: number, time: number, now: number): void => void put.run(campaign, time, now),
  }
}
