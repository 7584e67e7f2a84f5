import type { Database } from 'better-sqlite3'
import type { Test } from 'tap'

/** Expects that a database is whole, and says nothing of what is not there. */
export function expectSound(t: Test, db: Database): void {
  t.equal(db.pragma('integrity_check', { simple: true }), 'ok', 'the database is whole')
  t.same(db.pragma('foreign_key_check'), [], 'no row refers to one that is not there')
  const overlapping = db.prepare(
    `SELECT job, first FROM (
       SELECT job, first, lag(last) OVER (PARTITION BY job ORDER BY first) AS before FROM import_members)
     WHERE before >= first LIMIT 10`,
  )
  t.same(overlapping.all(), [], 'no endpoint is in two ranges of members')
  const dateless = db.prepare(
    `SELECT seq FROM endpoints WHERE typeof(effective_date) NOT IN ('integer', 'text') LIMIT 10`,
  )
  t.same(dateless.all(), [], 'each endpoint has an EffectiveDate that segments understand')
}
