import type { Database } from 'better-sqlite3'
import type { Endpoint } from '../../model/endpoint.ts'
import type { AppRef } from '../applications/applications.ts'
import type { WriteTurns } from '../database/write-queue.ts'
import { createEndpointsOfImport } from '../import-writes/import-writer.ts'
import { type AttributeName, type AttributeNames, namesIn } from './attribute-names.ts'
import { type EndpointRef, endpointRef } from './endpoint-key.ts'
import {
  boundDate,
  type EndpointChange,
  type EndpointRow,
  type EndpointValues,
  requestId,
  toEndpoint,
  writtenColumns,
} from './endpoint-row.ts'
import { type SharedMaps, sharedMapsAs } from './interned-json.ts'
import { prepareForAlike } from './literal-statement.ts'
import { createDeletedMembers } from './restored-members.ts'
import { createStretchNotes } from './row-blocks.ts'

/** A stored endpoint under its row number. */
export interface StoredEndpoint {
  seq: number
  endpoint: Endpoint
}

/** What an endpoint has to do with the others of its user. */
export type Sibling = Pick<EndpointRow, 'seq' | 'turn' | 'user_attributes'>

/** What a user's endpoints are expected to be: at the most so many, with these attributes. */
export interface Likeness {
  most: number
  user_attributes: string | null
}

/** The endpoints of all applications, as one writer sees them: a caller of the API, or one import job. */
export interface Endpoints {
  /** Finds an endpoint; ids are compared without regard to case (source: API reference). */
  find(app: AppRef, endpoint: Pick<EndpointRef, 'key' | 'folded'>): EndpointRow | undefined
  /** The endpoint of a row that is there. */
  at(seq: number): EndpointRow
  /** What concerns a user of all the user's endpoints, the oldest first; without the row `but`. */
  siblings(app: AppRef, userId: string, but?: number): Sibling[]
  /**
   * The newest turn of a user's endpoints, 0 where there are none; undefined where they are more than the most, or some have
   * other attributes. Without the row `but`.
   */
  turnOfAlike(app: AppRef, userId: string, like: Likeness, but?: number): number | undefined
  /** The ACTIVE endpoints at an address; without the row `but`. */
  activeAt(app: AppRef, address: string, but?: number): EndpointRow[]
  /** Writes an endpoint: over one that is stored, or as a new one; gives its row. */
  save(app: AppRef, stored: EndpointRow | undefined, endpoint: EndpointValues, turn: number): number
  delete(seq: number): void
  /** The custom names in a change that this writer has to make known. */
  newNames(app: AppRef, change: EndpointChange): AttributeName[]
  /** How many custom names the application would have with these. */
  countNames(app: AppRef, names: AttributeName[]): number
  addNames(app: AppRef, names: AttributeName[]): void
}

/** What is read of a row. */
export const selected = `seq, id, key, spelling, channel_type, address, endpoint_status, opt_out, ${requestId} AS request_id, creation_date,
  effective_date, user_id, user_attributes, attributes, metrics, ${sharedMapsAs()}, turn`

/** Who writes endpoints: an import job, or a caller of the API. */
export interface Writer {
  job: number | null
  /** What its endpoints have, unless they say something else. */
  requestId: string | undefined
}

/** What a row has of a request id: nothing where it is the writer's. */
export const ownRequestId = (requestId: string, by: Writer): string | null =>
  requestId === by.requestId ? null : requestId

/** Prepares the statements on endpoints, once for every writer of this connection. */
export function createEndpoints(
  db: Database,
  names: AttributeNames,
  maps: SharedMaps,
  writeTurns: WriteTurns,
) {
  const select = `SELECT ${selected} FROM endpoints WHERE app = +?`
  const find = db.prepare<[number, number, string], EndpointRow>(
    `SELECT ${selected} FROM endpoints INDEXED BY endpoints_by_key WHERE key = ? AND app = ? AND id = ?`,
  )
  const at = db.prepare<[number], EndpointRow>(`SELECT ${selected} FROM endpoints WHERE seq = ?`)
  const ofUser = db.prepare<[number, string], EndpointRow>(`${select} AND user_id = +? ORDER BY seq`)
  const siblings = db.prepare<[number, string, number | null], Sibling>(
    `SELECT seq, turn, user_attributes FROM endpoints WHERE app = ? AND user_id = ? AND seq IS NOT ?`,
  )
  const turnOfAlike = db
    .prepare<[number, string | null, number, string, number | null], number | null>(
      `SELECT iif(count(*) > ? OR max(user_attributes IS NOT ?), NULL, coalesce(max(turn), 0)) FROM endpoints
       WHERE app = ? AND user_id = ? AND seq IS NOT ?`,
    )
    .pluck()
  const activeAt = db
    .prepare<[number, string, number | null], number>(
      `SELECT seq FROM endpoints WHERE app = ? AND address = ? AND endpoint_status = 'ACTIVE' AND seq IS NOT ?`,
    )
    .pluck()
  const insert = prepareForAlike(
    db,
    values => `INSERT INTO endpoints (${writtenColumns}, app, key) VALUES (${values})`,
    19,
  )
  const update = db.prepare(
    `UPDATE endpoints SET (${writtenColumns}) = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE seq = ?`,
  )
  // Columns that no index has: to set one that has the same value as before costs as much as another value.
  const updateRest = prepareForAlike(
    db,
    values =>
      `UPDATE endpoints SET (channel_type, opt_out, own_request_id, effective_date, user_attributes, attributes, metrics,
         location, demographic, turn, import_job) = (${values.slice(0, -1)}) WHERE seq = ${values.at(-1)}`,
    12,
  )
  const noteStretches = createStretchNotes(db)
  const remove = db.prepare('DELETE FROM endpoints WHERE seq = ?')
  const deletedMembers = createDeletedMembers(db)

  const reads = {
    find: (app: AppRef, { key, folded }: Pick<EndpointRef, 'key' | 'folded'>) =>
      find.get(key, app.seq, folded),
    at: (seq: number) => at.get(seq)!,
    // In this order without ORDER BY, which makes an import a fifth slower: a user has few endpoints.
    siblings: (app: AppRef, userId: string, but?: number) =>
      siblings.all(app.seq, userId, but ?? null).sort((a, b) => a.seq - b.seq),
    turnOfAlike: (app: AppRef, userId: string, { most, user_attributes }: Likeness, but?: number) =>
      turnOfAlike.get(most, user_attributes, app.seq, userId, but ?? null) ?? undefined,
    activeAt: (app: AppRef, address: string, but?: number) =>
      activeAt.all(app.seq, address, but ?? null).map(seq => at.get(seq)!),
  }

  const create = (app: AppRef, endpoint: EndpointValues, turn: number, by: Writer): number => {
    const row = insert(toColumns(endpoint, turn, by, app.seq, endpoint.key)).lastInsertRowid as number
    noteStretches(app.seq, { from: row, to: row })
    return row
  }

  const change = (before: EndpointRow, after: EndpointValues, turn: number, by: Writer): number => {
    const { seq } = before
    const isFoundAsBefore =
      before.address === after.address &&
      before.endpoint_status === after.endpoint_status &&
      before.user_id === after.user_id
    if (!isFoundAsBefore) update.run(toColumns(after, turn, by), seq)
    else {
      const { channel_type, opt_out, request_id, effective_date, user_attributes } = after
      const { attributes, metrics, location, demographic } = after
      updateRest([
        ...[channel_type, opt_out, ownRequestId(request_id, by), boundDate(effective_date), user_attributes],
        ...[attributes, metrics, location, demographic, turn, by.job, seq],
      ])
    }
    return seq
  }

  /** @param isAnyDeleted whether there may be deleted members of the application */
  const writer = (by: Writer, isAnyDeleted = () => true): Endpoints => ({
    ...reads,
    save(app, stored, endpoint, turn) {
      writeTurns.noteEndpointWrites(app.seq)
      if (stored !== undefined) return change(stored, endpoint, turn, by)
      const created = create(app, endpoint, turn, by)
      if (isAnyDeleted()) deletedMembers.joinAgain(app, endpoint.id, created)
      return created
    },
    delete: seq => void remove.run(seq),
    newNames: (app, change) => names.newNames(app, namesIn(change), by.job),
    countNames: names.count,
    addNames: (app, added) => names.add(app, added, by.job),
  })

  return {
    /** As a caller of the API. */
    ...writer({ job: null, requestId: undefined }),

    get(app: AppRef, id: string): StoredEndpoint | undefined {
      const row = reads.find(app, endpointRef(app.seq, id))
      return row && toStored(app, row)
    },

    /** All endpoints of a user, the oldest first. */
    ofUser: (app: AppRef, userId: string): StoredEndpoint[] =>
      ofUser.all(app.seq, userId).map(row => toStored(app, row)),

    byImport: createEndpointsOfImport(db, { names, maps, deletedMembers }, writeTurns, writer),
  }
}

/** The values of `writtenColumns`. */
const toColumns = (endpoint: EndpointValues, turn: number, by: Writer, ...more: unknown[]): unknown[] => [
  endpoint.id,
  endpoint.spelling,
  endpoint.channel_type,
  endpoint.address,
  endpoint.endpoint_status,
  endpoint.opt_out,
  ownRequestId(endpoint.request_id, by),
  endpoint.creation_date,
  boundDate(endpoint.effective_date),
  endpoint.user_id,
  endpoint.user_attributes,
  endpoint.attributes,
  endpoint.metrics,
  endpoint.location,
  endpoint.demographic,
  turn,
  by.job,
  ...more,
]

const toStored = (app: AppRef, row: EndpointRow): StoredEndpoint => ({
  seq: row.seq,
  endpoint: toEndpoint(app, row),
})
