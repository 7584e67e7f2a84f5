import { closeSync, existsSync, openSync } from 'node:fs'

/** Permissions of folders and files that hold people's data: for their owner only. Windows ignores them. */
export const privateFolder = 0o700
export const privateFile = 0o600

/**
 * Creates an empty file for SQLite, which itself would create one that everybody can read. SQLite gives its log and shared
 * memory the permissions of the database file. A dangling link is followed. An existing file is neither changed nor opened:
 * closing it would drop the locks that this process holds on it.
 */
export function makePrivateFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', privateFile))
}
