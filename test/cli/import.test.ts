import { execFile } from 'node:child_process'
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify, stripVTControlCharacters } from 'node:util'
import { gzipSync } from 'node:zlib'
import {
  GetAppsCommand,
  GetEndpointCommand,
  GetImportJobsCommand,
  GetSegmentsCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { findSource } from '../../server/cli/find-source.ts'
import { runImport } from '../../server/cli/import.ts'
import { makeFolder } from '../support/buckets.ts'
import { createApp, startEmulator, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { beginImport, main, runUnread } from '../support/spawn.ts'

// What an emulator that is thrown away leaves behind would be seen here.
const temp = makeFolder(t)
process.env.TMPDIR = temp

const csv = 'Id,ChannelType,Address\ne1,EMAIL,a@example.com\ne2,EMAIL,\n'
const json = '{"Id":"e1","ChannelType":"EMAIL","Address":"a@example.com"}\n'
const dir = t.testdir({
  'users.csv': csv,
  'good.csv': 'Id,ChannelType,Address\ne1,EMAIL,a@example.com\ne2,EMAIL,b@example.com\n',
  'users.ndjson': json,
  'users.txt': csv,
  'users.dat': json,
  'READ ME': 'hello',
  'zip.zip': 'PK',
  'unusable.csv': 'Colour\nred\n',
  'book.xlsx': Buffer.concat([
    Buffer.from('504b0304', 'hex'),
    Buffer.alloc(26, 1),
    Buffer.from('xl/workbook.xml'),
  ]),
  'utf16.txt': Buffer.from(`\ufeff${csv}`, 'utf16le'),
  'list.txt': '[\n{"Id":"e1"}\n]\n',
  'semicolons.txt': 'Id;ChannelType;Address\n',
  'sep.txt': 'sep=;\nId;Address\n',
  csv: { 'a.csv': csv, deep: { 'b.csv.gz': gzipSync(csv) }, '_c.csv': 'x' },
  skipping: { 'a.csv': csv, 'notes.txt': 'x', 'empty.csv': '', 'z.json': json },
  many: Object.fromEntries([['a.csv', csv], ...Array.from({ length: 130 }, (_, n) => [`${n}.txt`, 'x'])]),
  links: { 'a.csv': csv },
  onlyLinks: {},
  mixed: { 'a.csv': csv, 'b.json': json },
  unnamed: { a: json },
  empty: {},
  elsewhere: {},
  s3: { data: { 'users.csv': csv } },
})
const many = [
  'Id,ChannelType,Address',
  'a,\u001b[31mred,x',
  ...Array(120).fill('e,EMAIL,'),
  'b,EMAIL,b@example.com',
]
writeFileSync(join(dir, 'many.csv'), many.join('\n'))
symlinkSync(join(dir, 'users.csv'), join(dir, 'elsewhere', 'link.csv'))
symlinkSync(join(dir, 'users.csv'), join(dir, 'links', 'b.csv'))
symlinkSync(join(dir, 'csv'), join(dir, 'onlyLinks', 'folder'))

/** Runs the command here, and gives all that it wrote. */
async function run(argv: string[], env: Record<string, string> = {}, terminal = {}) {
  const written = { stdout: '', stderr: '' }
  const output = (name: keyof typeof written) =>
    Object.assign(
      new PassThrough().setEncoding('utf8').on('data', text => {
        written[name] += text
      }),
      terminal,
    )
  const code = await runImport(env, argv, { stdout: output('stdout'), stderr: output('stderr') })
  return { code, ...written }
}

const at = (name: string) => join(dir, name)

t.test('a file is imported, and its counts and failures are printed', async t => {
  const { code, stdout, stderr } = await run([at('users.csv')])
  t.equal(code, 0)
  t.match(stdout, `COMPLETED  ${at('users.csv')}: 2 records read, 1 imported, 1 refused, 1 piece\n`)
  t.match(
    stdout,
    /│ object +│ line │ record │ Id │ reason +│\n.*\n│ users\.csv │ +3 │ +2 │ e2 │ Missing Address │\n/,
  )
  t.match(stderr, /^CREATED\n/, 'progress is elsewhere, a line for a state')
  t.notMatch(stderr, '\u001b')
  t.strictSame(readdirSync(temp), [], 'nothing is left of the emulator')
})

t.test(
  'import --json prints one document, and nothing else, on stdout; of a folder, what fits is imported',
  async t => {
    const { code, stdout, stderr } = await run(['--json', at('csv'), '--segment-name', 'mine'])
    t.equal(code, 0)
    t.match(JSON.parse(stdout), {
      job: {
        JobStatus: 'COMPLETED',
        TotalProcessed: 4,
        TotalFailures: 2,
        Definition: { Format: 'CSV', DefineSegment: true, SegmentName: 'mine' },
      },
      failures: [
        { object: 'a.csv', line: 3, number: 2, id: 'e2', reason: 'Missing Address' },
        { object: 'deep/b.csv.gz', line: 3, number: 2, id: 'e2', reason: 'Missing Address' },
      ],
      skipped: [{ object: '_c.csv', reason: 'its name begins with _' }],
      skippedTotal: 1,
    })
    t.match(stderr, 'CREATED')
  },
)

t.test('import of a job that fails says why, and exits with 1', async t => {
  const { code, stdout } = await run([at('unusable.csv')])
  t.equal(code, 1)
  t.match(stdout, /^FAILED {2}.*: 0 records read, nothing imported, 0 refused, 1 piece, 1 of them failed\n/)
  t.match(stdout, '"Colour" is not a name that Pinpoint imports')
  t.match(stdout, /│ object +│ reason +│\n/, 'columns without anything in them are left out')
})

t.test('import names the files of a folder that it skips, and why', async t => {
  const { code, stdout } = await run([at('skipping'), '--format', 'csv'])
  t.equal(code, 0)
  t.match(
    stdout,
    `1 refused, 1 piece

3 objects skipped:
  empty.csv: it is empty
  z.json: its name says that it is JSON
  notes.txt: its name does not end in .csv

┌`,
  )
  const many = await run([at('many')])
  t.match(many.stdout, /\n130 objects skipped:\n( {2}\d+\.txt: .*\n){20} {2}and 110 more\n\n/)
  const document = JSON.parse((await run([at('many'), '--json'])).stdout)
  t.match(document, { skippedTotal: 130, skipped: { length: 100 } })
})

t.test('a link out of the folder fails the import, and is named', async t => {
  const { code, stdout } = await run([at('links')])
  t.equal(code, 1)
  t.match(stdout, /^FAILED .*nothing imported/)
  t.match(
    stdout.replaceAll(/[│\s]+/g, ' '),
    "b.csv a link that leads out of its bucket's folder is not followed",
  )
})

for (const [limit, code] of [
  ['0', 1],
  ['120', 1],
  ['121', 0],
  ['5%', 1],
  ['99.1%', 1],
  ['99.2%', 0],
  ['100%', 0],
] as const) {
  t.test(
    `121 of 122 records refused are ${code === 0 ? 'allowed' : 'too many'} with --max-failures ${limit}`,
    async t => {
      const argv = [at('many.csv'), '--json', '--max-failures', limit]
      const refused = await run(argv)
      t.equal(refused.code, code)
      t.match(JSON.parse(refused.stdout), { job: { JobStatus: 'COMPLETED', TotalFailures: 121 } })
      const says = `more records were refused than --max-failures ${limit} allows\n`
      t.equal(refused.stderr.endsWith(says), code === 1)
    },
  )
}

t.test('--max-failures 0 fails no import of which no record is refused', async t => {
  t.equal((await run([at('users.ndjson'), '--max-failures', '0'])).code, 0)
  t.equal((await run([at('users.ndjson'), '--max-failures', '0%'])).code, 0)
})

t.test('import shows a bar on a terminal, and a table that fits', async t => {
  const { code, stdout, stderr } = await run([at('many.csv')], {}, { isTTY: true, columns: 70 })
  t.equal(code, 0)
  t.match(stripVTControlCharacters(stderr), /█{20} COMPLETED: 1 of 1 pieces, 122 records, 121 refused/)
  t.ok(stderr.lastIndexOf('\u001b[?25h') > stderr.lastIndexOf('\u001b[?25l'), 'the cursor is shown again')
  t.match(stdout, '122 records read, 1 imported, 121 refused')
  t.match(stdout, '\\u001b[31mred')
  t.notMatch(stdout, '\u001b', 'what a file holds does not reach the terminal as commands')
  for (const line of stdout.split('\n').slice(1)) t.ok(line.length <= 70, line)
  t.equal(stdout.match(/many\.csv │/g)?.length, 100, 'a hundred failures are shown')
  t.match(stdout, /\nand 21 more\n$/)
})

t.test('import --json names all failures, and what was read', async t => {
  const { failures } = JSON.parse((await run([at('many.csv'), '--json'])).stdout)
  t.equal(failures.length, 121)
  t.strictSame(failures.at(-1), {
    object: 'many.csv',
    line: 122,
    number: 121,
    id: 'e',
    record: 'e,EMAIL,',
    reason: 'Missing Address',
  })
})

t.test('import reads PIECE_BYTES for a file of this machine, and not with --url', async t => {
  const PIECE_BYTES = '40'
  t.match(await run([at('good.csv')], { PIECE_BYTES }), { code: 0, stdout: ', 2 pieces\n' })
  t.match(await run([at('good.csv'), '--piece-bytes', '80'], { PIECE_BYTES }), { stdout: ', 1 piece\n' })
  const bad = { PIECE_BYTES: 'x' }
  t.match(await run([at('users.csv')], bad), { code: 2, stdout: '', stderr: 'PIECE_BYTES must be' })
  const elsewhere = [at('users.csv'), '--url', 'http://127.0.0.1:1']
  t.match(await run(elsewhere, bad), { code: 2, stderr: 'no emulator answers at' })
})

t.test('import reads an S3 URL where the settings say', async t => {
  const env = { S3_DIR: at('s3'), PORT: 'not for this command' }
  t.match(await run(['s3://data/users.csv'], env), { code: 0, stdout: 's3://data/users.csv: 2 records' })
})

for (const [name, given, format] of [
  ['users.ndjson', undefined, 'JSON'],
  ['users.txt', undefined, 'CSV'],
  ['users.dat', undefined, 'JSON'],
  ['users.dat', 'CSV', 'CSV'],
  ['csv', undefined, 'CSV'],
  ['list.txt', undefined, 'JSON'],
  ['semicolons.txt', undefined, 'CSV'],
  ['sep.txt', undefined, 'CSV'],
  ['unnamed', undefined, 'JSON'],
  ['mixed', 'JSON', 'JSON'],
  ['elsewhere/link.csv', undefined, 'CSV'],
  ['s3://data/users.JSONL.gz', undefined, 'JSON'],
] as const) {
  t.test(`${name} is ${format}${given === undefined ? '' : ', when --format says so'}`, async t => {
    const what = name.startsWith('s3:') ? name : at(name)
    t.match(await findSource(what, given, new AbortController().signal), { format })
  })
}

t.test('a link to a file leads to where that is', async t => {
  const { folder, s3Url } = await findSource(
    at('elsewhere/link.csv'),
    undefined,
    new AbortController().signal,
  )
  t.strictSame([folder, s3Url], [dir, 's3://local/users.csv'])
})

for (const [what, argv, says] of [
  ['no file', [], /FILE/],
  ['two files', ['a', 'b'], /too many/],
  ['a flag that does not exist', ['a', '--colour'], '--colour'],
  ['a file that is not there', [at('nix.csv')], `there is no file or folder ${at('nix.csv')}`],
  ['what is neither a file nor a folder', ['/dev/null'], 'neither a file nor a folder'],
  ['an empty folder', [at('empty')], 'there is nothing to import in'],
  ['a file of no known format', [at('READ ME')], 'add --format CSV or --format JSON'],
  ['an archive', [at('zip.zip')], 'add --format CSV or --format JSON'],
  [
    'a workbook',
    [at('book.xlsx')],
    `${at('book.xlsx')}: the object is an Excel workbook (.xlsx): save it as`,
  ],
  ['a text in UTF-16', [at('utf16.txt')], `${at('utf16.txt')}: the object is text in UTF-16`],
  ['a folder of links', [at('onlyLinks')], `${at('onlyLinks/folder/')}: a link that leads out`],
  [
    'a limit that is no number',
    [at('users.csv'), '--max-failures', 'few'],
    '--max-failures must be a number of',
  ],
  ['a limit of more than all', [at('users.csv'), '--max-failures', '101%'], 'such as 1%; got "101%"'],
  ['a limit of half a record', [at('users.csv'), '--max-failures', '1.5'], '--max-failures must be'],
  ['a limit below none', [at('users.csv'), '--max-failures=-1'], '--max-failures must be'],
  ['a folder of both formats', [at('mixed')], 'holds CSV and JSON'],
  ['a format that is none', [at('users.csv'), '--format', 'XML'], '--format must be CSV or JSON'],
  ['an S3 URL that is none', ['s3://x'], 's3://bucket/key'],
  ['an S3 URL of no known format', ['s3://data/users'], 'add --format CSV or --format JSON'],
  ['a folder that is no S3_DIR', ['s3://data/users.csv', '--s3-dir', '/nix'], '--s3-dir must be a folder'],
  ['an S3 flag for a file', [at('users.csv'), '--s3-dir', dir], '--s3-dir goes with an s3:// URL'],
  ['an application without --url', [at('users.csv'), '--application', 'a'], '--application goes with --url'],
  ['a token without --url', [at('users.csv'), '--control-token', 'a'], '--control-token goes with --url'],
  [
    'a token that is none',
    ['s3://data/a.csv', '--url', 'http://x', '--control-token', 'a b'],
    '--control-token must be a text of ASCII characters',
  ],
  [
    'a folder for another emulator',
    [at('s3/data'), '--url', 'http://x'],
    'is a folder, and with --url a file is uploaded',
  ],
  [
    'a setting of another emulator',
    ['s3://data/a.csv', '--url', 'http://x', '--piece-bytes', '9'],
    '--piece-bytes',
  ],
  [
    'a --url that is none',
    ['s3://data/a.csv', '--url', 'x'],
    '--url must be a URL such as http://127.0.0.1:7467',
  ],
  ['a --url where nothing is', ['s3://data/a.csv', '--url', 'http://127.0.0.1:1'], 'no emulator answers at'],
] as const) {
  t.test(`${what} is told in a sentence, and the status is 2`, async t => {
    const { code, stdout, stderr } = await run([...argv])
    t.match({ code, stdout }, { code: 2, stdout: '' })
    t.match(stderr, says)
    t.notMatch(stderr, /\n\s+at /, 'no stack')
  })
}

t.test('import --url has the emulator there import, and keep what it imported', async t => {
  const { url, client } = await startEmulator(t, { S3_DIR: at('s3') })
  const app = await createApp(client)
  const argv = ['s3://data/users.csv', '--url', `${url}/`]
  const { code, stdout, stderr } = await run([...argv, '--application', app, '--segment-name', 'mine'])
  t.match({ code, stdout }, { code: 0, stdout: '2 records read, 1 imported' })
  const jobs = await client.send(new GetImportJobsCommand({ ApplicationId: app }))
  t.match(stderr, `application ${app}, import job ${jobs.ImportJobsResponse!.Item![0]!.Id}\n`)
  const segments = await client.send(new GetSegmentsCommand({ ApplicationId: app }))
  matchEach(t, segments.SegmentsResponse!.Item!, [{ Name: 'mine' }])
  t.ok(await client.send(new GetEndpointCommand({ ApplicationId: app, EndpointId: 'e1' })))

  t.test('import --url makes an application where none is named', async t => {
    const { stderr } = await run(argv)
    const made = stderr.match(/^application ([0-9a-f]{32}),/)?.[1]
    t.ok(await client.send(new GetEndpointCommand({ ApplicationId: made, EndpointId: 'e1' })))
  })

  t.test('import --url prints a refusal as the emulator words it', async t => {
    const refused = await run([...argv, '--application', 'nix'])
    t.match(refused, { code: 2, stdout: '', stderr: /404 NotFoundException Application not found\n$/ })
  })

  t.test('import --url finds out that it needs a token before it changes anything', async t => {
    const { url, client } = await startEmulator(t, { S3_DIR: at('s3'), CONTROL_TOKEN: 'open-sesame' })
    const argv = ['s3://data/users.csv', '--url', url]
    const without = await run(argv)
    t.match(without, {
      code: 2,
      stdout: '',
      stderr: /401 Unauthorized.*; give the token by --control-token or /,
    })
    const wrong = await run([...argv, '--control-token', 'sesame'], { CONTROL_TOKEN: 'open-sesame' })
    t.match(wrong, { code: 2, stdout: '', stderr: /403 Forbidden.*CONTROL_TOKEN/ })
    const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
    t.strictSame(ApplicationsResponse?.Item, [])
    t.match(await run([...argv, '--control-token', 'open-sesame']), { code: 0, stdout: '1 imported' })
    t.match(await run(argv, { CONTROL_TOKEN: 'open-sesame' }), { code: 0, stdout: '1 imported' })
    t.match(await run([at('users.csv')], { CONTROL_TOKEN: 'open-sesame' }), { code: 0 }, 'not for its own')
  })

  t.test('import --url uploads a file of this machine', async t => {
    const upload = [at('users.csv'), '--url', url, '--application', app]
    const { code, stdout, stderr } = await run(upload)
    t.match({ code, stdout }, { code: 0, stdout: '2 records read, 1 imported' })
    t.match(stdout, /│ users\.csv │ +3 │/, 'under its name')
    t.match(stderr, `application ${app}, import job `)
    const here = JSON.parse((await run([at('users.csv'), '--json'])).stdout)
    const there = JSON.parse((await run([...upload, '--json'])).stdout)
    t.strictSame(there.failures, here.failures)
    t.match(await run([at('none.csv'), '--url', url]), { code: 2, stderr: 'there is no file or folder' })
  })

  t.test('import --url uploads no file for an application that does not exist', async t => {
    const dataDir = makeFolder(t)
    const { url } = await startEmulator(t, { DATA_DIR: dataDir })
    const refused = await run([at('users.csv'), '--url', url, '--application', 'nix'])
    t.match(refused, { code: 2, stdout: '', stderr: /404 NotFoundException Application not found\n$/ })
    t.notOk(existsSync(join(dataDir, 'uploads')))
  })

  t.test('import --url signs all that it sends where keys are needed, or sends the token', async t => {
    const ACCESS_KEYS = 'test-key.1:sesame'
    const key = { AWS_ACCESS_KEY_ID: 'test-key.1', AWS_SECRET_ACCESS_KEY: 'sesame' }
    const withKeys = await startEmulator(t, { S3_DIR: at('s3'), ACCESS_KEYS })
    for (const what of [at('users.csv'), 's3://data/users.csv']) {
      t.match(await run([what, '--url', withKeys.url], key), { code: 0, stdout: '1 imported' }, what)
    }
    const none = await run([at('users.csv'), '--url', withKeys.url])
    t.match(none, { code: 2, stderr: /401 Unauthorized.*AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n$/ })
    const wrong = await run([at('users.csv'), '--url', withKeys.url], { ...key, AWS_ACCESS_KEY_ID: 'other' })
    t.match(wrong, { code: 2, stderr: /403 UnrecognizedClientException/ })

    const both = await startEmulator(t, { ACCESS_KEYS, CONTROL_TOKEN: 'open-sesame' })
    const argv = [at('users.csv'), '--url', both.url, '--control-token', 'open-sesame']
    t.match(await run(argv), { code: 0, stdout: '1 imported' })

    const large = join(makeFolder(t), 'large.csv')
    writeFileSync(large, `Id,ChannelType,Address\n${'e,EMAIL,a@example.com\n'.repeat(400_000)}`)
    const tooLarge = await run([large, '--url', withKeys.url], key)
    t.match(tooLarge, { code: 2, stderr: /413 PayloadTooLarge.*for larger ones set CONTROL_TOKEN/ })
    t.match(await run([large, ...argv.slice(1)]), { code: 0, stdout: '400000 imported' })
  })

  t.test('import --url says that a URL is not one of an emulator', async t => {
    const refused = await run(['s3://data/users.csv', '--url', `${url}/_pinpoint`])
    t.match(refused, { code: 2, stdout: '', stderr: 'was refused: 404' })
  })
})

t.test('import --help fits 80 columns and is no error', async t => {
  const { code, stdout, stderr } = await run(['--help'])
  t.match({ code, stderr }, { code: 0, stderr: '' })
  for (const flag of [
    '--format',
    '--url',
    '--control-token',
    '--json',
    'skippedTotal',
    '--max-failures',
    '--application',
    '--segment-name',
    '--s3-endpoint',
  ])
    t.match(stdout, flag)
  for (const line of stdout.split('\n')) t.ok(line.length <= 80, line)
})

t.test('import refuses the pipe of a shell, which is neither a file nor a folder', async t => {
  const command = 'cat "$0" | "$1" "$2" import /dev/stdin'
  const argv = ['-c', command, at('users.csv'), process.execPath, main]
  await t.rejects(promisify(execFile)('/bin/sh', argv), {
    code: 2,
    stdout: '',
    stderr: '/dev/stdin is neither a file nor a folder\n',
  })
})

t.test('who stops reading the output of import changes neither the job nor the exit status', async t => {
  for (const [argv, code] of [
    [['import', at('users.csv'), '--json'], 0],
    [['import', at('unusable.csv')], 1],
    [['import', '--help'], 0],
    [['render', at('READ ME')], 0],
  ] as const) {
    const { stderr, ...ended } = await runUnread(t, [...argv], ['stdout'])
    t.match(ended, { code, signal: null }, argv.join(' '))
    t.notMatch(stderr, 'EPIPE')
    t.match(await runUnread(t, [...argv], ['stdout', 'stderr']), { code, signal: null })
  }
})

t.test('import exits with the status of the signal that ends it, and leaves nothing behind', async t => {
  const file = join(makeFolder(t), 'big.csv')
  writeFileSync(file, `Id,ChannelType,Address\n${'e,EMAIL,a@example.com\n'.repeat(500_000)}`)
  const before = readdirSync(temp)
  for (const [signal, code] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGTERM', 143],
  ] as const) {
    const begin = async () => {
      const { end, stderr } = beginImport(t, { TMPDIR: temp }, [file])
      await until(() => (stderr().includes('PROCESSING') ? true : undefined), 'the import to begin')
      return end
    }
    const end = await begin()
    t.match(await end(signal), { code, signal: null, stdout: '' }, signal)
    t.strictSame(readdirSync(temp), before)
    // Ctrl-C reaches all processes of a terminal, and npm passes it on: it comes until there is nothing left
    // to clean up.
    const endOther = await begin()
    const ended = endOther(signal)
    const again = setInterval(() => void endOther(signal), 5)
    await ended.finally(() => clearInterval(again))
    t.strictSame(readdirSync(temp), before, `${signal} several times`)
  }
})
