import type { Database } from 'better-sqlite3'
import type { Endpoint } from '../../model/endpoint.ts'
import type { AppRef } from '../applications/applications.ts'
import type { WriteQueue } from '../database/write-queue.ts'
import { type AttributeName, type AttributeNames, namesIn } from './attribute-names.ts'
import type { EndpointCounter } from './endpoint-counts.ts'
import { type EndpointRef, endpointKey, endpointRef } from './endpoint-key.ts'
import type { EndpointKeys } from './endpoint-keys.ts'
import { type EndpointChange, type EndpointRow, selectRow, toEndpoint } from './endpoint-row.ts'
import { createEndpointWriter, type EndpointWrite, type WrittenBy } from './endpoint-writer.ts'

/** A stored endpoint under its row number. */
export interface StoredEndpoint {
  seq: number
  endpoint: Endpoint
}

/** Access to endpoints for one writer: the callers of the API, or one import job. */
export interface EndpointWriter {
  /** Loads endpoints by their ids. */
  withIds(app: AppRef, endpoints: Pick<EndpointRef, 'key' | 'folded'>[]): EndpointRow[]
  /**
   * Loads the endpoints of users, and the ACTIVE ones at addresses, apart from those that are loaded already.
   * Some others may be among them: keys can collide, and those of new endpoints can be out of date.
   */
  withUsersOrAddresses(
    app: AppRef,
    lookups: { userIds: Iterable<string>; addresses: Iterable<string>; loaded: EndpointRow[] },
  ): EndpointRow[]
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
  keys: EndpointKeys,
) {
  const select = `SELECT ${selectRow('e')} FROM`
  const find = db.prepare<[number, number, string], EndpointRow>(
    `${select} endpoint_ids k CROSS JOIN endpoints e ON e.seq = k.seq WHERE k.key = +? AND e.app = +? AND e.id = +?`,
  )
  const ofUser = db.prepare<[number, number, string], EndpointRow>(
    `${select} endpoint_users k CROSS JOIN endpoints e ON e.seq = k.seq
     WHERE k.key = +? AND e.app = +? AND e.user_id = +? ORDER BY k.seq`,
  )
  const bySeqs = db.prepare<[string], EndpointRow>(
    `${select} json_each(?) k CROSS JOIN endpoints e WHERE e.seq = k.value`,
  )
  const remove = db.prepare<[number], { app: number; channel_type: string | null }>(
    'DELETE FROM endpoints WHERE seq = ? RETURNING app, channel_type',
  )
  const writer = createEndpointWriter(db, queue, counter, keys)

  /** Loads rows, those of other applications aside. */
  const rowsOf = (app: AppRef, seqs: number[]): EndpointRow[] =>
    seqs.length === 0 ? [] : bySeqs.all(JSON.stringify([...new Set(seqs)])).filter(row => row.app === app.seq)

  const withIds: EndpointWriter['withIds'] = (app, endpoints) => {
    const ids = new Map(endpoints.map(({ folded, key }) => [folded, key]))
    // Another id may have the same key.
    return rowsOf(app, keys.rowsWith('id', [...ids.values()])).filter(({ id }) => ids.has(id))
  }

  const withUsersOrAddresses: EndpointWriter['withUsersOrAddresses'] = (
    app,
    { userIds, addresses, loaded },
  ) => {
    const keysOf = (texts: Iterable<string>) => Array.from(texts, text => endpointKey(app.seq, text))
    const rows = new Set(loaded.map(({ seq }) => seq))
    const seqs = [...keys.rowsWith('user', keysOf(userIds)), ...keys.rowsWith('address', keysOf(addresses))]
    const unloaded = seqs.filter(seq => !rows.has(seq))
    return rowsOf(app, unloaded)
  }

  const writerOf = (by: WrittenBy): EndpointWriter => ({
    withIds,
    withUsersOrAddresses,
    write(app, endpoints, newNames) {
      if (newNames.length > 0) names.add(app, newNames, by.job)
      writer.write(app, endpoints, by)
    },
    newNames: (app, change) => names.newNames(app, namesIn(change), by.job),
    countNames: names.count,
  })

  const findRow = (app: AppRef, { key, folded }: Pick<EndpointRef, 'key' | 'folded'>) => {
    keys.store()
    return find.get(key, app.seq, folded)
  }

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
    ofUser(app: AppRef, userId: string): StoredEndpoint[] {
      keys.store()
      return ofUser.all(endpointKey(app.seq, userId), app.seq, userId).map(row => toStored(app, row))
    },

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
