import { isAscii, isUtf8 } from 'node:buffer'
import type { Position } from '../../store/jobs/import-progress.ts'
import { saveAsCsv } from '../content-kind.ts'
import type { Line } from './item.ts'

/**
 * Maximum bytes of a record. An endpoint has at most 15 KB (source: guide), so this only bounds the
 * memory that an object without line breaks takes.
 */
export const maxRecordBytes = 1024 * 1024

/** A line of an object, blank or not. */
export interface DecodedLine extends Line {
  /** Empty for a last line without a line break. */
  lineBreak: '\n' | '\r\n' | ''
  /** Why it cannot be read as text. */
  problem: string | undefined
  /** Its first characters, if it is too long and `text` is empty. */
  beginning?: string
}

/** Batches of lines: of an object, or of a test. */
export type Lines = AsyncIterable<DecodedLine[]> | Iterable<DecodedLine[]>

/** Bytes that are kept of a line that is too long. */
const beginningBytes = 64

/** Maximum lines of a batch. */
const linesPerBatch = 100

const newline = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = '\ufeff'

/**
 * Splits content into lines, in small batches, so that few records are in memory at the same time.
 *
 * Lines end with LF or CRLF, which may be mixed. Further CRs before an LF, which some programs
 * write on Windows, belong to the line end (assumed). A line that is not UTF-8 has a `problem`; the
 * lines after it are read as usual.
 *
 * @param from the position of the first chunk in the content, where a record begins
 */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  from: Position = { byte: 0, line: 1 },
): AsyncGenerator<DecodedLine[]> {
  /** The beginning of an incomplete line; only a few bytes once it is too long. */
  let begun: Buffer[] = []
  let begunBytes = 0
  let { byte: start, line: number } = from

  const lineOf = (text: string, length: number, lineBreak: DecodedLine['lineBreak'], problem?: string) => {
    const line: DecodedLine = {
      text: start === 0 && text.startsWith(byteOrderMark) ? text.slice(1) : text,
      number,
      start,
      end: start + length,
      nextNumber: ++number,
      lineBreak,
      problem,
    }
    start = line.end
    return line
  }

  /** Makes the line that ends with these bytes and may have begun in earlier chunks. */
  const finish = (tail: Buffer, hasEnd: boolean): DecodedLine => {
    const length = begunBytes + tail.length
    const bytes = begunBytes === 0 ? tail : Buffer.concat([...begun, tail])
    begun = []
    begunBytes = 0
    let textEnd = bytes.length
    while (bytes[textEnd - 1] === carriageReturn) textEnd--
    const isTooLong = length > maxRecordBytes
    const line = lineOf(
      isTooLong ? '' : bytes.toString('utf8', 0, textEnd),
      length + (hasEnd ? 1 : 0),
      hasEnd ? (textEnd < bytes.length ? '\r\n' : '\n') : '',
      problemOf(bytes, length),
    )
    if (isTooLong) line.beginning = bytes.toString('utf8', 0, beginningBytes)
    return line
  }

  /** Makes a line of ASCII, in which each character is one byte. */
  const finishAscii = (text: string): DecodedLine => {
    let textEnd = text.length
    while (text.charCodeAt(textEnd - 1) === carriageReturn) textEnd--
    return textEnd === text.length
      ? lineOf(text, text.length + 1, '\n')
      : lineOf(text.slice(0, textEnd), text.length + 1, '\r\n')
  }

  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    // Most content is ASCII. Slicing one string leaves less garbage than decoding each line.
    const ascii = bytes.length <= maxRecordBytes && isAscii(bytes) ? bytes.toString('latin1') : undefined
    const batch: DecodedLine[] = []
    let position = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, position)) {
      batch.push(
        ascii === undefined || begunBytes > 0
          ? finish(bytes.subarray(position, end), true)
          : finishAscii(ascii.slice(position, end)),
      )
      position = end + 1
      if (batch.length === linesPerBatch) yield batch.splice(0)
    }
    const rest = bytes.subarray(position)
    begunBytes += rest.length
    begun.push(rest)
    if (begunBytes > maxRecordBytes) begun = [Buffer.concat(begun, beginningBytes)]
    if (batch.length > 0) yield batch
  }
  if (begunBytes > 0) yield [finish(Buffer.alloc(0), false)]
}

function problemOf(bytes: Buffer, length: number): string | undefined {
  if (length > maxRecordBytes)
    return `a record must have at most ${maxRecordBytes} bytes; this one has ${length}`
  if (isUtf8(bytes)) return undefined
  const word = westernWord(bytes.toString('latin1'))
  const hint =
    word === undefined
      ? ''
      : `: as Windows-1252 it has the word ${JSON.stringify(word)}. Save the file as UTF-8; from Excel, ${saveAsCsv}`
  return `a record must be UTF-8 text, and this one is not${hint}`
}

/**
 * Returns a word with a letter such as "é" if a text that is not UTF-8 is likely to be Windows-1252
 * or ISO 8859-1: each character beyond ASCII is a letter of Western Europe between letters of
 * ASCII. In Shift-JIS, GBK or KOI8-R this is rarely so.
 */
function westernWord(text: string): string | undefined {
  if (/[\x80-\xbf\xd7\xf7]|[\xc0-\xff]{2}/.test(text)) return undefined
  const words = text.match(/[A-Za-z\xc0-\xff]+/g)?.filter(word => /[\xc0-\xff]/.test(word)) ?? []
  return words.every(word => /[A-Za-z]/.test(word)) ? words[0]?.slice(0, 50) : undefined
}

/** Whether a line is empty or only white space. Its first character almost always decides. */
export const isBlank = ({ text, problem }: DecodedLine): boolean =>
  problem === undefined && (text.length === 0 || (text.charCodeAt(0) <= 0x20 && text.trim() === ''))
