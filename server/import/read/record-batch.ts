import type { AttributeName } from '../../store/endpoints/attribute-names.ts'
import type { EndpointChange } from '../../store/endpoints/endpoint-row.ts'
import type { Rows, Wanted } from '../../store/import-writes/bulk-lookup.ts'
import { type Column, type Columns, valueAt } from '../../store/import-writes/columns.ts'
import type { Position } from '../../store/jobs/import-progress.ts'
import { type BadItem, type Item, isBad, type Line } from './item.ts'
import type { PreparedBatch, PreparedRecord } from './prepare.ts'

/** Where a record stands, with the characters of the batch's text up to its end. */
type LineRow = Omit<Line, 'text'> & { textEnd: number }

/** What a good record says. */
interface RecordRow extends Wanted, EndpointChange {
  /** The endpoint's id as it was given, where that is another text. */
  spelling: string | null
  isIdAlone: boolean
  isIdGiven: boolean
  isWhole: boolean
}

/**
 * A batch as it goes from thread to thread: by columns, of which most say the same of all records, and without objects for
 * each record, which take several times as long to copy.
 */
export interface PackedBatch {
  length: number
  lines: Columns<LineRow>
  /** Those of bad records without a rest say what those of another one say; undefined where all are such. */
  records: Columns<RecordRow> | undefined
  /** Which records are bad, by their places, and what is to be told of each. */
  bad: Map<number, Omit<BadItem, 'line' | 'rest'> & { hasRest: boolean }>
  /** The lines' texts, one after the other. */
  text: string
  names: AttributeName[]
}

type Fields<In, Row> = { [Name in keyof Row]: (value: In) => Row[Name] }

const lineFields: Fields<Line, Omit<LineRow, 'textEnd'>> = {
  number: line => line.number,
  start: line => line.start,
  end: line => line.end,
  nextNumber: line => line.nextNumber,
}

const recordFields: Fields<PreparedRecord, RecordRow> = {
  id: ({ endpoint }) => (endpoint === null ? '' : endpoint.folded),
  spelling: ({ endpoint }) => (endpoint === null || endpoint.folded === endpoint.id ? null : endpoint.id),
  key: ({ endpoint }) => (endpoint === null ? 0 : endpoint.key),
  isIdAlone: record => record.isIdAlone,
  isIdGiven: record => record.isIdGiven,
  isIdNew: record => record.isIdNew,
  isUserNew: record => record.isUserNew,
  isAddressNew: record => record.isAddressNew,
  isWhole: record => record.isWhole,
  channel_type: ({ change }) => change.channel_type,
  address: ({ change }) => change.address,
  endpoint_status: ({ change }) => change.endpoint_status,
  opt_out: ({ change }) => change.opt_out,
  request_id: ({ change }) => change.request_id,
  effective_date: ({ change }) => change.effective_date,
  user_id: ({ change }) => change.user_id,
  user_attributes: ({ change }) => change.user_attributes,
  attributes: ({ change }) => change.attributes,
  metrics: ({ change }) => change.metrics,
  location: ({ change }) => change.location,
  demographic: ({ change }) => change.demographic,
}

/** Makes one of several batches that follow one another, as each has its costs. */
export function pack(batches: PreparedBatch[]): PackedBatch {
  const items = batches.flatMap(batch => batch.items)
  const lines = items.map(({ line }) => line)
  const bad: PackedBatch['bad'] = new Map()
  const found = items.map(item => (isBad(item) ? item.rest : item.value))
  const any = found.find(record => record !== undefined)
  const records: PreparedRecord[] = []
  const textEnds: number[] = []
  let text = ''
  for (let place = 0; place < items.length; place++) {
    const item = items[place]!
    text += item.line.text
    textEnds.push(text.length)
    if (isBad(item)) {
      const { line: _, rest, ...told } = item
      bad.set(place, { ...told, hasRest: rest !== undefined })
    }
    if (any !== undefined) records.push(found[place] ?? any)
  }
  return {
    length: items.length,
    lines: { ...columnsOf(lines, lineFields), textEnd: textEnds },
    records: any && columnsOf(records, recordFields),
    bad,
    text,
    names: batches.flatMap(batch => batch.names),
  }
}

function columnsOf<In, Row>(values: In[], fields: Fields<In, Row>): Columns<Row> {
  const columns: Partial<Columns<Row>> = {}
  for (const name in fields) columns[name] = columnOf(values, fields[name])
  return columns as Columns<Row>
}

function columnOf<In, T>(values: In[], field: (value: In) => T): Column<T> {
  const first = field(values[0]!)
  if (values.every(value => field(value) === first)) return first
  // Not by map(): what that makes could have holes, for all that is known, and is copied slowly.
  const column: T[] = []
  for (const value of values) column.push(field(value))
  return column
}

/** Records on their way to the writer, and the custom names in them. */
export class RecordBatch {
  readonly length: number
  readonly names: AttributeName[]
  /** What records say, by columns; what those of bad ones say is of no use, but for their rest. */
  readonly columns: PackedBatch['records']
  readonly #packed: PackedBatch

  constructor(packed: PackedBatch) {
    this.length = packed.length
    this.names = packed.names
    this.columns = packed.records
    this.#packed = packed
  }

  /** The byte at which a record begins. */
  start(place: number): number {
    return valueAt(this.#packed.lines.start, place)
  }

  /** Where reading goes on behind a record. */
  positionAfter(place: number): Position {
    const { end, nextNumber } = this.#packed.lines
    return { byte: valueAt(end, place), line: valueAt(nextNumber, place) }
  }

  /** The place behind the last of those records that are whole, follow one another from the first, and begin before a byte. */
  endOfWhole({ from, to }: Rows, byte: number): number {
    const { records, bad } = this.#packed
    if (records === undefined) return from
    let place = from
    while (
      place < to &&
      valueAt(records.isWhole, place) &&
      this.start(place) < byte &&
      !(bad.size > 0 && bad.has(place))
    ) {
      place++
    }
    return place
  }

  item(place: number): Item<PreparedRecord> {
    const line = this.#line(place)
    const bad = this.#packed.bad.get(place)
    if (bad === undefined) return { line, value: this.#record(place) }
    const { hasRest, ...told } = bad
    return { line, ...told, ...(hasRest && { rest: this.#record(place) }) }
  }

  #line(place: number): Line {
    const { text, lines } = this.#packed
    return {
      text: text.slice(place === 0 ? 0 : valueAt(lines.textEnd, place - 1), valueAt(lines.textEnd, place)),
      number: valueAt(lines.number, place),
      start: valueAt(lines.start, place),
      end: valueAt(lines.end, place),
      nextNumber: valueAt(lines.nextNumber, place),
    }
  }

  #record(place: number): PreparedRecord {
    const columns = this.columns!
    const id = valueAt(columns.id, place)
    return {
      endpoint:
        id === ''
          ? null
          : { id: valueAt(columns.spelling, place) ?? id, folded: id, key: valueAt(columns.key, place) },
      isIdAlone: valueAt(columns.isIdAlone, place),
      isIdGiven: valueAt(columns.isIdGiven, place),
      isIdNew: valueAt(columns.isIdNew, place),
      isUserNew: valueAt(columns.isUserNew, place),
      isAddressNew: valueAt(columns.isAddressNew, place),
      isWhole: valueAt(columns.isWhole, place),
      change: {
        channel_type: valueAt(columns.channel_type, place),
        address: valueAt(columns.address, place),
        endpoint_status: valueAt(columns.endpoint_status, place),
        opt_out: valueAt(columns.opt_out, place),
        request_id: valueAt(columns.request_id, place),
        effective_date: valueAt(columns.effective_date, place),
        user_id: valueAt(columns.user_id, place),
        user_attributes: valueAt(columns.user_attributes, place),
        attributes: valueAt(columns.attributes, place),
        metrics: valueAt(columns.metrics, place),
        location: valueAt(columns.location, place),
        demographic: valueAt(columns.demographic, place),
      },
    }
  }
}
