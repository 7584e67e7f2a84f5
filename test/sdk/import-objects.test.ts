import { gzipSync } from 'node:zlib'
import type { PinpointClient } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { putAll } from '../support/buckets.ts'
import { csvOf, ndjsonOf } from '../support/endpoint-files.ts'
import { createApp, runImport, startEmulator } from '../support/helpers.ts'
import { completed, getEndpoint, getSegment } from '../support/reads.ts'
import { kindsOfBuckets } from '../support/s3.ts'

/** Which of some endpoints are there. */
async function presentOf(client: PinpointClient, app: string, ids: string[]): Promise<string[]> {
  const found = await Promise.all(ids.map(id => getEndpoint(client, app, id)))
  return ids.filter((_, index) => found[index] !== undefined)
}

for (const [kind, makeBuckets] of kindsOfBuckets) {
  t.test(`what an import from ${kind} reads`, async t => {
    const buckets = await makeBuckets(t)
    await putAll(buckets, 'data', {
      'users.csv': csvOf('top'),
      'users.csv.old': csvOf('old'),
      'in/1.csv': csvOf('one', 'two'),
      'in/deep/er/2.csv': csvOf('three'),
      'in/3.CSV': csvOf('four'),
      'in/packed.csv.gz': gzipSync(csvOf('five', 'six')),
      'in/_SUCCESS': '',
      'in/_hidden.csv': csvOf('hidden-1'),
      'in/.hidden.csv': csvOf('hidden-2'),
      'in/empty.csv': '',
      'in/other.json': ndjsonOf('json-1'),
      'in/other.json.gz': gzipSync(ndjsonOf('json-2')),
      'in/other.jsonl': ndjsonOf('json-3'),
      'in/other.ndjson': ndjsonOf('json-4'),
      'in/notes.txt': 'notes',
      'inner/4.csv': csvOf('seven'),
      'spark/_SUCCESS': '',
      'spark/part-00000': csvOf('spark-1'),
      'spark/part-00001': csvOf('spark-2'),
      'zip/a.zip': csvOf('zip'),
    })
    const ids = [
      ...['top', 'old', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'hidden-1', 'hidden-2', 'zip'],
      ...['json-1', 'json-2', 'json-3', 'json-4', 'spark-1', 'spark-2'],
    ]
    const { client } = await startEmulator(t, buckets.env)

    const imports = (
      t: Test,
      title: string,
      key: string,
      wanted: string[],
      pieces: number,
      Format?: 'JSON',
    ) =>
      t.test(title, async t => {
        const app = await createApp(client)
        const job = await runImport(client, app, { S3Url: `s3://data/${key}`, ...(Format && { Format }) })
        t.match(job, completed(wanted.length, pieces))
        t.same((await presentOf(client, app, ids)).sort(), [...wanted].sort())
      })

    const inFolder = ['one', 'two', 'three', 'four', 'five', 'six']
    imports(t, 'a key is one object, though others begin with it', 'users.csv', ['top'], 1)
    imports(t, 'an object that is addressed is read whatever it is called', 'users.csv.old', ['old'], 1)
    imports(t, 'a hidden object that is addressed is read', 'in/_hidden.csv', ['hidden-1'], 1)
    imports(t, 'a compressed object is read as its content', 'in/packed.csv.gz', ['five', 'six'], 1)
    imports(t, 'a prefix with its slash takes what is below it and fits', 'in/', inFolder, 4)
    imports(t, 'a prefix without its slash takes all that begins with it', 'in', [...inFolder, 'seven'], 5)
    imports(t, 'a prefix may end in a name', 'in/deep/e', ['three'], 1)
    imports(
      t,
      'JSON under the same prefix takes the other objects',
      'in/',
      ['json-1', 'json-2', 'json-3', 'json-4'],
      4,
      'JSON',
    )
    imports(t, 'objects without an ending are read where none has one', 'spark/', ['spark-1', 'spark-2'], 2)
    imports(t, 'the whole bucket may be named', '', ['top', ...inFolder, 'seven'], 6)
  })

  t.test(`an import from ${kind} in many small pieces is the same as in one`, async t => {
    const good = Array.from({ length: 600 }, (_, index) => [
      ...[`e${index % 500}`, index % 3 === 0 ? 'EMAIL' : 'SMS', `é${index}`],
    ])
    // So few and so short that each piece holds a good record: one of bad records alone would fail.
    const bad = ['bad,EMAIL', 'worse,,a', 'odd,EMAIL,"a', 'long,SMS,a,b']
    const rows = good.map((cells, index) => (index % 7 === 3 ? bad[index % bad.length]! : cells.join(',')))
    const csv = `\ufeffId,ChannelType,Address\r\n\r\n${rows.join('\r\n')}`
    const json = good
      .map(([Id, ChannelType, Address]) => JSON.stringify({ Id, ChannelType, Address }))
      .join('\n')
    const contents = { 'users.csv': csv, 'users.csv.gz': csv, 'users.json': json }
    const buckets = await makeBuckets(t)
    await putAll(buckets, 'data', { ...contents, 'users.csv.gz': gzipSync(csv) })

    /** All that can be seen of the import of one object. */
    const outcomeOf = async (client: PinpointClient, key: string) => {
      const app = await createApp(client)
      const Format = key.endsWith('.json') ? 'JSON' : 'CSV'
      const job = await runImport(client, app, { S3Url: `s3://data/${key}`, Format, DefineSegment: true })
      const segment = await getSegment(client, app, job.Definition!.SegmentId!)
      const ids = ['e0', 'e1', 'e44', 'e99', 'e499', 'bad', 'worse', 'odd', 'long']
      const endpoints = await Promise.all(ids.map(id => getEndpoint(client, app, id)))
      return {
        pieces: job.TotalPieces,
        outcome: {
          status: job.JobStatus,
          processed: job.TotalProcessed,
          failed: job.TotalFailures,
          failedPieces: job.FailedPieces,
          left: job.TotalPieces! - job.CompletedPieces!,
          failures: job.Failures,
          size: segment?.ImportDefinition?.Size,
          channels: segment?.ImportDefinition?.ChannelCounts,
          endpoints: endpoints.map(found => found && [found.Id, found.ChannelType, found.Address]),
        },
      }
    }
    const inOne = await startEmulator(t, buckets.env)
    await t.test('cut', async t => {
      const inMany = await startEmulator(t, { ...buckets.env, PIECE_BYTES: '64' })
      for (const [key, content] of Object.entries(contents)) {
        const one = await outcomeOf(inOne.client, key)
        const many = await outcomeOf(inMany.client, key)
        t.match(one, { pieces: 1, outcome: { status: 'COMPLETED', processed: 600 } }, key)
        t.equal(many.pieces, Math.ceil(Buffer.byteLength(content) / 64), key)
        t.same(many.outcome, one.outcome, key)
      }
    })
  })

  t.test(`a record of an import from ${kind} belongs to the piece in which it begins`, async t => {
    const content = csvOf('e1', 'e2', 'e3')
    const buckets = await makeBuckets(t)
    await buckets.put('data', 'users.csv', content)
    const { client } = await startEmulator(t, { ...buckets.env, PIECE_BYTES: '1' })
    const app = await createApp(client)
    t.match(await runImport(client, app, { S3Url: 's3://data/users.csv' }), completed(3, content.length))
  })

  t.test(`an import from ${kind} finds keys with characters of every kind`, async t => {
    const buckets = await makeBuckets(t)
    const keys = ['a b+c&d=e.csv', 'ü/漢字/😀.csv', "it's (one)!~*.csv", 'a%20b.csv']
    for (const [index, key] of keys.entries()) await buckets.put('data', key, csvOf(`e${index}`))
    const { client } = await startEmulator(t, buckets.env)
    const app = await createApp(client)
    for (const key of keys)
      t.match(await runImport(client, app, { S3Url: `s3://data/${key}` }), completed(1), key)
  })
}
