import Papa from 'papaparse'
import { importedNames } from './imported-names.ts'
import { bad, type Item, isBad } from './item.ts'
import { UnreadableError } from './sources/source.ts'

/** Puts a cell's text where the column's name says; gives what is wrong with it, if anything is. */
type Column = (record: Record<string, unknown>, text: string) => string | undefined

/**
 * Reads each line as one record, its cells placed by the header. An empty cell counts as absent, too few cells as
 * well, too many are a failure (all assumed); a repeated attribute column adds a value to the attribute's list
 * (source: guide).
 *
 * @param header the object's header line; without one, the first line that comes is it
 * @throws UnreadableError when the header is not usable
 */
export async function* parseCsv(
  batches: AsyncIterable<Item<string>[]> | Iterable<Item<string>[]>,
  header?: string,
): AsyncGenerator<Item<object>[]> {
  let columns = header === undefined ? undefined : readHeader(header)
  for await (const batch of batches) {
    const records: Item<object>[] = []
    for (const item of batch) {
      if (columns === undefined) {
        if (isBad(item)) throw unusable(item.reason)
        columns = readHeader(item.value)
      } else if (isBad(item)) records.push(item)
      else {
        const record = readRecord(columns, item.value)
        records.push(typeof record === 'string' ? bad(item.line, record) : { line: item.line, value: record })
      }
    }
    yield records
  }
}

/**
 * The cells of a line, or what is wrong with it. Most lines hold no quote and are cut at their commas; the library
 * is there for the others.
 */
function readCells(text: string): string[] | string {
  if (!text.includes('"')) return text.split(',')
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',', newline: '\n' })
  if (errors.length > 0) {
    return 'a quoted value must end with a quote before the next comma or the end of the line (line breaks in a value are not supported)'
  }
  return data[0] ?? []
}

function readRecord(columns: Column[], text: string): object | string {
  const cells = readCells(text)
  if (typeof cells === 'string') return cells
  if (cells.length > columns.length) {
    return `a record must have at most ${columns.length} values, one for each column of the header; this one has ${cells.length}`
  }
  const record: Record<string, unknown> = {}
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index]!
    if (cell === '') continue
    const problem = columns[index]!(record, cell)
    if (problem !== undefined) return problem
  }
  return record
}

/** Makes the columns that a header names; names may have spaces around them (assumed) and are case-sensitive. */
function readHeader(text: string): Column[] {
  const cells = readCells(text)
  if (typeof cells === 'string') throw unusable(cells)
  const names = cells.map(name => name.trim())
  return names.map((name, index) => {
    const column = columnFor(name)
    if (column === undefined) {
      throw unusable(
        `${JSON.stringify(name)} is not a name that Pinpoint imports, such as Id, Address, ChannelType, Location.Country, User.UserId or Attributes.<name> (names are case-sensitive)`,
      )
    }
    if (!column.mayRepeat && names.indexOf(name) !== index) {
      throw unusable(`${name} stands there twice`)
    }
    return column.put
  })
}

const unusable = (why: string) => new UnreadableError(`the CSV header is not usable: ${why}`)

function columnFor(name: string): { put: Column; mayRepeat: boolean } | undefined {
  const path = name.split('.')
  const top = path[0]!
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

function putNumber(path: string[]): Column {
  return (record, text) => {
    const number = Number(text)
    if (!Number.isFinite(number) || text.trim() === '') {
      return `${path.join('.')} must be a number; got ${JSON.stringify(text)}`
    }
    parentOf(record, path)[path.at(-1)!] = number
    return undefined
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

/** The object in a record that holds the last part of a path, made where it is missing. */
function parentOf(record: Record<string, unknown>, path: string[]): Record<string, unknown> {
  let parent = record
  for (let index = 0; index < path.length - 1; index++) {
    parent[path[index]!] ??= {}
    parent = parent[path[index]!] as Record<string, unknown>
  }
  return parent
}
