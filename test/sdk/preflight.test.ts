import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { GetImportJobsCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { csvOf, ndjsonOf } from '../support/endpoint-files.ts'
import { createApp, createImportJob, runImport, startEmulator } from '../support/helpers.ts'
import { completed } from '../support/reads.ts'
import { kindsOfBuckets } from '../support/s3.ts'

const JSON_ = 'JSON' as const

/** Requests that PREFLIGHT=strict refuses, with what it says. */
const refused: [title: string, key: string, says: string | RegExp, Format?: 'JSON'][] = [
  [
    'a malformed JSON line, in the words that Pinpoint was seen to use',
    'observed.json',
    `Unexpected character ('I' (code 73)): was expecting double-quote to start field name\n at [Source: (String)"{ Id: "9GSh1dnhtfjUTh8J9Yj9N33LBe4f9gn2x1zks" }"; line: 1, column: 4]`,
    JSON_,
  ],
  [
    'a JSON line that is a list',
    'list.json',
    /^list\.json line 1: a line must be one JSON object, and this is a list/,
    JSON_,
  ],
  ['JSON over lines', 'pretty.json', /^pretty\.json line 1: a JSON object begins here that goes over/, JSON_],
  ['a workbook', 'book.csv', 'book.csv: the object is an Excel workbook of the older kind (.xls)'],
  ['a name that Pinpoint does not import', 'name.json', /^name\.json line 2: Colour is not a name/, JSON_],
  [
    'a line that is too long',
    'long.json',
    /^long\.json line 1: a record must have at most 1048576 bytes/,
    JSON_,
  ],
  [
    'a line that is not UTF-8',
    'bytes.json',
    'bytes.json line 1: a record must be UTF-8 text, and this one is not',
    JSON_,
  ],
  ['a member of the wrong type', 'type.json', /^type\.json line 1: Address must be a string; got 5/, JSON_],
  ['an unusable CSV header', 'header.csv', /^header\.csv: the CSV header is not usable: "Colour"/],
  ['a first record with more cells than the header', 'cells.csv', /^cells\.csv line 2: .* at most 1 value/],
  [
    'the name in a first record that is JSON, and not the next line,',
    'name-and-syntax.json',
    /^name-and-syntax\.json line 1: Nope is not a name/,
    JSON_,
  ],
  [
    'the first of two malformed lines',
    'twice.json',
    /^Unexpected character \('I' .*\[Source: \(String\)"\{Id:1\}"; line: 1, column: 3\]$/s,
    JSON_,
  ],
  [
    'a CSV file as JSON, in the words of the parser',
    'as.json',
    /^Unexpected character \('I' .*\[Source: \(String\)"Id,ChannelType,Address"; line: 1, column: 2\]$/s,
    JSON_,
  ],
  ['any of several objects', 'in/', /^in\/2\.csv: the CSV header is not usable/],
  ['nothing to read', 'nowhere/', /^s3:\/\/data\/nowhere\/: there is nothing to import: no CSV object/],
  ['an empty object', 'empty.csv', /^s3:\/\/data\/empty\.csv: there is nothing to import: .* empty$/],
  ['a compressed object', 'a.csv.gz', /^s3:\/\/data\/a\.csv\.gz is compressed/],
  ['an archive', 'a.zip', /is compressed/],
  ['a prefix of nothing but compressed objects', 'gz/', /there is nothing to import/],
]

for (const [kind, makeBuckets] of kindsOfBuckets) {
  t.test(`PREFLIGHT=strict opens the objects in ${kind} before CreateImportJob answers`, async t => {
    const buckets = await makeBuckets(t)
    await putAll(buckets, 'data', {
      'observed.json': '{ Id: "9GSh1dnhtfjUTh8J9Yj9N33LBe4f9gn2x1zks" }\n',
      'list.json': '[{"Id":"e1"}]\n',
      'pretty.json': '{\n  "Id": "e1"\n}\n',
      'book.csv': Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      'name.json': '\n{"Id":"e1","Colour":"red"}\n',
      'long.json': `{"Id":"${'x'.repeat(1_100_000)}"`,
      'bytes.json': Buffer.from('{"Id":"\xe9"', 'latin1'),
      'type.json': '{"Id":"e1","Address":5}\n',
      'name-and-syntax.json': '{"Id":"a","ChannelType":"EMAIL","Address":"a","Nope":1}\n{bad}\n',
      'twice.json': '{Id:1}\n{Xd:2}\n',
      'as.json': csvOf('e1'),
      'header.csv': 'Id,Colour\ne1,red\n',
      'cells.csv': 'Id\ne1,e2\n',
      'in/1.csv': csvOf('e1'),
      'in/2.csv': 'Id,Colour\n',
      'empty.csv': '',
      'a.csv.gz': gzipSync(csvOf('e1')),
      'a.zip': 'PK',
      'gz/a.csv.gz': gzipSync(csvOf('e1')),
      'mixed/a.csv': csvOf('e1'),
      'mixed/b.csv.gz': gzipSync(csvOf('e2')),
      'good.csv': csvOf('e1', 'e2'),
      'good.json': ndjsonOf('e1', 'e2'),
      'later.json': `${ndjsonOf('e1')}{ Id: "e2" }\n`,
      'values.csv': 'Id,ChannelType,Address\nnew,EMAIL,\ne2,EMAIL,a\n',
      'header-only.csv': 'Id,ChannelType,Address\n',
    })
    const { client } = await startEmulator(t, { ...buckets.env, PREFLIGHT: 'strict' })
    const app = await createApp(client)

    for (const [title, key, message, Format] of refused) {
      const request = { S3Url: `s3://data/${key}`, Format: Format ?? ('CSV' as const) }
      await t.rejects(
        createImportJob(client, app, request),
        { name: 'BadRequestException', $metadata: { httpStatusCode: 400 }, message },
        `${title} is refused`,
      )
    }
    const nowhere = createImportJob(client, app, { S3Url: 's3://no-such-bucket/a.csv' })
    await t.rejects(
      nowhere,
      { name: 'BadRequestException', message: /no-such-bucket/ },
      'a missing bucket is',
    )
    const { ImportJobsResponse } = await client.send(new GetImportJobsCommand({ ApplicationId: app }))
    t.same(ImportJobsResponse?.Item, [], 'and no job is created')

    const run = (key: string, Format: 'JSON' | 'CSV' = 'CSV') =>
      runImport(client, app, { S3Url: `s3://data/${key}`, Format, DefineSegment: true })
    t.match(await run('good.csv'), completed(2))
    t.match(await run('good.json', JSON_), completed(2))
    t.match(await run('header-only.csv'), completed(0))
    t.match(await run('mixed/'), completed(1), 'compressed objects beside others are passed over')
    t.match(
      await run('later.json', JSON_),
      { JobStatus: 'COMPLETED', TotalProcessed: 2, TotalFailures: 1 },
      'only the first record is read',
    )
    t.match(
      await run('values.csv'),
      { JobStatus: 'COMPLETED', TotalFailures: 1, Failures: ['values.csv line 2: Missing Address'] },
      'and its values are not looked at',
    )
  })
}

t.test('what is not a folder, and has no S3 to be looked for in, is refused by PREFLIGHT=strict', async t => {
  const { client } = await startEmulator(t, { PREFLIGHT: 'strict' })
  const created = createImportJob(client, await createApp(client), { S3Url: 's3://data/a.csv' })
  await t.rejects(created, { name: 'BadRequestException', message: /set S3_DIR or AWS_ENDPOINT_URL_S3/ })
})

t.test('QUOTAS=on refuses more than 1 GB or 10,000 files', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'small/a.csv': csvOf('e1'), 'large/a.csv': '', 'large/b.csv': 'Id\n' })
  // Sparse: it has a size, and takes no room.
  truncateSync(join(buckets.folder, 'data/large/a.csv'), 1024 ** 3)
  await buckets.put('data', 'many/0.csv', 'Id\n')
  for (let index = 1; index <= 10_000; index++) {
    writeFileSync(join(buckets.folder, 'data', 'many', `${index}.csv`), 'Id\n')
  }
  const { client } = await startEmulator(t, { ...buckets.env, QUOTAS: 'on' })
  const app = await createApp(client)
  const create = (key: string) => createImportJob(client, app, { S3Url: `s3://data/${key}` })
  await t.rejects(create('large/'), { name: 'BadRequestException', message: /at most 1 GB/ })
  await t.rejects(create('many/'), { name: 'BadRequestException', message: /at most 10000 files/ })
  t.match(await create('small/'), { JobStatus: 'CREATED' })
  t.match(await create('nowhere/'), { JobStatus: 'CREATED' }, 'what cannot be read is for the job to say')
  t.match(await runImport(client, app, { S3Url: 's3://data/many/1.csv' }), completed(0))
})
