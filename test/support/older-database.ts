import { readdirSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { prepareFunctions } from '../../server/store/database/schema.ts'
import { databaseFile } from '../../server/store/open-store.ts'

const folder = new URL('../../server/store/database/migrations/', import.meta.url)

/** Makes a database as it was before a migration, with some rows in it, and gives its folder. */
export function databaseBefore(dataDir: string, migration: string, rows: string): string {
  const steps = readdirSync(folder)
    .sort()
    .filter(step => step < migration)
  const db = new Database(databaseFile(dataDir))
  prepareFunctions(db)
  for (const step of steps) db.exec(readFileSync(new URL(step, folder), 'utf8'))
  db.exec(rows)
  db.pragma(`application_id = ${0x50494e50}`)
  db.pragma(`user_version = ${steps.length}`)
  db.close()
  return dataDir
}
