import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StartError } from '../start-error.ts'

/**
 * Takes a data folder for this process: two workers on one database would import every record twice. The lock is
 * SQLite's own, on an empty file beside the database, so it ends with the process however that ends.
 *
 * @returns a function that gives the folder back
 * @throws StartError when another process has the folder, or it cannot be written
 */
export function lockDataDir(dataDir: string): () => unknown {
  let lock: Database.Database | undefined
  try {
    mkdirSync(dataDir, { recursive: true })
    lock = new Database(join(dataDir, 'pinpoint.lock'), { timeout: 1000 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock.close.bind(lock)
  } catch (error) {
    lock?.close()
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'SQLITE_BUSY') {
      throw new StartError(
        `the data folder ${dataDir} is in use by another pinpoint-local: name another DATA_DIR`,
      )
    }
    throw new StartError(`the data folder ${dataDir} cannot be used (${message}): name a writable DATA_DIR`)
  }
}
