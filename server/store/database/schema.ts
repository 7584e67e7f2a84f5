import { existsSync, readdirSync, readFileSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartError } from '../../process/start-error.ts'

/** Marks a SQLite file as ours ("PINP"), so that no other program's is ever migrated. */
export const applicationId = 0x50494e50

/** Bytes of a page. With SQLite's default of 4096, writing an import takes an eighth longer. */
export const pageBytes = 8192

const folder = new URL('./migrations/', import.meta.url)

/**
 * The file of an empty database, made by the build. Running the migrations takes a twentieth of a
 * start.
 */
const prepared = new URL('./empty.db', import.meta.url)

/** The content of an empty database file. */
export function emptyDatabase(): Buffer {
  if (existsSync(prepared)) return readFileSync(prepared)
  const db = new Sqlite(':memory:')
  migrate(db)
  const file = db.serialize()
  db.close()
  return file
}

/** The number of the last migration. */
export const newestVersion = (): number => readdirSync(folder).length

/**
 * Migrates a database to the newest version, in one transaction. `user_version` is the number of
 * the last migration.
 *
 * @throws StartError if the file belongs to another program or to another version of
 *   pinpoint-local, or is in UTF-16
 */
export function migrate(db: Database): void {
  const migrations = readdirSync(folder).sort()
  const version = db.pragma('user_version', { simple: true }) as number
  const owner = db.pragma('application_id', { simple: true })
  const isNew = version === 0 && owner === 0 && db.pragma('schema_version', { simple: true }) === 0
  if (!isNew && owner !== applicationId) {
    throw new StartError(`${db.name} is not a database of pinpoint-local: name another DATA_DIR`)
  }
  const encoding = db.pragma('encoding', { simple: true })
  if (!isNew && encoding !== 'UTF-8') {
    // After a reset it would be in UTF-8, which connections that were opened before could not read.
    throw new StartError(
      `${db.name} has its text in ${encoding}, and must have it in UTF-8, as pinpoint-local makes it: name another DATA_DIR`,
    )
  }
  if (version > migrations.length) {
    throw new StartError(
      `${db.name} was written by another version of pinpoint-local (its schema is ${version}, this one knows ${migrations.length}): delete it, or name another DATA_DIR`,
    )
  }
  if (version === migrations.length) return
  if (isNew) db.pragma(`page_size = ${pageBytes}`)
  db.transaction(() => {
    for (const migration of migrations.slice(version)) {
      db.exec(readFileSync(new URL(migration, folder), 'utf8'))
    }
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${migrations.length}`)
  }).immediate()
}
