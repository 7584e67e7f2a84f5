import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { BadRequestException } from '@aws-sdk/client-pinpoint'
import fc from 'fast-check'
import t from 'tap'
import { badRows } from '../support/bad-rows.ts'
import { type Emulator, importAgain, startEmulators } from '../support/emulators.ts'
import { writeFile } from '../support/files.ts'
import { character, type Format, goodRows, holds, look } from '../support/generators.ts'
import { createApp } from '../support/helpers.ts'

/** Bytes that mean something to some stage of an import. */
const pieces = [
  ...[
    '"',
    '""',
    ',',
    '\n',
    '\r',
    '\r\n',
    '\ufeff',
    '\u0000',
    ' ',
    '\t',
    '\\',
    '\\u',
    '\\ud800',
    '{',
    '}',
    '[',
    ']',
    ':',
  ],
  ...[
    'Id',
    'Address',
    'ChannelType',
    'User.UserId',
    'Attributes.',
    'Attributes.a',
    'Metrics.m',
    'Location.Latitude',
  ],
  ...['"Id":', '"User":{', '"UserId":"u"', '"Attributes":{', '"Metrics":{', '__proto__', '"constructor":'],
  ...[
    'null',
    'true',
    '1e999',
    '-',
    '0x1',
    'EMAIL',
    '{"Id":"a","Address":"b","ChannelType":"SMS"}',
    'a,b,SMS',
  ],
].map(text => Buffer.from(text))
const odd = [[0xff], [0xc3], [0xe2, 0x80, 0xa8], [0xed, 0xa0, 0x80], [0xff, 0xfe], [0x1f, 0x8b]].map(bytes =>
  Buffer.from(bytes),
)

const piece = fc.constantFrom(...pieces, ...odd)

/** A change somewhere in a content: some bytes of it are left out, and others are put in there. */
const mutation = fc.record({ at: fc.nat(), without: fc.nat({ max: 4 }), piece: fc.option(piece) })

const fileOf = (format: Format) =>
  fc
    .tuple(
      goodRows({ format, most: 3 }),
      fc.array(badRows(format), { maxLength: 2 }),
      look,
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
    )
    .map(([good, bad, look, mutations]) => {
      let { content } = writeFile(format, [...good, ...bad.flat()], look)
      for (const { at, without, piece } of mutations) {
        const start = at % (content.length + 1)
        content = Buffer.concat([
          content.subarray(0, start),
          piece ?? odd[0]!,
          content.subarray(start + without),
        ])
      }
      return content
    })

const bytes = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes))
const texts = fc.string({ unit: character, maxLength: 100 }).map(text => Buffer.from(text))
const headers = [
  'Id,Address,ChannelType\n',
  'User.UserId\n',
  '"Attributes.a",Metrics.m\r\n',
  'Id',
  '\ufeffId,Address',
  '\n\n ,',
]
const mixed = fc
  .tuple(fc.constantFrom('', ...headers), fc.array(fc.oneof(piece, bytes, texts), { maxLength: 30 }))
  .map(([header, pieces]) => Buffer.concat([Buffer.from(header), ...pieces]))

const content = fc.oneof(
  bytes,
  texts,
  { weight: 3, arbitrary: mixed },
  { weight: 2, arbitrary: fileOf('CSV') },
  {
    weight: 2,
    arbitrary: fileOf('JSON'),
  },
)

/** Compressed contents, some of which are broken. */
const compressed = fc.tuple(content, fc.option(fc.tuple(fc.nat(), piece))).map(([content, mutation]) => {
  const gzip = gzipSync(content)
  if (mutation === null) return gzip
  const [at, piece] = mutation
  return Buffer.concat([gzip.subarray(0, at % gzip.length), piece])
})

const object = fc
  .record({
    key: fc.constantFrom('a.csv', 'a.json', 'a', 'a.csv.gz'),
    format: fc.constantFrom<Format>('CSV', 'JSON'),
    plain: content,
    compressed,
  })
  .map(({ key, format, plain, compressed }) => {
    const content = key.endsWith('.gz') ? compressed : plain
    const report = () => `${format} of ${key} with ${JSON.stringify(content.toString('latin1'))}`
    return { key, format, content, [fc.toStringMethod]: report }
  })

/** All that may be said of a file; what nothing in the emulator expects would be told of the S3Url. */
const sayings = [
  /^KEY line [1-9]\d*: (?!not JSON: The text is nested too deeply)./,
  /^KEY: the CSV header is not usable: ./,
  /^KEY: none of the \d+ records in the piece that begins at byte \d+ could be imported$/,
  /^KEY: the object cannot be decompressed as gzip: ./,
  /^KEY: the object is (an Excel workbook|a ZIP archive|compressed with gzip|text in UTF-16)/,
  /^s3:\/\/bucket-\d+\/KEY: there is nothing to import/,
].map(({ source }) => source)

const canBeSaid = (failure: string, key: string) =>
  sayings.some(saying => new RegExp(saying.replace('KEY', key.replaceAll('.', '\\.'))).test(failure))

async function lives({ url }: Emulator) {
  const response = await fetch(`${url}/_pinpoint/health`)
  assert.equal(response.status, 200)
}

t.test('whatever an object holds, its import ends, and says why where something is wrong', async t => {
  const { emulators, fill } = await startEmulators(t, {}, { PIECE_BYTES: '7' }, { PREFLIGHT: 'strict' })

  const property = fc.asyncProperty(object, async ({ key, format, content }) => {
    const S3Url = `s3://${await fill({ [key]: content })}/${key}`
    const run = async (emulator: Emulator) => {
      const { job } = await importAgain(emulator, await createApp(emulator.client), S3Url, format)
      for (const failure of job.Failures ?? []) assert.ok(canBeSaid(failure, key), failure)
      assert.ok((job.Failures?.length ?? 0) <= 100)
      await lives(emulator)
      return { TotalProcessed: job.TotalProcessed, TotalFailures: job.TotalFailures }
    }
    const [plain, cut, strict] = await Promise.all(
      emulators.map((emulator, index) =>
        run(emulator).catch(error => {
          if (index === 2 && error instanceof BadRequestException) return undefined
          throw error
        }),
      ),
    )
    assert.deepEqual(cut, plain)
    if (strict !== undefined) assert.deepEqual(strict, plain)
  })
  await holds(t, property, 15)
})
