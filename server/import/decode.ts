import { isUtf8 } from 'node:buffer'
import type { Position } from '../store/import-progress.ts'
import { bad, type Item, type Line } from './item.ts'

/**
 * Bytes of the longest line that is read. An endpoint has at most 15 KB (source: guide); the limit only keeps an
 * object that has no lines at all from filling the memory.
 */
export const maxLineBytes = 1024 * 1024

const newline = 0x0a
const byteOrderMark = '\ufeff'

/**
 * Cuts content into lines, one batch for each chunk. A line ends with LF or CRLF, quoted or not: Pinpoint takes no
 * line breaks in a value (source: guide). So a record is a line, and a stray quote cannot swallow what follows it.
 * Blank lines are left out. A line that is not UTF-8 fails its piece.
 *
 * @param from where in the content the first chunk begins, at the beginning of a line
 */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  from: Position = { byte: 0, line: 1 },
): AsyncGenerator<Item<string>[]> {
  /** The beginning of a line whose end is still to come; nothing of one that is longer than any may be. */
  let begun: Buffer[] = []
  let begunBytes = 0
  let { byte: start, line: number } = from

  const finish = (tail: Buffer, lineBreak: 0 | 1): Item<string> | undefined => {
    const length = begunBytes + tail.length
    const line: Line = { text: '', number: number++, start, end: start + length + lineBreak }
    start = line.end
    const bytes = begunBytes === 0 ? tail : Buffer.concat([...begun, tail])
    begun = []
    begunBytes = 0
    if (length > maxLineBytes)
      return bad(line, `a line must have at most ${maxLineBytes} bytes; this one has ${length}`)
    if (!isUtf8(bytes)) return { line, reason: `line ${line.number} is not UTF-8 text`, failsPiece: true }
    line.text = textOf(bytes, line.start === 0)
    return isBlank(line.text) ? undefined : { line, value: line.text }
  }

  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const batch: Item<string>[] = []
    let position = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, position)) {
      const item = finish(bytes.subarray(position, end), 1)
      if (item !== undefined) batch.push(item)
      position = end + 1
    }
    const rest = bytes.subarray(position)
    begunBytes += rest.length
    if (begunBytes <= maxLineBytes) begun.push(rest)
    else begun = []
    if (batch.length > 0) yield batch
  }
  if (begunBytes > 0) {
    const last = finish(Buffer.alloc(0), 0)
    if (last !== undefined) yield [last]
  }
}

function textOf(bytes: Buffer, isFirst: boolean): string {
  const text = bytes.toString('utf8', 0, bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length)
  return isFirst && text.startsWith(byteOrderMark) ? text.slice(1) : text
}

/** Only spaces and tabs; the first character tells in nearly every case. */
const isBlank = (text: string) => text.length === 0 || (text.charCodeAt(0) <= 0x20 && text.trim() === '')
