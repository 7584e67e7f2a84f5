import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
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

/** A migration: its text, and what `user_version` is after it. */
interface Migration {
  text: string
  version: number
}

/**
 * The migrations, in their order. A version is a number, and 24 bits of a checksum of the text: it may
 * change until it is released, and a database of an earlier text is then of another version.
 */
const readMigrations = (): Migration[] =>
  readdirSync(folder)
    .sort()
    .map((name, index) => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      return { text, version: (index + 1) * 0x1000000 + (crc32(text) & 0xffffff) }
    })

/** The `user_version` after the last migration. */
export const newestVersion = (): number => readMigrations().at(-1)!.version

/**
 * Migrates a database to the newest version, in one transaction.
 *
 * @throws StartError if the file belongs to another program or to another version of
 *   pinpoint-local, or is in UTF-16
 */
export function migrate(db: Database): void {
  const migrations = readMigrations()
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
  const done = migrations.findIndex(migration => migration.version === version) + 1
  if (version !== 0 && done === 0) {
    throw new StartError(
      `${db.name} was written by another version of pinpoint-local: delete it, or name another DATA_DIR`,
    )
  }
  if (done === migrations.length) return
  if (isNew) db.pragma(`page_size = ${pageBytes}`)
  db.transaction(() => {
    for (const { text } of migrations.slice(done)) db.exec(text)
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${migrations.at(-1)!.version}`)
  }).immediate()
}
