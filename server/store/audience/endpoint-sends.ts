import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'

/** What the sends to an endpoint are found by. */
export interface SendsKey {
  /** Its row in `endpoints`; null if it is not registered. */
  row: number | null
  /** Its id as ids are compared: an endpoint that is created again has another row, and this id. */
  id: string
}

/** A campaign or a journey that sends. */
export interface Sender {
  app: AppRef
  kind: 'campaign' | 'journey'
  /** Its row in `documents`. */
  document: number
}

/** After a time, up to another: milliseconds since 1970. */
export interface Period {
  after: number
  upTo: number
}

/** All times, also those that the clock has not come to again after it was set back. */
const always: Period = { after: Number.MIN_SAFE_INTEGER, upTo: Number.MAX_SAFE_INTEGER }

/**
 * How often campaigns and journeys have sent to endpoints: what limits and caps count. Sends are stored
 * under the endpoint's row, since rows that are written in the order of the index take the least time;
 * once the endpoint is deleted, under its id (the trigger `endpoint_with_sends_deleted`). The sends of a
 * deleted campaign or journey stay until its application is deleted: purging those that are too old for
 * any limit would need the emulator's clock, and an index as large as the table.
 */
export function createEndpointSends(db: Database) {
  const orCount = 'ON CONFLICT DO UPDATE SET targeted = targeted + 1, sent = sent + excluded.sent'
  const addRows = db.prepare(
    `INSERT INTO endpoint_sends (app, endpoint, time, sender, kind, targeted, sent)
     SELECT :app, e.seq, :time, :document, :kind, 1, :sent
     FROM json_each(:rows) r CROSS JOIN endpoints e ON e.seq = r.value WHERE true ${orCount}`,
  )
  const isRow = db.prepare<[number], number>('SELECT 1 FROM endpoints WHERE seq = ?').pluck()
  const addId = db.prepare(
    `INSERT INTO endpoint_sends (app, endpoint, time, sender, kind, targeted, sent)
     VALUES (:app, :id, :time, :document, :kind, 1, :sent) ${orCount}`,
  )
  const sum = db.prepare<unknown[], { targeted: number; sent: number }>(
    `SELECT coalesce(sum(targeted), 0) AS targeted, coalesce(sum(sent), 0) AS sent FROM endpoint_sends
     WHERE app = :app AND endpoint IN (:row, :id) AND time > :after AND time <= :upTo
       AND sender = ifnull(:document, sender) AND kind = ifnull(:kind, kind)`,
  )

  return {
    /**
     * Counts that a campaign or journey has targeted endpoints, some of which may be deleted by now.
     *
     * @param time milliseconds since 1970
     * @param isSent whether it counts as sent; see `audience/count-sends.ts`
     */
    add(
      { app, kind, document }: Sender,
      endpoints: readonly SendsKey[],
      time: number,
      isSent: boolean,
    ): void {
      const send = { app: app.seq, kind, document, time, sent: isSent ? 1 : 0 }
      const rows = JSON.stringify(endpoints.flatMap(({ row }) => row ?? []))
      if (addRows.run({ ...send, rows }).changes === endpoints.length) return
      for (const { row, id } of endpoints) {
        if (row === null || isRow.get(row) === undefined) addId.run({ ...send, id })
      }
    },

    /** How often a campaign or journey has targeted an endpoint, and sent to it. */
    bySender: ({ app, document }: Sender, endpoint: SendsKey, period = always) =>
      sum.get({ app: app.seq, ...endpoint, ...period, document, kind: null })!,

    /** How many messages an application has sent to an endpoint, by all campaigns and journeys. */
    byAll: (app: AppRef, endpoint: SendsKey, period: Period): number =>
      sum.get({ app: app.seq, ...endpoint, ...period, document: null, kind: null })!.sent,

    /** The same, by all campaigns, or by all journeys. */
    byKind: (app: AppRef, kind: Sender['kind'], endpoint: SendsKey, period: Period): number =>
      sum.get({ app: app.seq, ...endpoint, ...period, document: null, kind })!.sent,
  }
}
export type EndpointSends = ReturnType<typeof createEndpointSends>
