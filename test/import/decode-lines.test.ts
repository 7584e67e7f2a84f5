import t from 'tap'
import { decodeLines, maxLineBytes } from '../../server/import/decode.ts'
import { isBad } from '../../server/import/item.ts'
import { badOnes, collect, matchEach, outcomes } from './items.ts'

/** Cuts content into chunks of one size. */
function* chunksOf(content: Buffer, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

const decode = (content: string | Buffer, size = 65_536) =>
  collect(decodeLines(chunksOf(Buffer.from(content), size)))

/** A byte order mark, both line ends, blank lines, and characters of one to four bytes; no line end at the end. */
const mixed = '\ufeffId,Ärger\r\n\r\n漢字,1\n \t \n😀é\r\nlast 😀'

t.test('lines end with LF or CRLF and come without their ends', async t => {
  t.same(outcomes(await decode('a\nb\r\nc\n')), ['a', 'b', 'c'])
})

t.test('a CR that no LF follows is part of its line', async t => {
  t.same(outcomes(await decode('a\rb\nc')), ['a\rb', 'c'])
})

t.test('the last line needs no end', async t => {
  t.same(outcomes(await decode('a\nb')), ['a', 'b'])
})

t.test('empty content has no lines', async t => {
  t.same(await decode(''), [])
  t.same(await decode('\n\r\n \n'), [], 'nor does content of blank lines')
  t.same(await decode('\ufeff'), [], 'nor does a byte order mark alone')
})

t.test('blank lines are left out, but count as lines', async t => {
  const items = await decode('\n\na\n \t\r\nb')
  t.same(
    items.map(({ line }) => [line.text, line.number]),
    [
      ['a', 3],
      ['b', 5],
    ],
  )
})

t.test('a byte order mark is left out where the content begins, and only there', async t => {
  t.same(outcomes(await decode('\ufeffa\n\ufeffb')), ['a', '\ufeffb'])
})

t.test('the lines are the same wherever the chunks are cut', async t => {
  const content = Buffer.from(mixed)
  const whole = await decode(content)
  t.same(outcomes(whole), ['Id,Ärger', '漢字,1', '😀é', 'last 😀'])
  for (let size = 1; size < content.length; size++) {
    t.same(await decode(content, size), whole, `chunks of ${size} bytes`)
  }
})

t.test('each line knows the bytes at which it begins and the next one may', async t => {
  const content = Buffer.from(mixed)
  const items = await decode(content, 3)
  t.same(
    items.map(({ line }) => content.subarray(line.start, line.end).toString()),
    ['\ufeffId,Ärger\r\n', '漢字,1\n', '😀é\r\n', 'last 😀'].map(text => text),
  )
  t.equal(items.at(-1)!.line.end, content.length)
})

t.test('reading on behind any line gives the lines that are left', async t => {
  const content = Buffer.from(mixed)
  const items = await decode(content)
  for (const [index, { line }] of items.entries()) {
    const rest = decodeLines([content.subarray(line.end)], { byte: line.end, line: line.number + 1 })
    t.same(await collect(rest), items.slice(index + 1))
  }
})

t.test('a line that is not UTF-8 fails its piece, and the lines after it go on', async t => {
  const content = Buffer.concat([Buffer.from('a\n'), Buffer.from([0x8b, 0x83, 0x0a]), Buffer.from('c\n')])
  for (const size of [1, 2, content.length]) {
    const items = await decode(content, size)
    matchEach(t, items, [
      { value: 'a' },
      { line: { number: 2, start: 2, end: 5 }, reason: /line 2 .*UTF-8/, failsPiece: true },
      { value: 'c', line: { number: 3, start: 5 } },
    ])
  }
})

t.test('a character that is cut off at the end of the content is not UTF-8', async t => {
  const content = Buffer.from('a\n漢').subarray(0, -1)
  matchEach(t, await decode(content), [{ value: 'a' }, { failsPiece: true }])
})

t.test('a line longer than any record is bad by itself, and the lines after it go on', async t => {
  const long = 'x'.repeat(maxLineBytes + 1)
  for (const size of [1000, 65_536, 10 * maxLineBytes]) {
    const items = await decode(`a\n${long}\nc\n`, size)
    t.same(outcomes([items[0]!, items[2]!]), ['a', 'c'])
    matchEach(t, badOnes(items), [{ line: { number: 2, start: 2, end: long.length + 3 }, failsPiece: false }])
    t.match(badOnes(items)[0]!.reason, String(maxLineBytes))
  }
})

t.test('a longest line at the end of the content is told apart by one byte', async t => {
  const [longest] = await decode('x'.repeat(maxLineBytes), 65_536)
  t.notOk(isBad(longest!))
  const [tooLong] = await decode('x'.repeat(maxLineBytes + 1), 65_536)
  t.ok(isBad(tooLong!))
})

t.test('lines come as soon as their chunk is there', async t => {
  const taken: string[] = []
  function* chunks() {
    for (const text of ['a\nb', 'c\nd\n', 'e\n']) {
      taken.push(text)
      yield Buffer.from(text)
    }
  }
  for await (const batch of decodeLines(chunks())) {
    t.same(outcomes(batch), ['a'])
    t.same(taken, ['a\nb'], 'nothing further was read')
    break
  }
})
