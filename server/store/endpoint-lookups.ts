import type { Database } from 'better-sqlite3'
import type { AppRef } from './apps.ts'
import { endpointKey, foldedId } from './endpoint-key.ts'

/** What endpoints are looked up by. */
export interface Lookups {
  ids: string[]
  userIds: string[]
  /** Where ACTIVE endpoints are looked for. */
  addresses: string[]
}

/** Of these, what no endpoint of the application has. The ids are folded. */
export interface Absent {
  ids: Set<string>
  userIds: Set<string>
  addresses: Set<string>
}

const isPlain = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/**
 * Prepares lookups of many endpoints at once: a statement for each takes twice as long where nothing is found, which
 * is what most imports look for.
 */
export function createEndpointLookups(db: Database): (app: AppRef, lookups: Lookups) => Absent {
  const ids = db
    .prepare<[string, number], string>(
      `SELECT e.id FROM json_each(?) k CROSS JOIN endpoints e INDEXED BY endpoints_by_key
       WHERE e.key = k.value AND e.app = ?`,
    )
    .pluck()
  const userIds = db
    .prepare<[string, number], string>(
      `SELECT k.value FROM json_each(?) k WHERE EXISTS (
         SELECT 1 FROM endpoints INDEXED BY endpoints_by_user WHERE app = ? AND user_id = k.value)`,
    )
    .pluck()
  const addresses = db
    .prepare<[string, number], string>(
      `SELECT k.value FROM json_each(?) k WHERE EXISTS (
         SELECT 1 FROM endpoints INDEXED BY endpoints_by_address
         WHERE app = ? AND address = k.value AND endpoint_status = 'ACTIVE')`,
    )
    .pluck()

  const without = (
    find: typeof ids,
    app: AppRef,
    wanted: string[],
    keys: unknown[] = wanted,
  ): Set<string> => {
    // SQLite reads other texts from JSON in another form than from a parameter.
    const absent = new Set(wanted.filter(isPlain))
    if (absent.size > 0) for (const found of find.all(JSON.stringify(keys), app.seq)) absent.delete(found)
    return absent
  }

  return (app, lookups) => {
    const folded = lookups.ids.map(foldedId)
    const keys = folded.map(id => endpointKey(app.seq, id))
    return {
      ids: without(ids, app, folded, keys),
      userIds: without(userIds, app, lookups.userIds),
      addresses: without(addresses, app, lookups.addresses),
    }
  }
}
