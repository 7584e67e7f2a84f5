import { isBlank, type Lines } from './decode.ts'
import { type Item, itemOf } from './item.ts'
import { jsonSyntaxError } from './json-syntax-error.ts'

/** Reads each line that is not blank as one JSON object. */
export async function* parseNdjson(batches: Lines): AsyncGenerator<Item<object>[]> {
  for await (const batch of batches) {
    const records: Item<object>[] = []
    for (const line of batch) {
      if (!isBlank(line)) records.push(itemOf(line, line.problem ?? readObject(line.text)))
    }
    yield records
  }
}

function readObject(text: string): object | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const { problem, column } = jsonSyntaxError(text)
    return `not JSON: ${problem}, at column ${column}`
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'a line must be one JSON object'
  }
  return value
}
