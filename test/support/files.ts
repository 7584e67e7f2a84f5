import fc from 'fast-check'
import { Dice, type Format, isObject, type Row, type Values } from './generators.ts'

/** A file, and what is known of the records in it. */
export interface WrittenFile {
  content: Buffer
  records: WrittenRecord[]
  /** How it stands in the report of a counterexample. */
  [fc.toStringMethod]: () => string
}

export interface WrittenRecord {
  /** The line in which it begins, from 1. */
  line: number
  /** The byte at which it begins. */
  start: number
  /** How the reason begins for which it cannot be imported; undefined of one that can be. */
  reason: string | undefined
}

/** Writes lines one after the other, blank ones between them, and ends them in every way. */
class Lines {
  readonly records: WrittenRecord[] = []
  readonly #parts: Buffer[]
  /** Bytes that have been written. */
  #length: number
  #line = 1
  #lastBreak = ''

  constructor(beginning = '') {
    this.#parts = [Buffer.from(beginning)]
    this.#length = this.#parts[0]!.length
  }

  /**
   * Writes a line, or several that make a record.
   *
   * @param records of the line, each with the byte of the line at which it begins
   */
  write(text: string | Uint8Array, records: { at?: number; reason: string | undefined }[], dice: Dice): void {
    while (dice.isOne(6)) this.#add(dice.pick(['', ' ', '\t', ' \t ']), dice)
    for (const { at = 0, reason } of records) {
      this.records.push({ line: this.#line, start: this.#length + at, reason })
    }
    this.#add(text, dice)
  }

  #add(text: string | Uint8Array, dice: Dice): void {
    const bytes = Buffer.from(text as string)
    this.#lastBreak = dice.pick(['\n', '\r\n'])
    this.#parts.push(bytes, Buffer.from(this.#lastBreak))
    this.#length += bytes.length + this.#lastBreak.length
    this.#line += bytes.filter(byte => byte === 0x0a).length + 1
  }

  /** What was written; the last line may have no end. */
  file(dice: Dice): WrittenFile {
    const end = this.#length - (dice.isOne(2) ? this.#lastBreak.length : 0)
    const content = Buffer.concat(this.#parts).subarray(0, end)
    const { records } = this
    const report = () => `${JSON.stringify(content.toString('latin1'))} with ${JSON.stringify(records)}`
    return { content, records, [fc.toStringMethod]: report }
  }
}

/** Writes rows in a format. */
export const writeFile = (format: Format, rows: Row[], look: number): WrittenFile =>
  format === 'CSV' ? writeCsv(rows, look) : writeNdjson(rows, look)

const byteOrderMark = '\ufeff'

/** Writes a CSV file, with a column for everything that its rows say. */
function writeCsv(rows: Row[], look: number): WrittenFile {
  const dice = new Dice(look)
  const counts = new Map(['Id', 'ChannelType', 'Address'].map(name => [name, 1]))
  // A member of an exported endpoint that says nothing here.
  if (dice.isOne(4)) counts.set('EndpointStatus', 1)
  const cellsOfRows = rows.map(({ values = {}, look }) => {
    const cells = Map.groupBy(cellsOf(values, new Dice(look)), ([name]) => name)
    for (const [name, { length }] of cells) counts.set(name, Math.max(counts.get(name) ?? 0, length))
    return cells
  })
  const columns = dice.shuffle([...counts].flatMap(([name, count]) => Array<string>(count).fill(name)))

  const lines = new Lines(dice.isOne(3) ? byteOrderMark : '')
  lines.write(
    columns
      .map(name => (dice.isOne(4) ? ` ${name} ` : name))
      .map(name => quote(name, dice))
      .join(','),
    [],
    dice,
  )
  for (const [index, { values, raw, surplus, reason, look }] of rows.entries()) {
    const dice = new Dice(look)
    if (values === undefined) {
      const text = raw ?? [...surplus!, ...columns.map(() => 'x')].join(',')
      lines.write(text, [{ reason }], dice)
      continue
    }
    const cells = columns.map(name => {
      if (name === 'EndpointStatus') return dice.pick(['INACTIVE', '', 'x'])
      return cellsOfRows[index]!.get(name)?.shift()?.[1] ?? ''
    })
    const used = dice.isOne(3) ? cells.slice(0, cells.findLastIndex(cell => cell !== '') + 1) : cells
    const text = used.map(cell => quote(cell, dice)).join(',')
    // A blank line is no record.
    lines.write(text.trim() === '' ? cells.join(',') : text, [{ reason }], dice)
  }
  return lines.file(dice)
}

/** The cells of a record with the names of their columns. */
function* cellsOf(values: Values, dice: Dice, path: string[] = []): Generator<[name: string, cell: string]> {
  for (const [name, value] of Object.entries(values)) {
    const column = [...path, name].join('.')
    if (isObject(value)) yield* cellsOf(value, dice, [...path, name])
    else if (column === 'ChannelType') yield [column, recaseChannel(String(value), dice)]
    else if (typeof value === 'number') yield [column, writeNumber(value, dice, csvNumbers)]
    else for (const text of [value].flat()) yield [column, String(text)]
  }
}

/** Writes a cell, quoted where it must be, and sometimes where it need not be. */
function quote(cell: string, dice: Dice): string {
  if (!/^ *"|[,\r\n]/.test(cell) && !dice.isOne(3)) return cell
  const space = () => dice.pick(['', '', '', ' ', '  '])
  return `${space()}"${cell.replaceAll('"', '""')}"${space()}`
}

const recaseChannel = (channel: string, dice: Dice) =>
  dice.pick([channel, channel, channel.toLowerCase(), channel[0] + channel.slice(1).toLowerCase()])

const jsonNumbers: ((number: number) => string)[] = [
  String,
  number => number.toExponential(),
  number => number.toExponential().toUpperCase(),
  number => `${number}.0`,
  number => `${number}e0`,
  number => `${number}E-0`,
]
const csvNumbers = [
  ...jsonNumbers,
  (number: number) => `+${number}`,
  (number: number) => `00${number}`,
  (number: number) => ` ${number} `,
  (number: number) => `${number}.`,
  (number: number) => String(number).replace(/^0\./, '.'),
]

/** Writes a number in one of several notations, as far as that one can say it. */
function writeNumber(number: number, dice: Dice, notations: ((number: number) => string)[]): string {
  const text = dice.pick(notations)(number)
  return Number(text) === number ? text : String(number)
}

function writeNdjson(rows: Row[], look: number): WrittenFile {
  const dice = new Dice(look)
  const lines = new Lines(dice.isOne(3) ? byteOrderMark : '')
  for (const { values, raw, reason, look } of rows) {
    const dice = new Dice(look)
    const text = values === undefined ? raw! : writeJson(loosen(values, dice), dice)
    lines.write(text, [{ reason }], dice)
  }
  return lines.file(dice)
}

/** Says the same in another form that an import takes. */
function loosen(values: Values, dice: Dice): Values {
  const { ChannelType, Attributes, User } = values
  const looser: Values = {
    ...values,
    ...(typeof ChannelType === 'string' && { ChannelType: recaseChannel(ChannelType, dice) }),
    ...(isObject(Attributes) && { Attributes: loosenAttributes(Attributes, dice) }),
    ...(isObject(User) &&
      isObject(User.UserAttributes) && {
        User: { ...User, UserAttributes: loosenAttributes(User.UserAttributes, dice) },
      }),
    ...(dice.isOne(6) && { EndpointStatus: dice.pick(['INACTIVE', 5]), CohortId: '7' }),
    ...(dice.isOne(6) && { ApplicationId: 'another', CreationDate: 'once' }),
  }
  for (const name of ['OptOut', 'Metrics', 'User', 'Location']) {
    if (looser[name] === undefined && dice.isOne(6)) looser[name] = null
  }
  return Object.fromEntries(dice.shuffle(Object.entries(looser)))
}

/** A value need not stand in a list, nor be a text. */
const loosenAttributes = (attributes: Values, dice: Dice): Values =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, values]) => {
      if (!Array.isArray(values)) return [name, values]
      const looser = values.map(value => (dice.isOne(2) ? unquote(value) : value))
      return [name, looser.length === 1 && !Array.isArray(looser[0]) && dice.isOne(3) ? looser[0] : looser]
    }),
  )

function unquote(text: unknown): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return typeof text === 'string' && String(Number(text)) === text && Number.isFinite(Number(text))
    ? Number(text)
    : text
}

/** Writes JSON, which `JSON.stringify` writes in one way only. */
export function writeJson(value: unknown, dice: Dice): string {
  const space = dice.pick(['', '', ' ', '\t', '  '])
  if (Array.isArray(value)) return `[${space}${value.map(item => writeJson(item, dice)).join(`,${space}`)}]`
  if (isObject(value)) {
    const members = Object.entries(value).map(
      ([name, member]) => `${writeJson(name, dice)}${space}:${space}${writeJson(member, dice)}`,
    )
    return `{${space}${members.join(`${space},`)}${space}}`
  }
  if (value === Number.POSITIVE_INFINITY) return '1e999'
  if (typeof value === 'number') return writeNumber(value, dice, jsonNumbers)
  const text = JSON.stringify(value)
  if (typeof value !== 'string' || !dice.isOne(3)) return text
  return text
    .replaceAll(/[^ -~]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('/', '\\/')
}

/** A line of a list of users. */
export interface UserRow {
  users: { id: string; reason: string | undefined }[]
  /** Or a line that is no list. */
  raw?: { text: string | Uint8Array; reason: string }
  look: number
}

/**
 * Writes a CSV file whose only column is User.UserId. An id that holds white space must stand in a row by
 * itself.
 */
export function writeUsers(rows: UserRow[], look: number): WrittenFile {
  const dice = new Dice(look)
  const lines = new Lines(dice.isOne(3) ? byteOrderMark : '')
  lines.write(dice.pick(['User.UserId', ' User.UserId ', '"User.UserId"']), [], dice)
  for (const { users, raw, look } of rows) {
    const dice = new Dice(look)
    const [first] = users
    if (raw !== undefined) {
      lines.write(raw.text, [raw], dice)
      continue
    }
    const mustQuote = users.length === 1 && !isWord(first!.id)
    if (mustQuote || (users.length === 1 && dice.isOne(3))) {
      lines.write(`"${first!.id.replaceAll('"', '""')}"`, [first!], dice)
      continue
    }
    let text = dice.pick(['', ' '])
    const records = users.map(({ id, reason }, index) => {
      if (index > 0) text += dice.pick([' ', '  ', '\t', ' \u00a0'])
      // Space at the beginning of a line is the first record's.
      const at = index === 0 ? 0 : Buffer.byteLength(text)
      text += id
      return { at, reason }
    })
    lines.write(text + dice.pick(['', ' ']), records, dice)
  }
  return lines.file(dice)
}

/** Whether an id can stand in a list of users as it is. */
export const isWord = (id: string): boolean => /^[^\s",]+$/.test(id)
