import { UnreadableError } from '../../buckets/bucket.ts'
import { isObject } from '../../model/is-object.ts'
import { type DecodedLine, isBlank, type Lines } from './decode-lines.ts'

/** The advice for JSON that is not one object a line. */
export const eachOnItsLine = (jq: string): string => `one object per line is needed, as ${jq} prints them`

/** Whether a text begins as JSON of objects does. No header of a CSV file that can be imported does. */
export const looksLikeJson = (text: string): boolean => /^\s*[{[]/.test(text)

/**
 * Passes on the lines of an object, unless they are a JSON list, or JSON that is printed over
 * several lines. Each line of such an object would be a bad record.
 *
 * Only what is certain is refused: the first line that is not blank begins a list or an object
 * which the second line continues, or it begins a list and is longer than any record.
 *
 * @param batches the lines of an object from its beginning
 * @throws UnreadableError with the number of the line in which the document begins
 */
export async function* refuseDocuments(batches: Lines): AsyncGenerator<DecodedLine[]> {
  const check = (first: DecodedLine, second?: DecodedLine) => {
    const problem = problemOf(first, second)
    if (problem !== undefined) throw new UnreadableError(problem, { line: first.number })
  }
  /** The lines that are not blank, as long as there are fewer than two. */
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
  if (!looksLikeJson(first.text) || parse(first.text) !== undefined) return undefined
  const document = parse(close(`${first.text}\n${second.text}`))
  if (Array.isArray(document)) return list
  // If the second line begins with something else, the first may be a record that was cut off.
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

/** Completes the beginning of a JSON text: drops a final comma, and closes all that is open. */
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
