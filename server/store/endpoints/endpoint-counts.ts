import type { Database } from 'better-sqlite3'
import type { AppRef } from '../applications/applications.ts'
import { keysOf, sharesKeys } from './endpoint-key.ts'

/** An endpoint that is created, changed or deleted. */
export interface ChannelChange {
  /** Its channel, null for none; undefined if it did not exist. */
  before: string | null | undefined
  /** The same, as it is afterwards. */
  after: string | null | undefined
}

/** Endpoints of an application. */
export interface EndpointCounts {
  total: number
  /** Without those that have no channel. */
  byChannel: Record<string, number>
}

/** Endpoints whose users are counted in one step, which takes some milliseconds. */
const endpointsPerStep = 50_000

/**
 * The numbers of endpoints by channel, which are counted in the transactions that write endpoints:
 * to count a million rows would take seconds. Users are counted when they are asked for, by their keys.
 */
export function createEndpointCounts(db: Database) {
  const add = db.prepare(
    `INSERT INTO endpoint_counts (app, channel_type, endpoints) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET endpoints = endpoints + excluded.endpoints`,
  )
  const removeZero = db.prepare(
    'DELETE FROM endpoint_counts WHERE app = ? AND channel_type = ? AND endpoints = 0',
  )
  const counts = db
    .prepare<[number], [string, number]>('SELECT channel_type, endpoints FROM endpoint_counts WHERE app = ?')
    .raw()
  const countKeys = db
    .prepare<[number, number], number>(
      'SELECT count(DISTINCT key) FROM endpoint_users WHERE key >= ? AND key < ?',
    )
    .pluck()
  const countIds = db
    .prepare<[number, number, number], number>(
      `SELECT count(DISTINCT e.user_id) FROM endpoint_users k CROSS JOIN endpoints e ON e.seq = k.seq
       WHERE k.key >= ? AND k.key < ? AND e.app = ?`,
    )
    .pluck()
  const appSeqs = db.prepare<[], number>('SELECT seq FROM apps').pluck()

  const get = (app: AppRef): EndpointCounts => {
    const byChannel: Record<string, number> = {}
    let total = 0
    for (const [channel, endpoints] of counts.all(app.seq)) {
      total += endpoints
      if (channel !== '') byChannel[channel] = endpoints
    }
    return { total, byChannel }
  }

  return {
    /** Notes writes of endpoints. To be called in the transaction that does them. */
    note(app: number, changes: Iterable<ChannelChange>): void {
      const deltas = new Map<string, number>()
      for (const { before, after } of changes) {
        if (before === after) continue
        if (before !== undefined) deltas.set(before ?? '', (deltas.get(before ?? '') ?? 0) - 1)
        if (after !== undefined) deltas.set(after ?? '', (deltas.get(after ?? '') ?? 0) + 1)
      }
      for (const [channel, delta] of deltas) {
        if (delta === 0) continue
        add.run(app, channel, delta)
        if (delta < 0) removeZero.run(app, channel)
      }
    },

    get,

    /**
     * Counts the users that the endpoints of an application name, in steps of some milliseconds.
     * Users are told apart by their keys: of a million, some ten may be taken for one another.
     *
     * @yields the users of each step
     */
    *countUsers(app: AppRef): Generator<number> {
      const steps = Math.ceil(get(app).total / endpointsPerStep)
      const isShared = appSeqs.all().some(other => other !== app.seq && sharesKeys(other, app.seq))
      const { first, count } = keysOf(app.seq)
      // Keys are hashes, so equal parts of their range have as many users each.
      for (let step = 0; step < steps; step++) {
        const from = first + Math.floor((count * step) / steps)
        const to = first + Math.floor((count * (step + 1)) / steps)
        yield isShared ? countIds.get(from, to, app.seq)! : countKeys.get(from, to)!
      }
    },
  }
}
export type EndpointCounter = ReturnType<typeof createEndpointCounts>
