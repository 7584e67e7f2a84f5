import t from 'tap'
import {
  findJsonSyntaxError,
  jacksonMessage,
  jsonSyntaxError,
} from '../../../server/import/read/json-syntax-error.ts'

t.test('the one message of Pinpoint that was seen comes out as it was', async t => {
  t.equal(
    jacksonMessage('{ Id: "9GSh1dnhtfjUTh8J9Yj9N33LBe4f9gn2x1zks" }'),
    'Unexpected character (\'I\' (code 73)): was expecting double-quote to start field name\n at [Source: (String)"{ Id: "9GSh1dnhtfjUTh8J9Yj9N33LBe4f9gn2x1zks" }"; line: 1, column: 4]',
  )
})

const values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
const sign = 'in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value'
const point = 'in numeric value: Decimal point not followed by a digit'
const exponent = 'in numeric value: Exponent indicator not followed by a digit'
const comment =
  "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)"
const space = 'only regular white space (\\r, \\n, \\t) is allowed between tokens'
const escaped = 'has to be escaped using backslash to be included in'
const nonStandard = ': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow'

/**
 * Texts with what Jackson says of them, compared with 2.14.1. Where that differs they are as in 2.10 to 2.13: numbers
 * that begin with + or -. and the name of the feature for non-standard tokens. The columns in fractions and exponents,
 * and what is said of a text that goes on after its value, are our own.
 */
const broken: Record<string, [text: string, problem: string, column: number][]> = {
  'a name': [
    ['{a:1}', "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", 3],
    ["{'a':1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 3],
    ['{1:1}', "Unexpected character ('1' (code 49)): was expecting double-quote to start field name", 3],
    ['{,}', "Unexpected character (',' (code 44)): was expecting double-quote to start field name", 3],
    ['{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 9],
    ['{"a', 'Unexpected end-of-input in field name', 4],
    ['{"a\tb":1}', `Illegal unquoted character ((CTRL-CHAR, code 9)): ${escaped} name`, 5],
    ['{"a\\x":1}', "Unrecognized character escape 'x' (code 120)", 6],
  ],
  'a colon': [
    [
      '{"a" 1}',
      "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
      7,
    ],
    ['{"a"', 'Unexpected end-of-input within/between Object entries', 5],
    ['{"a":', 'Unexpected end-of-input within/between Object entries', 6],
    ['{"a"::1}', `Unexpected character (':' (code 58)): expected a valid value ${values}`, 7],
  ],
  'a comma': [
    [
      '{"a":1 "b":2}',
      "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
      9,
    ],
    ['[1 2]', "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 5],
    ['[1:2]', "Unexpected character (':' (code 58)): was expecting comma to separate Array entries", 4],
    ['{"a":1x}', "Unexpected character ('x' (code 120)): was expecting comma to separate Object entries", 8],
    ['[1,', 'Unexpected end-of-input within/between Array entries', 4],
    ['{"a":1,', 'Unexpected end-of-input within/between Object entries', 8],
    ['[1,]', `Unexpected character (']' (code 93)): expected a valid value ${values}`, 5],
  ],
  'the end of an object or array': [
    ['{"a":1', 'Unexpected end-of-input: expected close marker for Object (start marker at column 1)', 7],
    [' {"a":[1 ', 'Unexpected end-of-input: expected close marker for Array (start marker at column 7)', 10],
    ['{"a":1]', "Unexpected close marker ']': expected '}' (for Object starting at column 1)", 8],
    ['[{}}', "Unexpected close marker '}': expected ']' (for Array starting at column 1)", 5],
    [']', "Unexpected close marker ']': expected '}' (for root starting at column 0)", 2],
  ],
  'a value': [
    ['{"a":}', "Unexpected character ('}' (code 125)): expected a value", 7],
    ['{"a":,}', `Unexpected character (',' (code 44)): expected a valid value ${values}`, 7],
    ['{"a":\'b\'}', `Unexpected character (''' (code 39)): expected a valid value ${values}`, 7],
    ['[\u00a01]', `Unexpected character ('\u00a0' (code 160)): expected a valid value ${values}`, 3],
    [
      '\ufeff{}',
      `Unexpected character ('\ufeff' (code 65279 / 0xfeff)): expected a valid value ${values}`,
      2,
    ],
    ['[😀]', `Unexpected character ('\ufffd' (code 55357 / 0xd83d)): expected a valid value ${values}`, 3],
    ['\u007f', `Unexpected character ((CTRL-CHAR, code 127)): expected a valid value ${values}`, 2],
    ['[#]', `Unexpected character ('#' (code 35)): expected a valid value ${values}`, 3],
    ['{"a":1/2}', `Unexpected character ('/' (code 47)): ${comment}`, 8],
    ['/**/{}', `Unexpected character ('/' (code 47)): ${comment}`, 2],
    ['{\u0001}', `Illegal character ((CTRL-CHAR, code 1)): ${space}`, 3],
  ],
  'a word': [
    ['{"a":foo}', `Unrecognized token 'foo': was expecting ${values}`, 9],
    ['{"a":foo$b1é_.x}', `Unrecognized token 'foo$b1é_': was expecting ${values}`, 14],
    ['[tru]', `Unrecognized token 'tru': was expecting ${values}`, 5],
    ['[trux]', `Unrecognized token 'trux': was expecting ${values}`, 6],
    ['[null_]', `Unrecognized token 'null_': was expecting ${values}`, 7],
    ['[True]', `Unrecognized token 'True': was expecting ${values}`, 6],
    ['n', `Unrecognized token 'n': was expecting ${values}`, 2],
    ['[null$]', "Unexpected character ('$' (code 36)): was expecting comma to separate Array entries", 7],
    [`[${'x'.repeat(255)}]`, `Unrecognized token '${'x'.repeat(255)}': was expecting ${values}`, 257],
    [`[${'x'.repeat(300)}]`, `Unrecognized token '${'x'.repeat(256)}...': was expecting ${values}`, 258],
    ['[NaN]', `Non-standard token 'NaN'${nonStandard}`, 5],
    ['[Infinity]', `Non-standard token 'Infinity'${nonStandard}`, 10],
    ['[-Infinity]', `Non-standard token '-Infinity'${nonStandard}`, 11],
    ['[-INF]', `Non-standard token '-INF'${nonStandard}`, 6],
    ['[NaNs]', `Unrecognized token 'NaNs': was expecting ${values}`, 6],
    ['[-Infinit]', `Unrecognized token '-Infinit': was expecting ${values}`, 10],
  ],
  'a number': [
    ['[01]', 'Invalid numeric value: Leading zeroes not allowed', 3],
    ['[-00]', 'Invalid numeric value: Leading zeroes not allowed', 4],
    ['[-]', `Unexpected character (']' (code 93)) ${sign}`, 4],
    ['[-x]', `Unexpected character ('x' (code 120)) ${sign}`, 4],
    ['[-Ix]', `Unexpected character ('x' (code 120)) ${sign}`, 5],
    ['[-.5]', `Unexpected character ('.' (code 46)) ${sign}`, 4],
    ['[+1]', `Unexpected character ('1' (code 49)) ${sign}`, 4],
    ['[.5]', `Unexpected character ('.' (code 46)): expected a valid value ${values}`, 3],
    ['[1.]', `Unexpected character (']' (code 93)) ${point}`, 5],
    ['[1.', `Unexpected character ('.' (code 46)) ${point}`, 4],
    ['[1e]', `Unexpected character (']' (code 93)) ${exponent}`, 5],
    ['[1.5E+x]', `Unexpected character ('x' (code 120)) ${exponent}`, 8],
    ['[-', 'Unexpected end-of-inputNo digit following minus sign', 3],
    ['[+', 'Unexpected end-of-input in a Number value', 3],
    ['[-I', 'Unexpected end-of-input in a Number value', 4],
    ['[1e', 'Unexpected end-of-inputexpected a digit for number exponent', 4],
    ['1x', "Unexpected character ('x' (code 120)): Expected space separating root-level values", 3],
  ],
  'a string': [
    ['{"a":"b', 'Unexpected end-of-input: was expecting closing quote for a string value', 8],
    ['["b\u0001"]', `Illegal unquoted character ((CTRL-CHAR, code 1)): ${escaped} string value`, 5],
    ['["b\nc"]', `Illegal unquoted character ((CTRL-CHAR, code 10)): ${escaped} string value`, 5],
    ['["\\x"]', "Unrecognized character escape 'x' (code 120)", 5],
    ['["\\\n"]', 'Unrecognized character escape (CTRL-CHAR, code 10)', 5],
    [
      '["\\u12G4"]',
      "Unexpected character ('G' (code 71)): expected a hex-digit for character escape sequence",
      8,
    ],
    ['["\\u12', 'Unexpected end-of-input in character escape sequence', 7],
    ['["\\', 'Unexpected end-of-input in character escape sequence', 4],
    [
      '["say "no""]',
      "Unexpected character ('n' (code 110)): was expecting comma to separate Array entries",
      9,
    ],
  ],
  'the text as a whole': [
    ['', 'No content to map due to end-of-input', 0],
    [' \t ', 'No content to map due to end-of-input', 0],
    [
      '{"a":1} {',
      "Unexpected character ('{' (code 123)): expected end-of-input after the root-level value",
      10,
    ],
    ['{}}', "Unexpected character ('}' (code 125)): expected end-of-input after the root-level value", 4],
    ['1 2', "Unexpected character ('2' (code 50)): expected end-of-input after the root-level value", 4],
  ],
}
for (const [what, cases] of Object.entries(broken)) {
  t.test(`${what} that is wrong`, async t => {
    for (const [text, problem, column] of cases) {
      t.throws(() => JSON.parse(text), SyntaxError)
      t.same(jsonSyntaxError(text), { problem, line: 1, column }, text)
      const long = problem.replace(
        /at column (\d+)\)$/,
        `at [Source: (String)"${text}"; line: 1, column: $1])`,
      )
      t.match(jacksonMessage(text), `${long}\n at [Source: (String)"`, 'Jackson repeats the text')
      t.match(jacksonMessage(text), `"; line: 1, column: ${column}]`)
    }
  })
}

t.test('lines end with a line feed, a carriage return, or both', async t => {
  for (const [text, line, column] of [
    ['{"a":1\n,x:1}', 2, 3],
    ['{"a":1\r\n,x:1}', 2, 3],
    ['{\r"a":1\r\rx}', 4, 2],
    ['[\n\n', 3, 1],
  ] as const) {
    t.match(jsonSyntaxError(text), { line, column }, JSON.stringify(text))
  }
  t.match(jacksonMessage('\n [1\n'), /start marker at .*line: 2, column: 2\]\).*line: 3/s)
})

t.test('Jackson shows 500 characters of the text and says how many more there are', async t => {
  const text = (length: number) => `["${'x'.repeat(length - 3)}!`
  t.equal(
    jacksonMessage(text(500)),
    `Unexpected end-of-input: was expecting closing quote for a string value\n at [Source: (String)"${text(500)}"; line: 1, column: 501]`,
  )
  t.equal(
    jacksonMessage(text(610)),
    `Unexpected end-of-input: was expecting closing quote for a string value\n at [Source: (String)"["${'x'.repeat(498)}"[truncated 110 chars]; line: 1, column: 611]`,
  )
  const halved = jacksonMessage(`[x${'-'.repeat(497)}😀]`)
  t.match(halved, '--\ufffd"[truncated 2 chars]', 'half of a character is no text')
})

t.test('control characters of the text are shown as escapes, but line ends as they are', async t => {
  t.match(jacksonMessage('{\t\u0001\u007f\r\nx'), '[Source: (String)"{\\u0009\\u0001\\u007F\r\nx"; line: 1')
})

t.test('a text that is JSON has no problem', async t => {
  for (const text of [
    '{}',
    '[]',
    ' {"a" : [1 , -0.5e+3 , "\\u00e9\\n" , true , null ] }\r\n',
    '"\u007f"',
    '0',
  ]) {
    t.equal(findJsonSyntaxError(text), undefined, text)
  }
})

t.test('the problem is found however long a text is, and however deep it is nested', async t => {
  const million = 1_000_000
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  for (const [text, problem] of [
    ['['.repeat(million), /^Unexpected end-of-input: expected close marker for Array/],
    ['{"a":'.repeat(million / 5), /^Unexpected end-of-input within\/between Object entries/],
    [`${nested(100_000)}x`, /^Unexpected character \('x'/],
    [`"${'\\n'.repeat(million / 2)}`, /closing quote/],
    [`[${'\n'.repeat(million)}x`, /^Unrecognized token 'x'/],
    [`${'1'.repeat(million)}x`, /^Unexpected character \('x'/],
    [`[${'1,'.repeat(million / 2)}`, /within\/between Array entries/],
  ] as const) {
    const message = jacksonMessage(text)
    t.match(message, problem)
    t.ok(message.length < 2000)
  }
  t.equal(findJsonSyntaxError(nested(100_000)), undefined)
})

/** Numbers that are the same in every run. */
function* numbers(): Generator<number> {
  for (let state = 1; ; state = (state * 48_271) % 0x7fffffff) yield state
}

t.test('there is a problem exactly when JSON.parse throws, whatever is changed in a text', async t => {
  const texts = [
    '{"Id":"e1","User":{"UserId":"u","UserAttributes":{"a":["b","\\u00e9\\n"]}},"Metrics":{"x":-1.5e5,"z":0}}',
    ' [ true , false , null , { } , [ ] , 0.5 , 1E+3 ] ',
    '{"a":NaN,"b":-Infinity}',
    '-0',
  ]
  const pieces = [
    ...['{', '}', '[', ']', ',', ':', '"', "'", '\\', '\\u', '/', '#', '$', '_', ' ', '\t', '\n', '\r\n'],
    ...['0', '1', '-', '+', '.', 'e', 'E', 'true', 'fals', 'null', 'NaN', 'I', 'Infinity', 'x', 'é', '😀'],
    ...['\u0001', '\u007f', '\u00a0', '\u2028', '\ufeff', '\ud800', '\u0301'],
  ]
  const random = numbers()
  const upTo = (limit: number) => random.next().value % limit
  let refused = 0
  const wrong: string[] = []
  for (let count = 0; count < 30_000; count++) {
    let text = texts[upTo(texts.length)]!
    for (let changes = 1 + upTo(3); changes > 0; changes--) {
      const at = upTo(text.length + 1)
      text = text.slice(0, at) + pieces[upTo(pieces.length)] + text.slice(at + upTo(3))
    }
    if (upTo(4) === 0) text = text.slice(0, upTo(text.length + 1))
    const isRefused = !isJson(text)
    if (isRefused) refused++
    if ((findJsonSyntaxError(text) !== undefined) !== isRefused) wrong.push(text)
  }
  t.same(wrong, [])
  t.ok(refused > 20_000 && refused < 29_900, `${refused} of 30000 are no JSON`)
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
