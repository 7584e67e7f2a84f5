import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import { endpointKey, keysOf } from './endpoint-key.ts'

/** A user that endpoints name. */
export interface ListedUser {
  id: string
  /** How many endpoints name it. */
  endpoints: number
}

/**
 * A cursor in a list of users: whether the one whose id is all of the prefix, which comes first, is
 * still to come (0) or not (1); and the key and the id of the last of the others.
 */
export type UserCursor = [phase: 0 | 1, key: number, id: string]

export const isUserCursor = (value: unknown): value is UserCursor =>
  Array.isArray(value) &&
  value.length === 3 &&
  (value[0] === 0 || value[0] === 1) &&
  Number.isSafeInteger(value[1]) &&
  typeof value[2] === 'string'

/** The cursor before the first user. */
export const firstUser: UserCursor = [0, 0, '']

/** What a step has found, and the cursor of the next step; undefined at the end. */
export interface UserStep {
  found: { at: UserCursor; user: ListedUser }[]
  next: UserCursor | undefined
}

/** Users that a step looks at, which takes some milliseconds. */
const usersPerStep = 4000

/** The users of one key: nearly always one. */
interface KeyRow {
  key: number
  firstId: string
  lastId: string
  endpoints: number
}

/** Prepares listing the users that the endpoints of an application name, in the order of their keys. */
export function createUserList(db: Database) {
  const ofUsers = 'FROM endpoint_users k CROSS JOIN endpoints e ON e.seq = k.seq WHERE'
  const countOf = db
    .prepare<[number, number, string], number>(
      `SELECT count(*) ${ofUsers} k.key = +? AND e.app = +? AND user_id = +?`,
    )
    .pluck()
  const listKeys = db.prepare<[number, number, number, number], KeyRow>(
    `SELECT k.key, min(user_id) AS firstId, max(user_id) AS lastId, count(*) AS endpoints
     ${ofUsers} k.key >= +? AND k.key < +? AND e.app = +? GROUP BY k.key ORDER BY k.key LIMIT +?`,
  )
  const listOfKey = db.prepare<[number, number], ListedUser>(
    `SELECT user_id AS id, count(*) AS endpoints ${ofUsers} k.key = +? AND e.app = +?
     GROUP BY user_id ORDER BY user_id`,
  )

  /**
   * Prepares a list in steps of some milliseconds. The user whose id is all of the prefix comes
   * first; the others are searched for one by one.
   *
   * @param prefix the beginning of the ids
   * @returns a function that gives up to `limit` users behind a cursor. There may be none, although
   *   more are to come
   */
  return (app: AppRef, prefix: string): ((after: UserCursor, limit: number) => UserStep) => {
    const { first, count } = keysOf(app.seq)
    return ([phase, key, id], limit) => {
      if (phase === 0) {
        const endpoints = prefix === '' ? 0 : countOf.get(endpointKey(app.seq, prefix), app.seq, prefix)!
        const next: UserCursor = [1, first, '']
        return { found: endpoints === 0 ? [] : [{ at: next, user: { id: prefix, endpoints } }], next }
      }
      const max = prefix === '' ? Math.min(limit, usersPerStep) : usersPerStep
      const rows = listKeys.all(key, first + count, app.seq, max)
      const found: UserStep['found'] = []
      for (const row of rows) {
        const { firstId, lastId, endpoints } = row
        const users = firstId === lastId ? [{ id: firstId, endpoints }] : listOfKey.all(row.key, app.seq)
        for (const user of users) {
          const isBehind = row.key > key || user.id > id
          if (!isBehind || !user.id.startsWith(prefix) || user.id === prefix) continue
          found.push({ at: [1, row.key, user.id], user })
          if (found.length === limit) return { found, next: found.at(-1)!.at }
        }
      }
      return { found, next: rows.length < max ? undefined : [1, rows.at(-1)!.key + 1, ''] }
    }
  }
}
