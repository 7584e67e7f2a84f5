import type { Database } from 'better-sqlite3'

/**
 * What an endpoint is counted by: its row in `endpoints`, or the id of a member that its import has
 * not registered.
 */
export type EndpointKey = number | string

/** How often campaigns and journeys have sent to endpoints: what limits and caps count. */
export function createEndpointSends(db: Database) {
  const add = db.prepare(
    `INSERT INTO endpoint_sends (sender, endpoint, time, targeted, sent) VALUES (?, ?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET targeted = targeted + 1, sent = sent + excluded.sent`,
  )
  const ofSender = db.prepare<[number, EndpointKey, number], { targeted: number; sent: number }>(
    `SELECT coalesce(sum(targeted), 0) AS targeted, coalesce(sum(sent), 0) AS sent FROM endpoint_sends
     WHERE sender = ? AND endpoint = ? AND time > ?`,
  )
  const ofAll = db
    .prepare<[EndpointKey, number], number>(
      'SELECT coalesce(sum(sent), 0) FROM endpoint_sends WHERE endpoint = ? AND time > ?',
    )
    .pluck()
  const ofKind = db
    .prepare<[EndpointKey, number, string], number>(
      `SELECT coalesce(sum(s.sent), 0) FROM endpoint_sends s CROSS JOIN documents d ON d.seq = s.sender
       WHERE s.endpoint = ? AND s.time > ? AND d.kind = ?`,
    )
    .pluck()

  return {
    /**
     * Counts that a campaign or journey has targeted an endpoint.
     *
     * @param sender its row in `documents`
     * @param sent whether it counts as sent; see `audience/count-sends.ts`
     */
    add: (sender: number, endpoint: EndpointKey, time: number, sent: boolean): void =>
      void add.run(sender, endpoint, time, sent ? 1 : 0),

    /** How often a campaign or journey has targeted an endpoint, and sent to it, after a time. */
    bySender: (sender: number, endpoint: EndpointKey, after = Number.MIN_SAFE_INTEGER) =>
      ofSender.get(sender, endpoint, after)!,

    /** How many messages were sent to an endpoint after a time, by all campaigns and journeys. */
    byAll: (endpoint: EndpointKey, after: number): number => ofAll.get(endpoint, after)!,

    /** The same of all that are documents of a kind, such as journeys. */
    byKind: (kind: string, endpoint: EndpointKey, after: number): number =>
      ofKind.get(endpoint, after, kind)!,
  }
}
export type EndpointSends = ReturnType<typeof createEndpointSends>
