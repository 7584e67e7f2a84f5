import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { isNoRoom } from '../process/disk-errors.ts'
import { checkWritable, makePrivateFile, privateFile } from '../process/private-files.ts'
import { StartError } from '../process/start-error.ts'
import { connections } from './database/connections.ts'
import { withLateStatements } from './database/late-statements.ts'
import { emptyDatabase, migrate } from './database/schema.ts'
import { StateReplacedError } from './database/transactions.ts'
import { WriteQueue } from './database/write-queue.ts'
import { prepareStore } from './prepare-store.ts'

/** The database file in a data folder. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'pinpoint.db')

/**
 * Opens the database of a data folder, and creates and migrates it if need be. The folder exists
 * (see `lockDataDir`). Each thread opens its own connection.
 *
 * @param options.writeQueue shares its memory with that of the other thread, if there is one
 * @param options.thread which of the two this is. The worker writes for jobs of the state that the
 *   database holds now: once that is replaced, all its transactions throw StateReplacedError
 * @param options.onReplaced called before that is thrown
 * @param options.jobStateDelayMs how long a job rests in each state, until a caller changes it
 * @param options.maxRunningImports slots of each kind of job
 * @param options.outboxLimit how many messages the outbox keeps, the latest
 * @param options.ephemeral whether nobody needs the folder after the process
 * @throws StartError if the folder cannot be written, or has a database of another version
 */
export function openStore(
  dataDir: string,
  {
    writeQueue = new WriteQueue(),
    thread = 'http' as keyof typeof connections,
    onReplaced = () => {},
    jobStateDelayMs = 0,
    maxRunningImports = 1,
    outboxLimit = 10_000,
    ephemeral = false,
  } = {},
) {
  const file = databaseFile(dataDir)
  const { generation } = writeQueue
  const checkState = () => {
    if (writeQueue.generation === generation) return
    onReplaced()
    throw new StateReplacedError()
  }
  let db: Database.Database | undefined
  try {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) create(file, ephemeral)
    makePrivateFile(file)
    for (const suffix of ['', '-wal', '-shm']) checkWritable(file + suffix)
    db = new Database(file, { timeout: connections[thread].busyTimeout })
    migrate(db)
    db.pragma(`wal_autocheckpoint = ${connections[thread].checkpointPages}`)
    db.pragma(`cache_size = -${connections[thread].cacheKiB}`)
    return withLateStatements(db, late =>
      prepareStore(late, {
        writeQueue,
        checkState: thread === 'worker' ? checkState : () => {},
        foreignKeys: thread !== 'worker',
        jobStateDelayMs,
        slots: maxRunningImports,
        outboxLimit,
        isKept: !ephemeral,
      }),
    )
  } catch (error) {
    db?.close()
    if (error instanceof StartError) throw error
    throw new StartError(whyUnusable(dataDir, error as NodeJS.ErrnoException))
  }
}
export type Store = ReturnType<typeof prepareStore>

/** Creates the database of an empty state: all of it or nothing, even if the power fails. */
function create(file: string, ephemeral: boolean): void {
  // SQLite would apply the log of a database that is gone to the new one.
  for (const left of ['-wal', '-shm', '-journal']) rmSync(file + left, { force: true })
  const draft = `${file}.new`
  try {
    writeFileSync(draft, emptyDatabase(), { flush: !ephemeral, mode: privateFile })
    renameSync(draft, file)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Why the database of a data folder cannot be opened, and what helps. */
function whyUnusable(dataDir: string, error: NodeJS.ErrnoException): string {
  const { code = '', message } = error
  const file = databaseFile(dataDir)
  if (code === 'SQLITE_NOTADB') {
    return `${file} is not a SQLite database: move it away, or name another DATA_DIR`
  }
  if (code === 'SQLITE_BUSY') {
    return `${file} is open in another program (${message}): end that one, or name another DATA_DIR`
  }
  if (isNoRoom(error)) {
    return `there is no room for ${file} (${message}): make some, or name another DATA_DIR`
  }
  return `the data folder ${dataDir} cannot be used (${message}): name a writable DATA_DIR`
}
