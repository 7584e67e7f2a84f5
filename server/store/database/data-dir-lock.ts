import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { checkWritable, makePrivateFile, privateFolder } from '../../process/private-files.ts'
import { StartError } from '../../process/start-error.ts'
import { describeHolder, noteHolder } from './lock-holder.ts'

/**
 * Locks a data folder for this process, as two workers on one database would import everything
 * twice. A missing folder is created, readable for its user only and ignored by git, since it holds
 * people's addresses; the permissions of an existing one are not changed. The lock is SQLite's own,
 * on an empty file beside the database, so it ends with the process however that ends.
 *
 * @returns a function that releases the lock
 * @throws StartError if another process has the lock, or the folder cannot be written
 */
export function lockDataDir(dataDir: string): () => unknown {
  let lock: Database.Database | undefined
  try {
    if (makeFolder(resolve(dataDir), privateFolder)) writeFileSync(join(dataDir, '.gitignore'), '*\n')
    const file = join(dataDir, 'pinpoint.lock')
    makePrivateFile(file)
    checkWritable(file)
    lock = new Database(file, { timeout: 1000 })
    lock.exec('BEGIN EXCLUSIVE')
    const removeNote = noteHolder(dataDir)
    return () => {
      removeNote()
      lock?.close()
    }
  } catch (error) {
    lock?.close()
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'SQLITE_BUSY') {
      throw new StartError(
        `the data folder ${dataDir} is in use by ${describeHolder(dataDir)}, or name another DATA_DIR`,
      )
    }
    throw new StartError(`the data folder ${dataDir} cannot be used (${message}): name a writable DATA_DIR`)
  }
}

/**
 * Creates a folder and its parents. Node's recursive mkdir loops for ever where no folder can be
 * created and the parent is said to be missing, as under /proc.
 *
 * @param mode permissions of the folder itself; its parents get the usual ones
 * @returns whether it was created
 */
function makeFolder(path: string, mode?: number): boolean {
  try {
    mkdirSync(path, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(dirname(path))
    mkdirSync(path, mode)
  }
  return true
}
