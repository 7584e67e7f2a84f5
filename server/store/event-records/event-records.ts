import type { Database } from 'better-sqlite3'
import type { EventMessage, NewEvents } from '../../model/event-record.ts'
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

interface Row extends Pick<EventRow, 'source'> {
  seq: number
  app: number
  id: string | null
  arn: string
  endpoint: string | null
  message: number | null
  /** JSON. */
  types: string
  /** Null where the message's record has it. */
  time: number | null
  /** JSON; null where it is made from `record`, and for a row that does not match. */
  origin: string | null
  /** The record of its message, if the events are in its row; null for a row that does not match. */
  record: string | null
  /** What else these events tell, JSON; or null. */
  told: string | null
  /** Where the long texts of the message are, if it has any. */
  content: number | null
}

/** The columns of `Row`, from a row of events and from the row of a message. */
const ownColumns = (origin = 'e.origin') =>
  `e.seq, e.app, a.id, a.arn, e.endpoint, e.message, e.types, e.source, e.time, ${origin} AS origin,
   NULL AS record, NULL AS told, NULL AS content`
const messageColumns = (record = 'm.record') =>
  `m.event AS seq, m.app, a.id, a.arn, m.endpoint, m.seq AS message, m.types, 'SYSTEM' AS source, NULL AS time,
   NULL AS origin, ${record} AS record, m.told, m.content`
const withApp = (row: string) => `CROSS JOIN apps a ON a.seq = ${row}.app`

/** Rows that one read goes through, so that a filter that matches little does not block the thread. */
const maxScanned = 1_000

/**
 * The events of the event stream. Their ids have no gaps. Events of one message that happen at once
 * share a row, of which `seq` is the id of the last; it is the message's own row, unless campaigns or
 * journeys wait for them, or the message was deleted.
 *
 * Those of deleted applications do not exist for its methods; `store/purge.ts` purges their rows.
 *
 * @param limit events with so many of the latest ids are kept, and those that wait; those in the row of
 *   a message are kept as long as it is
 * @param isListenedTo whether any campaign or journey of an application listens to events now: only then
 *   they wait for it
 */
export function createEventRecords(db: Database, limit: number, isListenedTo: (app: AppRef) => boolean) {
  const insert = db.prepare(
    `INSERT INTO event_records
       (seq, app, types, time, endpoint, campaign, journey, message, source, waits, origin)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const removeUpTo = db.prepare(
    `DELETE FROM event_records WHERE seq IN (
       SELECT seq FROM event_records WHERE seq <= ? AND waits = 0 ORDER BY seq LIMIT ?)`,
  )
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'event_records'").pluck()
  const setLast = db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'event_records'")
  /** Reads the newest rows of both tables. The row that `before` is in has earlier events, too. */
  const prepareFind = (ownRows: string, messageRows: string) => {
    const isFound = (row: string) =>
      `a.id IS NOT NULL AND (:app IS NULL OR a.id = :app)
       AND (:endpoint IS NULL OR ${row}.endpoint = :endpoint)
       AND (:campaign IS NULL OR ${row}.campaign = :campaign)
       AND (:journey IS NULL OR ${row}.journey = :journey)`
    const isBetween = (id: string, table: string) =>
      `${id} <= ifnull((SELECT min(${id}) FROM ${table} WHERE ${id} >= :before), :before) AND ${id} > :after`
    return db.prepare<unknown[], Row>(
      `SELECT * FROM (
         SELECT ${ownColumns(`iif(${isFound('e')}, e.origin, NULL)`)}
         FROM event_records e ${ownRows} AND ${isBetween('e.seq', 'event_records e')}
         ORDER BY e.seq DESC LIMIT :limit)
       UNION ALL SELECT * FROM (
         SELECT ${messageColumns(`iif(${isFound('m')}, m.record, NULL)`)}
         FROM messages m ${messageRows} AND ${isBetween('m.event', 'messages m')}
         ORDER BY m.event DESC LIMIT :limit)
       ORDER BY seq DESC LIMIT :limit`,
    )
  }
  const findAny = prepareFind(
    `NOT INDEXED ${withApp('e')} WHERE TRUE`,
    `INDEXED BY messages_by_event ${withApp('m')} WHERE TRUE`,
  )
  const findOfMessage = prepareFind(
    `INDEXED BY event_records_by_message ${withApp('e')} WHERE e.message = :message`,
    `${withApp('m')} WHERE m.seq = :message`,
  )
  // The later a message is, the higher are the ids of its events.
  const ofApp = db.prepare<unknown[], Row>(
    `SELECT * FROM (
       SELECT ${ownColumns()} FROM event_records e ${withApp('e')}
       WHERE e.app = :app AND e.seq > :after ORDER BY e.seq LIMIT :limit)
     UNION ALL SELECT * FROM (
       SELECT ${messageColumns()} FROM messages m INDEXED BY messages_by_app ${withApp('m')}
       WHERE m.app = :app AND m.event IS NOT NULL
         AND m.seq >= (SELECT seq FROM messages WHERE event > :after ORDER BY event LIMIT 1)
       ORDER BY m.seq LIMIT :limit)
     ORDER BY seq LIMIT :limit`,
  )
  const ofMessage = db.prepare<[number], Row & { campaign: string | null; journey: string | null }>(
    `SELECT ${messageColumns()}, m.campaign, m.journey FROM messages m ${withApp('m')}
     WHERE m.seq = ? AND m.event IS NOT NULL`,
  )
  const droppedWithMessages = db.prepare<[], number>('SELECT dropped_event FROM outbox').pluck()
  const waiting = db.prepare<[number], Row>(
    `SELECT ${ownColumns()} FROM event_records e INDEXED BY event_records_waiting ${withApp('e')}
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
  const setBack = db.prepare(
    `UPDATE event_records INDEXED BY event_records_waiting SET time = :now WHERE waits = 1 AND time > :now`,
  )
  const lastId = (): number => last.get()!
  const subjectIn = db
    .prepare<[number], string | null>("SELECT content ->> 'subject' FROM message_contents WHERE seq = ?")
    .pluck()

  /** What the records of a row's events are made from. */
  const originOf = ({ origin, record, told, content }: Row): NewEvents['origin'] => {
    if (origin !== null) return JSON.parse(origin)
    const message = JSON.parse(record!) as EventMessage['record']
    if (content !== null) message.subject ??= subjectIn.get(content) ?? undefined
    return { message: withTold({ ...(told !== null && JSON.parse(told)), record: message }) }
  }

  /** The events of a row whose types match, in their order. */
  const eventsIn = (row: Row, isWanted: (type: string) => boolean = () => true): EventRow[] => {
    const { seq, app, id, arn, types, time, endpoint, message, source } = row
    const all = JSON.parse(types) as string[]
    if (!all.some(isWanted)) return []
    const origin = originOf(row)
    const common = {
      app: { seq: app, id: id! },
      account: accountIn(arn),
      source,
      origin,
      time: time ?? Date.parse((origin as { message: EventMessage }).message.record.time!),
      endpoint: endpoint ?? undefined,
      message: message ?? undefined,
    }
    return all.flatMap((type, index) =>
      isWanted(type) ? [{ id: seq - all.length + 1 + index, type, ...common }] : [],
    )
  }

  const insertEvents = (app: AppRef, id: number, waits: boolean, events: NewEvents) => {
    const { types, time, endpoint, campaign, journey, message, isReported, origin } = events
    insert.run(
      ...[id, app.seq, JSON.stringify(types), time],
      ...[endpoint ?? null, campaign || null, journey || null, message ?? null],
      isReported === true ? 'ENDPOINT' : 'SYSTEM',
      waits ? 1 : 0,
      JSON.stringify('record' in origin ? origin : { message: withTold(origin.message) }),
    )
  }
  const trim = (max: number): boolean => {
    const excess = lastId() - limit
    return excess > 0 && removeUpTo.run(excess, max).changes > 0
  }

  return {
    /**
     * Adds events of one application, in their order, and removes as many rows of the oldest ones that
     * are beyond the limit. To be called in a transaction.
     *
     * @returns the highest id, that of the last event
     */
    append(app: AppRef, events: readonly NewEvents[]): number {
      let id = lastId()
      if (events.length === 0) return id
      const isAwaited = isListenedTo(app)
      for (const event of events) {
        id += event.types.length
        insertEvents(app, id, isAwaited && event.isSilent !== true, event)
      }
      trim(events.length)
      return id
    },

    /**
     * Removes some rows of the oldest events that are beyond the limit, as there are after it was
     * lowered. To be called in a transaction.
     *
     * @returns whether there were any
     */
    trim,

    /** Whether events that an application has now wait for campaigns or journeys. */
    isListenedTo,

    /**
     * Takes ids for events that the caller stores in the rows of their messages, as it may where no
     * campaign or journey listens. To be called in a transaction.
     *
     * @returns the last id before them
     */
    claimIds(count: number): number {
      const before = lastId()
      setLast.run(before + count)
      trim(count)
      return before
    },

    /**
     * Gives the events in the row of a message, which the caller is about to delete, a row of their
     * own. To be called in a transaction.
     */
    keepEventsOf(message: number): void {
      const row = ofMessage.get(message)
      if (row === undefined || row.seq <= lastId() - limit) return
      const { campaign, journey } = row
      const [{ app, time, endpoint, origin }] = eventsIn(row) as [EventRow]
      const types = JSON.parse(row.types) as string[]
      const events = { types, origin, time, message, endpoint }
      insertEvents(app, row.seq, false, {
        ...events,
        campaign: campaign ?? undefined,
        journey: journey ?? undefined,
      })
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
        if (row.origin === null && row.record === null) continue
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

    /** Up to which id the limits may have removed events; 0 if they have removed none. */
    removedUpTo: (): number => Math.max(0, lastId() - limit, droppedWithMessages.get() ?? 0),

    /**
     * Events of one application after one, the oldest first.
     *
     * @param limit rows, at most
     */
    after: (app: AppRef, id: number, limit: number): EventRow[] =>
      ofApp
        .all({ app: app.seq, after: id, limit })
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
      setBack: now => void setBack.run({ now }),
    } satisfies DueRows,
  }
}
export type EventRecords = ReturnType<typeof createEventRecords>

/** The id of the first event in a row. */
const firstIn = ({ seq, types }: Row): number => seq - (JSON.parse(types) as string[]).length + 1

/** A message as its events tell it, without the members of its record that none of them tells. */
const withTold = ({ record, ...message }: EventMessage): EventMessage => {
  const { body, html, missingVariables, notCalled, payload, raw, text, title, ...told } = record
  return { record: told, ...message }
}

type Nullable<T> = { [Name in keyof T]?: T[Name] | null | undefined }
