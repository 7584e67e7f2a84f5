/** What SQLite reports when the disk is at fault, and neither a caller nor a job (https://sqlite.org/rescode.html). */
const troubles: [code: string, meaning: string][] = [
  ['SQLITE_FULL', 'the disk that holds DATA_DIR is full'],
  ['SQLITE_READONLY', 'DATA_DIR cannot be written any more'],
  ['SQLITE_IOERR', 'the disk that holds DATA_DIR cannot be read or written'],
  ['SQLITE_CANTOPEN', 'the database in DATA_DIR cannot be opened'],
]

/** What the system and SQLite say where a file cannot grow. */
const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE']

/** Whether an error says that there is no room on the disk. */
export const isNoRoom = (error: unknown): boolean =>
  noRoom.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '')

/**
 * Why the database cannot be used at the moment, in a sentence for whoever can make room for it.
 *
 * @returns undefined where the error says anything else
 */
export function diskTrouble(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException
  const trouble = troubles.find(([begin]) => code?.startsWith(begin))
  return trouble && `${trouble[1]} (${code}: ${message})`
}
