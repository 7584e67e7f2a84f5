import { isAscii, isUtf8 } from 'node:buffer'
import type { Position } from '../../store/jobs/import-progress.ts'
import { saveAsCsv } from '../content-kind.ts'
import type { Line } from './item.ts'

/**
 * Bytes of the longest record that is read. An endpoint has at most 15 KB (source: guide); the limit only keeps an
 * object that has no lines at all, or a quote that is never closed, from filling the memory.
 */
export const maxRecordBytes = 1024 * 1024

/** A line as it stands in an object, blank or not. */
export interface DecodedLine extends Line {
  /** How it ends: LF, CRLF, or not at all where the content ends. */
  lineBreak: '\n' | '\r\n' | ''
  /** Why it cannot be read as text, if it cannot. */
  problem: string | undefined
  /** What it begins with, where it is too long for its text to be kept. */
  beginning?: string
}

/** Lines as stages take them: as they come from an object, or from a test. */
export type Lines = AsyncIterable<DecodedLine[]> | Iterable<DecodedLine[]>

/** Bytes that are kept of a line that is too long. */
const beginningBytes = 64

/** Lines in a batch, at most. */
const linesPerBatch = 100

const newline = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = '\ufeff'

/**
 * Cuts content into lines, a few at a time, so that little of what later stages make of them lives at once. A line ends
 * with LF or CRLF, and the two may be mixed; more CRs before an LF, as some programs write on Windows, belong to the end as
 * well (assumed). A line that is not UTF-8 is told by its `problem`, and the lines after it go on.
 *
 * @param from where in the content the first chunk begins, at the beginning of a record
 */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  from: Position = { byte: 0, line: 1 },
): AsyncGenerator<DecodedLine[]> {
  /** The beginning of a line whose end is still to come; little of one that is longer than any may be. */
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

  /** A line that ends in this chunk, or with the content, and may have begun in an earlier one. */
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

  /** A line of ASCII, in which a character is a byte. */
  const finishAscii = (text: string): DecodedLine => {
    let textEnd = text.length
    while (text.charCodeAt(textEnd - 1) === carriageReturn) textEnd--
    return textEnd === text.length
      ? lineOf(text, text.length + 1, '\n')
      : lineOf(text.slice(0, textEnd), text.length + 1, '\r\n')
  }

  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    // As most content is: to cut one text leaves less behind than to decode each line.
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
 * A word that shows in what a text is written that is not UTF-8: Windows-1252 (or one that is much the same, such as ISO
 * 8859-1), where each character beyond ASCII is a letter of Western Europe, and alone among letters of ASCII. In Shift-JIS,
 * GBK or KOI8-R, that is not so for long.
 */
function westernWord(text: string): string | undefined {
  if (/[\x80-\xbf\xd7\xf7]|[\xc0-\xff]{2}/.test(text)) return undefined
  const words = text.match(/[A-Za-z\xc0-\xff]+/g)?.filter(word => /[\xc0-\xff]/.test(word)) ?? []
  return words.every(word => /[A-Za-z]/.test(word)) ? words[0]?.slice(0, 50) : undefined
}

/** Whether a line says nothing: spaces and tabs at the most. Its first character tells in nearly every case. */
export const isBlank = ({ text, problem }: DecodedLine): boolean =>
  problem === undefined && (text.length === 0 || (text.charCodeAt(0) <= 0x20 && text.trim() === ''))
