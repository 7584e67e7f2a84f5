import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { emptyDatabase } from '../database/schema.ts'
import { databaseFile, type Store } from '../open-store.ts'
import { prepareStore } from '../prepare-store.ts'

/** Pages that a step of the backup writes, which blocks the thread for some milliseconds. */
const pagesPerStep = 500

/** Milliseconds after which replacing the state is given up, if another writer prevents it. */
const replaceTimeout = 10_000

/** A database whose state is to replace that of a data folder. */
export interface ReplacementDatabase {
  /** Opens it as a store, to fill it before. */
  openStore(): Store
  /** Whether it has an export job with this id, in whatever state. */
  hasExport(id: string): boolean
  /**
   * Writes it over the database of a data folder, in one transaction. Other connections may be
   * open; if this fails or is interrupted, they keep the old state. Writers wait meanwhile, readers
   * do not.
   *
   * @param signal aborts it, with its reason: the old state is then kept
   */
  replace(dataDir: string, signal: AbortSignal): Promise<void>
  close(): void
}

/**
 * @param file a snapshot that `checkSnapshot` has accepted; without it, an empty state in memory
 */
export function openReplacementDatabase(file?: string): ReplacementDatabase {
  const db = new Database(file ?? emptyImage())
  return {
    openStore: () => prepareStore(db),
    hasExport: id => db.prepare('SELECT 1 FROM export_jobs WHERE id = ?').get(id) !== undefined,
    async replace(dataDir, signal) {
      const progress = () => {
        signal.throwIfAborted()
        return pagesPerStep
      }
      const target = databaseFile(dataDir)
      for (
        const giveUpAt = performance.now() + replaceTimeout;
        performance.now() < giveUpAt;
        await setTimeout(1)
      ) {
        signal.throwIfAborted()
        const { totalPages } = await db.backup(target, { progress })
        // SQLite counts no pages if it cannot begin, as somebody else is writing.
        if (totalPages > 0) return
      }
      throw new Error(`another process has been writing to ${target} for ${replaceTimeout / 1000} s`)
    },
    close: () => void db.close(),
  }
}

let image: Buffer | undefined

/**
 * The file of an empty state. It is cached, as making it takes longer than all the rest of a reset.
 */
function emptyImage(): Buffer {
  image ??= emptyDatabase()
  return image
}
