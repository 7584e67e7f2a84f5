/**
 * What SQLite (https://sqlite.org/rescode.html) and the system report when the disk is at fault, and
 * neither a caller nor a job.
 */
const troubles: [code: string, meaning: string][] = [
  ['ENOSPC', 'the disk that holds DATA_DIR is full'],
  ['EDQUOT', 'the disk that holds DATA_DIR has no room left for this user'],
  ['EFBIG', 'a file in DATA_DIR cannot grow any more'],
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
 * Why the data folder cannot be used at the moment, in a sentence for whoever can make room for it.
 *
 * @returns undefined where the error says anything else
 */
export function diskTrouble(error: unknown): string | undefined {
  // A DOMException, such as that of an aborted call, has a number as its code.
  const { code, message } = (error ?? {}) as { code?: unknown; message: string }
  const trouble = troubles.find(([begin]) => String(code).startsWith(begin))
  if (trouble === undefined) return undefined
  // Node's messages begin with the code, SQLite's do not.
  const told = message.startsWith(`${code}: `) ? message : `${code}: ${message}`
  return `${trouble[1]} (${told})`
}
