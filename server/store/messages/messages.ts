import type { Database, Statement } from 'better-sqlite3'
import type { NewOutboxMessage, OutboxMessage } from '../../model/message.ts'
import type { AppRef } from '../applications/applications.ts'

/**
 * Columns that messages are filtered by, those first whose values are the most selective. Each has
 * an index, `messages_by_<column>`.
 */
const columns = [
  'address',
  'endpoint',
  'user',
  'campaign',
  'journey',
  'template',
  'operation',
  'status',
  'channel',
] as const

/** Which messages are meant: those that match all members that are given. */
export type MessageFilters = { [Column in (typeof columns)[number]]?: string } & {
  /** Id of the application. */
  app?: string
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
  app: string | null
  /** Null for a row that does not match. */
  record: string | null
}

/**
 * Rows that one read goes through, where not every one of them matches. So a filter that matches
 * little never keeps the thread for long.
 */
const maxScanned = 1_000

/**
 * Characters of records after which a read stops: a hundred e-mails of megabytes each would be more
 * than an answer can hold.
 */
const maxRead = 16_000_000

/** The most that one write of messages removes, however much the limit was lowered. */
const maxTrimmed = 10_000

/**
 * The outbox: what each recipient got, or why not. Messages of deleted applications do not exist for
 * its methods; `store/purge.ts` purges their rows.
 *
 * @param limit how many messages are kept, the latest
 */
export function createMessages(db: Database, limit: number) {
  const insert = db.prepare(
    `INSERT INTO messages (app, ${columns}, record)
     VALUES (?, ${columns.map(() => '?')}, ?)`,
  )
  const countNew = db
    .prepare<[number], number>(
      `INSERT INTO outbox VALUES (1, ?, 0)
       ON CONFLICT DO UPDATE SET kept = kept + excluded.kept RETURNING kept`,
    )
    .pluck()
  const trim = db.prepare('DELETE FROM messages WHERE seq IN (SELECT seq FROM messages ORDER BY seq LIMIT ?)')
  const countDropped = db.prepare('UPDATE outbox SET dropped = dropped + ?')
  const dropped = db.prepare<[], number>('SELECT dropped FROM outbox').pluck()
  const last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").pluck()
  const get = db.prepare<[number], Row>(
    `SELECT m.seq, a.id AS app, m.record FROM messages m JOIN apps a ON a.seq = m.app
     WHERE m.seq = ? AND a.id IS NOT NULL`,
  )
  const first = db.prepare<[], number>('SELECT seq FROM messages ORDER BY seq LIMIT 1').pluck()
  const nextEmail = db
    .prepare<[number], number>(
      `SELECT seq FROM messages INDEXED BY messages_by_channel
       WHERE channel = 'EMAIL' AND seq > ? AND status = 'SUCCESSFUL' ORDER BY seq LIMIT 1`,
    )
    .pluck()
  const count = db.prepare<[number], number>('SELECT count(*) FROM messages WHERE app = ?').pluck()
  const remove = db.prepare('DELETE FROM messages WHERE seq = ?')
  /** Statements that find messages, by the filters that they take. */
  const finds = new Map<string, { rows: Statement<unknown[], Row>; isExact: boolean }>()

  /** Prepares finding messages by these filters: by the index of the first, and then by the others. */
  const prepareFind = (names: (keyof MessageFilters)[]) => {
    const [indexed, ...others] = [...columns, 'app' as const].filter(name => names.includes(name))
    const matching = (name: string) =>
      name === 'app' ? '(SELECT seq FROM apps WHERE id = :app)' : `:${name}`
    const conditions = [
      'a.id IS NOT NULL',
      ...others.map(name => `m.${name} = ${matching(name)}`),
      ...(names.includes('text') ? [`m.record LIKE :pattern ESCAPE '\\'`] : []),
    ]
    const rows = db.prepare<unknown[], Row>(
      `SELECT m.seq, a.id AS app, iif(${conditions.join(' AND ')}, m.record, NULL) AS record
       FROM messages m ${indexed === undefined ? 'NOT INDEXED' : `INDEXED BY messages_by_${indexed}`}
       CROSS JOIN apps a ON a.seq = m.app
       WHERE ${indexed === undefined ? '' : `m.${indexed} = ${matching(indexed)} AND`}
         m.seq < :before AND m.seq > :after
       ORDER BY m.seq DESC LIMIT :limit`,
    )
    return { rows, isExact: conditions.length === 1 }
  }

  const step = (
    filters: MessageFilters,
    { limit, before, after }: MessagePage,
  ): { found: OutboxMessage[]; next: number | undefined; isFull: boolean } => {
    const names = (Object.keys(filters) as (keyof MessageFilters)[]).filter(
      name => filters[name] !== undefined,
    )
    const key = names.sort().join()
    const find = finds.get(key) ?? prepareFind(names)
    finds.set(key, find)
    const scanned = find.isExact ? limit : maxScanned
    const pattern = filters.text === undefined ? undefined : patternOf(filters.text)
    const found: OutboxMessage[] = []
    let rows = 0
    let read = 0
    for (const row of find.rows.iterate({ ...filters, pattern, before, after, limit: scanned })) {
      rows++
      if (row.record !== null) {
        read += row.record.length
        const message = toMessage(row)
        if (filters.text === undefined || hasText(message, filters.text)) found.push(message)
      }
      const isFull = read >= maxRead && found.length > 0
      if (isFull || found.length === limit || rows === scanned) return { found, next: row.seq, isFull }
    }
    return { found, next: undefined, isFull: false }
  }

  return {
    /**
     * Adds messages, in their order, and removes the oldest ones that are beyond the limit. To be
     * called in a transaction.
     *
     * @returns their ids
     */
    append(app: AppRef, messages: readonly NewOutboxMessage[]): number[] {
      if (messages.length === 0) return []
      const ids = messages.map(message => Number(insert.run(app.seq, ...valuesOf(message)).lastInsertRowid))
      const excess = Math.min(countNew.get(messages.length)! - limit, messages.length + maxTrimmed)
      if (excess > 0) {
        trim.run(excess)
        countDropped.run(excess)
      }
      return ids
    },

    /**
     * Reads some messages, the newest first.
     *
     * @returns `next`, where the next step goes on: its `before`; undefined if there are no more.
     *   `isFull`, whether what was found is so long that it should be answered before going on
     */
    step,

    get(id: number): OutboxMessage | undefined {
      const row = get.get(id)
      return row && toMessage(row)
    },

    /** The highest id that a message has had; 0 before the first. */
    last: (): number => last.get() ?? 0,

    /** The lowest id of the messages that are left. */
    first: (): number | undefined => first.get(),

    /** The id of the next e-mail after a message that was accepted. */
    nextEmail: (after: number): number | undefined => nextEmail.get(after),

    /** How many messages the limit has removed. */
    dropped: (): number => dropped.get() ?? 0,

    /** How many messages of an application there are. */
    count: (app: AppRef): number => count.get(app.seq)!,

    /** Returns whether there was such a message. */
    delete: (id: number): boolean => get.get(id) !== undefined && remove.run(id).changes > 0,

    /**
     * Removes some messages, as `step` finds them. To be called in a transaction.
     *
     * @returns where the next step goes on
     */
    deleteStep(filters: MessageFilters, page: MessagePage): number | undefined {
      const { found, next } = step(filters, page)
      for (const { id } of found) remove.run(id)
      return next
    },
  }
}
export type Messages = ReturnType<typeof createMessages>

/** The values of `columns`, then the record itself. */
function valuesOf(message: NewOutboxMessage): (string | null)[] {
  const values = columns.map(
    column => (column === 'template' ? message.template?.name : message[column]) ?? null,
  )
  return [...values, JSON.stringify(message)]
}

const toMessage = ({ seq, app, record }: Row): OutboxMessage => ({
  id: seq,
  app: app!,
  ...(JSON.parse(record!) as NewOutboxMessage),
})

/** A pattern for LIKE that matches every record that has the text anywhere. */
const patternOf = (text: string): string =>
  `%${JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\\%_]/g, '\\$&')}%`

const textMembers = ['subject', 'title', 'body', 'text', 'html'] as const

function hasText(message: OutboxMessage, text: string): boolean {
  const wanted = text.toLowerCase()
  return textMembers.some(member => message[member]?.toLowerCase().includes(wanted))
}
