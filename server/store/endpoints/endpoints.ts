import type { Database } from 'better-sqlite3'
import type { Endpoint } from '../../model/endpoint.ts'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import { type AttributeName, type AttributeNames, namesIn } from './attribute-names.ts'
import type { EndpointCounter } from './endpoint-counts.ts'
import { type EndpointRef, endpointKey, endpointRef } from './endpoint-key.ts'
import { type EndpointChange, type EndpointRow, selectRow, toEndpoint } from './endpoint-row.ts'
import { createEndpointWriter, type EndpointWrite, type WrittenBy } from './endpoint-writer.ts'

/** A stored endpoint under its row number. */
export interface StoredEndpoint {
  seq: number
  endpoint: Endpoint
}

/** What to look up for some changes: endpoints by id, by user and by address. */
export interface EndpointLookups {
  endpoints: Pick<EndpointRef, 'key' | 'folded'>[]
  userIds: string[]
  addresses: string[]
}

/** Access to endpoints for one writer: the callers of the API, or one import job. */
export interface EndpointWriter {
  /**
   * Loads the endpoints that are needed to plan some changes: those that the changes name, all
   * endpoints of the users that these have or get, and the ACTIVE ones at the addresses that these
   * have or get: also where one of these is ACTIVE, as in the middle of an undo two may be.
   */
  load(app: AppRef, lookups: EndpointLookups): EndpointRow[]
  /** Writes endpoints, and sets the row numbers of new ones. To be called in a transaction. */
  write(app: AppRef, endpoints: EndpointWrite[], newNames: AttributeName[]): void
  /** The custom names in a change that are not stored yet, as far as this writer is concerned. */
  newNames(app: AppRef, change: EndpointChange): AttributeName[]
  /** How many custom names the application would have with these. */
  countNames(app: AppRef, names: AttributeName[]): number
}

/** The repository of endpoints. All writers of the connection share its statements. */
export function createEndpoints(
  db: Database,
  names: AttributeNames,
  queue: WriteQueue,
  counter: EndpointCounter,
) {
  const select = `SELECT ${selectRow('e')} FROM endpoints e`
  const find = db.prepare<[number, number, string], EndpointRow>(
    `${select} INDEXED BY endpoints_by_key WHERE e.key = ? AND e.app = ? AND e.id = ?`,
  )
  const ofUser = db.prepare<[number, number, string], EndpointRow>(
    `${select} WHERE e.user_key = +? AND e.app = +? AND e.user_id = +? ORDER BY e.seq`,
  )
  // The index has keys only; ids are compared afterwards.
  const byKeys = db.prepare<[string, number], EndpointRow>(
    `SELECT ${selectRow('e')} FROM json_each(?) k CROSS JOIN endpoints e INDEXED BY endpoints_by_key
     WHERE e.key = k.value AND e.app = ?`,
  )
  const rowsOfUsers = db
    .prepare<[string], number>(
      `SELECT e.seq FROM json_each(?) k CROSS JOIN endpoints e INDEXED BY endpoints_by_user
       WHERE e.user_key = k.value`,
    )
    .pluck()
  const rowsAtAddresses = db
    .prepare<[string], number>(
      `SELECT e.seq FROM json_each(?) k CROSS JOIN endpoints e INDEXED BY endpoints_by_address
       WHERE e.address_key = k.value AND e.endpoint_status = 'ACTIVE'`,
    )
    .pluck()
  const bySeqs = db.prepare<[string], EndpointRow>(
    `SELECT ${selectRow('e')} FROM json_each(?) k CROSS JOIN endpoints e WHERE e.seq = k.value`,
  )
  const remove = db.prepare<[number], { app: number; channel_type: string | null }>(
    'DELETE FROM endpoints WHERE seq = ? RETURNING app, channel_type',
  )
  const writer = createEndpointWriter(db, queue, counter)

  const load = (app: AppRef, { endpoints, userIds, addresses }: EndpointLookups): EndpointRow[] => {
    const rows = new Map<number, EndpointRow>()
    const users = new Set(userIds)
    const places = new Set(addresses)
    if (endpoints.length > 0) {
      const ids = new Set(endpoints.map(({ folded }) => folded))
      for (const row of byKeys.all(JSON.stringify(endpoints.map(({ key }) => key)), app.seq)) {
        if (!ids.has(row.id)) continue
        rows.set(row.seq, row)
        if (row.user_id !== null) users.add(row.user_id)
        if (row.address !== null) places.add(row.address)
      }
    }
    const missing = new Set<number>()
    const note = (seqs: number[]) => {
      for (const seq of seqs) if (!rows.has(seq)) missing.add(seq)
    }
    const keysOf = (texts: Set<string>) => JSON.stringify([...texts].map(text => endpointKey(app.seq, text)))
    if (users.size > 0) note(rowsOfUsers.all(keysOf(users)))
    if (places.size > 0) note(rowsAtAddresses.all(keysOf(places)))
    if (missing.size > 0) {
      for (const row of bySeqs.all(JSON.stringify([...missing])))
        if (row.app === app.seq) rows.set(row.seq, row)
    }
    return [...rows.values()]
  }

  const writerOf = (by: WrittenBy): EndpointWriter => ({
    load,
    write(app, endpoints, newNames) {
      if (newNames.length > 0) names.add(app, newNames, by.job)
      writer.write(app, endpoints, by)
    },
    newNames: (app, change) => names.newNames(app, namesIn(change), by.job),
    countNames: names.count,
  })

  const findRow = (app: AppRef, { key, folded }: Pick<EndpointRef, 'key' | 'folded'>) =>
    find.get(key, app.seq, folded)

  return {
    /** The writer for callers of the API. */
    ...writerOf({ job: null, requestId: undefined }),

    /** Creates the writer of an import job. */
    writerOf,

    /** Finds a row. Ids are compared regardless of case (source: API reference). */
    find: findRow,

    get(app: AppRef, id: string): StoredEndpoint | undefined {
      const row = findRow(app, endpointRef(app.seq, id))
      return row && toStored(app, row)
    },

    /** All endpoints of a user, oldest first. */
    ofUser: (app: AppRef, userId: string): StoredEndpoint[] =>
      ofUser.all(endpointKey(app.seq, userId), app.seq, userId).map(row => toStored(app, row)),

    /** Deletes an endpoint. To be called in a transaction. */
    delete(seq: number): void {
      const deleted = remove.get(seq)
      if (deleted === undefined) return
      counter.note(deleted.app, [{ before: deleted.channel_type, after: undefined }])
    },
  }
}
export type Endpoints = ReturnType<typeof createEndpoints>

const toStored = (app: AppRef, row: EndpointRow): StoredEndpoint => ({
  seq: row.seq,
  endpoint: toEndpoint(app, row),
})
