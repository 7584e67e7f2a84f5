import { isObject } from '../../model/is-object.ts'
import { isBlank, type Lines } from './decode-lines.ts'
import type { Item, Line } from './item.ts'
import { eachOnItsLine } from './json-document.ts'
import { looksLikeHeader } from './parse-csv.ts'

/**
 * Reads each line that is not blank as one JSON object.
 *
 * @param describe says what is wrong with a line that is not JSON
 */
export async function* parseNdjson(
  batches: Lines,
  describe: (line: Line) => Promise<string> = describeSyntaxError,
): AsyncGenerator<Item<object>[]> {
  for await (const batch of batches) {
    const records: Item<object>[] = []
    for (const line of batch) {
      if (isBlank(line)) continue
      const item = line.problem === undefined ? readObject(line) : { line, reason: line.problem }
      records.push(item ?? { line, reason: await describe(line) })
    }
    yield records
  }
}

/**
 * Loaded at the first line that is not JSON. Kept, as even a repeated `import()` takes its time.
 */
let syntaxErrors: Promise<typeof import('./json-syntax-error.ts')> | undefined

async function describeSyntaxError(line: Line): Promise<string> {
  if (isHeader(line)) return header
  syntaxErrors ??= import('./json-syntax-error.ts')
  const { problem, column } = (await syntaxErrors).jsonSyntaxError(line.text)
  return `not JSON: ${problem}, at column ${column} (each line must be one whole JSON object)`
}

/** Whether a line is the first of its object, and reads as the header of a CSV file. */
const isHeader = ({ number, text }: Line): boolean => number === 1 && looksLikeHeader(text)

const header = 'not JSON: it reads as the header of a CSV file, and CSV is imported with the Format CSV'

/** Gives undefined for a line that is not JSON. */
function readObject(line: Line): Item<object> | undefined {
  let value: unknown
  try {
    value = JSON.parse(line.text)
  } catch {
    return undefined
  }
  if (isObject(value)) return { line, value }
  // Of one column, whose name is in quotes.
  if (typeof value === 'string' && isHeader(line)) return { line, reason: header }
  const isList = Array.isArray(value) && value.some(isObject)
  return {
    line,
    reason: isList ? `${noObject}, and this is a list: ${eachOnItsLine("jq -c '.[]'")}` : noObject,
  }
}

const noObject = 'a line must be one JSON object'
