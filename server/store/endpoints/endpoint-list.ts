import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import { endpointKey, foldedId } from './endpoint-key.ts'
import { type EndpointRow, selectRow } from './endpoint-row.ts'
import { prepareEndOfStep } from './row-steps.ts'

/** What the listed endpoints have in common. */
export interface EndpointFilter {
  channel?: string | undefined
  status?: string | undefined
  optOut?: string | undefined
  userId?: string | undefined
  /** The beginning of the id, regardless of case. */
  id?: string | undefined
  /** The beginning of the address. */
  address?: string | undefined
  /** Names of Attributes, each with one of its values. */
  attributes?: [name: string, value: string][]
  /** The import job that wrote the endpoint last. */
  importJob?: number | undefined
}

/**
 * A cursor in a list of endpoints: whether it is among those that a key finds (0), which come
 * first, or among the others (1); and the row's number.
 */
export type EndpointCursor = [phase: 0 | 1, row: number]

export const isEndpointCursor = (value: unknown): value is EndpointCursor =>
  Array.isArray(value) &&
  value.length === 2 &&
  (value[0] === 0 || value[0] === 1) &&
  Number.isSafeInteger(value[1])

/** The cursor before the first endpoint. */
export const firstEndpoint: EndpointCursor = [0, 0]

/** What a step has found, and the cursor of the next step; undefined at the end. */
export interface EndpointStep {
  found: { at: EndpointCursor; row: EndpointRow }[]
  next: EndpointCursor | undefined
}

/** SQL on a row `e` of endpoints, with its parameters. */
interface Sql {
  sql: string
  params: unknown[]
}

/** Prepares listing the endpoints of an application, oldest first. */
export function createEndpointList(db: Database) {
  const endOfStep = prepareEndOfStep(db)

  /**
   * Prepares a list in steps of some milliseconds. Endpoints that a key finds come first: all of
   * a user, or those whose id or address is all of what the filter gives. The others are searched
   * for row by row.
   *
   * @returns a function that gives up to `limit` endpoints behind a cursor. There may be none,
   *   although more are to come
   */
  return (app: AppRef, filter: EndpointFilter): ((after: EndpointCursor, limit: number) => EndpointStep) => {
    const { sql, params } = conditionOf(filter)
    const keyed = keyOf(app, filter)
    const find =
      keyed &&
      db.prepare<unknown[], EndpointRow>(
        `SELECT ${selectRow('e')} FROM ${keyed.table} k CROSS JOIN endpoints e ON e.seq = k.seq
         WHERE k.key = +? AND e.app = +? AND ${keyed.sql} AND k.seq > ? AND ${sql}
         ORDER BY k.seq LIMIT ?`,
      )
    const others = keyed === undefined ? '1' : `NOT coalesce(${keyed.sql}, 0)`
    const scan = db.prepare<unknown[], EndpointRow>(
      `SELECT ${selectRow('e')} FROM endpoints e INDEXED BY endpoints_by_app
       WHERE e.app = ? AND e.seq > ? AND e.seq <= ? AND ${others} AND ${sql} ORDER BY e.seq LIMIT ?`,
    )
    return ([phase, after], limit) => {
      if (phase === 0 && find !== undefined && keyed !== undefined) {
        const rows = find.all(keyed.key, app.seq, ...keyed.params, after, ...params, limit)
        const found = rows.map(row => ({ at: [0, row.seq] as EndpointCursor, row }))
        if (found.length === limit) return { found, next: found.at(-1)!.at }
        return { found, next: keyed.isAll ? undefined : [1, 0] }
      }
      const last = endOfStep(app.seq, after)
      if (last === null) return { found: [], next: undefined }
      const excluded = keyed?.params ?? []
      const rows = scan.all(app.seq, after, last, ...excluded, ...params, limit)
      const found = rows.map(row => ({ at: [1, row.seq] as EndpointCursor, row }))
      return { found, next: found.length === limit ? found.at(-1)!.at : [1, last] }
    }
  }
}

/** The endpoints that a key finds: in which table it is, and which of those that have the key. */
interface Keyed extends Sql {
  table: string
  key: number
  /** Whether there are no others. */
  isAll: boolean
}

/** The key that finds endpoints of a filter, if there is one. */
function keyOf({ seq }: AppRef, { userId, id, address }: EndpointFilter): Keyed | undefined {
  if (userId !== undefined) {
    return {
      table: 'endpoint_users',
      key: endpointKey(seq, userId),
      sql: 'e.user_id = ?',
      params: [userId],
      isAll: true,
    }
  }
  if (id !== undefined) {
    const folded = foldedId(id)
    return {
      table: 'endpoint_ids',
      key: endpointKey(seq, folded),
      sql: 'e.id = ?',
      params: [folded],
      isAll: false,
    }
  }
  if (address === undefined) return undefined
  return {
    table: 'endpoint_addresses',
    key: endpointKey(seq, address),
    sql: `(e.endpoint_status = 'ACTIVE' AND e.address = ?)`,
    params: [address],
    isAll: false,
  }
}

function conditionOf(filter: EndpointFilter): Sql {
  const { channel, status, optOut, id, address, attributes = [], importJob } = filter
  const conditions: (readonly [sql: string, ...params: unknown[]])[] = [
    ['1'],
    ...equals('e.channel_type', channel),
    ...equals('e.endpoint_status', status),
    ...equals('e.opt_out', optOut),
    ...equals('e.import_job', importJob),
    ...beginsWith('e.id', id === undefined ? undefined : foldedId(id)),
    ...beginsWith('e.address', address),
    ...attributes.map(
      attribute =>
        [
          `EXISTS (SELECT 1 FROM json_each(e.attributes) a, json_each(a.value) v WHERE a.key = ? AND v.value = ?)`,
          ...attribute,
        ] as const,
    ),
  ]
  return {
    sql: conditions.map(([sql]) => sql).join(' AND '),
    params: conditions.flatMap(([, ...params]) => params),
  }
}

const equals = (column: string, value: unknown) =>
  value === undefined ? [] : [[`${column} = ?`, value] as const]

const beginsWith = (column: string, value: string | undefined) =>
  value === undefined ? [] : [[`substr(${column}, 1, length(?)) = ?`, value, value] as const]
