import { isBlank, type Lines } from './decode.ts'
import { type Item, itemOf } from './item.ts'
import { jsonSyntaxError } from './json-syntax-error.ts'

/**
 * Reads each line that is not blank as one JSON object.
 *
 * @param describe says what is wrong with a line that is not JSON
 */
export async function* parseNdjson(batches: Lines, describe = whyNotJson): AsyncGenerator<Item<object>[]> {
  for await (const batch of batches) {
    const records: Item<object>[] = []
    for (const line of batch) {
      if (!isBlank(line)) records.push(itemOf(line, line.problem ?? readObject(line.text, describe)))
    }
    yield records
  }
}

function whyNotJson(text: string): string {
  const { problem, column } = jsonSyntaxError(text)
  return `not JSON: ${problem}, at column ${column} (each line must be one whole JSON object)`
}

function readObject(text: string, describe: (text: string) => string): object | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return describe(text)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'a line must be one JSON object'
  }
  return value
}
