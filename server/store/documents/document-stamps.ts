import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'

/** A document, and a text that is another one whenever something about it has changed. */
export interface Stamped {
  app: AppRef
  id: string
  stamp: string
}

/**
 * What changes of documents besides their versions, by kind. Counters only grow, so their sum is
 * another one when one of them is.
 */
const changing = {
  campaign: [
    `(SELECT group_concat(concat_ws(' ', phase, due, run, begun)) FROM campaign_treatments WHERE campaign = d.seq)`,
    `(SELECT group_concat(concat_ws(' ', seq, state, total, successful, timezones_completed, counters)) FROM
       (SELECT * FROM campaign_activities WHERE campaign = d.seq ORDER BY seq DESC LIMIT 10))`,
    `(SELECT count(*) FROM campaign_activities WHERE campaign = d.seq AND due IS NOT NULL)`,
  ],
  journey: [
    `(SELECT state FROM journeys WHERE document = d.seq)`,
    `(SELECT concat_ws(' ', count(*), sum(inside), max(last_update_time)) FROM journey_runs WHERE journey = d.seq)`,
    `(SELECT sum(value) FROM journey_runs r CROSS JOIN journey_metrics m ON m.run = r.seq WHERE r.journey = d.seq)`,
  ],
}

/**
 * Prepares finding out which documents of a kind have changed.
 *
 * @returns a function that reads the newest documents of all applications, up to a limit
 */
export function createDocumentStamps(
  db: Database,
  kind: keyof typeof changing,
): (limit: number) => Stamped[] {
  const stamps = db.prepare<[number], { app: number; appId: string; id: string; stamp: string }>(
    `SELECT a.seq AS app, a.id AS appId, d.id,
       concat_ws('/', d.version, v.last_modified_date, ${changing[kind]}) AS stamp
     FROM documents d CROSS JOIN apps a ON a.seq = d.app
     CROSS JOIN document_versions v ON v.document = d.seq AND v.version = d.version
     WHERE d.kind = '${kind}' AND d.id IS NOT NULL AND a.id IS NOT NULL ORDER BY d.seq DESC LIMIT ?`,
  )
  return limit =>
    stamps.all(limit).map(({ app, appId, id, stamp }) => ({ app: { seq: app, id: appId }, id, stamp }))
}
