import type { Database } from 'better-sqlite3'
import type { EventRecord, NewEvent, StoredEvent } from '../../model/event-record.ts'
import type { AppRef } from '../applications/applications.ts'
import type { DueRows } from '../clock/due-rows.ts'

/** Which events are meant: those that match all members that are given. */
export interface EventFilters {
  /** Id of the application. */
  app?: string
  /** `*` stands for any text. */
  type?: string
  /** Id of the endpoint. */
  endpoint?: string
  /** Id of the campaign. */
  campaign?: string
  /** Id of the journey. */
  journey?: string
  /** Id of the message of the outbox. */
  message?: number
}

/** Which of them to read: at most `limit`, the newest first, with ids between the two. */
export interface EventPage {
  limit: number
  before: number
  after: number
}

/** An event that campaigns and journeys have not looked at yet. */
export interface UnheardEvent {
  id: number
  app: AppRef
  /** Id of its endpoint, if it is of one. */
  endpoint: string | undefined
  /** ENDPOINT: it came through PutEvents; SYSTEM: Pinpoint itself has made it. */
  source: 'ENDPOINT' | 'SYSTEM'
  record: EventRecord
}

interface Row {
  seq: number
  app: string | null
  /** Null for a row that does not match. */
  record: string | null
}

/**
 * Rows that one read goes through. So a filter that matches little never keeps the thread for long.
 */
const maxScanned = 1_000

/** The most that one write of events removes, however much the limit was lowered. */
const maxTrimmed = 10_000

/**
 * The records of the event stream. Those of deleted applications do not exist for its methods;
 * `store/purge.ts` purges their rows.
 *
 * @param limit the latest of how many ids are kept, and those that wait
 * @param isHeard whether any campaign or journey of an application listens to events now: only then
 *   they wait for it
 */
export function createEventRecords(db: Database, limit: number, isHeard: (app: AppRef) => boolean) {
  const insert = db.prepare(
    `INSERT INTO event_records (app, type, endpoint, campaign, journey, message, source, waits, record)
     VALUES (:app, :type, :endpoint, :campaign, :journey, :message, :source, :waits, :record)`,
  )
  const trim = db.prepare(
    `DELETE FROM event_records WHERE seq IN (
       SELECT seq FROM event_records WHERE seq <= ? AND waits = 0 ORDER BY seq LIMIT ?)`,
  )
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'event_records'").pluck()
  const prepareFind = (index: string, condition = '') =>
    db.prepare<unknown[], Row>(
      `SELECT e.seq, a.id AS app, iif(
         a.id IS NOT NULL AND (:app IS NULL OR a.id = :app) AND (:type IS NULL OR e.type GLOB :type)
         AND (:endpoint IS NULL OR e.endpoint = :endpoint) AND (:campaign IS NULL OR e.campaign = :campaign)
         AND (:journey IS NULL OR e.journey = :journey), e.record, NULL) AS record
       FROM event_records e ${index} CROSS JOIN apps a ON a.seq = e.app
       WHERE ${condition} e.seq < :before AND e.seq > :after ORDER BY e.seq DESC LIMIT :limit`,
    )
  const findAny = prepareFind('NOT INDEXED')
  const findOfMessage = prepareFind('INDEXED BY event_records_by_message', 'e.message = :message AND')
  const ofApp = db.prepare<[number, number, number], { seq: number; record: string }>(
    'SELECT seq, record FROM event_records WHERE app = ? AND seq > ? ORDER BY seq LIMIT ?',
  )
  const oldest = db.prepare<[], number>('SELECT min(seq) FROM event_records').pluck()
  const unheard = db.prepare<
    [number],
    Pick<UnheardEvent, 'source'> & {
      seq: number
      app: number
      id: string | null
      endpoint: string | null
      record: string
    }
  >(
    `SELECT e.seq, e.app, a.id, e.endpoint, e.source, e.record
     FROM event_records e INDEXED BY event_records_waiting CROSS JOIN apps a ON a.seq = e.app
     WHERE e.waits = 1 ORDER BY e.seq LIMIT ?`,
  )
  const firstUnheard = db
    .prepare<[], number | null>(
      `SELECT record ->> 'arrival_timestamp' FROM event_records INDEXED BY event_records_waiting
       WHERE waits = 1 ORDER BY seq LIMIT 1`,
    )
    .pluck()
  const countUnheard = db
    .prepare<[], number>(
      'SELECT count(*) FROM event_records INDEXED BY event_records_waiting WHERE waits = 1',
    )
    .pluck()
  const setHeard = db.prepare(
    'UPDATE event_records INDEXED BY event_records_waiting SET waits = 0 WHERE waits = 1 AND seq <= ?',
  )

  return {
    /**
     * Adds events of one application, in their order, and removes the oldest ones that are beyond
     * the limit. To be called in a transaction.
     *
     * @returns their ids
     */
    append(app: AppRef, events: readonly NewEvent[]): number[] {
      if (events.length === 0) return []
      const heard = isHeard(app)
      const ids = events.map(({ record, endpoint = null, message = null, isReported, isSilent }) => {
        const { campaign_id, journey_id } = record.attributes
        const { lastInsertRowid } = insert.run({
          ...{ app: app.seq, type: record.event_type, endpoint, message },
          ...{ campaign: campaign_id || null, journey: journey_id || null },
          source: isReported === true ? 'ENDPOINT' : 'SYSTEM',
          ...{ waits: heard && isSilent !== true ? 1 : 0, record: JSON.stringify(record) },
        })
        return Number(lastInsertRowid)
      })
      const beyond = ids.at(-1)! - limit
      if (beyond > 0) trim.run(beyond, events.length + maxTrimmed)
      return ids
    },

    /**
     * Reads some events, the newest first.
     *
     * @returns `next`, where the next step goes on: its `before`; undefined if there are no more
     */
    step(
      { app = null, type, endpoint = null, campaign = null, journey = null, message }: Nullable<EventFilters>,
      { limit, before, after }: EventPage,
    ): { found: StoredEvent[]; next: number | undefined } {
      const glob = type == null ? null : type.replace(/[[?]/g, '[$&]')
      const filters = { app, type: glob, endpoint, campaign, journey, before, after, limit: maxScanned }
      const found: StoredEvent[] = []
      const rows = message == null ? findAny.all(filters) : findOfMessage.all({ ...filters, message })
      for (const { seq, app, record } of rows) {
        if (record === null) continue
        found.push({ id: seq, app: app!, event: JSON.parse(record) as EventRecord })
        if (found.length === limit) return { found, next: seq }
      }
      return { found, next: rows.length === maxScanned ? rows.at(-1)!.seq : undefined }
    },

    /** The highest id that an event has had; 0 before the first. */
    last: (): number => last.get() ?? 0,

    /** The lowest id that there is; undefined without events. */
    oldest: (): number | undefined => oldest.get() ?? undefined,

    /** Events of one application after one, the oldest first, each as JSON. */
    after: (app: AppRef, id: number, limit: number): { seq: number; record: string }[] =>
      ofApp.all(app.seq, id, limit),

    /**
     * Takes some of the events that campaigns and journeys have not looked at yet, the oldest first:
     * they wait no longer. To be called in a transaction.
     */
    takeUnheard(limit: number): UnheardEvent[] {
      const rows = unheard.all(limit)
      if (rows.length > 0) setHeard.run(rows.at(-1)!.seq)
      return rows.flatMap(({ seq, app, id, endpoint, source, record }) => {
        // Its application has been deleted.
        if (id === null) return []
        const event = JSON.parse(record) as EventRecord
        return [{ id: seq, app: { seq: app, id }, endpoint: endpoint ?? undefined, source, record: event }]
      })
    },

    /** The events that wait for campaigns and journeys: due as soon as they have arrived. */
    dueRows: {
      nextDue: () => firstUnheard.get() ?? undefined,
      pending: () => countUnheard.get()!,
      active: () => undefined,
    } satisfies DueRows,
  }
}
export type EventRecords = ReturnType<typeof createEventRecords>

type Nullable<T> = { [Name in keyof T]?: T[Name] | null | undefined }
