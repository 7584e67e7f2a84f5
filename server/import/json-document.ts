import { UnreadableError } from '../buckets/bucket.ts'
import { isObject } from '../endpoints/check-endpoint.ts'
import { type DecodedLine, isBlank, type Lines } from './read/decode-lines.ts'

/** Says how JSON becomes lines. */
export const eachOnItsLine = (jq: string): string => `one object per line is needed, as ${jq} prints them`

/**
 * Passes on the lines of an object from its beginning, unless they are one JSON document or several that go over lines: a
 * list, or objects that are written for people to read. Of such an object each line would be a bad record.
 *
 * This is so for certain where the first line that is not blank is the beginning of a list or an object, and the second
 * goes on with it; or where it begins a list and is far too long.
 *
 * @throws UnreadableError with the line in which the first document begins
 */
export async function* refuseDocuments(batches: Lines): AsyncGenerator<DecodedLine[]> {
  const check = (first: DecodedLine, second?: DecodedLine) => {
    const problem = problemOf(first, second)
    if (problem !== undefined) throw new UnreadableError(problem, { line: first.number })
  }
  /** The lines that are not blank, until there are two of them. */
  let begun: DecodedLine[] | undefined = []
  for await (const batch of batches) {
    if (begun === undefined) {
      yield batch
      continue
    }
    begun.push(...batch.filter(line => !isBlank(line)))
    const [first, second] = begun
    if (first === undefined || second === undefined) continue
    check(first, second)
    yield begun
    begun = undefined
  }
  if (begun === undefined) return
  const [only] = begun
  if (only !== undefined) check(only)
  yield begun
}

const list = `the object is a JSON list: ${eachOnItsLine("jq -c '.[]'")}`

function problemOf(first: DecodedLine, second: DecodedLine | undefined): string | undefined {
  if (/^\s*\[\s*\{/.test(first.beginning ?? '')) return list
  if (second === undefined) return undefined
  if (!/^\s*[{[]/.test(first.text) || parse(first.text) !== undefined) return undefined
  const document = parse(close(`${first.text}\n${second.text}`))
  if (Array.isArray(document)) {
    return list
  }
  // Else it may be a record that is cut off, and the next one.
  return isObject(document) && /^\s*"/.test(second.text)
    ? `a JSON object begins here that goes over lines: ${eachOnItsLine('jq -c .')}`
    : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The beginning of a JSON text as a whole one: without a comma at its end, and with all that is open closed. */
function close(text: string): string {
  const open: string[] = []
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (isInString && char === '\\') at++
    else if (char === '"') isInString = !isInString
    else if (isInString) continue
    else if (char === '{' || char === '[') open.push(char)
    else if (char === '}' || char === ']') open.pop()
  }
  const closers = open.reverse().map(opener => (opener === '{' ? '}' : ']'))
  return text.trimEnd().replace(/,$/, '') + closers.join('')
}
