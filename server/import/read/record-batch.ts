import type { AttributeName } from '../../store/endpoints/attribute-names.ts'
import { changeColumns, type EndpointChange } from '../../store/endpoints/endpoint-row.ts'
import type { Position } from '../../store/jobs/import-progress.ts'
import { type Columns, columnOf, valueAt } from './columns.ts'
import { type BadItem, type Item, isBad, type Line } from './item.ts'
import type { PreparedBatch, PreparedRecord } from './prepare.ts'

/** A record without its `change`. */
type RecordRow = Omit<PreparedRecord, 'change' | 'endpoint'> & {
  /**
   * The endpoint's id in the form in which ids are compared; empty for a record of a user alone.
   */
  id: string
  key: number
  /** The id as it was given, if that differs. */
  spelling: string | null
}

/**
 * A batch as it is sent between threads. It is stored by column, because an object for each record
 * takes several times as long to copy; in many columns all records have the same value.
 */
export interface PackedBatch {
  length: number
  lines: Columns<Line>
  /** A bad record without `rest` has the values of any other; undefined if there is no other. */
  records: Columns<RecordRow> | undefined
  changes: Columns<EndpointChange> | undefined
  /** The bad records, by index. */
  bad: Map<number, Omit<BadItem, 'line' | 'rest'> & { hasRest: boolean }>
  names: AttributeName[]
}

/** Packs consecutive batches into one. */
export function pack(batches: PreparedBatch[]): PackedBatch {
  const items = batches.flatMap(batch => batch.items)
  const lines = items.map(({ line }) => line)
  const bad: PackedBatch['bad'] = new Map()
  const readable = items.map(item => (isBad(item) ? item.rest : item.value))
  const any = readable.find(record => record !== undefined)
  const records: PreparedRecord[] = []
  for (const [index, item] of items.entries()) {
    if (isBad(item)) {
      const { line: _, rest, ...problem } = item
      bad.set(index, { ...problem, hasRest: rest !== undefined })
    }
    if (any !== undefined) records.push(readable[index] ?? any)
  }
  return {
    length: items.length,
    lines: {
      text: columnOf(lines, line => line.text),
      number: columnOf(lines, line => line.number),
      start: columnOf(lines, line => line.start),
      end: columnOf(lines, line => line.end),
      nextNumber: columnOf(lines, line => line.nextNumber),
    },
    records: any && {
      id: columnOf(records, ({ endpoint }) => endpoint?.folded ?? ''),
      key: columnOf(records, ({ endpoint }) => endpoint?.key ?? 0),
      spelling: columnOf(records, ({ endpoint }) => spellingOf(endpoint)),
      isIdAlone: columnOf(records, record => record.isIdAlone),
      isIdGiven: columnOf(records, record => record.isIdGiven),
      isIdNew: columnOf(records, record => record.isIdNew),
      isUserNew: columnOf(records, record => record.isUserNew),
      isAddressNew: columnOf(records, record => record.isAddressNew),
    },
    changes: any && changesOf(records),
    bad,
    names: batches.flatMap(batch => batch.names),
  }
}

const spellingOf = (endpoint: PreparedRecord['endpoint']) =>
  endpoint === null || endpoint.folded === endpoint.id ? null : endpoint.id

const changesOf = (records: PreparedRecord[]) =>
  Object.fromEntries(
    changeColumns.map(column => [column, columnOf(records, ({ change }) => change[column])]),
  ) as Columns<EndpointChange>

/** Records for the writer, unpacked one by one, and the names of their attributes and metrics. */
export class RecordBatch {
  readonly length: number
  readonly names: AttributeName[]
  readonly #packed: PackedBatch

  constructor(packed: PackedBatch) {
    this.length = packed.length
    this.names = packed.names
    this.#packed = packed
  }

  /** The position of a record's first byte. */
  start(index: number): number {
    return valueAt(this.#packed.lines.start, index)
  }

  /** The position from which reading continues after a record. */
  positionAfter(index: number): Position {
    const { end, nextNumber } = this.#packed.lines
    return { byte: valueAt(end, index), line: valueAt(nextNumber, index) }
  }

  item(index: number): Item<PreparedRecord> {
    const line = this.#line(index)
    const bad = this.#packed.bad.get(index)
    if (bad === undefined) return { line, value: this.#record(index) }
    const { hasRest, ...problem } = bad
    return { line, ...problem, ...(hasRest && { rest: this.#record(index) }) }
  }

  #line(index: number): Line {
    const { lines } = this.#packed
    return {
      text: valueAt(lines.text, index),
      number: valueAt(lines.number, index),
      start: valueAt(lines.start, index),
      end: valueAt(lines.end, index),
      nextNumber: valueAt(lines.nextNumber, index),
    }
  }

  #record(index: number): PreparedRecord {
    const records = this.#packed.records!
    const changes = this.#packed.changes!
    const folded = valueAt(records.id, index)
    const id = valueAt(records.spelling, index) ?? folded
    const change: Record<string, string | null> = {}
    for (const column of changeColumns) change[column] = valueAt<string | null>(changes[column], index)
    return {
      endpoint: folded === '' ? null : { id, folded, key: valueAt(records.key, index) },
      isIdAlone: valueAt(records.isIdAlone, index),
      isIdGiven: valueAt(records.isIdGiven, index),
      isIdNew: valueAt(records.isIdNew, index),
      isUserNew: valueAt(records.isUserNew, index),
      isAddressNew: valueAt(records.isAddressNew, index),
      change: change as unknown as EndpointChange,
    }
  }
}
