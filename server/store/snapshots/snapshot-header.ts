import { applicationId, newestVersion, pageBytes } from '../database/schema.ts'

/**
 * Bytes of the header that each SQLite file begins with
 * (https://sqlite.org/fileformat2.html#the_database_header).
 */
export const headerBytes = 100

const magic = Buffer.from('SQLite format 3\0')

/**
 * Header fields and the values that pinpoint-local writes. Replacing the state copies all pages,
 * the header included, over an open database: with other values, such as another text encoding, its
 * connections could no longer read it.
 */
const fields: [name: string, at: number, bytes: number, allowed: number[], note?: string][] = [
  ['write format', 18, 1, [1, 2]],
  ['read format', 19, 1, [1, 2]],
  ['number of reserved bytes of a page', 20, 1, [0]],
  ['maximum embedded payload fraction', 21, 1, [64]],
  ['minimum embedded payload fraction', 22, 1, [32]],
  ['leaf payload fraction', 23, 1, [32]],
  ['schema format', 44, 4, [4]],
  ['default page cache size', 48, 4, [0]],
  ['largest root page (auto_vacuum)', 52, 4, [0], 'PRAGMA auto_vacuum = NONE and VACUUM turn it off'],
  ['text encoding', 56, 4, [1], 'UTF-8; 2 and 3 are UTF-16'],
  ['incremental vacuum', 64, 4, [0]],
  ...[72, 76, 80, 84, 88].map((at): [string, number, number, number[]] => [
    `reserved word at byte ${at}`,
    at,
    4,
    [0],
  ]),
]

/** The message for a file that cannot be read to its end. */
export const damaged = (why: string): string =>
  `the SQLite file is damaged, or not all of it was sent (${why})`

/** Whether these bytes, however few, can be the beginning of a SQLite file. */
export const mayBeSqlite = (bytes: Buffer): boolean =>
  bytes.subarray(0, magic.length).equals(magic.subarray(0, bytes.length))

/**
 * Checks the header of an uploaded snapshot.
 *
 * @param header at least the first `headerBytes` of the file
 * @returns the size of the file in bytes, as its header says; or why it is refused
 */
export function readSnapshotHeader(header: Buffer): { bytes: number } | { refusal: string } {
  if (!mayBeSqlite(header)) return { refusal: 'the body is not a SQLite file' }
  const version = header.readInt32BE(60)
  if (header.readInt32BE(68) !== applicationId || version < 1) {
    return { refusal: 'the SQLite file is not one of pinpoint-local' }
  }
  if (version !== newestVersion()) {
    return { refusal: 'it was made by another version of pinpoint-local: delete it, and take another' }
  }
  const wrong = (what: string) => ({
    refusal: `its header is not one that pinpoint-local writes: ${what}`,
  })
  for (const [name, at, bytes, allowed, note] of fields) {
    const value = header.readUIntBE(at, bytes)
    if (allowed.includes(value)) continue
    return wrong(
      `the ${name} is ${value}, and must be ${allowed.join(' or ')}${note === undefined ? '' : ` (${note})`}`,
    )
  }
  // 1 stands for 65536, which does not fit into two bytes.
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  if (pageSize !== pageBytes) return wrong(`the page size is ${pageSize}, and must be ${pageBytes}`)
  const [pages, changes, changesThen] = [28, 24, 92].map(at => header.readUInt32BE(at))
  // SQLite before 3.7.0 updates only the first of the two counters, and not the number of pages.
  if (changes !== changesThen) return { refusal: damaged('its header does not say how many pages it has') }
  return { bytes: pages! * pageSize }
}
