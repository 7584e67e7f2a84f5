import { DeleteAppCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { createApp, isError, runImport, startEmulator } from '../support/helpers.ts'

const header = 'Id,ChannelType,Address'
const good = 'ok,EMAIL,ok@example.com'

/** Imports objects of a bucket into a new application, and reads the failures of the job. */
async function importing(t: Test, objects: Record<string, string>, S3Url = 's3://data/') {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', objects)
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const job = await runImport(client, app, { S3Url })
  const path = `/_pinpoint/apps/${app}/import-jobs/${job.Id}`
  return { client, url, app, job, path, get: () => fetch(`${url}${path}/failures.csv`) }
}

t.test('all failures of an import are answered as one CSV file', async t => {
  const { job, url, path, get } = await importing(t, {
    'a.csv': `${header}\nann,EMAIL,\n"b ""x"", y",FAX,b\n${good}\n`,
    'b.csv': `${header}\neve,SMS,\n${good}\n`,
  })
  const response = await get()
  t.equal(response.status, 200)
  t.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
  const name = `attachment; filename="failures-${job.Id}.csv"`
  t.equal(response.headers.get('content-disposition'), name)
  const text = await response.text()
  const [columns, ...rows] = text.trimEnd().split('\r\n')
  t.equal(columns, 'object,line,reason,record')
  t.equal(rows[0], '"a.csv",2,"Missing Address","ann,EMAIL,"')
  const { failures } = (await controlOf(url)('GET', path)).body
  t.equal(failures.items.length, 3)
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  t.strictSame(
    rows,
    failures.items.map(
      ({ object, line, reason, record }: Record<'object' | 'line' | 'reason' | 'record', string>) =>
        [quoted(object), line, quoted(reason), quoted(record)].join(),
    ),
  )
})

t.test('an object that failed as a whole has neither line nor record in the CSV of failures', async t => {
  const { get } = await importing(t, { 'a.csv': header }, 's3://data/none.csv')
  const text = await (await get()).text()
  t.match(text, /^object,line,reason,record\r\n"s3:\/\/data\/none\.csv",,"[^"]+",""\r\n$/)
})

t.test('the CSV of failures of a job without any is its header alone', async t => {
  const { get } = await importing(t, { 'a.csv': `${header}\nann,EMAIL,ann@example.com\n` })
  t.equal(await (await get()).text(), 'object,line,reason,record\r\n')
})

t.test('no cell of the CSV of failures begins as a formula would', async t => {
  const beginnings = ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '＝1']
  const records = [...beginnings, 'a=1', ' b'].map(text => `${text},FAX,x`)
  const { get } = await importing(t, { 'a.csv': [header, ...records, good].join('\n') })
  const rows = (await (await get()).text()).trimEnd().split('\r\n').slice(1)
  t.strictSame(
    rows.map(row => row.slice(row.lastIndexOf('",') + 2)),
    [...beginnings.map(text => `"'${text},FAX,x"`), '"a=1,FAX,x"', '" b,FAX,x"'],
  )
})

t.test('100,000 failures are all there, and the answer ends with the job', async t => {
  // A piece in which every record fails would be a failure of its own.
  const lines = Array.from({ length: 101_000 }, (_, n) =>
    n % 101 === 0 ? good : `e${n},FAX,${'x'.repeat(50)}`,
  )
  const { client, app, get } = await importing(
    t,
    { 'a.csv': [header, ...lines].join('\n') },
    's3://data/a.csv',
  )
  const rows = (await (await get()).text()).trimEnd().split('\r\n')
  t.equal(rows.length, 1 + 100_000)
  t.match(rows[1], /^"a\.csv",3,".+","e1,FAX,x+"$/)
  t.match(rows[100_000], /^"a\.csv",101001,".+","e100999,FAX,x+"$/)

  const broken = await get()
  const reader = broken.body!.getReader()
  await reader.read()
  await client.send(new DeleteAppCommand({ ApplicationId: app }))
  const readAll = async () => {
    while (!(await reader.read()).done);
  }
  await t.rejects(readAll(), 'it breaks off instead of ending as if that were all')
})

t.test('the CSV of failures of a job that does not exist is a 404', async t => {
  const { url, app } = await importing(t, { 'a.csv': header })
  const none = await controlOf(url)('GET', `/_pinpoint/apps/${app}/import-jobs/none/failures.csv`)
  isError(t, none, 404, 'NotFoundException', 'Import job not found: none')
})
