import type { Database, Statement } from 'better-sqlite3'
import type { SendOTPMessageRequestParameters } from '../../model/otp.ts'
import type { AppRef } from '../applications/applications.ts'

/** How many one-time passwords are kept, the latest. Most callers name another reference each time. */
const maxKept = 100_000

/** A one-time password that was sent. Times are milliseconds since 1970. */
export interface Otp {
  seq: number
  /** Id of its application. */
  app: string
  code: string
  /** The call that sent it. */
  request: SendOTPMessageRequestParameters
  createdAt: number
  expiresAt: number
  /** How many wrong codes were verified. */
  misses: number
  /** How many may be. */
  allowed: number
  /** Whether it has been verified, which it can be once. */
  used: boolean
}

export type NewOtp = Pick<Otp, 'code' | 'request' | 'createdAt' | 'expiresAt' | 'allowed'>

/**
 * What lists of one-time passwords are filtered by, those first that are the most selective. Each has
 * an index, `otps_by_<filter>`.
 */
const filterNames = ['address', 'reference', 'app'] as const

/** Which one-time passwords are meant: those that match all that are given. `app` is an id. */
export type OtpFilters = { [Name in (typeof filterNames)[number]]?: string | undefined }

interface Row extends Omit<Otp, 'request' | 'used'> {
  request: string
  used: 0 | 1
}

const selectFrom = (otps: string) => `SELECT o.seq, a.id AS app, o.code, o.request,
    o.created_at AS createdAt, o.expires_at AS expiresAt, o.misses, o.allowed, o.used
  FROM ${otps} CROSS JOIN apps a ON a.seq = o.app`

/** The repository of one-time passwords: one per application, reference and address, the latest. */
export function createOtps(db: Database) {
  const find = db.prepare<[number, string, string], Row>(
    `${selectFrom('otps o')} WHERE o.app = ? AND o.reference = ? AND o.address = ?`,
  )
  /** Statements that list one-time passwords, by the filters that they take. */
  const lists = new Map<string, Statement<unknown[], Row>>()
  const prepareList = (names: (keyof OtpFilters)[]) => {
    const [indexed] = names
    const index = indexed === undefined ? 'NOT INDEXED' : `INDEXED BY otps_by_${indexed}`
    const matching = (name: string) =>
      name === 'app' ? '(SELECT seq FROM apps WHERE id = :app)' : `:${name}`
    const conditions = names.map(name => `o.${name} = ${matching(name)}`)
    return db.prepare<unknown[], Row>(
      `${selectFrom(`otps o ${index}`)}
       WHERE ${['o.seq < :before', 'a.id IS NOT NULL', ...conditions].join(' AND ')}
       ORDER BY o.seq DESC LIMIT :limit`,
    )
  }
  const remove = db.prepare('DELETE FROM otps WHERE app = ? AND reference = ? AND address = ?')
  const insert = db.prepare(
    `INSERT INTO otps (app, reference, address, code, request, created_at, expires_at, misses, allowed, used)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0)`,
  )
  const trim = db.prepare('DELETE FROM otps WHERE seq <= ?')
  const addMiss = db.prepare('UPDATE otps SET misses = misses + 1 WHERE seq = ?')
  const use = db.prepare('UPDATE otps SET used = 1 WHERE seq = ?')

  const toOtp = (row: Row): Otp => ({ ...row, request: JSON.parse(row.request), used: row.used === 1 })

  return {
    find(app: AppRef, reference: string, address: string): Otp | undefined {
      const row = find.get(app.seq, reference, address)
      return row && toOtp(row)
    },

    /** The newest first. */
    list(filters: OtpFilters, page: { limit: number; before: number }): Otp[] {
      const names = filterNames.filter(name => filters[name] !== undefined)
      const list = lists.get(names.join()) ?? prepareList(names)
      lists.set(names.join(), list)
      return list.all({ ...filters, ...page }).map(toOtp)
    },

    /** Replaces the one that was sent before with the same reference to the same address. */
    put(app: AppRef, { request, code, createdAt, expiresAt, allowed }: NewOtp): void {
      const key = [app.seq, request.ReferenceId, request.DestinationIdentity]
      remove.run(...key)
      const { lastInsertRowid } = insert.run(
        ...[...key, code, JSON.stringify(request), createdAt, expiresAt, allowed],
      )
      trim.run(Number(lastInsertRowid) - maxKept)
    },

    /** Counts a wrong code. */
    addMiss: (seq: number): void => void addMiss.run(seq),

    /** Notes that it has been verified. */
    use: (seq: number): void => void use.run(seq),
  }
}
