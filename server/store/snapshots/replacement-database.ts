import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { emptyDatabase } from '../database/schema.ts'
import { databaseFile, prepareStore, type Store } from '../open-store.ts'

/** Pages that are written over others in one go, which holds up the thread for some milliseconds. */
const pagesPerStep = 500

/** Milliseconds after which a state that cannot be replaced, as somebody else writes, stays as it is. */
const replaceTimeout = 10_000

/** A state that is to replace the one that a data folder holds. */
export interface ReplacementDatabase {
  /** Opens it for what is to be written into it before. */
  openStore(): Store
  /** Whether it has an export job of that id, in whichever status. */
  hasExport(id: string): boolean
  /**
   * Writes it over what a data folder's database holds, in one transaction, whoever has that open: it then holds this
   * state, or, where that fails or is cut short, the one that it held. Writers wait meanwhile, readers do not.
   */
  replace(dataDir: string): Promise<void>
  close(): void
}

/** @param file one that `checkSnapshot` has found good; without it, the state is empty, and in memory */
export function openReplacementDatabase(file?: string): ReplacementDatabase {
  const db = new Database(file ?? emptyImage())
  return {
    openStore: () => prepareStore(db),
    hasExport: id => db.prepare('SELECT 1 FROM export_jobs WHERE id = ?').get(id) !== undefined,
    async replace(dataDir) {
      const target = databaseFile(dataDir)
      for (
        const giveUpAt = performance.now() + replaceTimeout;
        performance.now() < giveUpAt;
        await setTimeout(1)
      ) {
        const { totalPages } = await db.backup(target, { progress: () => pagesPerStep })
        // SQLite counts no pages where it cannot begin, as somebody writes.
        if (totalPages > 0) return
      }
      throw new Error(`another process has been writing to ${target} for ${replaceTimeout / 1000} s`)
    },
    close: () => void db.close(),
  }
}

let image: Buffer | undefined

/** The file of an empty state: to make it takes longer than all the rest of replacing one. */
function emptyImage(): Buffer {
  image ??= emptyDatabase()
  return image
}
