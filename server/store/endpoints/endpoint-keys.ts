import type { Database } from 'better-sqlite3'
import { NewKeys } from './new-keys.ts'

/** The table of each kind of key, and which column of which endpoints it has. */
export const keyTables = {
  id: { table: 'endpoint_ids', column: 'key', where: 'true' },
  user: { table: 'endpoint_users', column: 'user_key', where: 'user_key IS NOT NULL' },
  address: {
    table: 'endpoint_addresses',
    column: 'address_key',
    where: `address_key IS NOT NULL AND endpoint_status = 'ACTIVE'`,
  },
}

/**
 * Rows that are noted under some keys, beyond one for each: many of them may have lost
 * their address to the next one.
 */
const maxSurplus = 1000

/**
 * The tables by which endpoints are found. The keys of new endpoints go into them when the transaction ends,
 * in the order of keys: shuffled keys that are inserted one by one would have SQLite read and write a page
 * for nearly each of them, as soon as the tables are larger than its cache. Until then they are found here.
 * What else happens to endpoints is in triggers.
 */
export function createEndpointKeys(db: Database) {
  const prepare = ({ table, column, where }: (typeof keyTables)[keyof typeof keyTables]) => ({
    // Some may be there already: a trigger inserts those of an endpoint that is changed, and the statement
    // that inserts an endpoint may have inserted more than are noted so far.
    insertFrom: db.prepare<[number]>(
      `INSERT OR IGNORE INTO ${table} SELECT ${column}, seq FROM endpoints
       WHERE seq >= ? AND ${where} ORDER BY ${column}`,
    ),
    rowsWith: db
      .prepare<[string], number>(`SELECT t.seq FROM json_each(?) k CROSS JOIN ${table} t ON t.key = k.value`)
      .pluck(),
  })
  const statements = {
    id: prepare(keyTables.id),
    user: prepare(keyTables.user),
    address: prepare(keyTables.address),
  }
  /** Allocated for the first new endpoint. */
  let newKeys: NewKeys | undefined
  let firstNew: number | undefined

  const forget = (): void => {
    if (firstNew === undefined) return
    newKeys!.clear()
    firstNew = undefined
  }

  const store = (): void => {
    if (firstNew === undefined) return
    for (const { insertFrom } of Object.values(statements)) insertFrom.run(firstNew)
    forget()
  }

  return {
    /**
     * Notes the keys of an endpoint that was created. Its row follows those of all others.
     *
     * @param keys as `endpointKey` returns them; null for what it does not have
     */
    add(row: number, keys: (number | null)[]): void {
      newKeys ??= new NewKeys()
      if (newKeys.isFull) store()
      firstNew ??= row
      for (const key of keys) if (key !== null) newKeys.add(key, row)
    },

    /**
     * The rows of endpoints that may have one of the keys, and some that have not: new ones that had it
     * before they were changed, or have it as one of another kind.
     */
    rowsWith(kind: keyof typeof keyTables, keys: number[]): number[] {
      if (keys.length === 0) return []
      const noted = firstNew === undefined ? [] : [...newKeys!.rowsWith(keys)]
      if (noted.length > keys.length + maxSurplus) {
        store()
        noted.length = 0
      }
      return [...statements[kind].rowsWith.all(JSON.stringify(keys)), ...noted]
    },

    /**
     * Stores what is noted. To be called before a transaction ends, and before SQL reads the tables in one.
     */
    store,

    /** Forgets what is noted, as the transaction is rolled back. */
    forget,
  }
}
export type EndpointKeys = ReturnType<typeof createEndpointKeys>
