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

/** What a record has in each column; what `unpack` makes an item of. */
const fields: ((item: GoodItem<PreparedRecord>) => unknown)[] = [
  ({ line }) => line.number,
  ({ line }) => line.start,
  ({ line }) => line.end,
  ({ line }) => line.nextNumber,
  ({ line }) => line.text.length,
  ({ value: { endpoint } }) => (endpoint === null ? null : endpoint.id),
  ({ value: { endpoint } }) =>
    endpoint === null || endpoint.folded === endpoint.id ? null : endpoint.folded,
  ({ value: { endpoint } }) => (endpoint === null ? null : endpoint.key),
  ({ value }) => value.cohortId,
  ({ value }) => value.isIdAlone,
  ({ value }) => value.isIdNew,
  ({ value }) => value.isUserNew,
  ({ value }) => value.isAddressNew,
  ({ value: { change } }) => change.channel_type,
  ({ value: { change } }) => change.address,
  ({ value: { change } }) => change.endpoint_status,
  ({ value: { change } }) => change.opt_out,
  ({ value: { change } }) => change.request_id,
  ({ value: { change } }) => change.effective_date,
  ({ value: { change } }) => change.user_id,
  ({ value: { change } }) => change.user_attributes,
  ({ value: { change } }) => change.attributes,
  ({ value: { change } }) => change.metrics,
  ({ value: { change } }) => change.location,
  ({ value: { change } }) => change.demographic,
]

export function pack({ items, names }: PreparedBatch): PackedBatch {
  const good: GoodItem<PreparedRecord>[] = []
  const bad: PackedBatch['bad'] = []
  for (let place = 0; place < items.length; place++) {
    const item = items[place]!
    if (isBad(item)) bad.push({ place, item })
    else good.push(item)
  }
  return {
    columns: good.length === 0 ? [] : fields.map(field => columnOf(good, field)),
    texts: good.map(({ line }) => line.text).join(''),
    names,
    count: good.length,
    bad,
  }
}

/** What all items have in a column, or a list of what each has. */
function columnOf(items: GoodItem<PreparedRecord>[], field: (typeof fields)[number]): unknown {
  const first = field(items[0]!)
  if (items.every(item => field(item) === first)) return first
  // Not by map(): what that makes could have holes, for all that is known, and is copied slowly.
  const values: unknown[] = []
  for (const item of items) values.push(field(item))
  return values
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
