import type { Database } from 'better-sqlite3'
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

/** What lists of one-time passwords are filtered by. */
export interface OtpFilters {
  /** Id of an application. */
  app?: string | undefined
  reference?: string | undefined
  address?: string | undefined
}

interface Row extends Omit<Otp, 'request' | 'used'> {
  request: string
  used: 0 | 1
}

const selected = `SELECT o.seq, a.id AS app, o.code, o.request, o.created_at AS createdAt,
  o.expires_at AS expiresAt, o.misses, o.allowed, o.used FROM otps o JOIN apps a ON a.seq = o.app`

/** The repository of one-time passwords: one per application, reference and address, the latest. */
export function createOtps(db: Database) {
  const find = db.prepare<[number, string, string], Row>(
    `${selected} WHERE o.app = ? AND o.reference = ? AND o.address = ?`,
  )
  const list = db.prepare<unknown[], Row>(
    `${selected}
     WHERE o.seq < :before AND a.id IS NOT NULL AND (:app IS NULL OR a.id = :app)
       AND (:reference IS NULL OR o.reference = :reference) AND (:address IS NULL OR o.address = :address)
     ORDER BY o.seq DESC LIMIT :limit`,
  )
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
    list: ({ app, reference, address }: OtpFilters, page: { limit: number; before: number }): Otp[] =>
      list
        .all({ app: app ?? null, reference: reference ?? null, address: address ?? null, ...page })
        .map(toOtp),

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
