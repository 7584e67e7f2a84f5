import t from 'tap'
import { parseNdjson } from '../../../server/import/read/parse-ndjson.ts'
import { badOnes, collect, linesOf, matchEach, outcomes, spoiledLine } from '../../support/items.ts'

const parse = (...lines: string[]) => collect(parseNdjson([linesOf(lines)]))

t.test('each line is one object', async t => {
  t.same(outcomes(await parse('{"Id":"e1"}', ' {"Id":"é","Attributes":{"a":["b"]}} ')), [
    { Id: 'e1' },
    { Id: 'é', Attributes: { a: ['b'] } },
  ])
})

t.test('a line that is not JSON is bad by itself', async t => {
  const items = await parse('{"Id":"e1"}', '{Id:"e2"}', '{"Id":"e3"', '{"Id":"e4"}{"Id":"e5"}', '{"Id":"e6"}')
  t.same(
    badOnes(items).map(({ line }) => line.number),
    [2, 3, 4],
  )
  for (const { reason } of badOnes(items)) t.match(reason, /JSON/)
  t.same(outcomes([items[0]!, items[4]!]), [{ Id: 'e1' }, { Id: 'e6' }])
})

t.test('the header of a CSV file is told from other lines that are not JSON', async t => {
  const header = 'not JSON: it reads as the header of a CSV file, and CSV is imported with the Format CSV'
  const reasonsOf = async (...lines: string[]) => badOnes(await parse(...lines)).map(({ reason }) => reason)
  for (const line of ['"Id",Address', '"User.UserId"']) t.strictSame(await reasonsOf(line), [header])
  const others = await reasonsOf('{"Id":"e1"}', 'e1,a', 'null,Address', '{"Attributes":{"a":[x,Id,y]}}')
  for (const reason of others) t.match(reason, /^not JSON: Unexpected character/)
  t.equal(others.length, 3)
})

t.test('a syntax error is told with the column of what was not expected', async t => {
  const [{ reason = '' } = {}] = badOnes(await parse('{"Id":"a",}'))
  t.match(reason, /^not JSON: Unexpected character \('}' .* at column 11 /)
})

t.test('a line that is JSON but no object is bad', async t => {
  const items = await parse('[{"Id":"e1"}]', '"e1"', '5', 'null', 'true')
  t.equal(badOnes(items).length, 5)
  for (const { reason } of badOnes(items)) t.match(reason, /one JSON object/)
})

t.test('blank lines are left out', async t => {
  t.same(outcomes(await parse('', '{"Id":"e1"}', ' \t', '{"Id":"e2"}', '')), [{ Id: 'e1' }, { Id: 'e2' }])
})

t.test('a line that cannot be read is a bad record', async t => {
  matchEach(t, await collect(parseNdjson([[spoiledLine(7)]])), [{ reason: 'spoiled', line: { number: 7 } }])
})
