import { type DecodedLine, isBlank } from './decode-lines.ts'
import type { Item, Line } from './item.ts'

/**
 * Limits of a record of several lines, far above what an endpoint may have. Without them, each
 * quote that is never closed would make the reader go through all lines after it.
 */
const max = { lines: 200, bytes: 64 * 1024 }

/** The reason for a record whose quotes do not conform to RFC 4180. */
export const badQuotes =
  'a value that begins with a quote must end with one, right before a comma or the end of the record, and quotes inside it must be doubled'

/**
 * Splits lines into records and records into cells, as in RFC 4180: a quoted cell may contain
 * commas, doubled quotes and line breaks (source: guide of 2017; later ones advise against line
 * breaks). Blank lines between records are skipped.
 *
 * A stray quote must not swallow the records after it. So if a quoted cell does not end as it
 * should, or the record exceeds a limit, only the line in which the record begins is bad, and the
 * next line begins a new record. Which lines make up a record thus depends only on the content from
 * its first byte on, so reading can continue at any record.
 *
 * @param maxCells of a record of several lines
 * @param isEnd whether these are the last lines
 * @returns the records, and the lines of an incomplete record at the end
 */
export function cutRecords(
  lines: DecodedLine[],
  maxCells: number,
  isEnd: boolean,
): { records: Item<string[]>[]; rest: DecodedLine[] } {
  const records: Item<string[]>[] = []
  let next = 0
  while (next < lines.length) {
    const line = lines[next]!
    if (isBlank(line)) {
      next++
    } else if (line.text.includes('"')) {
      const record = cutQuotedRecord(lines, next, maxCells, isEnd)
      if (record === undefined) break
      records.push(record.item)
      next += record.lineCount
    } else {
      records.push(
        line.problem === undefined ? { line, value: line.text.split(',') } : { line, reason: line.problem },
      )
      next++
    }
  }
  return { records, rest: lines.slice(next) }
}

/** Returns the record that begins in a line with quotes, or undefined if it is not complete yet. */
function cutQuotedRecord(
  lines: DecodedLine[],
  from: number,
  maxCells: number,
  isEnd: boolean,
): { item: Item<string[]>; lineCount: number } | undefined {
  const first = lines[from]!
  const cells = new CellReader()
  let state = cells.read(first.text)
  let last = from
  while (state === 'open') {
    if (cells.cells.length >= maxCells || last - from >= max.lines) break
    if (lines[last]!.end - first.start > max.bytes) break
    if (last + 1 === lines.length) {
      if (isEnd) break
      return undefined
    }
    state = cells.read(lines[last]!.lineBreak + lines[++last]!.text)
  }
  const isWhole = state === 'whole' && (last === from || cells.cells.length <= maxCells)
  if (!isWhole) return { item: { line: first, reason: first.problem ?? badQuotes }, lineCount: 1 }
  const spanned = lines.slice(from, last + 1)
  const line = last === from ? first : join(spanned)
  const problem = spanned.find(({ problem }) => problem !== undefined)?.problem
  return {
    item: problem === undefined ? { line, value: cells.cells } : { line, reason: problem },
    lineCount: spanned.length,
  }
}

function join(lines: DecodedLine[]): Line {
  const [first, last] = [lines[0]!, lines.at(-1)!]
  const text = lines.map(line => (line === last ? line.text : line.text + line.lineBreak)).join('')
  return { text, number: first.number, start: first.start, end: last.end, nextNumber: last.nextNumber }
}

/** The cells of a line that is a complete record, or undefined if its quotes are wrong. */
export function cutCells(text: string): string[] | undefined {
  const cells = new CellReader()
  return cells.read(text) === 'whole' ? cells.cells : undefined
}

/**
 * Reads the cells of one record, line by line. A quote is special only at the beginning of a cell;
 * elsewhere in an unquoted cell it is an ordinary character. Spaces around a quoted cell are
 * skipped (all assumed).
 */
class CellReader {
  readonly cells: string[] = []
  /** The beginning of a quoted cell that continues in the next line. */
  #open: string | undefined

  /** @returns whether the record is complete, its last cell still open, or its quotes wrong */
  read(text: string): 'whole' | 'open' | 'broken' {
    let at = 0
    for (;;) {
      if (this.#open === undefined) at = beginOfQuoted(text, at)
      if (this.#open === undefined && text[at] !== '"') {
        const comma = text.indexOf(',', at)
        this.cells.push(comma === -1 ? text.slice(at) : text.slice(at, comma))
        if (comma === -1) return 'whole'
        at = comma + 1
        continue
      }
      if (this.#open === undefined) {
        this.#open = ''
        at++
      }
      const end = this.#readQuoted(text, at)
      if (end === undefined) return 'open'
      if (end === text.length) return 'whole'
      if (text[end] !== ',') return 'broken'
      at = end + 1
    }
  }

  /** Reads an open cell. Returns the index after it, or undefined if the cell does not end here. */
  #readQuoted(text: string, from: number): number | undefined {
    for (let at = from; ; ) {
      const quote = text.indexOf('"', at)
      if (quote === -1) {
        this.#open += text.slice(at)
        return undefined
      }
      const isDoubled = text[quote + 1] === '"'
      this.#open += text.slice(at, isDoubled ? quote + 1 : quote)
      at = quote + (isDoubled ? 2 : 1)
      if (isDoubled) continue
      this.cells.push(this.#open!)
      this.#open = undefined
      while (text[at] === ' ') at++
      return at
    }
  }
}

/** Skips spaces before a quoted cell. Before any other cell they belong to its value. */
function beginOfQuoted(text: string, from: number): number {
  let at = from
  while (text[at] === ' ') at++
  return text[at] === '"' ? at : from
}
