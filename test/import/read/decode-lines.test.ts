import t from 'tap'
import {
  type DecodedLine,
  decodeLines,
  isBlank,
  maxRecordBytes,
} from '../../../server/import/read/decode-lines.ts'
import { matchEach } from '../../support/items.ts'

/** Cuts content into chunks of one size. */
function* chunksOf(content: Buffer, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

async function collect(batches: AsyncIterable<DecodedLine[]>): Promise<DecodedLine[]> {
  const lines: DecodedLine[] = []
  for await (const batch of batches) lines.push(...batch)
  return lines
}

const decode = (content: string | Buffer, size = 65_536) =>
  collect(decodeLines(chunksOf(Buffer.from(content), size)))

const textsOf = (lines: DecodedLine[]) => lines.map(({ text }) => text)

/**
 * A byte order mark, both line ends, blank lines, and characters of one to four bytes; no line end at the
 * end.
 */
const mixed = '\ufeffId,Ärger\r\n\r\n漢字,1\n \t \n😀é\r\nlast 😀'

t.test('lines end with LF or CRLF and come without their ends', async t => {
  matchEach(t, await decode('a\nb\r\nc\n'), [
    { text: 'a', lineBreak: '\n' },
    { text: 'b', lineBreak: '\r\n' },
    { text: 'c', lineBreak: '\n' },
  ])
})

t.test('more CRs before an LF are its end as well', async t => {
  matchEach(t, await decode('a\r\r\nb\r\r\r\n'), [
    { text: 'a', lineBreak: '\r\n', end: 4 },
    { text: 'b', lineBreak: '\r\n', end: 9 },
  ])
})

t.test('a CR that no LF follows is part of its line', async t => {
  t.same(textsOf(await decode('a\rb\nc')), ['a\rb', 'c'])
})

t.test('the last line needs no end', async t => {
  matchEach(t, await decode('a\nb'), [{ text: 'a' }, { text: 'b', lineBreak: '' }])
  t.same(textsOf(await decode('a\nb\r')), ['a', 'b'], 'nor a whole one')
})

t.test('empty content has no lines', async t => {
  t.same(await decode(''), [])
})

t.test('a line is blank that holds spaces and tabs at the most', async t => {
  const lines = await decode('\n\na\n \t\r\n, \n\u0000')
  t.same(lines.map(isBlank), [true, true, false, true, false, false])
  t.same(
    lines.map(({ number, nextNumber }) => [number, nextNumber]),
    [1, 2, 3, 4, 5, 6].map(number => [number, number + 1]),
  )
  t.same((await decode('\ufeff')).map(isBlank), [true], 'a byte order mark alone says nothing either')
})

t.test('a byte order mark is left out where the content begins, and only there', async t => {
  t.same(textsOf(await decode('\ufeffa\n\ufeffb')), ['a', '\ufeffb'])
})

t.test('the lines are the same wherever the chunks are cut', async t => {
  const content = Buffer.from(mixed)
  const whole = await decode(content)
  t.same(textsOf(whole), ['Id,Ärger', '', '漢字,1', ' \t ', '😀é', 'last 😀'])
  for (let size = 1; size < content.length; size++) {
    t.same(await decode(content, size), whole, `chunks of ${size} bytes`)
  }
})

t.test('each line knows the bytes at which it begins and the next one may', async t => {
  const content = Buffer.from(mixed)
  const lines = await decode(content, 3)
  t.same(
    lines.map(({ start, end }) => content.subarray(start, end).toString()),
    ['\ufeffId,Ärger\r\n', '\r\n', '漢字,1\n', ' \t \n', '😀é\r\n', 'last 😀'],
  )
  t.equal(lines.at(-1)!.end, content.length)
})

t.test('reading on behind any line gives the lines that are left', async t => {
  const content = Buffer.from(mixed)
  const lines = await decode(content)
  for (const [index, { end, nextNumber }] of lines.entries()) {
    const rest = decodeLines([content.subarray(end)], { byte: end, line: nextNumber })
    t.same(await collect(rest), lines.slice(index + 1))
  }
})

t.test('a line that is not UTF-8 says so, and the lines after it go on', async t => {
  const content = Buffer.concat([Buffer.from('a\n'), Buffer.from([0x8b, 0x83, 0x0a]), Buffer.from('c\n')])
  for (const size of [1, 2, content.length]) {
    matchEach(t, await decode(content, size), [
      { text: 'a', problem: undefined },
      { number: 2, start: 2, end: 5, problem: /UTF-8/ },
      { text: 'c', number: 3, start: 5, problem: undefined },
    ])
  }
})

t.test('a line in Windows-1252 is told by a word of it', async t => {
  const says = /^a record must be UTF-8 text, and this one is not: as Windows-1252 it has the word "(.*)"\./
  const problemOf = async (text: string, encoding: BufferEncoding = 'latin1') =>
    (await decode(Buffer.from(text, encoding)))[0]!.problem
  for (const [text, word] of [
    ['e1,Köln', 'Köln'],
    ['Müller,Ångström', 'Müller'],
    ['{"City":"Besançon"}', 'Besançon'],
    ["O'Brien,José", 'José'],
  ] as const) {
    t.equal((await problemOf(text))?.match(says)?.[1], word)
    t.equal(await problemOf(text, 'utf8'), undefined)
  }
  const plain = 'a record must be UTF-8 text, and this one is not'
  for (const [what, hex] of [
    ['Shift-JIS', '938c8b9e'],
    ['GBK', 'd6d0b9fa'],
    ['KOI8-R', 'f0c1d3d3'],
    ['a letter alone', '2ce92c'],
    ['another sign than a letter', '61a762'],
    ['UTF-8 that is broken', '61c3a9ff62'],
  ] as const) {
    const [line] = await decode(Buffer.from(hex, 'hex'))
    t.equal(line!.problem, plain, what)
  }
})

t.test('a character that is cut off at the end of the content is not UTF-8', async t => {
  const content = Buffer.from('a\n漢').subarray(0, -1)
  matchEach(t, await decode(content), [{ problem: undefined }, { problem: /UTF-8/ }])
})

t.test('a line longer than any record is bad by itself, and the lines after it go on', async t => {
  const long = 'x'.repeat(maxRecordBytes + 1)
  for (const size of [1000, 65_536, 10 * maxRecordBytes]) {
    matchEach(t, await decode(`a\n${long}\nc\n`, size), [
      { text: 'a' },
      { number: 2, start: 2, end: long.length + 3, problem: new RegExp(`${maxRecordBytes}`) },
      { text: 'c' },
    ])
  }
})

t.test('a longest line at the end of the content is told apart by one byte', async t => {
  const [longest] = await decode('x'.repeat(maxRecordBytes), 65_536)
  t.equal(longest!.problem, undefined)
  const [tooLong] = await decode('x'.repeat(maxRecordBytes + 1), 65_536)
  t.match(tooLong!.problem, /at most/)
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
    t.same(textsOf(batch), ['a'])
    t.same(taken, ['a\nb'], 'nothing further was read')
    break
  }
})
