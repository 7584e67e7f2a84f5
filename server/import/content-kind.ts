/** Bytes of a content that tell its kind, and of an archive, where those of a workbook hold the names of its first parts. */
const kindBytes = 8
const archiveBytes = 4096

/** What to do in Excel, in the words of its menu. */
export const saveAsCsv = 'save it as "CSV UTF-8 (Comma delimited)"'

/** Begins with one of these bytes, in hexadecimal. */
const beginsWith =
  (...hex: string[]) =>
  (begin: Buffer): boolean =>
    hex.some(bytes => begin.subarray(0, bytes.length / 2).toString('hex') === bytes)

/** An archive with files in it, without any, or a part of one (source: PKWARE's APPNOTE). */
const isZip = beginsWith('504b0304', '504b0506', '504b0708')

/** Whether one of an archive's first files is where Excel's are (source: ECMA-376). */
const isWorkbook = (begin: Buffer): boolean => /PK\p{Cc}{2}.{26}xl\//su.test(begin.toString('latin1'))

/** Kinds of files that are no text in UTF-8, the more precise ones first, and what is said of each. */
const kinds: [isKind: (begin: Buffer) => boolean, says: string][] = [
  [begin => isZip(begin) && isWorkbook(begin), `an Excel workbook (.xlsx): ${saveAsCsv}`],
  [isZip, 'a ZIP archive: unpack it, or use gzip and a name that ends in .gz'],
  [
    beginsWith('d0cf11e0a1b11ae1'),
    `an Excel workbook of the older kind (.xls), or one with a password: ${saveAsCsv}`,
  ],
  [
    beginsWith('1f8b08'),
    'compressed with gzip, and its name does not say so: it must end in .gz, and what is in it must not be compressed again',
  ],
  [
    begin => beginsWith('fffe', 'feff')(begin) || isAsciiInPairs(begin),
    `text in UTF-16, which Excel calls Unicode Text: save it as UTF-8; in Excel, ${saveAsCsv}`,
  ],
]

/**
 * Recognises, by its first bytes, a content that is no text in UTF-8 and is often taken for it. What is recognised is so for
 * certain; what is wrong with anything else, its records tell.
 *
 * @param begin the content's first bytes: as many as `isEnough` asks for, or all
 * @returns what the content is, and what to do with it, as it goes on behind "the object is"
 */
export const recognizeKind = (begin: Buffer): string | undefined =>
  kinds.find(([isKind]) => isKind(begin))?.[1]

/** Whether these first bytes tell the kind of a content. A text that comes slowly is not to wait for more than it takes. */
export const isEnough = (begin: Buffer): boolean => begin.length >= (isZip(begin) ? archiveBytes : kindBytes)

/** Whether a text without a byte order mark is UTF-16: it begins with ASCII, of which every other byte is 0. */
function isAsciiInPairs(begin: Buffer): boolean {
  if (begin.length < 8) return false
  const isAscii = (byte: number) => byte > 0 && byte < 0x80
  const pairs = [0, 2, 4, 6].map(at => [begin[at]!, begin[at + 1]!] as const)
  return (
    pairs.every(([low, high]) => isAscii(low) && high === 0) ||
    pairs.every(([high, low]) => high === 0 && isAscii(low))
  )
}
