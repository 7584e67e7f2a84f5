import { UnreadableError } from '../../buckets/bucket.ts'
import { missingAddress } from '../../endpoints/check-endpoint.ts'
import { maxValues, tooLarge } from '../../endpoints/endpoint-size.ts'
import { describe } from '../../validation/explain.ts'
import { badQuotes, cutCells, cutRecords } from './csv-records.ts'
import { type DecodedLine, isBlank, type Lines } from './decode-lines.ts'
import { type Item, isBad, joinProblems, type Line } from './item.ts'
import { looksLikeJson } from './json-document.ts'
import { ignoredNames, importedNames, userOf } from './record-schema.ts'

/**
 * Puts the value of a cell into a record, at the place that the column names. Returns what is wrong
 * with it.
 */
type Column = (record: Record<string, unknown>, text: string) => string | undefined

/** Makes the records of a line from its cells; a line of a list of users has several. */
type Reader = { columnCount: number; read: (line: Line, cells: string[]) => Iterable<Item<object>> }

/** Maximum records of a batch: a single line may list a hundred thousand users. */
const recordsPerBatch = 100

/**
 * Reads records by the names in the header. Empty and missing cells mean absent members; too many
 * cells make a record bad (all assumed). A repeated attribute column adds a value to the
 * attribute's list (source: guide). If `User.UserId` is the only column, each record is a list of
 * users.
 *
 * @param header the header line, if the lines begin after it; by default, the first line that is
 *   not blank is the header
 * @throws UnreadableError when the header is not usable
 */
export async function* parseCsv(batches: Lines, header?: string): AsyncGenerator<Item<object>[]> {
  let reader = header === undefined ? undefined : readerFor(header)
  /** The lines of an incomplete record. */
  let begun: DecodedLine[] = []
  const parse = function* (lines: DecodedLine[], isEnd: boolean): Generator<Item<object>[]> {
    let from = 0
    if (reader === undefined) {
      from = lines.findIndex(line => !isBlank(line)) + 1
      if (from === 0) return
      reader = readerOf(lines[from - 1]!)
    }
    const { read, columnCount } = reader
    const { records, rest } = cutRecords(from === 0 ? lines : lines.slice(from), columnCount, isEnd)
    begun = rest
    let some: Item<object>[] = []
    for (const item of records) {
      for (const record of isBad(item) ? [item] : read(item.line, item.value)) {
        some.push(record)
        if (some.length < recordsPerBatch) continue
        yield some
        some = []
      }
    }
    if (some.length > 0) yield some
  }
  for await (const batch of batches) yield* parse(begun.length === 0 ? batch : [...begun, ...batch], false)
  yield* parse(begun, true)
}

/** The header line of an object: its first line that is not blank. */
export async function readHeader(batches: Lines): Promise<string | undefined> {
  for await (const batch of batches) {
    const line = batch.find(line => !isBlank(line))
    if (line !== undefined) return line.text
  }
  return undefined
}

function readerOf({ text, problem, beginning }: DecodedLine): Reader {
  if (looksLikeJson(beginning ?? text)) {
    throw unusable('the object begins as JSON does, and JSON is imported with the Format JSON')
  }
  if (problem !== undefined) throw unusable(problem)
  return readerFor(text)
}

/**
 * Makes the reader for a header. Names are case-sensitive, and spaces around them are ignored
 * (assumed).
 */
function readerFor(header: string): Reader {
  const names = namesIn(header)
  if (names.length === 1 && names[0] === 'User.UserId') return { columnCount: 1, read: readUsers }
  const idColumn = names.indexOf('Id')
  const columns = columnsOf(names).map(column => {
    if (typeof column === 'string') throw unusable(column)
    return column
  })
  return {
    columnCount: columns.length,
    read(line, cells) {
      const reason = tooManyCells(cells, columns.length) ?? tooManyValues(cells)
      if (reason === undefined) return [readEndpoint(columns, line, cells)]
      const id = cells[idColumn]
      return [{ line, reason, ...(id && { id }) }]
    },
  }
}

/** Returns the names in a header. @throws UnreadableError when it cannot be cut into names */
function namesIn(header: string): string[] {
  const names = cutCells(header)?.map(name => name.trim())
  const problem = separatorProblem(header, names)
  if (problem !== undefined) throw unusable(problem)
  if (names === undefined) throw unusable(badQuotes)
  return names
}

/** Finds the column of each name, or why the name is not usable. */
function columnsOf(names: string[]): (Column | string)[] {
  const seen = new Set<string>()
  return names.map((name, index) => {
    if (name === '') return `column ${index + 1} has no name`
    const column = columnFor(name)
    if (column === undefined) {
      return `${describe(name)} is not a name that Pinpoint imports, such as Id, Address, ChannelType, Location.Country, User.UserId or Attributes.<name> (${hint(name)})`
    }
    if (!column.mayRepeat && seen.has(name)) return `${name} stands there twice`
    seen.add(name)
    return column.put
  })
}

/**
 * Returns the names in a header, and what is wrong with each that cannot be used.
 *
 * @throws UnreadableError when the header cannot be cut into names
 */
export function checkHeader(header: string): { name: string; problem?: string }[] {
  const names = namesIn(header)
  return columnsOf(names).map((column, index) => ({
    name: names[index]!,
    ...(typeof column === 'string' && { problem: column }),
  }))
}

/** Whether a text can be the header of a CSV file: one of its columns has a name that is imported. */
export const looksLikeHeader = (text: string): boolean =>
  !looksLikeJson(text) &&
  text.split(/[,;|\t]/).some(name => columnFor(name.replaceAll('"', '').trim()) !== undefined)

/** Separators that people use instead of commas, and the message for each. */
const otherSeparators = [
  [';', 'semicolons stand between its columns, as Excel writes them where the decimal sign is a comma'],
  ['\t', 'tabs stand between its columns, as in what Excel calls "Text (Tab delimited)"'],
  ['|', 'vertical bars stand between its columns'],
] as const

/**
 * Recognizes a header whose columns are certainly separated by something other than commas.
 *
 * @param names the names between commas; none if the quotes of the header are wrong
 */
function separatorProblem(header: string, names: string[] = []): string | undefined {
  if (/^"?sep=.?"?,*$/i.test(header)) {
    return `its first line is ${JSON.stringify(header)}, which only Excel understands: remove that line, and separate columns with commas`
  }
  if (names.length > 1) return undefined
  const isKnown = (column: string) => columnFor(column.replaceAll('"', '').trim()) !== undefined
  const found = otherSeparators.find(([separator]) => {
    const columns = header.split(separator)
    // The name of an attribute may contain such a character.
    return columns.length > 1 && (names.some(isKnown) ? columns.every(isKnown) : columns.some(isKnown))
  })
  return found && `${found[1]}, and only commas separate columns: write the file with commas instead`
}

/** The most likely cause of an unknown name. */
function hint(name: string): string {
  if (name.includes('\r')) return 'lines end with LF or CRLF'
  return /[;\t|]/.test(name) ? 'only commas separate columns' : 'names are case-sensitive'
}

function tooManyCells({ length }: string[], max: number): string | undefined {
  if (length <= max) return undefined
  return `a record must have at most ${max} ${max === 1 ? 'value' : 'values'}, one for each column of the header; this one has ${length}`
}

/** Maximum values of a record: those of its endpoint, and those that are ignored. */
const maxCells = maxValues + ignoredNames.length

/** Refuses early what would be too large anyway: an object with so many members is slow to make. */
function tooManyValues(cells: string[]): string | undefined {
  if (cells.length <= maxCells) return undefined
  const values = cells.filter(cell => cell !== '').length
  return values > maxCells ? tooLarge(`has ${values} values`) : undefined
}

function readEndpoint(columns: Column[], line: Line, cells: string[]): Item<object> {
  const record: Record<string, unknown> = {}
  let problems: string[] | undefined
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index]!
    if (cell === '') continue
    const problem = columns[index]!(record, cell)
    if (problem === undefined) continue
    problems ??= []
    problems.push(problem)
  }
  if (problems !== undefined) return { line, reason: joinProblems(problems), rest: record }
  return userOf(record) === undefined
    ? { line, value: record }
    : { line, reason: `${missingAddress} (a list of users must have User.UserId as its only column)` }
}

/**
 * Reads the users of a line: one, or several separated by white space (source: guides of 2018 and
 * 2021). Each is a record with positions of its own. A quoted id is taken as it is.
 */
function* readUsers(line: Line, cells: string[]): Generator<Item<object>> {
  const problem = tooManyCells(cells, 1)
  if (problem !== undefined) {
    yield { line, reason: problem }
    return
  }
  if (line.text.includes('"')) {
    yield { line, value: { User: { UserId: cells[0]! } } }
    return
  }
  let read = 0
  let start = line.start
  let before: Item<object> | undefined
  for (const { 0: UserId, index } of line.text.matchAll(/\S+/g)) {
    if (before !== undefined) {
      start += Buffer.byteLength(line.text.slice(read, index))
      read = index
      yield { ...before, line: { ...before.line, end: start, nextNumber: line.number } }
    }
    before = { line: { ...line, text: UserId, start }, value: { User: { UserId } } }
  }
  if (before !== undefined) yield before
}

const unusable = (why: string) => new UnreadableError(`the CSV header is not usable: ${why}`)

function columnFor(name: string): { put: Column; mayRepeat: boolean } | undefined {
  const path = name.split('.')
  const top = path[0]!
  if (ignoredNames.some(ignored => ignored === name)) return { put: () => undefined, mayRepeat: false }
  if (importedNames.single.has(name)) return { put: putText(path), mayRepeat: false }
  if (importedNames.numbers.has(name)) return { put: putNumber(path), mayRepeat: false }
  const attributes = importedNames.attributes.find(prefix => name.startsWith(`${prefix}.`))
  if (attributes !== undefined) {
    const parents = attributes.split('.')
    const attribute = name.slice(attributes.length + 1)
    return isUsable(attribute) ? { put: putValue([...parents, attribute]), mayRepeat: true } : undefined
  }
  const metric = name.slice(top.length + 1)
  return top === 'Metrics' && isUsable(metric)
    ? { put: putNumber([top, metric]), mayRepeat: false }
    : undefined
}

const isUsable = (name: string) => name !== '' && name !== '__proto__'

function putText(path: string[]): Column {
  return (record, text) => {
    parentOf(record, path)[path.at(-1)!] = text
    return undefined
  }
}

/** Decimal numbers only: `Number()` would also accept 0x10, 0b1 and white space. */
const isDecimal = /^ *[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? *$/i

function putNumber(path: string[]): Column {
  return (record, text) => {
    const number = Number(text)
    const isNumber = isDecimal.test(text) && Number.isFinite(number)
    // A valid number instead of a bad one, so that later stages report nothing else about it.
    parentOf(record, path)[path.at(-1)!] = isNumber ? number : 0
    return isNumber ? undefined : `${path.join('.')} must be a number; got ${JSON.stringify(text)}`
  }
}

function putValue(path: string[]): Column {
  return (record, text) => {
    const attributes = parentOf(record, path) as Record<string, string[]>
    const name = path.at(-1)!
    if (Object.hasOwn(attributes, name)) attributes[name]!.push(text)
    else attributes[name] = [text]
    return undefined
  }
}

/** The object that contains the last name of a path; objects on the way are created if missing. */
function parentOf(record: Record<string, unknown>, path: string[]): Record<string, unknown> {
  let parent = record
  for (let index = 0; index < path.length - 1; index++) {
    parent[path[index]!] ??= {}
    parent = parent[path[index]!] as Record<string, unknown>
  }
  return parent
}
