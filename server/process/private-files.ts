import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs'

/**
 * Permissions of folders and files with people's data: for their owner only. Windows ignores them.
 */
export const privateFolder = 0o700
export const privateFile = 0o600

/**
 * Creates an empty database file with private permissions; SQLite would make it readable for
 * everybody. Its log and shared memory get the permissions of the database file. A dangling link is
 * followed. An existing file is neither changed nor opened, as closing it would drop this process's
 * locks on it.
 */
export function makePrivateFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', privateFile))
}

/**
 * Checks that a file can be written, if it is there: SQLite opens one that cannot for reading alone, and
 * says so at the first write.
 *
 * @throws the system's error
 */
export function checkWritable(path: string): void {
  if (existsSync(path)) accessSync(path, constants.W_OK)
}
