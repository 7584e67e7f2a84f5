import { gzipSync } from 'node:zlib'
import t from 'tap'
import { recognizeKind } from '../../server/import/content-kind.ts'

/** The beginning of an archive whose first files have these names. */
const zip = (...names: string[]) =>
  Buffer.concat(
    names.map(name =>
      Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(26, 1), Buffer.from(name)]),
    ),
  )

const header = 'Id,ChannelType,Address\n'
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16()

for (const [what, says, contents] of [
  [
    'a workbook',
    /^an Excel workbook \(\.xlsx\): save it as "CSV UTF-8/,
    [zip('[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml'), zip('xl/_rels/workbook.xml.rels')],
  ],
  [
    'an archive',
    /^a ZIP archive: unpack it/,
    [zip('users.csv'), zip('[Content_Types].xml', 'word/document.xml'), Buffer.from('504b0506', 'hex')],
  ],
  ['an older workbook', /^an Excel workbook of the older kind/, [Buffer.from('d0cf11e0a1b11ae100', 'hex')]],
  ['gzip', /^compressed with gzip/, [gzipSync(header)]],
  [
    'UTF-16',
    /^text in UTF-16, which Excel calls Unicode Text/,
    [
      Buffer.from(`\ufeff${header}`, 'utf16le'),
      bigEndian(`\ufeff${header}`),
      Buffer.from(header, 'utf16le'),
      bigEndian(header),
      Buffer.from('{"Id":"漢字"}', 'utf16le'),
      Buffer.from('\ufeff', 'utf16le'),
    ],
  ],
] as const) {
  t.test(`${what} is recognised`, t => {
    for (const content of contents) t.match(recognizeKind(content), says)
    t.end()
  })
}

t.test('content that may be text in UTF-8 is not taken for another kind', t => {
  for (const content of [
    ...[
      '',
      'I',
      'PK',
      'PKZ,PKI\n',
      header,
      `\ufeff${header}`,
      '{"Id":"e1"}\n',
      '漢字',
      'I\0d\0',
      '\0\0\0\0\0\0\0\0',
    ],
    ...['Köln,é\n', 'a\0b\0c\0d'],
  ]) {
    t.equal(recognizeKind(Buffer.from(content)), undefined, JSON.stringify(content))
  }
  t.equal(recognizeKind(Buffer.from('Köln,Besançon', 'latin1')), undefined)
  t.end()
})
