import { type BadItem, type GoodItem, type Item, isBad } from '../import/item.ts'
import type { PreparedBatch, PreparedRecord } from '../import/prepare.ts'
import type { AttributeName } from '../store/attribute-names.ts'

/**
 * A batch as it goes from thread to thread: by columns, of which most say the same of all records, and without objects for
 * each record, which take several times as long to copy.
 */
export interface PackedBatch {
  columns: unknown[]
  /** The lines' texts, one after the other. */
  texts: string
  names: AttributeName[]
  /** How many records there are in columns. */
  count: number
  /** Those that are bad, with their places among all. */
  bad: { place: number; item: BadItem }[]
}

/** The values of a record in the order of the columns; what `unpack` makes an item of. */
function valuesOf({ line, value }: GoodItem<PreparedRecord>): unknown[] {
  const { endpoint, change } = value
  return [
    ...[line.number, line.start, line.end, line.nextNumber, line.text.length],
    ...[
      endpoint?.id ?? null,
      endpoint?.folded === endpoint?.id ? null : endpoint!.folded,
      endpoint?.key ?? null,
    ],
    ...[value.cohortId, value.isIdAlone, value.isIdNew, value.isUserNew, value.isAddressNew],
    ...[change.channel_type, change.address, change.endpoint_status, change.opt_out],
    ...[change.request_id, change.effective_date, change.user_id, change.user_attributes],
    ...[change.attributes, change.metrics, change.location, change.demographic],
  ]
}

export function pack({ items, names }: PreparedBatch): PackedBatch {
  const rows: unknown[][] = []
  const bad: PackedBatch['bad'] = []
  let texts = ''
  for (const [place, item] of items.entries()) {
    if (isBad(item)) bad.push({ place, item })
    else {
      rows.push(valuesOf(item))
      texts += item.line.text
    }
  }
  const columns = (rows[0] ?? []).map((first, column) => {
    if (rows.every(row => row[column] === first)) return first
    // Not by map(): what that makes could have holes, for all that is known, and is copied slowly.
    const values: unknown[] = []
    for (const row of rows) values.push(row[column])
    return values
  })
  return { columns, texts, names, count: rows.length, bad }
}

/** A column's value in a row. No value is a list. */
const at = (column: unknown, row: number): never => (Array.isArray(column) ? column[row] : column) as never

export function unpack({ columns, texts, names, count, bad }: PackedBatch): PreparedBatch {
  const [numbers, starts, ends, nextNumbers, lengths, ids, foldedIds, keys, ...rest] = columns
  const [cohortIds, isIdAlone, isIdNew, isUserNew, isAddressNew, ...said] = rest
  const [channels, addresses, statuses, optOuts, requestIds, dates, userIds, ...maps] = said
  const [userAttributes, attributes, metrics, locations, demographics] = maps
  const items: Item<PreparedRecord>[] = []
  let read = 0
  for (let row = 0; row < count; row++) {
    const id: string | null = at(ids, row)
    const text = texts.slice(read, read + at(lengths, row))
    read += text.length
    items.push({
      line: {
        text,
        number: at(numbers, row),
        start: at(starts, row),
        end: at(ends, row),
        nextNumber: at(nextNumbers, row),
      },
      value: {
        endpoint: id === null ? null : { id, folded: at(foldedIds, row) ?? id, key: at(keys, row) },
        cohortId: at(cohortIds, row),
        isIdAlone: at(isIdAlone, row),
        isIdNew: at(isIdNew, row),
        isUserNew: at(isUserNew, row),
        isAddressNew: at(isAddressNew, row),
        change: {
          channel_type: at(channels, row),
          address: at(addresses, row),
          endpoint_status: at(statuses, row),
          opt_out: at(optOuts, row),
          request_id: at(requestIds, row),
          effective_date: at(dates, row),
          user_id: at(userIds, row),
          user_attributes: at(userAttributes, row),
          attributes: at(attributes, row),
          metrics: at(metrics, row),
          location: at(locations, row),
          demographic: at(demographics, row),
        },
      },
    })
  }
  for (const { place, item } of bad) items.splice(place, 0, item)
  return { items, names }
}
