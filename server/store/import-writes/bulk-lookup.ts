import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import type { WriteTurns } from '../database/write-queue.ts'
import type { EndpointChange } from '../endpoints/endpoint-row.ts'
import { type RangeOfApp, rangeOfApp, selectOfApp } from '../endpoints/row-blocks.ts'
import { type Columns, valueAt } from './columns.ts'

/** What is known not to be there, of what an endpoint is looked up by: false where it may be there. */
export interface Absent {
  /** An endpoint of its id. */
  isIdNew: boolean
  /** Endpoints of the user that it is to have. */
  isUserNew: boolean
  /** ACTIVE endpoints at the address that it is to have. */
  isAddressNew: boolean
}

/** What is looked up of an endpoint before it is written, and what of it none of its job's endpoints before had. */
export interface Wanted extends Absent, Pick<EndpointChange, 'user_id' | 'address'> {
  /** In the form in which ids are compared; empty, which no id is, where it is about a user alone. */
  id: string
  /** As `endpointKey` makes it of the id. */
  key: number
}

/** What many lookups have found. */
export interface Found {
  /** Of one of those that were looked up, by its row. */
  absentOf(row: number): Absent
  /** That an endpoint is there now. */
  note(id: string, userId: string | null, address: string | null): void
}

/** Rows from one on, up to before another. */
export interface Rows {
  from: number
  to: number
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
export function createEndpointLookups(
  db: Database,
): () => (app: AppRef, rows: Columns<Wanted>, range: Rows) => Found {
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
  const without = (find: typeof ids) => {
    let rest = 0
    return (app: AppRef, wanted: string[], keys: unknown[] = wanted): Set<string> => {
      if (rest > 0) {
        rest--
        return new Set()
      }
      // SQLite reads other texts from JSON in another form than from a parameter.
      const absent = new Set(wanted.filter(isPlain))
      if (absent.size > 0) {
        for (const found of find.all(JSON.stringify(keys), app.seq)) absent.delete(found)
      }
      if (absent.size < wanted.length * vain.mostAbsent) rest = vain.rest
      return absent
    }
  }

  return () => {
    const idsWithout = without(ids)
    const userIdsWithout = without(userIds)
    const addressesWithout = without(addresses)
    return (app, { id, key, user_id, address }, { from, to }) => {
      const named: { id: string[]; key: number[] } = { id: [], key: [] }
      const users: string[] = []
      const places: string[] = []
      for (let row = from; row < to; row++) {
        const [ofRow, user, place] = [valueAt(id, row), valueAt(user_id, row), valueAt(address, row)]
        if (ofRow !== '') {
          named.id.push(ofRow)
          named.key.push(valueAt(key, row))
        }
        if (user !== null) users.push(user)
        if (place !== null) places.push(place)
      }
      const absentIds = idsWithout(app, named.id, named.key)
      const absentUserIds = userIdsWithout(app, users)
      const absentAddresses = addressesWithout(app, places)
      const isIn = (absent: Set<string>, value: string | null) => value !== null && absent.has(value)
      return {
        absentOf: row => ({
          isIdNew: isIn(absentIds, valueAt(id, row)),
          isUserNew: isIn(absentUserIds, valueAt(user_id, row)),
          isAddressNew: isIn(absentAddresses, valueAt(address, row)),
        }),
        note(id, userId, address) {
          absentIds.delete(id)
          if (userId !== null) absentUserIds.delete(userId)
          if (address !== null) absentAddresses.delete(address)
        },
      }
    }
  }
}

/**
 * Prepares what tells whether a job is alone in its application: none of its endpoints is another's, as in most large
 * imports. Then nothing is there but what the job has written, so it is enough to know that.
 */
export function createSolitude(db: Database, turns: WriteTurns) {
  const isAny = db.prepare<RangeOfApp, 1>(`${selectOfApp('1')} LIMIT 1`).pluck()

  /** To be called where a job begins, or begins again. */
  return () => {
    let writes: number | undefined
    let isOver = false
    return {
      /** To be asked in each of the job's transactions. Once it is not alone, it never is again. */
      isAlone(app: AppRef): boolean {
        if (isOver) return false
        if (writes === undefined) {
          isOver = isAny.get(...rangeOfApp(app, 0)) === 1
          writes = turns.endpointWrites(app.seq)
        } else isOver = writes !== turns.endpointWrites(app.seq)
        return !isOver
      },
      /** That the job itself has written endpoints. */
      note(count = 1): void {
        if (writes !== undefined) writes = (writes + count) | 0
      },
    }
  }
}
