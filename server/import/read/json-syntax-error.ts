import { parse } from 'lossless-json'

/** The first syntax error in a JSON text. */
export interface JsonSyntaxError {
  /** What is wrong, without the place. */
  problem: string
  /** From 1. A line ends with LF, CR or CRLF. */
  line: number
  /** From 1: of the character that was not expected, or just after the end of the text. */
  column: number
  /** Whether it is a character that was not expected. */
  isCharacter: boolean
}

/**
 * Finds the first syntax error in a text that `JSON.parse` refuses.
 *
 * Pinpoint parses with Jackson, whose message for a name without quotes is known (source: observed,
 * aws-sdk-ruby#2962). Other errors have the same form, and say what was expected in the words of
 * lossless-json (assumed).
 */
export function jsonSyntaxError(text: string): JsonSyntaxError {
  const error = firstError(text)
  if (error === undefined) return tooDeep
  const { expected, offset } = error
  const isEnd = offset >= text.length
  const found = isEnd ? 'end-of-input' : `character (${describeCharacter(text, offset)})`
  const lines = text.slice(0, offset).split(/\r\n?|\n/)
  return {
    problem: `Unexpected ${found}: ${escapeControls(expected)}`,
    line: lines.length,
    column: lines.at(-1)!.length + 1,
    isCharacter: !isEnd,
  }
}

/** Characters of the text that the message repeats (assumed: Jackson's default). */
const maxRepeated = 500

/**
 * The whole message of Jackson, with the text and the place. Its column is the one after an
 * unexpected character (source: observed).
 */
export function jacksonMessage(text: string): string {
  const { problem, line, column: found, isCharacter } = jsonSyntaxError(text)
  const column = found + (isCharacter ? 1 : 0)
  const rest = text.length > maxRepeated ? `[truncated ${text.length - maxRepeated} chars]` : ''
  const source = `(String)"${escapeControls(text.slice(0, maxRepeated))}"${rest}`
  return `${problem}\n at [Source: ${source}; line: ${line}, column: ${column}]`
}

/** What lossless-json expected, and the index of what it found. Undefined where it cannot tell. */
function firstError(text: string): { expected: string; offset: number } | undefined {
  try {
    // JSON allows a name twice; without the option that is an error.
    parse(text, null, { parseNumber: Number, onDuplicateKey: ({ newValue }) => newValue })
    return undefined
  } catch (error) {
    const [, expected, offset] = libraryMessage.exec((error as Error).message) ?? []
    return expected === undefined ? undefined : { expected: jackson[expected] ?? expected, offset: +offset! }
  }
}

/**
 * Matches `Invalid number '-', expecting a digit but got 'x' at position 2` and the like. The
 * number is left out, as it may be as long as the text.
 */
const libraryMessage =
  /^(?:Invalid number '.*', )?(.*?)(?: but (?:got '.'|reached end of input))? at position (\d+)$/s

/** Jackson's words for what was expected, where they were observed. */
const jackson: Record<string, string> = {
  'Quoted object key expected': 'was expecting double-quote to start field name',
}

/** Some thousands of nested arrays or objects overflow the stack of lossless-json. */
const tooDeep: JsonSyntaxError = {
  problem: 'The text is nested too deeply to find the error',
  line: 1,
  column: 1,
  isCharacter: false,
}

function describeCharacter(text: string, offset: number): string {
  const code = text.codePointAt(offset)!
  return `'${escapeControls(String.fromCodePoint(code))}' (code ${code})`
}

/** Escapes control characters as JSON does, and replaces halves of surrogate pairs. */
const escapeControls = (text: string): string =>
  text.toWellFormed().replace(/\p{Cc}/gu, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
