import t from 'tap'
import { UnreadableError } from '../../../server/buckets/bucket.ts'
import { type DecodedLine, decodeLines, maxRecordBytes } from '../../../server/import/read/decode-lines.ts'
import { refuseDocuments } from '../../../server/import/read/json-document.ts'
import { linesOf } from '../../support/items.ts'

/** Why lines are refused, and with which line; else their texts. */
async function pass(lines: DecodedLine[], batchLength = 1): Promise<string | string[]> {
  const batches: DecodedLine[][] = []
  for (let at = 0; at < lines.length; at += batchLength) batches.push(lines.slice(at, at + batchLength))
  const texts: string[] = []
  try {
    for await (const batch of refuseDocuments(batches)) texts.push(...batch.map(({ text }) => text))
  } catch (error) {
    if (error instanceof UnreadableError) return `${error.line}: ${error.message}`
    throw error
  }
  return texts
}

async function decode(content: string): Promise<DecodedLine[]> {
  const lines: DecodedLine[] = []
  for await (const batch of decodeLines([Buffer.from(content)])) lines.push(...batch)
  return lines
}

const list = /^1: the object is a JSON list: one object per line is needed, as jq -c '\.\[\]' prints them$/
const object =
  /^1: a JSON object begins here that goes over lines: one object per line is needed, as jq -c \./

for (const [what, says, lines] of [
  ['a list of objects', list, ['[{"Id":"a"},', '{"Id":"b"}]']],
  ['a list whose bracket stands alone', list, ['[', '{"Id":"a"},', '{"Id":"b"}', ']']],
  ['a list with commas at the beginning', list, ['[{"Id":"a"}', ',{"Id":"b"}', ']']],
  ['a list with spaces', list, ['  [ ', '  {', '    "Id": "a"', '  }', ']']],
  ['an empty list', list, ['[', ']']],
  ['an object', object, ['{', '  "Id": "a",', '  "Address": "b"', '}']],
  ['an object of one member', object, ['{', '"Id": "a" }']],
  ['an object that begins with a member', object, ['{ "Id": "a}]\\"{",', '  "Address": "b" }']],
  ['an object with one in it', object, ['{"User": {', '"UserId": "u"', '} }']],
  ['an object with a list in it', object, ['{"Attributes": {"a": [', '"b"]}}']],
  ['an object before lines that are whole', object, ['{', '"Id": "a"}', '{"Id":"b"}']],
] as const) {
  t.test(`${what} that goes over lines is refused, and its line is told`, async t => {
    const [first, ...rest] = lines
    for (const batchLength of [1, 2, 100]) t.match(await pass(linesOf([...lines]), batchLength), says)
    const behindBlanks = await pass(linesOf(['', ' \t', first, '', ...rest]))
    t.match(String(behindBlanks).replace(/^3/, '1'), says, 'behind blank lines as well')
    t.match(behindBlanks, /^3: /)
  })
}

for (const lines of [
  ['{"Id":"a"}', '{"Id":"b"}'],
  ['{"Id":"a"},', '{"Id":"b"},'],
  ['{"Id":"a",', '{"Id":"b"}'],
  ['{"Id":"a","Attributes":{"a":[', '{"Id":"b"}'],
  ['{"Id":"a","User":', '{"UserId":"b"}'],
  ['{"Id":"a","User":', '{"Id":"b",'],
  ['{"Id":"a', '"Id":"b"}'],
  ['{"Id"', '"b"'],
  ['[{}', '{"Id":"b"}'],
  ['[{"Id":"a"}]', '{"Id":"b"}'],
  ['[1', '{"Id":"b"}'],
  ['[INFO] started', '{"Id":"b"}'],
  ['{"Id":"a"}', '[', '{"Id":"b"}', ']'],
  ['[{"Id":"a"}]'],
  ['{'],
  ['['],
  ['"a', 'b"'],
  ['Id,Address', '"'],
  [],
]) {
  t.test(`lines are passed on that may be records: ${JSON.stringify(lines)}`, async t => {
    for (const batchLength of [1, 2, 100]) t.same(await pass(linesOf(lines), batchLength), lines)
  })
}

t.test('a list on one line that is longer than a record may be is refused as a list', async t => {
  const one = `{"Id":"${'x'.repeat(1000)}"}`
  const text = `[${Array(Math.ceil(maxRecordBytes / 1000)).fill(one)}]`
  for (const content of [text, `\n ${text}\n`, `${text}\n${one}\n`]) {
    t.match(await pass(await decode(content)), /^[12]: the object is a JSON list/)
  }
  t.same(await pass(await decode('x'.repeat(maxRecordBytes + 1))), [''], 'what is no list is one bad record')
})
