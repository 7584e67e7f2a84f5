import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StartError } from '../start-error.ts'
import { createApps } from './apps.ts'
import { createClearAway } from './clear-away.ts'
import { createEndpoints } from './endpoints.ts'
import { createImportJobs } from './import-jobs.ts'
import { createImportProgress } from './import-progress.ts'
import { migrate } from './migrate.ts'
import { createSegments } from './segments.ts'
import { createTags } from './tags.ts'

/** Milliseconds that a write waits for the other thread's transaction. */
const busyTimeout = 10_000

/** The database file in a data folder. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'pinpoint.db')

/**
 * Opens the database of a data folder, making and migrating it as need be. Each thread opens its own.
 *
 * @throws StartError when the folder cannot be written, or holds a database that is not for this version
 */
export function openStore(dataDir: string) {
  const file = databaseFile(dataDir)
  try {
    mkdirSync(dataDir, { recursive: true })
    const db = new Database(file, { timeout: busyTimeout })
    migrate(db)
    return prepareStore(db)
  } catch (error) {
    if (error instanceof StartError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'SQLITE_NOTADB') {
      throw new StartError(`${file} is not a SQLite database: move it away, or name another DATA_DIR`)
    }
    throw new StartError(`the data folder ${dataDir} cannot be used (${message}): name a writable DATA_DIR`)
  }
}
export type Store = ReturnType<typeof openStore>

function prepareStore(db: Database.Database) {
  // WAL lets the HTTP thread read while the worker writes; with it, NORMAL survives a killed process whole.
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.pragma('foreign_keys = ON')
  db.pragma('cache_size = -65536')
  db.pragma('journal_size_limit = 67108864')

  const tags = createTags(db)
  return {
    apps: createApps(db, tags),
    endpoints: createEndpoints(db),
    importJobs: createImportJobs(db),
    importProgress: createImportProgress(db),
    segments: createSegments(db, tags),
    tags,
    clearAway: createClearAway(db),

    /** Runs one transaction: everything in it is written, or nothing. */
    write: <T>(work: () => T): T => db.transaction(work).immediate(),

    close: (): void => void db.close(),
  }
}
