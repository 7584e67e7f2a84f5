import { isObject } from '../../endpoints/check-endpoint.ts'
import { eachOnItsLine } from '../json-document.ts'
import { isBlank, type Lines } from './decode-lines.ts'
import type { Item, Line } from './item.ts'
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
      if (isBlank(line)) continue
      const { problem } = line
      records.push(problem === undefined ? readObject(line, describe) : { line, reason: problem })
    }
    yield records
  }
}

function whyNotJson(text: string): string {
  const { problem, column } = jsonSyntaxError(text)
  return `not JSON: ${problem}, at column ${column} (each line must be one whole JSON object)`
}

function readObject(line: Line, describe: (text: string) => string): Item<object> {
  let value: unknown
  try {
    value = JSON.parse(line.text)
  } catch {
    return { line, reason: describe(line.text) }
  }
  if (isObject(value)) return { line, value }
  const isList = Array.isArray(value) && value.some(isObject)
  return {
    line,
    reason: isList ? `${noObject}, and this is a list: ${eachOnItsLine("jq -c '.[]'")}` : noObject,
  }
}

const noObject = 'a line must be one JSON object'
