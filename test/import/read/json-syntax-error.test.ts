import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { jacksonMessage, jsonSyntaxError } from '../../../server/import/read/json-syntax-error.ts'
import { holds } from '../../support/generators.ts'

t.test('the message of Pinpoint that was observed is the same to the letter', async t => {
  t.equal(
    jacksonMessage('{ Id: "9GSh1dnhtfjUTh8J9Yj9N33LBe4f9gn2x1zks" }'),
    'Unexpected character (\'I\' (code 73)): was expecting double-quote to start field name\n at [Source: (String)"{ Id: "9GSh1dnhtfjUTh8J9Yj9N33LBe4f9gn2x1zks" }"; line: 1, column: 4]',
  )
})

t.test('a name without double quotes is told in the observed words', async t => {
  for (const [text, character, column] of [
    ['{a:1}', "'a' (code 97)", 2],
    ["{'a':1}", "''' (code 39)", 2],
    ['{1:1}', "'1' (code 49)", 2],
    ['{,}', "',' (code 44)", 2],
    ['{"a":1,}', "'}' (code 125)", 8],
    ['[{"a":{b', "'b' (code 98)", 8],
  ] as const) {
    const problem = `Unexpected character (${character}): was expecting double-quote to start field name`
    t.strictSame(jsonSyntaxError(text), { problem, line: 1, column, isCharacter: true }, text)
  }
})

t.test('any other error tells what was found and what was expected', async t => {
  for (const [text, problem, column] of [
    ['{"a" 1}', "Unexpected character ('1' (code 49)): Colon ':' expected after property name", 6],
    ['{"a":}', "Unexpected character ('}' (code 125)): Object value expected after ':'", 6],
    ['{"a":1 "b":2}', "Unexpected character ('\"' (code 34)): Comma ',' expected after value", 8],
    ['[1,]', "Unexpected character (']' (code 93)): Array item expected", 4],
    ['{"a":1', "Unexpected end-of-input: Quoted object key or end of object '}' expected", 7],
    ['["a', "Unexpected end-of-input: End of string '\"' expected", 4],
    ['{} {', "Unexpected character ('{' (code 123)): Expected end of input", 4],
    ['', 'Unexpected end-of-input: JSON value expected', 1],
    ['["\\x"]', "Unexpected character ('\\' (code 92)): Invalid escape character '\\x'", 3],
    ['["\t"]', "Unexpected character ('\\u0009' (code 9)): Invalid character '\\u0009'", 3],
    ['\ufeff{}', "Unexpected character ('\ufeff' (code 65279)): JSON value expected", 1],
    ['[😀]', "Unexpected character ('😀' (code 128512)): Array item expected", 2],
    [`[-${'1'.repeat(500_000)}.]`, "Unexpected character (']' (code 93)): expecting a digit", 500_004],
  ] as const) {
    const isCharacter = !problem.includes('end-of-input:')
    t.strictSame(jsonSyntaxError(text), { problem, line: 1, column, isCharacter }, text.slice(0, 20))
  }
})

t.test('lines end with a line feed, a carriage return, or both', async t => {
  for (const [text, line, column] of [
    ['{"a":1\n,x:1}', 2, 2],
    ['{"a":1\r\n,x:1}', 2, 2],
    ['{\r"a":1\r\rx}', 4, 1],
    ['[\n\n', 3, 1],
  ] as const) {
    t.match(jsonSyntaxError(text), { line, column }, JSON.stringify(text))
  }
})

t.test('a message repeats 500 characters of the text and says how many more there are', async t => {
  const text = (length: number) => `["${'x'.repeat(length - 3)}!`
  t.match(jacksonMessage(text(500)), `[Source: (String)"${text(500)}"; line: 1, column: 501]`)
  const long = `[Source: (String)"["${'x'.repeat(498)}"[truncated 110 chars]; line: 1, column: 611]`
  t.match(jacksonMessage(text(610)), long)
  const halved = jacksonMessage(`[x${'-'.repeat(497)}😀]`)
  t.match(halved, '--\ufffd"[truncated 2 chars]', 'half of a character is replaced')
})

t.test('a message escapes control characters', async t => {
  t.match(jacksonMessage('{\t\u0001\u007f\rx'), '[Source: (String)"{\\u0009\\u0001\\u007f\\u000dx"; line: ')
})

t.test('of a text that is nested too deeply the beginning is the place', async t => {
  for (const text of ['['.repeat(1_000_000), '{"a":'.repeat(200_000)]) {
    t.strictSame(jsonSyntaxError(text), {
      problem: 'The text is nested too deeply to find the error',
      line: 1,
      column: 1,
      isCharacter: false,
    })
  }
})

/** JSON texts in which some characters are replaced, added or left out, or the end is cut off. */
const changed = fc
  .tuple(
    fc.oneof(
      fc.json(),
      fc.constantFrom('{"Id":"e1","a":["b","\\u00e9\\n"],"x":-1.5e5,"a":[0]}', ' [ true , 0.5 ] \n'),
    ),
    fc.array(
      fc.record({
        at: fc.nat(),
        left: fc.nat({ max: 2 }),
        added: fc.oneof(
          fc.string({ unit: 'binary', maxLength: 2 }),
          fc.constantFrom(...'{}[],:"\\/0-.eEut\n'),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    fc.option(fc.nat()),
  )
  .map(([json, changes, cut]) => {
    let text = json
    for (const { at, left, added } of changes) {
      const from = at % (text.length + 1)
      text = text.slice(0, from) + added + text.slice(from + left)
    }
    return cut === null ? text : text.slice(0, cut % (text.length + 1))
  })
  .filter(text => !isJson(text))

t.test('whatever is wrong with a text is found, at a place inside the text', async t => {
  await holds(
    t,
    fc.asyncProperty(changed, async text => {
      const { problem, line, column } = jsonSyntaxError(text)
      assert.match(problem, /^Unexpected (character|end-of-input)/)
      const lines = text.split(/\r\n?|\n/)
      assert.ok(line >= 1 && line <= lines.length, `line ${line}`)
      assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1, `column ${column}`)
      assert.ok(jacksonMessage(text).startsWith(`${problem}\n at [Source: (String)"`))
    }),
    3000,
  )
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
