import { closeSync, existsSync, openSync } from 'node:fs'

/** Permissions of a folder and of files that hold people's data: their owner's alone. Windows knows no such thing. */
export const privateFolder = 0o700
export const privateFile = 0o600

/**
 * Makes an empty file for SQLite to write, which would make one that everybody may read. The log and the shared memory
 * beside it have the file's permissions. A link that leads nowhere is followed. What is there already stays as it is and is
 * not opened: to close it would end the locks that this process has on it.
 */
export function makePrivateFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', privateFile))
}
