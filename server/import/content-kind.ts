/** Bytes that are enough to recognize a kind of file. */
const kindBytes = 8

/**
 * Bytes that are enough to tell a workbook from other archives, by the names of its first files.
 */
const archiveBytes = 4096

/** The advice for users of Excel, in the words of its menu. */
export const saveAsCsv = 'save it as "CSV UTF-8 (Comma delimited)"'

/** A test whether content begins with one of these byte sequences, written in hexadecimal. */
const beginsWith =
  (...hex: string[]) =>
  (begin: Buffer): boolean =>
    hex.some(bytes => begin.subarray(0, bytes.length / 2).toString('hex') === bytes)

/** An archive with files, an empty one, or a part of a split one (source: PKWARE's APPNOTE). */
const isZip = beginsWith('504b0304', '504b0506', '504b0708')

/** Whether one of an archive's first files is in the folder of Excel's files (source: ECMA-376). */
const isWorkbook = (begin: Buffer): boolean => /PK\p{Cc}{2}.{26}xl\//su.test(begin.toString('latin1'))

/** Kinds of files that are not UTF-8 text, more precise ones first, and the message for each. */
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
 * Recognizes, by its first bytes, content that is certainly not UTF-8 text, of the kinds that
 * people upload by mistake. Any other content is read, and its bad records fail by themselves.
 *
 * @param begin the first bytes of the content: as many as `isEnough` asks for, or all
 * @returns what the content is and what to do, to follow the words "the object is"
 */
export const recognizeKind = (begin: Buffer): string | undefined =>
  kinds.find(([isKind]) => isKind(begin))?.[1]

/** Whether these bytes are enough for `recognizeKind`. Slow input waits for no more than that. */
export const isEnough = (begin: Buffer): boolean => begin.length >= (isZip(begin) ? archiveBytes : kindBytes)

/** Whether content without a byte order mark is UTF-16: ASCII in which every second byte is 0. */
function isAsciiInPairs(begin: Buffer): boolean {
  if (begin.length < 8) return false
  const isAscii = (byte: number) => byte > 0 && byte < 0x80
  const pairs = [0, 2, 4, 6].map(at => [begin[at]!, begin[at + 1]!] as const)
  return (
    pairs.every(([low, high]) => isAscii(low) && high === 0) ||
    pairs.every(([high, low]) => high === 0 && isAscii(low))
  )
}
