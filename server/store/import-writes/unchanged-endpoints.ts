import type { Database, Statement } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { EndpointChange } from '../endpoints/endpoint-row.ts'
import { sharedColumns, sharedMap } from '../endpoints/interned-json.ts'
import type { Rows } from './bulk-lookup.ts'
import { type Columns, valueAt } from './columns.ts'

/** What endpoints are, as far as a change that changes nothing in them has to say it. */
export type Renewal = Pick<
  EndpointChange,
  | 'channel_type'
  | 'address'
  | 'opt_out'
  | 'user_id'
  | 'user_attributes'
  | 'attributes'
  | 'metrics'
  | 'location'
  | 'demographic'
> & { id: string }

const names = [
  ...(['id', 'channel_type', 'address', 'opt_out', 'user_id'] as const),
  ...(['user_attributes', 'attributes', 'metrics', 'location', 'demographic'] as const),
]

/** A column as a change says it. */
const sqlOf = (name: string): string => (sharedColumns.has(name) ? sharedMap(`e.${name}`) : `e.${name}`)

const maps = new Set<string>(['user_attributes', 'attributes', 'metrics', 'location', 'demographic'])

/**
 * Characters that an endpoint may have in maps of which a change says nothing, so that it cannot become too large: of records
 * that are whole, `put-endpoint.ts` leaves 1000 bytes for them.
 */
const mostUnsaid = 300

/** Stands between values; where one holds it, nothing is said of that endpoint. */
const separator = '\x1f'

/** Statements that are kept: in most files it is always the same columns in which rows differ. */
const mostStatements = 8

/** [seq, what it says of listed columns, newest turn of the user's others, own turn] */
type Row = [number, string | null, number | null, number]

/**
 * Prepares what tells of many stored endpoints at once whether changes would leave them as they are, as those of a file that
 * is imported again do. To look at each by itself, and at what else there is of its user and its address, takes three
 * times as long.
 *
 * @returns a function that compares rows of changes with endpoints, whose row numbers follow one another from `first` on; it
 *   gives, for the rows that change nothing, one after the other from the first, the turns that they are to be written with
 */
export function createRenewals(db: Database) {
  const statements = new Map<string, Statement<unknown[], Row>>()

  const prepare = (texts: string, conditions: string): Statement<unknown[], Row> => {
    const key = texts + conditions
    const kept = statements.get(key)
    if (kept !== undefined) return kept
    if (statements.size === mostStatements) statements.clear()
    // `+@`, as without it SQLite plans the statement anew at each run.
    const statement = db
      .prepare<unknown[], Row>(
        `SELECT e.seq, ${texts},
           (SELECT iif(count(*) > @most OR max(s.user_attributes IS NOT e.user_attributes), NULL, coalesce(max(s.turn), 0))
            FROM endpoints s WHERE s.app = e.app AND s.user_id = e.user_id AND s.seq <> e.seq),
           e.turn
         FROM endpoints e
         WHERE e.seq >= +@first AND e.seq < @first + @count AND e.app = +@app AND ${conditions}
           AND NOT EXISTS (SELECT 1 FROM endpoints o INDEXED BY endpoints_by_address
             WHERE o.app = e.app AND o.address = e.address AND o.endpoint_status = 'ACTIVE' AND o.seq <> e.seq)
         ORDER BY e.seq`,
      )
      .raw(true) as Statement<unknown[], Row>
    statements.set(key, statement)
    return statement
  }

  return (
    app: AppRef,
    changes: Columns<Renewal>,
    { from, to }: Rows,
    first: number,
    mostOfUser: number,
  ): number[] => {
    const lists: unknown[][] = []
    const texts: string[] = []
    const same: Record<string, unknown> = {}
    const conditions = ["e.endpoint_status = 'ACTIVE'"]
    const unsaid: string[] = []
    for (const name of names) {
      const column: unknown = changes[name]
      if (Array.isArray(column)) {
        lists.push(column)
        texts.push(sqlOf(name))
      } else if (column !== null) {
        same[name] = column
        conditions.push(`${sqlOf(name)} = +@${name}`)
      } else if (maps.has(name)) unsaid.push(`coalesce(length(${sqlOf(name)}), 0)`)
      else if (name === 'user_id') conditions.push('e.user_id IS NULL')
    }
    if (unsaid.length > 0) conditions.push(`${unsaid.join(' + ')} <= ${mostUnsaid}`)
    const select = prepare(
      texts.join(` || char(${separator.charCodeAt(0)}) || `) || "''",
      conditions.join(' AND '),
    )
    const stored = select.all({ ...same, app: app.seq, first, count: to - from, most: mostOfUser - 1 })
    const turns: number[] = []
    const newest = new Map<string | null, number>()
    for (const [seq, text, ofOthers, own] of stored) {
      const row = from + turns.length
      if (seq !== first + turns.length || ofOthers === null || text !== textOf(lists, row)) break
      const user = valueAt(changes.user_id, row)
      const turn = 1 + Math.max(ofOthers, own, (user !== null && newest.get(user)) || 0)
      if (user !== null) newest.set(user, turn)
      turns.push(turn)
    }
    return turns
  }
}

/** Rows that are compared at first, and at most; and how often in vain before that rests for so many rows. */
const lengths = { first: 4, most: 64, vain: 4, rest: 50 }

/** Which endpoints are expected next, and how many of them to compare: the more, the better it went. */
export function createRunLength() {
  let vain = 0
  let rest = 0
  return {
    expected: 0,
    length: lengths.first,

    /** Whether no comparison is made of a row. */
    rests(): boolean {
      if (rest === 0) return false
      rest--
      return true
    },

    /** That of rows so many were as expected: of the next row, the next endpoint is expected. */
    note(count: number, { from, to }: Rows): void {
      const isWhole = count === to - from
      this.expected += Math.max(count, 1)
      this.length = isWhole ? Math.min(this.length * 2, lengths.most) : lengths.first
      vain = count > 0 ? 0 : vain + 1
      if (vain >= lengths.vain) rest = lengths.rest
    },
  }
}

/** What a row says in the columns that have a list; undefined where that could be taken for something else. */
function textOf(lists: unknown[][], row: number): string | undefined {
  let text = ''
  for (let index = 0; index < lists.length; index++) {
    const value = lists[index]![row] as string | null
    if (value === null || value.includes(separator)) return undefined
    text += index === 0 ? value : separator + value
  }
  return text
}
