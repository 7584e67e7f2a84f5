import type { Database } from 'better-sqlite3'
import type { Listed, Page } from '../../model/page.ts'

/** A phone number that has opted out of SMS. */
export interface OptOut {
  /** `+` and digits. */
  number: string
  /** ISO 8601. */
  since: string
}

/** The phone numbers that have opted out of SMS. They belong to the account. */
export function createOptOuts(db: Database) {
  const has = db.prepare<[string], number>('SELECT 1 FROM opt_outs WHERE number = ?').pluck()
  const list = db.prepare<Page, OptOut & { seq: number }>(
    'SELECT * FROM opt_outs WHERE seq < +:before ORDER BY seq DESC LIMIT +:limit',
  )
  const insert = db.prepare('INSERT OR IGNORE INTO opt_outs (number, since) VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM opt_outs WHERE number = ?')

  return {
    has: (number: string): boolean => has.get(number) === 1,

    /** Those that opted out last come first. */
    list: (page: Page): Listed<OptOut>[] =>
      list.all(page).map(({ seq, number, since }) => ({ seq, value: { number, since } })),

    /** Adds a number. One that is there already stays as it is. */
    add: (number: string, now: string): void => void insert.run(number, now),

    /** Returns whether the number was there. */
    remove: (number: string): boolean => remove.run(number).changes > 0,
  }
}
