import type { Database } from 'better-sqlite3'
import type { AppRef } from './apps.ts'
import { endpointKey, foldedId } from './endpoint-key.ts'
import { SeenFilter } from './seen-filter.ts'
import type { WriteTurns } from './write-turns.ts'

/** What endpoints are looked up by. */
export interface Lookups {
  ids: string[]
  userIds: string[]
  /** Where ACTIVE endpoints are looked for. */
  addresses: string[]
}

/** What is known not to be there, of all that may be asked for. Ids are folded. */
export interface Absent {
  id(id: string): boolean
  userId(userId: string): boolean
  address(address: string): boolean
  /** That an endpoint is there now. */
  note(id: string, userId: string | undefined, address: string | undefined): void
}

const isPlain = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** How seldom lookups are made that have found nearly all that they looked for. */
const vain = { mostAbsent: 0.25, rest: 20 }

/**
 * Prepares lookups of many endpoints at once: a statement for each takes twice as long where nothing is found, which
 * is what most imports look for. Where they find most of it they are in vain, so they rest for a while.
 *
 * @returns what makes the lookups of one job
 */
export function createEndpointLookups(db: Database): () => (app: AppRef, lookups: Lookups) => Absent {
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

  /** Makes a lookup by one of the three, which gives what is absent; nothing of it is known while the lookup rests. */
  const without = (find: typeof ids, keyOf?: (app: AppRef, text: string) => number) => {
    let rest = 0
    return (app: AppRef, wanted: string[]): Set<string> => {
      if (rest > 0) {
        rest--
        return new Set()
      }
      // SQLite reads other texts from JSON in another form than from a parameter.
      const absent = new Set(wanted.filter(isPlain))
      if (absent.size > 0) {
        const keys = keyOf === undefined ? wanted : wanted.map(text => keyOf(app, text))
        for (const found of find.all(JSON.stringify(keys), app.seq)) absent.delete(found)
      }
      if (absent.size < wanted.length * vain.mostAbsent) rest = vain.rest
      return absent
    }
  }

  return () => {
    const idsWithout = without(ids, (app, id) => endpointKey(app.seq, id))
    const userIdsWithout = without(userIds)
    const addressesWithout = without(addresses)
    return (app, lookups) => {
      const absent = {
        ids: idsWithout(app, lookups.ids.map(foldedId)),
        userIds: userIdsWithout(app, lookups.userIds),
        addresses: addressesWithout(app, lookups.addresses),
      }
      return {
        id: id => absent.ids.has(id),
        userId: userId => absent.userIds.has(userId),
        address: address => absent.addresses.has(address),
        note(id, userId, address) {
          absent.ids.delete(id)
          if (userId !== undefined) absent.userIds.delete(userId)
          if (address !== undefined) absent.addresses.delete(address)
        },
      }
    }
  }
}

/** Kinds of what a filter has seen, which stand in its keys where an application does elsewhere. */
const kinds = { id: 1, userId: 2, address: 3 }

/**
 * Prepares what takes the place of lookups for a job in an application that has no endpoints but the job's own, as most
 * large imports have: the job remembers what it has written. It is of use until anybody else writes endpoints there.
 */
export function createOwnEndpoints(db: Database, turns: WriteTurns) {
  const isAny = db.prepare<[number], 1>('SELECT 1 FROM endpoints WHERE app = ? LIMIT 1').pluck()

  /** To be called where a job begins, or begins again; gives what is to be asked in each of its transactions. */
  return () => {
    let known: Absent | undefined
    let writes = 0
    let isOver = false

    const begin = (app: AppRef): Absent | undefined => {
      if (isAny.get(app.seq) === 1) return undefined
      writes = turns.endpointWrites(app.seq)
      const seen = new SeenFilter()
      // SQLite keeps texts well-formed, so these are what it would find the same.
      const keyOf = (kind: number, text: string) => endpointKey(kind, text.toWellFormed())
      return {
        id: id => !seen.mayHave(keyOf(kinds.id, id)),
        userId: userId => !seen.mayHave(keyOf(kinds.userId, userId)),
        address: address => !seen.mayHave(keyOf(kinds.address, address)),
        note(id, userId, address) {
          writes = (writes + 1) | 0
          seen.add(keyOf(kinds.id, id))
          if (userId !== undefined) seen.add(keyOf(kinds.userId, userId))
          if (address !== undefined) seen.add(keyOf(kinds.address, address))
        },
      }
    }

    return (app: AppRef): Absent | undefined => {
      if (isOver) return undefined
      known ??= begin(app)
      isOver = known === undefined || writes !== turns.endpointWrites(app.seq)
      if (isOver) known = undefined
      return known
    }
  }
}
