/**
 * Databases as SQLite has them, for what neither the API nor the store can show or do: whether one is
 * sound, what is left in all its tables, files that are damaged or another program's, and writes that
 * SQLite refuses. No test opens a database by itself. The SQL that `changeDatabase` and `refuseWrites`
 * run stands in the tests, each of which is about what that SQL leads to.
 */
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import type { Test } from 'tap'
import { emptyDatabase, migrate } from '../../server/store/database/schema.ts'
import { databaseFile } from '../../server/store/open-store.ts'

function read<T>(dataDir: string, from: (db: Database) => T): T {
  const db = new Sqlite(databaseFile(dataDir), { readonly: true })
  try {
    return from(db)
  } finally {
    db.close()
  }
}

const tablesOf = (db: Database): string[] =>
  db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all()

/** The names of all tables. */
export const tablesIn = (dataDir: string): string[] => read(dataDir, tablesOf)

/** A foreign key, and how SQLite finds the rows by it. */
export interface ForeignKey {
  table: string
  columns: string[]
  /** Whether it says to which columns of the other table it refers. */
  namesColumns: boolean
  /** SQLite's plan for deleting the rows that refer to a given one. */
  plan: string
}

/** All foreign keys of the schema. */
export const foreignKeysIn = (dataDir: string): ForeignKey[] =>
  read(dataDir, db =>
    tablesOf(db).flatMap(table => {
      const rows = db.pragma(`foreign_key_list(${table})`) as {
        id: number
        from: string
        to: string | null
      }[]
      return [...Map.groupBy(rows, ({ id }) => id).values()].map(keys => {
        const columns = keys.map(({ from }) => from)
        const where = columns.map(column => `${column} = +?`).join(' AND ')
        const plan = db
          .prepare<unknown[], { detail: string }>(
            `EXPLAIN QUERY PLAN DELETE FROM ${table} WHERE ${where} LIMIT +?`,
          )
          .all(...columns.map(() => 1), 1)
          .map(({ detail }) => detail)
          .join('; ')
        return { table, columns, plan, namesColumns: keys.every(({ to }) => to !== null) }
      })
    }),
  )

/**
 * Counts the rows of each table that has any. Members of segments are stored as ranges, and counted
 * one by one.
 */
export function countRows(dataDir: string): Record<string, number> {
  return read(dataDir, db => {
    const counts = tablesOf(db).map((table): [string, number] => {
      const count = table === 'import_members' ? 'coalesce(sum(last - first + 1), 0)' : 'count(*)'
      return [table, db.prepare<[], number>(`SELECT ${count} FROM ${table}`).pluck().get()!]
    })
    return Object.fromEntries(counts.filter(([, count]) => count > 0))
  })
}

/**
 * The ids of all endpoints, in the order in which they were created, whether or not their application is
 * deleted.
 */
export const storedEndpoints = (dataDir: string): string[] =>
  read(dataDir, db => db.prepare<[], string>('SELECT id FROM endpoints ORDER BY seq').pluck().all())

/** What two runs of the same jobs need not have in common: row numbers, times, and how the jobs were held. */
const ofOneRun = new Set([
  'seq',
  'creation_date',
  'effective_date',
  'completion_date',
  'history',
  'held_in',
  'may_leave',
  'last_modified_date',
  'CreationDate',
  'EffectiveDate',
])

/** The rows of each table as JSON, without what two runs need not have in common. */
export type Rows = Record<string, string[]>

/**
 * Reads every row of every table but `job_control`. Undo logs of COMPLETED jobs are left out: the
 * worker removes them in its own time.
 */
export function readRows(dataDir: string): Rows {
  const compared = (name: string, value: unknown) => {
    if (ofOneRun.has(name)) return undefined
    return name === 'definition' && typeof value === 'string' ? JSON.parse(value, compared) : value
  }
  return read(dataDir, db => {
    const tables = tablesOf(db).filter(table => table !== 'job_control')
    const rows = tables.map((table): [string, string[]] => {
      const where =
        table === 'endpoints_before_import'
          ? `WHERE job NOT IN (SELECT seq FROM import_jobs WHERE status = 'COMPLETED')`
          : ''
      const all = db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table} ${where}`).all()
      return [table, all.map(row => JSON.stringify(row, compared)).sort()]
    })
    return Object.fromEntries(rows)
  })
}

/** Expects the same rows. There are thousands, so only the first that differ are reported. */
export function sameRows(t: Test, found: Rows, wanted: Rows): void {
  t.strictSame(Object.keys(found), Object.keys(wanted))
  for (const [table, rows] of Object.entries(wanted)) {
    const expected = new Set(rows)
    const present = new Set(found[table])
    t.equal(found[table]?.length, rows.length, `number of rows in ${table}`)
    t.strictSame([...expected].filter(row => !present.has(row)).slice(0, 5), [], `rows missing in ${table}`)
    t.strictSame([...present].filter(row => !expected.has(row)).slice(0, 5), [], `surplus rows in ${table}`)
  }
}

/** Expects that a database is sound: for SQLite, and for rules that the schema cannot state. */
export function expectSound(t: Test, dataDir: string): void {
  read(dataDir, db => {
    t.equal(db.pragma('integrity_check', { simple: true }), 'ok', 'the database is sound')
    t.same(db.pragma('foreign_key_check'), [], 'every reference leads to a row')
    const overlapping = db.prepare(
      `SELECT job, first FROM (
         SELECT job, first, lag(last) OVER (PARTITION BY job ORDER BY first) AS before FROM import_members)
       WHERE before >= first LIMIT 10`,
    )
    t.same(overlapping.all(), [], 'no two ranges of members overlap')
    const wrongKeys = db.prepare(
      `SELECT kind, key, seq FROM (
         SELECT 'id' AS kind, key, seq, 1 AS "is" FROM endpoint_ids
         UNION ALL SELECT 'user', key, seq, 1 FROM endpoint_users
         UNION ALL SELECT 'address', key, seq, 1 FROM endpoint_addresses
         UNION ALL SELECT 'id', key, seq, -1 FROM endpoints
         UNION ALL SELECT 'user', user_key, seq, -1 FROM endpoints WHERE user_key IS NOT NULL
         UNION ALL SELECT 'address', address_key, seq, -1 FROM endpoints
           WHERE address_key IS NOT NULL AND endpoint_status = 'ACTIVE')
       GROUP BY kind, key, seq HAVING sum("is") <> 0 LIMIT 10`,
    )
    t.same(wrongKeys.all(), [], 'endpoints are found by the keys that they have, and by no others')
    const counted = db.prepare(
      `SELECT app, channel, sum(difference) AS difference FROM (
         SELECT app, channel_type AS channel, endpoints AS difference FROM endpoint_counts
         UNION ALL SELECT app, coalesce(channel_type, ''), -1 FROM endpoints)
       WHERE app IN (SELECT seq FROM apps WHERE id IS NOT NULL) GROUP BY 1, 2 HAVING sum(difference) <> 0`,
    )
    t.same(counted.all(), [], 'endpoint_counts has the numbers of rows in endpoints')
    const dateless = db.prepare(
      `SELECT seq FROM endpoints WHERE typeof(effective_date) NOT IN ('integer', 'text') LIMIT 10`,
    )
    t.same(dateless.all(), [], 'each endpoint has an EffectiveDate that segments understand')
  })
}

/** Runs SQL on a database file that no emulator has open; the file is made where there is none. */
export function changeDatabase(file: string, sql: string): void {
  const db = new Sqlite(file)
  db.exec(sql)
  db.close()
}

/** Makes an empty database of ours whose text is in UTF-16, as no emulator makes it. */
export function makeUtf16Database(file: string, encoding: 'UTF-16le' | 'UTF-16be' = 'UTF-16le'): void {
  const db = new Sqlite(file)
  db.pragma(`encoding = '${encoding}'`)
  migrate(db)
  db.close()
}

/** An empty database of ours in memory, for repositories without the rest of a store. */
export function memoryDatabase(t: Test): Database {
  const db = new Sqlite(emptyDatabase())
  db.pragma('foreign_keys = ON')
  t.teardown(() => db.close())
  return db
}

/** Keeps an emulator that runs from writing, as another program may; gives what ends it. */
export function lockDatabase(dataDir: string): () => void {
  const db = new Sqlite(databaseFile(dataDir))
  db.exec('BEGIN IMMEDIATE')
  return () => void db.close()
}

/** Copies a database over another one, which an emulator may have open. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const db = new Sqlite(from)
  await db.backup(to)
  db.close()
}

/**
 * Makes a template of a running emulator one that no call accepts, so that sending it is an error of the
 * emulator.
 */
export function spoilTemplate(dataDir: string, name: string, type: string): void {
  const db = new Sqlite(databaseFile(dataDir))
  db.prepare(
    `UPDATE document_versions SET body = '{"Body":"x","DefaultSubstitutions":"not JSON"}'
     WHERE document = (SELECT seq FROM documents WHERE kind = 'template' AND id = ?)`,
  ).run(`${name} ${type}`)
  db.close()
}

/** Makes endpoints of an id, in a running emulator, ones that no call accepts. */
export function spoilEndpoints(dataDir: string, id: string): void {
  const db = new Sqlite(databaseFile(dataDir))
  db.prepare(`UPDATE endpoints SET attributes = 'not JSON' WHERE id = ?`).run(id)
  db.close()
}

/** Makes a campaign of a running emulator one whose next run cannot be stored: SQLite refuses it. */
export function spoilTimings(dataDir: string, campaign: string): void {
  const db = new Sqlite(databaseFile(dataDir))
  db.prepare(
    `UPDATE campaign_treatments SET timing = '{}' WHERE campaign = (SELECT seq FROM documents WHERE id = ?)`,
  ).run(campaign)
  db.close()
}

/**
 * Has SQLite refuse writes of an emulator that runs: its worker dies of them.
 *
 * @returns `refuse`, which takes what a trigger is defined by, such as `DELETE ON endpoints`, and
 *   replaces what was refused before; `allow`, which ends it
 */
export function refuseWrites(t: Test, dataDir: string) {
  const db = new Sqlite(databaseFile(dataDir))
  t.teardown(() => db.close())
  const allow = () => void db.exec('DROP TRIGGER IF EXISTS refused')
  const replace = db.transaction((what: string) => {
    allow()
    db.exec(`CREATE TRIGGER refused BEFORE ${what} BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`)
  })
  // Immediate: one that begins by reading does not wait for a write of the emulator, but fails.
  const refuse = (what: string) => replace.immediate(what)
  return { refuse, allow }
}

/** Errors as SQLite throws them. */
export function sqliteErrors(t: Test) {
  const file = join(t.testdir({ folder: {} }), 'errors.db')
  const db = new Sqlite(file)
  db.exec('CREATE TABLE a (b INTEGER NOT NULL)')
  const readonly = new Sqlite(file, { readonly: true })
  t.teardown(() => {
    readonly.close()
    db.close()
  })
  const thrownBy = (work: () => unknown): unknown => {
    try {
      work()
    } catch (error) {
      return error
    }
    throw new Error('SQLite has thrown nothing')
  }
  db.pragma('max_page_count = 3')
  return {
    full: thrownBy(() =>
      db.exec('INSERT INTO a WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT * FROM n'),
    ),
    notWritable: thrownBy(() => readonly.exec('DELETE FROM a')),
    cannotOpen: thrownBy(() => new Sqlite(join(t.testdirName, 'folder'))),
    constraint: thrownBy(() => db.exec('INSERT INTO a VALUES (NULL)')),
  }
}
