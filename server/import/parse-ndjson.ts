import { eachGood, type Item } from './item.ts'

/** Reads each line as one JSON object. */
export const parseNdjson = (batches: AsyncIterable<Item<string>[]> | Iterable<Item<string>[]>) =>
  eachGood<string, object>(batches, text => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      return `not JSON: ${(error as Error).message}`
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return 'a line must be one JSON object'
    }
    return value
  })
