import Database from 'better-sqlite3'
import { databaseFile } from '../../server/store/open-store.ts'

/** The tables of a data folder's database that hold rows, and how many. */
export function rowsIn(dataDir: string): Record<string, number> {
  const db = new Database(databaseFile(dataDir), { readonly: true })
  const tables = db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all()
  const counts = tables.map(name => [name, db.prepare(`SELECT count(*) FROM ${name}`).pluck().get()])
  db.close()
  return Object.fromEntries(counts.filter(([, count]) => count !== 0))
}
