import { type DecodedLine, isBlank } from './decode-lines.ts'
import type { Item, Line } from './item.ts'

/**
 * What a record of several lines may have at the most. A value has at most 100 characters and an endpoint 15 KB, so
 * these are never in the way; they bound what is read again and again behind quotes that are not closed.
 */
const most = { lines: 200, bytes: 64 * 1024 }

/** Said of a record whose quotes are not as RFC 4180 wants them. */
export const badQuotes =
  'a value that begins with a quote must end with one, right before a comma or the end of the record, and quotes inside it must be doubled'

/**
 * Cuts lines into records and records into cells, as RFC 4180 says: a quoted cell may hold commas, doubled quotes and
 * line breaks (source: guide of 2017; later ones advise against the line breaks). Blank lines between records are
 * left out.
 *
 * A stray quote must not swallow the records after it. So where a quoted cell does not end as it should, or takes in
 * more cells or bytes than a record may have, the line in which the record begins is bad and the next line begins a
 * new one. Which lines make a record thus depends on nothing but the content from the record's first byte on.
 *
 * @param maxCells of a record of several lines
 * @param isEnd whether no line follows these
 * @returns the records, and the lines of a last one whose end is still to come
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

/** Cuts out the record that begins in a line with quotes; gives undefined when its end is still to come. */
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
    if (cells.cells.length >= maxCells || last - from >= most.lines) break
    if (lines[last]!.end - first.start > most.bytes) break
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

/** The cells of one line that is a record by itself, or undefined when its quotes do not allow that. */
export function cutCells(text: string): string[] | undefined {
  const cells = new CellReader()
  return cells.read(text) === 'whole' ? cells.cells : undefined
}

/**
 * Reads the cells of one record, line by line. A quote opens a cell only where that begins; elsewhere in a cell that is
 * not quoted it stands for itself. Spaces around a quoted value are passed over (all assumed).
 */
class CellReader {
  readonly cells: string[] = []
  /** What has come of a quoted cell that has not ended yet. */
  #open: string | undefined

  /** @returns whether the record is whole now, its last cell still open, or its quotes broken */
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

  /** Reads an open cell; gives where the text goes on behind it, or undefined when it has not ended. */
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

/** Where a quoted cell begins behind spaces; where the cell is not quoted, they belong to it. */
function beginOfQuoted(text: string, from: number): number {
  let at = from
  while (text[at] === ' ') at++
  return text[at] === '"' ? at : from
}
