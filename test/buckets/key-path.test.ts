import t from 'tap'
import { keyProblem } from '../../server/buckets/key-path.ts'

const flavours = ['posix', 'win32'] as const

t.test('keys that are names between slashes are files on every system', t => {
  const keys = [
    ...[
      'a.csv',
      'a/b/c.csv.gz',
      '...a',
      '.hidden',
      '-rf',
      'a b+c&d=e#f%20g',
      'ü/漢字/😀.csv',
      "it's [1] {2}!~",
    ],
    ...['console.csv', 'com.csv', 'com10', 'lpt', 'nulls', 'a.nul', 'aux-1.csv', '_con', 'c'],
  ]
  for (const key of keys) {
    for (const flavour of flavours) t.equal(keyProblem(key, flavour), undefined, `${key} on ${flavour}`)
  }
  t.end()
})

t.test('keys that lead elsewhere are refused on every system, and the name is told', t => {
  for (const key of ['', '..', '../a', 'a/../b', 'a/..', './a', 'a//b', '/a', '/', 'a/', 'a\0b', 'a/b\0']) {
    for (const flavour of flavours) {
      t.match(keyProblem(key, flavour), /^a folder cannot hold the key .*: between its slashes there must be/)
    }
  }
  t.match(keyProblem('a/../b', 'posix'), /the key a\/\.\.\/b: .*, and not "\.\."$/)
  t.end()
})

t.test('keys that Windows takes for something else are refused there, and nowhere else', t => {
  for (const [says, keys] of [
    [
      /on Windows a name cannot have \\ : /,
      [
        ...['..\\a', 'a\\..\\..\\b', '\\', '\\\\server\\share\\a', '\\\\?\\C:\\a', 'in/a\\b.csv'],
        ...['C:', 'C:/a', 'C:a', 'c:\\a', 'a:b', 'in/a.csv:b', 'a.csv::$DATA', 'in:x/a'],
        ...['a<b', 'a>b', 'a"b', 'a|b', 'a?b', '*.csv', 'a\nb', 'a\u001fb'],
      ],
    ],
    [
      /on Windows a name cannot end with a dot or a space/,
      ['a.', 'a ', '... ', '. /a', '.. /a', '.../a', 'in./a', 'in /a', 'nul.'],
    ],
    [
      /on Windows ".*" names a device/,
      [
        ...[
          'NUL',
          'nul',
          'con',
          'prn',
          'AUX',
          'nul.csv',
          'NUL.tar.gz',
          'in/con/a.csv',
          'con.d/a',
          'nul .csv',
        ],
        ...['COM0', 'com1', 'Com9.csv', 'lpt0', 'LPT9', 'com¹', 'lpt².csv', 'COM³', 'CONIN$', 'conout$.csv'],
      ],
    ],
  ] as const) {
    for (const key of keys) {
      t.match(keyProblem(key, 'win32'), says, JSON.stringify(key))
      t.equal(keyProblem(key, 'posix'), undefined, `${JSON.stringify(key)} on posix`)
    }
  }
  t.end()
})
