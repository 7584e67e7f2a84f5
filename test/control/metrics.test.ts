import { GetAppCommand, GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { createApp, runExport, runImport, startEmulator } from '../support/helpers.ts'

/** The samples of Prometheus's text, by name and labels as they are written. */
async function scrape(t: Test, url: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}/_pinpoint/metrics`)
  t.equal(response.status, 200)
  t.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  const samples = new Map<string, number>()
  const types = new Map<string, string>()
  for (const line of (await response.text()).split('\n').filter(Boolean)) {
    const [, comment, name, text] = line.match(/^# (HELP|TYPE) (\w+) (.+)$/) ?? []
    if (comment === 'TYPE') types.set(name!, text!)
    if (comment !== undefined) continue
    const [, sample, family, value] =
      line.match(/^(([a-z_]+?)(?:_bucket|_sum|_count)?(?:\{.*\})?) (\S+)$/) ?? []
    if (sample === undefined) t.fail(`no sample: ${line}`)
    t.ok(types.has(family!), `${family} has a type before its samples`)
    t.notOk(samples.has(sample!), `${sample} is there once`)
    samples.set(sample!, Number(value))
  }
  return samples
}

const s3 = t.testdir({
  data: { 'users.csv': 'Id,ChannelType,Address\na,EMAIL,a@example.com\nb,EMAIL,\nc,SMS,+49', out: {} },
})

t.test('metrics are counted from the start of the process, whoever asks for them first', async t => {
  const { url, client } = await startEmulator(t, { S3_DIR: s3 })
  const app = await createApp(client)
  t.match(await runImport(client, app, { S3Url: 's3://data/users.csv' }), { JobStatus: 'COMPLETED' })
  t.match(await runImport(client, app, { S3Url: 's3://nowhere/users.csv' }), { JobStatus: 'FAILED' })
  t.match(await runExport(client, app), { JobStatus: 'COMPLETED' })
  await client.send(new GetAppCommand({ ApplicationId: 'none' })).catch(() => {})
  await fetch(`${url}/v1/nowhere`)
  await fetch(`${url}/_pinpoint/health`)

  const first = await scrape(t, url)
  const expected = {
    'pinpoint_requests_total{operation="CreateApp",status="201"}': 1,
    'pinpoint_requests_total{operation="CreateImportJob",status="201"}': 2,
    'pinpoint_requests_total{operation="GetApp",status="404"}': 1,
    'pinpoint_requests_total{operation="unknown",status="404"}': 1,
    'pinpoint_requests_total{operation="health",status="200"}': undefined,
    'pinpoint_request_duration_seconds_count{operation="CreateImportJob"}': 2,
    'pinpoint_request_duration_seconds_bucket{le="10",operation="CreateImportJob"}': 2,
    'pinpoint_request_duration_seconds_bucket{le="+Inf",operation="CreateImportJob"}': 2,
    'pinpoint_jobs{kind="import",status="COMPLETED"}': 1,
    'pinpoint_jobs{kind="import",status="FAILED"}': 1,
    'pinpoint_jobs{kind="import",status="PROCESSING"}': 0,
    'pinpoint_jobs{kind="export",status="COMPLETED"}': 1,
    'pinpoint_records_processed_total{kind="import"}': 3,
    'pinpoint_records_failed_total{kind="import"}': 1,
    'pinpoint_records_processed_total{kind="export"}': 2,
    pinpoint_worker_restarts_total: 0,
  }
  for (const [sample, value] of Object.entries(expected)) t.equal(first.get(sample), value, sample)
  t.ok(first.get('pinpoint_request_duration_seconds_sum{operation="CreateImportJob"}')! > 0)
  const buckets = [...first]
    .filter(([name]) => /_bucket\{.*"GetImportJob"/.test(name))
    .map(([, count]) => count)
  t.strictSame(
    buckets,
    buckets.toSorted((a, b) => a - b),
    'buckets hold all that was faster',
  )
  t.equal(buckets.at(-1), first.get('pinpoint_request_duration_seconds_count{operation="GetImportJob"}'))
  const startedAt = first.get('process_start_time_seconds')! * 1000
  t.ok(startedAt < Date.now() && startedAt > Date.now() - 3_600_000)
  t.ok(first.get('process_cpu_seconds_total')! > 0)
  t.ok(first.get('process_resident_memory_bytes')! > 10_000_000)
  t.ok(first.get('nodejs_eventloop_utilization')! > 0)

  await client.send(new GetAppsCommand({}))
  const second = await scrape(t, url)
  t.equal(second.get('pinpoint_requests_total{operation="GetApps",status="200"}'), 1)
  t.equal(
    second.get('pinpoint_requests_total{operation="CreateApp",status="201"}'),
    1,
    'nothing counts twice',
  )
  t.ok(second.get('process_cpu_seconds_total')! >= first.get('process_cpu_seconds_total')!)
})

t.test('each of several emulators in a process has its own metrics', async t => {
  const one = await startEmulator(t, { EPHEMERAL: 'true' })
  const other = await startEmulator(t, { EPHEMERAL: 'true' })
  await createApp(one.client)
  const sample = 'pinpoint_requests_total{operation="CreateApp",status="201"}'
  t.equal((await scrape(t, one.url)).get(sample), 1)
  t.equal((await scrape(t, other.url)).get(sample), undefined)
})
