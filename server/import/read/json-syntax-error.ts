/**
 * What is wrong with a text that `JSON.parse` refuses, in the words of Jackson, the parser behind Pinpoint. One message
 * of Pinpoint's was seen (source: observed, aws-sdk-ruby#2962); the others are those of Jackson 2.10 to 2.13, whose
 * form that one has.
 *
 * The place is the one up to which Jackson has read: as columns begin at 1, that of a character that it did not expect
 * is its index plus 2. (In a fraction or an exponent Jackson itself may name an earlier column; here it is the same.)
 */
export interface JsonSyntaxError extends Place {
  /** The sentence, without the text and the place in it. */
  problem: string
}

interface Place {
  line: number
  column: number
}

/** Finds the first thing that is wrong with a text, which is one line. Undefined: nothing is, it is JSON. */
export function findJsonSyntaxError(text: string): JsonSyntaxError | undefined {
  return new Scan(text, ({ column }) => `column ${column}`).run()
}

/** Says what is wrong with a text that `JSON.parse` refuses. */
export function jsonSyntaxError(text: string): JsonSyntaxError {
  return findJsonSyntaxError(text) ?? notJson
}

/** The same as Jackson writes it, with the text, or its beginning, and the place in it. */
export function jacksonMessage(text: string): string {
  const describe = (place: Place) => describePlace(text, place)
  const error = new Scan(text, describe).run() ?? notJson
  return `${error.problem}\n at ${describe(error)}`
}

/** What Jackson says that a value may be. */
const values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

/** The words that Jackson reads, by their first letter. It knows the last two to say how they could be allowed. */
const words: Record<string, string> = { t: 'true', f: 'false', n: 'null', N: 'NaN', I: 'Infinity' }

/** Characters of a longer word that Jackson repeats. */
const maxToken = 256

/**
 * Goes through a text as Jackson does, up to the first thing that is wrong. Each step gives that, or undefined and has
 * read what it is about. There is no recursion: a text may be nested as deep as it is long.
 */
class Scan {
  readonly #text: string
  /** The index of the next character. */
  #at = 0
  /** Where the objects and arrays begin that are still open, the innermost last. */
  readonly #open: number[] = []
  /** Whether nothing has been read yet in the innermost of them, or in the text. */
  #isEmpty = true

  readonly #describePlace: (place: Place) => string

  constructor(text: string, describePlace: (place: Place) => string) {
    this.#text = text
    this.#describePlace = describePlace
  }

  run(): JsonSyntaxError | undefined {
    let problem = this.#skipSpace()
    while (problem === undefined && this.#at < this.#text.length) problem = this.#next() ?? this.#skipSpace()
    return problem ?? this.#end()
  }

  get #char(): string | undefined {
    return this.#text[this.#at]
  }

  get #kind(): 'Object' | 'Array' | 'root' {
    const start = this.#open.at(-1)
    if (start === undefined) return 'root'
    return this.#text[start] === '{' ? 'Object' : 'Array'
  }

  /** The end of an object or array, or a value with the comma and the name before it. */
  #next(): JsonSyntaxError | undefined {
    // Jackson reads one value and leaves the rest alone.
    if (this.#kind === 'root' && !this.#isEmpty) {
      return this.#unexpected('expected end-of-input after the root-level value')
    }
    if (this.#char === '}' || this.#char === ']') return this.#close(this.#char)
    return (
      (this.#isEmpty ? undefined : this.#comma()) ??
      (this.#kind === 'Object' ? (this.#name() ?? this.#colon()) : undefined) ??
      this.#value()
    )
  }

  #end(): JsonSyntaxError | undefined {
    if (this.#kind !== 'root') {
      return this.#stop(
        `Unexpected end-of-input: expected close marker for ${this.#kind} (start marker at ${this.#describeStart()})`,
      )
    }
    return this.#isEmpty ? { problem: 'No content to map due to end-of-input', ...beforeText } : undefined
  }

  #close(marker: '}' | ']'): JsonSyntaxError | undefined {
    if (this.#kind !== (marker === '}' ? 'Object' : 'Array')) {
      const other = marker === '}' ? ']' : '}'
      return this.#reject(
        `Unexpected close marker '${marker}': expected '${other}' (for ${this.#kind} starting at ${this.#describeStart()})`,
      )
    }
    this.#at++
    this.#open.pop()
    this.#isEmpty = false
    return undefined
  }

  #comma(): JsonSyntaxError | undefined {
    if (this.#char !== ',') return this.#unexpected(`was expecting comma to separate ${this.#kind} entries`)
    this.#at++
    return this.#skipSpaceInside()
  }

  #name(): JsonSyntaxError | undefined {
    if (this.#char !== '"') return this.#unexpected('was expecting double-quote to start field name')
    return this.#string('name', ' in field name')
  }

  #colon(): JsonSyntaxError | undefined {
    const problem = this.#skipSpaceInside()
    if (problem !== undefined) return problem
    if (this.#char !== ':') return this.#unexpected('was expecting a colon to separate field name and value')
    this.#at++
    return this.#skipSpaceInside()
  }

  #value(): JsonSyntaxError | undefined {
    const char = this.#char!
    this.#isEmpty = char === '{' || char === '['
    if (this.#isEmpty) {
      this.#open.push(this.#at++)
      return undefined
    }
    if (char === '"') return this.#string('string value', ': was expecting closing quote for a string value')
    if (words[char] !== undefined) return this.#word(words[char])
    if (isDigit(char) || char === '-' || char === '+') return this.#number()
    if (isIdentifierStart(char)) return this.#token(this.#at)
    return this.#unexpected(char === '}' ? 'expected a value' : `expected a valid value ${values}`)
  }

  /**
   * @param what Jackson's name for it
   * @param unclosed what Jackson adds when the text ends in it
   */
  #string(what: string, unclosed: string): JsonSyntaxError | undefined {
    this.#at++
    for (;;) {
      this.#skip(/[ !#-[\]-\uffff]*/y)
      const char = this.#char
      if (char === undefined) return this.#stop(`Unexpected end-of-input${unclosed}`)
      if (char === '"') break
      const problem = char === '\\' ? this.#escape() : this.#unquoted(what)
      if (problem !== undefined) return problem
    }
    this.#at++
    return undefined
  }

  #unquoted(what: string): JsonSyntaxError {
    return this.#reject(
      `Illegal unquoted character (${this.#describeChar()}): has to be escaped using backslash to be included in ${what}`,
    )
  }

  #escape(): JsonSyntaxError | undefined {
    const letter = this.#text[++this.#at]
    if (letter === undefined) return this.#stop('Unexpected end-of-input in character escape sequence')
    if (!'"\\/bfnrtu'.includes(letter)) {
      return this.#reject(`Unrecognized character escape ${this.#describeChar()}`)
    }
    this.#at++
    if (letter !== 'u' || this.#skip(/[0-9a-fA-F]{0,4}/y) === 4) return undefined
    if (this.#char === undefined) return this.#stop('Unexpected end-of-input in character escape sequence')
    return this.#unexpected('expected a hex-digit for character escape sequence')
  }

  #word(word: string): JsonSyntaxError | undefined {
    const start = this.#at
    while (this.#at - start < word.length && this.#char === word[this.#at - start]) this.#at++
    const isWhole = this.#at - start === word.length
    // Jackson does not look at characters below 0, such as $.
    if (!isWhole || (this.#char !== undefined && this.#char >= '0' && isIdentifierPart(this.#char))) {
      return this.#token(start)
    }
    if (word === 'true' || word === 'false' || word === 'null') return undefined
    return this.#stop(
      `Non-standard token '${word}': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow`,
    )
  }

  /** A word that is none of JSON's, some of which may have been read. */
  #token(start: number): JsonSyntaxError {
    while (this.#char !== undefined && isIdentifierPart(this.#char) && this.#at - start < maxToken) this.#at++
    const token = this.#text.slice(start, this.#at)
    const more = token.length < maxToken ? '' : '...'
    return this.#stop(`Unrecognized token '${token}${more}': was expecting ${values}`)
  }

  #number(): JsonSyntaxError | undefined {
    if (this.#char === '-' || this.#char === '+') {
      const problem = this.#sign(this.#char)
      if (problem !== undefined) return problem
    }
    if (this.#char === '0') {
      this.#at++
      if (isDigit(this.#char)) return this.#stop('Invalid numeric value: Leading zeroes not allowed')
    }
    this.#skip(/\d*/y)
    if (this.#char === '.') {
      this.#at++
      if (this.#skip(/\d*/y) === 0) {
        // At the end of the text Jackson names the point.
        if (this.#char === undefined) this.#at--
        return this.#unexpectedInNumber('Decimal point not followed by a digit')
      }
    }
    if (this.#skip(/(e[+-]?)?/iy) > 0 && this.#skip(/\d*/y) === 0) {
      // Jackson has no blank before these words, nor in #sign.
      if (this.#char === undefined)
        return this.#stop('Unexpected end-of-inputexpected a digit for number exponent')
      return this.#unexpectedInNumber('Exponent indicator not followed by a digit')
    }
    if (this.#kind !== 'root' || this.#char === undefined || ' \t\r\n'.includes(this.#char)) return undefined
    return this.#unexpected('Expected space separating root-level values')
  }

  #sign(sign: '-' | '+'): JsonSyntaxError | undefined {
    const first = this.#text[this.#at + 1]
    const second = this.#text[this.#at + 2]
    if (first === 'I' && second === 'N') return this.#word(`${sign}INF`)
    if (first === 'I' && second === 'n') return this.#word(`${sign}Infinity`)
    this.#at += first === 'I' ? 2 : 1
    if (sign === '-' && isDigit(first)) return undefined
    if (this.#char !== undefined) {
      return this.#unexpectedInNumber('expected digit (0-9) to follow minus sign, for valid numeric value')
    }
    const isBareMinus = sign === '-' && first === undefined
    return this.#stop(
      `Unexpected end-of-input${isBareMinus ? 'No digit following minus sign' : ' in a Number value'}`,
    )
  }

  #skipSpace(): JsonSyntaxError | undefined {
    this.#skip(/[ \t\r\n]*/y)
    if (this.#char === '/') {
      return this.#unexpected(
        "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
      )
    }
    if (this.#char === undefined || this.#char >= ' ') return undefined
    return this.#reject(
      `Illegal character (${this.#describeChar()}): only regular white space (\\r, \\n, \\t) is allowed between tokens`,
    )
  }

  /** Skips space where the text must go on. */
  #skipSpaceInside(): JsonSyntaxError | undefined {
    const problem = this.#skipSpace()
    if (problem !== undefined || this.#char !== undefined) return problem
    return this.#stop(`Unexpected end-of-input within/between ${this.#kind} entries`)
  }

  /** Skips what a sticky pattern, which fits always, finds here, and gives how many characters that were. */
  #skip(pattern: RegExp): number {
    const start = this.#at
    pattern.lastIndex = start
    pattern.test(this.#text)
    this.#at = pattern.lastIndex
    return this.#at - start
  }

  #unexpected(comment: string): JsonSyntaxError {
    return this.#reject(`Unexpected character (${this.#describeChar()}): ${comment}`)
  }

  #unexpectedInNumber(comment: string): JsonSyntaxError {
    return this.#reject(`Unexpected character (${this.#describeChar()}) in numeric value: ${comment}`)
  }

  /** Where the innermost object or array begins. */
  #describeStart(): string {
    const start = this.#open.at(-1)
    return this.#describePlace(start === undefined ? beforeText : placeOf(this.#text, start))
  }

  /** The next character in Jackson's form. */
  #describeChar(): string {
    const char = this.#char!
    const code = char.charCodeAt(0)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `(CTRL-CHAR, code ${code})`
    return `'${char}' (code ${code}${code > 255 ? ` / 0x${code.toString(16)}` : ''})`
  }

  /** A problem with the next character, which Jackson has read by then. */
  #reject(problem: string): JsonSyntaxError {
    const { column, ...error } = this.#stop(problem)
    return { ...error, column: column + 1 }
  }

  /** A problem that shows before the next character is read. */
  #stop(problem: string): JsonSyntaxError {
    // Jackson names halves of surrogate pairs, which no file or answer can hold.
    return { problem: problem.toWellFormed(), ...placeOf(this.#text, this.#at) }
  }
}

/** Where Jackson is before it has read anything. */
const beforeText: Place = { line: 1, column: 0 }

const notJson: JsonSyntaxError = { problem: 'The text is not JSON', ...beforeText }

/** The line and column of an index, both from 1. Jackson counts a lone carriage return as the end of a line too. */
function placeOf(text: string, index: number): Place {
  let line = 1
  let start = 0
  for (const found of text.slice(0, index).matchAll(/\r\n?|\n/g)) {
    line++
    start = found.index + found[0].length
  }
  return { line, column: index - start + 1 }
}

/** Characters of a text that Jackson shows. */
const maxSource = 500

/** A place as Jackson names it. Control characters are written as JSON would have them, except line ends. */
function describePlace(text: string, { line, column }: Place): string {
  const shown = text
    .slice(0, maxSource)
    .toWellFormed()
    .replace(/(?![\r\n])\p{Cc}/gu, char => {
      return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    })
  const more = text.length > maxSource ? `[truncated ${text.length - maxSource} chars]` : ''
  return `[Source: (String)"${shown}"${more}; line: ${line}, column: ${column}]`
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9'

/** What Java lets an identifier begin with, and go on with. Half of a surrogate pair is neither. */
const isIdentifierStart = (char: string): boolean => /[\p{L}\p{Nl}\p{Sc}\p{Pc}]/u.test(char)
const isIdentifierPart = (char: string): boolean =>
  /[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mn}\p{Mc}\p{Cf}]/u.test(char)
