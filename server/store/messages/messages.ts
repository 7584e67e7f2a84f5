import type { Database, Statement } from 'better-sqlite3'
import type { SentEvents } from '../../model/event-record.ts'
import type { NewOutboxMessage, OutboxMessage } from '../../model/message.ts'
import { contentMembers } from '../../model/message-content.ts'
import type { AppRef } from '../applications/applications.ts'
import type { EventRecords } from '../event-records/event-records.ts'

/** Columns that messages are filtered by; the index `messages_search` has them, too. */
const columns = [
  'channel',
  'address',
  'endpoint',
  'user',
  'status',
  'operation',
  'template',
  'campaign',
  'journey',
] as const

/** Which messages are meant: those that match all members that are given. */
export type MessageFilters = { [Column in (typeof columns)[number]]?: string } & {
  /** Id of the application. */
  app?: string
  /** The MessageId of the answer. */
  messageId?: string
  /** Whether the status is another than SUCCESSFUL. */
  failed?: 'true' | 'false'
  /** In the subject, the title, or any form of the body; the case of ASCII letters does not matter. */
  text?: string
}

/** Which of them to read: at most `limit`, the newest first, with ids between the two. */
export interface MessagePage {
  limit: number
  before: number
  after: number
}

interface Row {
  seq: number
  app: string
  record: string
  /** The row of its content, if it has one. */
  content: number | null
}

/** A row that a search has looked at, as its columns match. */
interface SearchedRow extends Omit<Row, 'record'> {
  /** Null if the record does not match. */
  record: string | null
  /** The size of the record, whether it matches or not. */
  bytes: number
}

/** Texts of a message that are stored apart from its record, as they are long: equal ones once. */
type Content = { [Member in (typeof contentMembers)[number]]?: string }

/** Characters from which on a text is long. */
const longText = 10_000

/** A row of `message_contents`, as a search needs it. */
interface StoredContent {
  seq: number
  members: Content
  characters: number
  /** Whether it has the text that is searched. */
  hasText: boolean
}

/**
 * Entries of `messages_search` that one read goes through, and records in which it looks for what
 * columns do not tell. So a filter that matches little never keeps the thread for long.
 */
const maxEntries = 20_000
const maxRecords = 1_000

/**
 * Characters of records after which a read stops: a hundred e-mails of megabytes each would be more
 * than an answer can hold, and would take seconds to search.
 */
const maxRead = 16_000_000

/**
 * The outbox: what each recipient got, or why not. Messages of deleted applications do not exist for
 * its methods; `store/purge.ts` purges their rows.
 *
 * @param limit how many messages are kept, the latest
 * @param eventRecords numbers the events of messages, and keeps those that outlive their message
 */
export function createMessages(db: Database, limit: number, eventRecords: EventRecords) {
  const insert = db.prepare(
    `INSERT INTO messages (seq, app, ${columns}, content, event, types, told, record)
     VALUES (?, ?, ${columns.map(() => '?')}, ?, ?, ?, ?, ?)`,
  )
  const insertContent = db.prepare('INSERT INTO message_contents (content) VALUES (?)')
  const getContent = db
    .prepare<[number], string>('SELECT content FROM message_contents WHERE seq = ?')
    .pluck()
  const countNew = db.prepare(
    `INSERT INTO outbox VALUES (1, :last, :count, 0, 0, 0)
     ON CONFLICT DO UPDATE SET last = excluded.last, kept = kept + excluded.kept`,
  )
  const kept = db.prepare<[], number>('SELECT kept FROM outbox').pluck()
  const nthOldest = db
    .prepare<[number], number>('SELECT seq FROM messages ORDER BY seq LIMIT 1 OFFSET ? - 1')
    .pluck()
  const removeUpTo = db.prepare('DELETE FROM messages WHERE seq <= ?')
  const countDropped = db.prepare(
    `UPDATE outbox SET kept = kept - :count, dropped = dropped + :count, dropped_up_to = :upTo,
       dropped_event = ifnull(
         (SELECT event FROM messages WHERE seq <= :upTo AND event IS NOT NULL ORDER BY seq DESC LIMIT 1),
         dropped_event)`,
  )
  const dropped = db.prepare<[], number>('SELECT dropped FROM outbox').pluck()
  const lastId = db.prepare<[], number>('SELECT last FROM outbox').pluck()
  const last = (): number => lastId.get() ?? 0
  const get = db.prepare<[number], Row>(
    `SELECT m.seq, a.id AS app, m.record, m.content FROM messages m JOIN apps a ON a.seq = m.app
     WHERE m.seq = ? AND a.id IS NOT NULL`,
  )
  const first = db.prepare<[], number>('SELECT seq FROM messages ORDER BY seq LIMIT 1').pluck()
  const nextEmail = db
    .prepare<[number], number>(
      `SELECT seq FROM messages INDEXED BY messages_search
       WHERE channel = 'EMAIL' AND seq > ? AND status = 'SUCCESSFUL' ORDER BY seq LIMIT 1`,
    )
    .pluck()
  const removeRow = db.prepare('DELETE FROM messages WHERE seq = ?')
  const remove = (id: number) => {
    eventRecords.keepEventsOf(id)
    removeRow.run(id)
  }
  /** Statements that find messages, by the filters that they take. */
  const finds = new Map<string, { rows: Statement<unknown[], SearchedRow>; readsRecords: boolean }>()

  /**
   * Prepares finding messages by these filters: by columns, in the index, and then by what only records tell.
   */
  const prepareFind = (names: (keyof MessageFilters)[]) => {
    const inColumns = columns.filter(name => names.includes(name)).map(name => `m.${name} = :${name}`)
    if (names.includes('app')) inColumns.push('m.app = (SELECT seq FROM apps WHERE id = :app)')
    if (names.includes('failed')) inColumns.push("(m.status <> 'SUCCESSFUL') = (:failed = 'true')")
    const inRecord: string[] = []
    if (names.includes('messageId')) inRecord.push("m.record ->> 'messageId' = :messageId")
    if (names.includes('text')) inRecord.push(`(m.content IS NOT NULL OR m.record LIKE :pattern ESCAPE '\\')`)
    const record = inRecord.length === 0 ? 'm.record' : `iif(${inRecord.join(' AND ')}, m.record, NULL)`
    const rows = db.prepare<unknown[], SearchedRow>(
      `SELECT m.seq, a.id AS app, m.content, octet_length(m.record) AS bytes, ${record} AS record
       FROM messages m INDEXED BY messages_search CROSS JOIN apps a ON a.seq = m.app
       WHERE ${['m.seq < :before', 'm.seq > :after', ...inColumns, 'a.id IS NOT NULL'].join(' AND ')}
       ORDER BY m.seq DESC LIMIT :limit`,
    )
    return { rows, readsRecords: inRecord.length > 0 }
  }

  const trim = (max: number): boolean => {
    const excess = Math.min((kept.get() ?? 0) - limit, max)
    if (excess <= 0) return false
    const upTo = nthOldest.get(excess)!
    countDropped.run({ count: excess, upTo })
    removeUpTo.run(upTo)
    return true
  }

  const readContent = (seq: number, text?: string): StoredContent => {
    const json = getContent.get(seq)!
    const members = JSON.parse(json) as Content
    const hasIt = text !== undefined && hasText(members, text)
    return { seq, members, characters: json.length, hasText: hasIt }
  }

  const step = (
    filters: MessageFilters,
    { limit, before, after }: MessagePage,
  ): { found: OutboxMessage[]; next: number | undefined; isFull: boolean } => {
    const names = (Object.keys(filters) as (keyof MessageFilters)[]).filter(
      name => filters[name] !== undefined,
    )
    const key = String(names.sort())
    const find = finds.get(key) ?? prepareFind(names)
    finds.set(key, find)
    const mostRows = find.readsRecords ? maxRecords : limit
    const newest = Math.min(before, last() + 1)
    const end = Math.max(after, (first.get() ?? 0) - 1)
    const stop = Math.max(end, newest - 1 - maxEntries)
    const pattern = filters.text === undefined ? undefined : patternOf(filters.text)
    const found: OutboxMessage[] = []
    let content: StoredContent | undefined
    let rows = 0
    let read = 0
    const range = { before: newest, after: stop, limit: mostRows }
    for (const row of find.rows.iterate({ ...filters, pattern, ...range })) {
      rows++
      read += row.bytes
      if (row.record !== null) {
        // Messages one after the other often have the same.
        const isRead = row.content === null || row.content === content?.seq
        if (!isRead) content = readContent(row.content!, filters.text)
        const own = JSON.parse(row.record) as NewOutboxMessage
        const shared = row.content === null ? undefined : content
        const matches = filters.text === undefined || shared?.hasText || hasText(own, filters.text)
        if (matches) found.push({ id: row.seq, app: row.app, ...own, ...shared?.members })
        if (matches || !isRead) read += shared?.characters ?? 0
      }
      const isFull = read >= maxRead
      if (isFull || found.length === limit || rows === mostRows) {
        return { found, next: row.seq, isFull: isFull && found.length > 0 }
      }
    }
    return { found, next: stop > end ? stop + 1 : undefined, isFull: false }
  }

  return {
    /**
     * Adds messages, in their order, and removes as many of the oldest ones, if there are more than
     * the limit. To be called in a transaction.
     *
     * @param events those of each message, at its index, which are stored in its row
     * @returns their ids
     */
    append(
      app: AppRef,
      messages: readonly NewOutboxMessage[],
      events: readonly (SentEvents | undefined)[] = [],
    ): number[] {
      if (messages.length === 0) return []
      const eventCount = events.reduce((sum, its) => sum + (its?.types.length ?? 0), 0)
      let event = eventCount === 0 ? 0 : eventRecords.claimIds(eventCount)
      let id = last()
      let shared: { content: Content; seq: number } | undefined
      const ids = messages.map((message, index) => {
        const [content, record] = splitContent(message)
        if (content !== undefined && !(shared && isSame(content, shared.content))) {
          shared = { content, seq: Number(insertContent.run(JSON.stringify(content)).lastInsertRowid) }
        }
        const its = events[index]
        event += its?.types.length ?? 0
        const row: unknown[] = [++id, app.seq]
        for (const column of columns) row.push(columnOf(message, column))
        row.push(content === undefined ? null : shared!.seq)
        if (its === undefined) row.push(null, null, null)
        else row.push(event, JSON.stringify(its.types), toldBy(its))
        row.push(JSON.stringify(record))
        insert.run(row)
        return id
      })
      countNew.run({ last: id, count: messages.length })
      trim(messages.length)
      return ids
    },

    /**
     * Removes some of the oldest messages that are beyond the limit, as there are after it was
     * lowered. To be called in a transaction.
     *
     * @returns whether there were any
     */
    trim,

    /**
     * Reads some messages, the newest first.
     *
     * @returns `next`, where the next step goes on: its `before`; undefined if there are no more.
     *   `isFull`, whether what was found is so long that it should be answered before going on
     */
    step,

    get(id: number): OutboxMessage | undefined {
      const row = get.get(id)
      if (row === undefined) return undefined
      const { members } = row.content === null ? {} : readContent(row.content)
      return { id, app: row.app, ...(JSON.parse(row.record) as NewOutboxMessage), ...members }
    },

    /** The highest id that a message has had; 0 before the first. */
    last,

    /** The lowest id of the messages that are left. */
    first: (): number | undefined => first.get(),

    /** The id of the next e-mail after a message that was accepted. */
    nextEmail: (after: number): number | undefined => nextEmail.get(after),

    /** How many messages the limit has removed. */
    dropped: (): number => dropped.get() ?? 0,

    /** Deletes a message; its events stay. Returns whether there was such a message. */
    delete(id: number): boolean {
      if (get.get(id) === undefined) return false
      remove(id)
      return true
    },

    /**
     * Removes some messages, as `step` finds them. To be called in a transaction.
     *
     * @returns where the next step goes on
     */
    deleteStep(filters: MessageFilters, page: MessagePage): number | undefined {
      const { found, next } = step(filters, page)
      for (const { id } of found) remove(id)
      return next
    },
  }
}
export type Messages = ReturnType<typeof createMessages>

/** What a column has of a message. */
const columnOf = (message: NewOutboxMessage, column: (typeof columns)[number]): string | null =>
  (column === 'template' ? message.template?.name : message[column]) ?? null

/** What events tell besides the record of their message. */
function toldBy({ origin }: SentEvents): string | null {
  const { record, ...told } = origin.message
  return Object.keys(told).length === 0 ? null : JSON.stringify(told)
}

/** Takes the long texts out of a message. @returns them, if there are any, and the rest */
function splitContent(message: NewOutboxMessage): [Content | undefined, NewOutboxMessage] {
  const long = contentMembers.filter(member => (message[member]?.length ?? 0) >= longText)
  if (long.length === 0) return [undefined, message]
  const record = { ...message }
  const content: Content = {}
  for (const member of long) {
    content[member] = message[member]!
    delete record[member]
  }
  return [content, record]
}

const isSame = (one: Content, other: Content): boolean =>
  contentMembers.every(member => one[member] === other[member])

/** A pattern for LIKE that matches every record that has the text anywhere. */
const patternOf = (text: string): string =>
  `%${JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\\%_]/g, '\\$&')}%`

const textMembers = ['subject', 'title', 'body', 'text', 'html'] as const

function hasText(message: Pick<NewOutboxMessage, (typeof textMembers)[number]>, text: string): boolean {
  const wanted = text.toLowerCase()
  return textMembers.some(member => message[member]?.toLowerCase().includes(wanted))
}
