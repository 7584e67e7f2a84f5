import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { FileCheck } from '../../server/control/check-file.ts'
import { createApp, runImport, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { completed } from '../support/reads.ts'

const { url, client } = await startEmulator(t)

async function check(body: string | Uint8Array<ArrayBuffer>, name = 'users.csv'): Promise<FileCheck> {
  const response = await fetch(`${url}/_pinpoint/check-file?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    body,
  })
  t.equal(response.status, 200)
  return response.json() as Promise<FileCheck>
}

const csv = 'Id,ChannelType,Address,Attributes.Plan\nann,EMAIL,ann@example.com,free\nbob,PIGEON,x,\n'

t.test('the first records of a CSV file are answered as they would be imported', async t => {
  const { records, ...rest } = await check(csv)
  t.strictSame(rest, {
    format: 'CSV',
    isGzip: false,
    name: 'users.csv',
    columns: ['Id', 'ChannelType', 'Address', 'Attributes.Plan'].map(name => ({ name })),
  })
  t.strictSame(records[0], {
    line: 2,
    record: 'ann,EMAIL,ann@example.com,free',
    endpoint: { Id: 'ann', ChannelType: 'EMAIL', Address: 'ann@example.com', Attributes: { Plan: ['free'] } },
  })
  t.match(records[1], { line: 3, reason: /ChannelType/ })
  t.equal(records.length, 2)
})

t.test('a long name of a column is cut where it is named', async t => {
  const { problem } = await check(`Id,${'\0x'.repeat(10_000)}\na,b\n`)
  t.match(problem, /^the CSV header is not usable: "\\u0000x.*… is not a name that Pinpoint imports/)
  t.ok(problem!.length < 400)
})

t.test('each column that cannot be used is named, with the reason', async t => {
  const { columns, problem, records } = await check('Id,email,Address,Address,\na,b,c,d,e\n')
  t.match(columns, [
    { name: 'Id', problem: undefined },
    { name: 'email', problem: /"email" is not a name that Pinpoint imports/ },
    { name: 'Address', problem: undefined },
    { name: 'Address', problem: 'Address stands there twice' },
    { name: '', problem: 'column 5 has no name' },
  ])
  t.match(problem, /the CSV header is not usable: "email"/)
  t.strictSame(records, [])
})

t.test('the format is that of the content, and the name is made to say so', async t => {
  const line = '{"Id":"ann","ChannelType":"EMAIL","Address":"ann@example.com"}\n'
  t.match(await check(line, 'users.csv'), { format: 'JSON', name: 'users.csv.json', columns: { length: 0 } })
  t.match(await check(line, 'users.ndjson'), { format: 'JSON', name: 'users.ndjson' })
  t.match(await check(csv, 'users.txt'), { format: 'CSV', name: 'users.txt.csv' })
  const zipped = await check(gzipSync(csv) as Uint8Array<ArrayBuffer>, 'users.csv')
  t.match(zipped, { format: 'CSV', isGzip: true, name: 'users.csv.gz', records: { length: 2 } })
})

t.test('of a long file, five whole records are read, compressed or not', async t => {
  const long = `Id,ChannelType,Address\n${Array.from({ length: 20_000 }, (_, i) => `e${i},EMAIL,${'x'.repeat(i % 50)}${i}@example.com\n`).join('')}`
  for (const body of [long, gzipSync(long, { level: 0 }), gzipSync(long)]) {
    const { records } = await check(body as Uint8Array<ArrayBuffer>)
    t.strictSame(
      records.map(({ endpoint }) => endpoint?.Id),
      ['e0', 'e1', 'e2', 'e3', 'e4'],
    )
  }
})

t.test('a record that needs an endpoint or a user says so', async t => {
  matchEach(t, (await check('Id,Attributes.Plan\nann,free\n')).records, [
    { endpoint: { Id: 'ann' }, note: /Missing Address/ },
  ])
  matchEach(t, (await check('User.UserId\nann\n')).records, [{ note: /that the user has/ }])
})

t.test('a file without records can be imported, and says that it has none', async t => {
  const app = await createApp(client)
  for (const [name, body, note] of [
    ['header.csv', 'Id,ChannelType,Address\n', /a header, and no records/],
    ['blank.csv', '\n \n', /nothing but blank lines/],
    ['blank.json', '\n', /nothing but blank lines/],
  ] as const) {
    const { format, ...rest } = await check(body, name)
    t.match(rest, { name, records: { length: 0 }, note, problem: undefined })
    const upload = await fetch(`${url}/_pinpoint/uploads/${name}`, { method: 'PUT', body })
    const { s3Url } = (await upload.json()) as { s3Url: string }
    t.match(await runImport(client, app, { S3Url: s3Url, Format: format! }), completed(0))
  }
  const late = gzipSync(`${'\n'.repeat(300_000)}{"Id":"a"}\n`) as Uint8Array<ArrayBuffer>
  t.equal((await check(late, 'late.json.gz')).note, undefined, 'only the beginning was looked at')
})

t.test('a file that cannot be imported is answered with what to do', async t => {
  for (const [body, problem] of [
    ['', /the file is empty/],
    ['\n', /nothing but blank lines, and a name that says neither/],
    ['Dear all,\nplease find below\n', /the CSV header is not usable: "Dear all"/],
    ['hello\nworld\n', /neither CSV nor newline-delimited JSON/],
    ['Id;ChannelType;Address\na;EMAIL;b\n', /semicolons/],
    ['[\n{"Id":"a"}\n]\n', /line 1: the object is a JSON list: .*jq/],
    [new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0]), /ZIP archive/],
    [new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), /neither CSV nor/],
    [new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff]), /cannot be decompressed/],
  ] as const) {
    t.match((await check(body, 'file')).problem, problem)
  }
})
