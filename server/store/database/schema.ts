import { existsSync, readdirSync, readFileSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { StartError } from '../../process/start-error.ts'
import { endpointKey, foldedId } from '../endpoints/endpoint-key.ts'

/** Marks a SQLite file as ours ("PINP"), so that nobody else's is ever migrated. */
export const applicationId = 0x50494e50

/** Bytes of a page. With SQLite's 4096, the thread that writes an import takes an eighth more time. */
export const pageBytes = 8192

const folder = new URL('./migrations/', import.meta.url)

/** An empty state that the build has made: all the steps take a twentieth of a start. */
const prepared = new URL('./empty.db', import.meta.url)

/** The file of an empty state. */
export function emptyState(): Buffer {
  if (existsSync(prepared)) return readFileSync(prepared)
  const db = new Sqlite(':memory:')
  migrate(db)
  const file = db.serialize()
  db.close()
  return file
}

/** The number of the last step. */
export const newestVersion = (): number => readdirSync(folder).length

/**
 * Brings the database to the newest version, all steps in one transaction: each of its own would have to reach the disk
 * before the next, which is most of the time that a new database takes. `user_version` holds the number of the last step.
 * One that has pages of another size is written anew.
 *
 * @param to the number of the last step, where it is to be an older version
 * @throws StartError when the file belongs to another program or to a newer pinpoint-local, or is in UTF-16
 */
export function migrate(db: Database, to?: number): void {
  const steps = readdirSync(folder).sort().slice(0, to)
  const version = db.pragma('user_version', { simple: true }) as number
  const owner = db.pragma('application_id', { simple: true })
  const isNew = version === 0 && owner === 0 && db.pragma('schema_version', { simple: true }) === 0
  if (!isNew && owner !== applicationId) {
    throw new StartError(`${db.name} is not a database of pinpoint-local: name another DATA_DIR`)
  }
  const encoding = db.pragma('encoding', { simple: true })
  if (!isNew && encoding !== 'UTF-8') {
    // A reset puts a state in UTF-8 in its place, which none of the open connections could read.
    throw new StartError(
      `${db.name} has its text in ${encoding}, and must have it in UTF-8, as pinpoint-local makes it: name another DATA_DIR`,
    )
  }
  if (version > steps.length) {
    throw new StartError(
      `${db.name} was written by a newer pinpoint-local (its version is ${version}, this one knows ${steps.length}): upgrade pinpoint-local, or name another DATA_DIR`,
    )
  }
  if (isNew) db.pragma(`page_size = ${pageBytes}`)
  if (version < steps.length) {
    prepareFunctions(db)
    db.transaction(() => {
      for (const step of steps.slice(version)) db.exec(readFileSync(new URL(step, folder), 'utf8'))
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${steps.length}`)
    }).immediate()
  }
  if (db.pragma('page_size', { simple: true }) !== pageBytes) {
    // With a log beside the file, SQLite does not change it.
    db.exec(`PRAGMA journal_mode = DELETE; PRAGMA page_size = ${pageBytes}; VACUUM`)
  }
}

/** Prepares what the migrations call. */
export function prepareFunctions(db: Database): void {
  db.function('folded_id', { deterministic: true }, id => foldedId(id as string))
  db.function('endpoint_key', { deterministic: true }, (app, id) => endpointKey(app as number, id as string))
}
