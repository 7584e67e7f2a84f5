import type { Database, Statement } from 'better-sqlite3'
import type { EndpointRow } from '../endpoints/endpoint-row.ts'
import { sharedColumns } from '../endpoints/interned-json.ts'
import { literalOf } from '../endpoints/literal-statement.ts'
import type { Rows } from './bulk-lookup.ts'
import type { Columns } from './columns.ts'

/** Rows of endpoints that are to be created. */
export type NewEndpoints = Columns<
  Omit<EndpointRow, 'seq' | 'request_id' | 'effective_date'> & {
    app: number
    own_request_id: string | null
    effective_date: string | bigint
    import_job: number
  }
>

/** Rows that one statement writes, at most. */
const mostRows = 32

/** Statements that are kept: in most files it is always the same columns in which rows differ. */
const mostStatements = 32

const names = [
  ...(['app', 'key', 'id', 'spelling', 'channel_type', 'address', 'endpoint_status', 'opt_out'] as const),
  ...(['own_request_id', 'creation_date', 'effective_date', 'user_id', 'user_attributes'] as const),
  ...(['attributes', 'metrics', 'location', 'demographic', 'turn', 'import_job'] as const),
]

/** Columns that have few values, so that where those are written into statements, the statements are few. */
const fewValues = new Set<string>(['app', 'channel_type', 'endpoint_status', 'opt_out', 'turn', 'import_job'])

/**
 * Prepares what creates many endpoints at once: a statement writes up to 32 of them, as each run of one takes its time, and
 * what is the same of all is written into the statement or bound once, as to bind a value takes as long as to store it.
 *
 * @returns a function that creates endpoints, whose row numbers follow one another, and gives the first
 */
export function createEndpointInserts(db: Database) {
  const statements = new Map<string, Statement<unknown[]>>()
  /** What was the same of all endpoints before. */
  const before: Record<string, unknown> = {}
  const isIndexed = db.prepare<[number], 1>('SELECT 1 FROM indexed_dimensions WHERE app = ? LIMIT 1').pluck()

  const prepare = (insert: string, row: string, count: number): Statement<unknown[]> => {
    const key = `${insert} ${count} ${row}`
    const kept = statements.get(key)
    if (kept !== undefined) return kept
    if (statements.size === mostStatements) statements.clear()
    const sql = `${insert} INTO endpoints (${names}) VALUES ${Array(count).fill(row)}`
    const statement = db.prepare<unknown[]>(sql)
    statements.set(key, statement)
    return statement
  }

  return (endpoints: NewEndpoints, { from, to }: Rows): number => {
    const lists: unknown[][] = []
    const same: Record<string, unknown> = {}
    const expressions = names.map(name => {
      const column: unknown = endpoints[name]
      if (Array.isArray(column)) {
        lists.push(column)
        return '?'
      }
      // What many endpoints have alike is a number in a shared column, the same for a while.
      const isLiteral =
        column === null || fewValues.has(name) || (sharedColumns.has(name) && column === before[name])
      before[name] = column
      if (isLiteral) return literalOf(column)
      same[name] = column
      return `@${name}`
    })
    const row = `(${expressions})`
    // Without OR FAIL, SQLite would keep a copy of each page that it changes, to be able to take back a part of the rows: what
    // fails here takes back the whole transaction. With it, triggers that write terms would fail where they are to ignore.
    const insert = isIndexed.get(endpoints.app as number) === 1 ? 'INSERT' : 'INSERT OR FAIL'
    let last = 0
    for (let next = from; next < to; ) {
      const count = Math.min(mostRows, 2 ** Math.floor(Math.log2(to - next)))
      const values: unknown[] = []
      for (const end = next + count; next < end; next++) for (const list of lists) values.push(list[next])
      last = prepare(insert, row, count).run(...values, same).lastInsertRowid as number
    }
    return last - (to - from) + 1
  }
}
