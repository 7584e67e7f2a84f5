import type { Database } from 'better-sqlite3'
import type { NewEvents } from '../../model/event-record.ts'
import { matchesWildcard } from '../../model/wildcard.ts'
import { type AppRef, accountIn } from '../applications/applications.ts'
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

/** An event as it is stored: what its record is made from. */
export interface EventRow {
  id: number
  app: AppRef
  /** The application's account. */
  account: string
  type: string
  /** When it has arrived, in milliseconds since 1970. */
  time: number
  /** Id of its endpoint, if it is of one. */
  endpoint: string | undefined
  /** Id of its message in the outbox, if it is of one. */
  message: number | undefined
  /** ENDPOINT: it came through PutEvents; SYSTEM: Pinpoint itself has made it. */
  source: 'ENDPOINT' | 'SYSTEM'
  origin: NewEvents['origin']
}

interface Row extends Pick<EventRow, 'time' | 'source'> {
  seq: number
  app: number
  id: string
  arn: string
  endpoint: string | null
  message: number | null
  /** JSON. */
  types: string
  /** JSON; null for a row that does not match. */
  origin: string | null
}

/** Rows that one read goes through, so that a filter that matches little does not block the thread. */
const maxScanned = 1_000

/** The most rows that one write of events removes, however much the limit was lowered. */
const maxTrimmed = 10_000

/**
 * The events of the event stream. Their ids have no gaps. Events of one message that happen at once
 * share a row, of which `seq` is the id of the last.
 *
 * Those of deleted applications do not exist for its methods; `store/purge.ts` purges their rows.
 *
 * @param limit the latest of how many ids are kept, and those that wait
 * @param isListenedTo whether any campaign or journey of an application listens to events now: only then
 *   they wait for it
 */
export function createEventRecords(db: Database, limit: number, isListenedTo: (app: AppRef) => boolean) {
  const insert = db.prepare(
    `INSERT INTO event_records
       (seq, app, types, time, endpoint, campaign, journey, message, source, waits, origin)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const trim = db.prepare(
    `DELETE FROM event_records WHERE seq IN (
       SELECT seq FROM event_records WHERE seq <= ? AND waits = 0 ORDER BY seq LIMIT ?)`,
  )
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'event_records'").pluck()
  const columns = 'e.seq, e.app, a.id, a.arn, e.types, e.time, e.endpoint, e.message, e.source'
  // The row of the event before which it reads may have earlier events, too.
  const prepareFind = (index: string, condition = '') =>
    db.prepare<unknown[], Row>(
      `SELECT ${columns}, iif(
         a.id IS NOT NULL AND (:app IS NULL OR a.id = :app)
         AND (:endpoint IS NULL OR e.endpoint = :endpoint) AND (:campaign IS NULL OR e.campaign = :campaign)
         AND (:journey IS NULL OR e.journey = :journey), e.origin, NULL) AS origin
       FROM event_records e ${index} CROSS JOIN apps a ON a.seq = e.app
       WHERE ${condition}
         e.seq <= ifnull((SELECT min(seq) FROM event_records WHERE seq >= :before), :before)
         AND e.seq > :after
       ORDER BY e.seq DESC LIMIT :limit`,
    )
  const findAny = prepareFind('NOT INDEXED')
  const findOfMessage = prepareFind('INDEXED BY event_records_by_message', 'e.message = :message AND')
  const ofApp = db.prepare<[number, number, number], Row>(
    `SELECT ${columns}, e.origin FROM event_records e CROSS JOIN apps a ON a.seq = e.app
     WHERE e.app = ? AND e.seq > ? ORDER BY e.seq LIMIT ?`,
  )
  const oldest = db
    .prepare<[], number>('SELECT seq - json_array_length(types) + 1 FROM event_records ORDER BY seq LIMIT 1')
    .pluck()
  const waiting = db.prepare<[number], Row>(
    `SELECT ${columns}, e.origin
     FROM event_records e INDEXED BY event_records_waiting CROSS JOIN apps a ON a.seq = e.app
     WHERE e.waits = 1 ORDER BY e.seq LIMIT ?`,
  )
  const firstWaiting = db
    .prepare<[], number>(
      'SELECT time FROM event_records INDEXED BY event_records_waiting WHERE waits = 1 ORDER BY seq LIMIT 1',
    )
    .pluck()
  const countWaiting = db
    .prepare<[], number>(
      `SELECT coalesce(sum(json_array_length(types)), 0)
       FROM event_records INDEXED BY event_records_waiting WHERE waits = 1`,
    )
    .pluck()
  const endWaiting = db.prepare(
    'UPDATE event_records INDEXED BY event_records_waiting SET waits = 0 WHERE waits = 1 AND seq <= ?',
  )
  const lastId = (): number => last.get() ?? 0

  return {
    /**
     * Adds events of one application, in their order, and removes the oldest ones that are beyond
     * the limit. To be called in a transaction.
     *
     * @returns the highest id, that of the last event
     */
    append(app: AppRef, events: readonly NewEvents[]): number {
      let id = lastId()
      if (events.length === 0) return id
      const waits = isListenedTo(app)
      for (const event of events) {
        const { types, time, endpoint, campaign, journey, message, isReported, isSilent, origin } = event
        id += types.length
        insert.run(
          ...[id, app.seq, JSON.stringify(types), time],
          ...[endpoint ?? null, campaign || null, journey || null, message ?? null],
          isReported === true ? 'ENDPOINT' : 'SYSTEM',
          waits && isSilent !== true ? 1 : 0,
          JSON.stringify(origin),
        )
      }
      if (id > limit) trim.run(id - limit, events.length + maxTrimmed)
      return id
    },

    /**
     * Reads some events, the newest first.
     *
     * @returns `next`, where the next step goes on: its `before`; undefined if there are no more
     */
    step(
      { app = null, type, endpoint = null, campaign = null, journey = null, message }: Nullable<EventFilters>,
      { limit, before, after }: EventPage,
    ): { found: EventRow[]; next: number | undefined } {
      const found: EventRow[] = []
      const filters = { app, endpoint, campaign, journey, before, after, limit: maxScanned }
      const rows = message == null ? findAny.all(filters) : findOfMessage.all({ ...filters, message })
      for (const row of rows) {
        if (row.origin === null) continue
        for (const event of eventsIn(row, event => type == null || matchesWildcard(type, event)).reverse()) {
          if (event.id >= before || event.id <= after) continue
          found.push(event)
          if (found.length === limit) return { found, next: event.id }
        }
      }
      return { found, next: rows.length === maxScanned ? firstIn(rows.at(-1)!) : undefined }
    },

    /** The highest id that an event has had; 0 before the first. */
    last: lastId,

    /** The lowest id that there is; undefined without events. */
    oldest: (): number | undefined => oldest.get(),

    /**
     * Events of one application after one, the oldest first.
     *
     * @param limit rows, at most
     */
    after: (app: AppRef, id: number, limit: number): EventRow[] =>
      ofApp
        .all(app.seq, id, limit)
        .flatMap(row => eventsIn(row))
        .filter(event => event.id > id),

    /**
     * Takes some of the events that campaigns and journeys have not looked at yet, the oldest first:
     * they wait no longer. To be called in a transaction.
     *
     * @param limit rows, at most
     */
    takeWaiting(limit: number): EventRow[] {
      const rows = waiting.all(limit)
      if (rows.length > 0) endWaiting.run(rows.at(-1)!.seq)
      // An application without id has been deleted.
      return rows.flatMap(row => (row.id === null ? [] : eventsIn(row)))
    },

    /** The events that wait for campaigns and journeys: due as soon as they have arrived. */
    dueRows: {
      nextDue: () => firstWaiting.get(),
      pending: () => countWaiting.get()!,
      active: () => undefined,
    } satisfies DueRows,
  }
}

/** The id of the first event in a row. */
const firstIn = ({ seq, types }: Row): number => seq - (JSON.parse(types) as string[]).length + 1

/** The events of a row whose types match, in their order. */
function eventsIn(
  { seq, app, id, arn, types, time, endpoint, message, source, origin }: Row,
  isWanted: (type: string) => boolean = () => true,
): EventRow[] {
  const all = JSON.parse(types) as string[]
  if (!all.some(isWanted)) return []
  const common = {
    ...{ app: { seq: app, id }, account: accountIn(arn), time, source },
    ...{ endpoint: endpoint ?? undefined, message: message ?? undefined },
    origin: JSON.parse(origin!) as NewEvents['origin'],
  }
  return all.flatMap((type, index) =>
    isWanted(type) ? [{ id: seq - all.length + 1 + index, type, ...common }] : [],
  )
}

type Nullable<T> = { [Name in keyof T]?: T[Name] | null | undefined }
