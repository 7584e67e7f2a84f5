import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetSegmentCommand, type ImportJobResponse, PutEventStreamCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { Clock, stateAt } from '../../server/clock/clock.ts'
import { makeBuckets } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createAppBy, roleArn, runImport, startEmulator } from '../support/helpers.ts'
import { getEndpoint } from '../support/reads.ts'

const hour = 3_600_000

t.test('a clock agrees with the machine until it is set, and ticks on from there', async t => {
  const clock = new Clock()
  t.strictSame(clock.state, { mode: 'real' })
  const before = Date.now()
  const now = clock.now().getTime()
  t.ok(before <= now && now <= Date.now())
  for (const text of ['2030-01-02T03:04:05.678Z', '1969-12-31T23:59:59.000Z', '9999-12-31T23:59:59.999Z']) {
    const set = Date.parse(text)
    const since = Date.now()
    clock.set(stateAt('offset', set))
    const first = clock.now().getTime()
    t.ok(first >= set && first - set <= Date.now() - since, text)
    const shared = new Clock(clock.shared)
    const second = shared.now().getTime()
    t.ok(second >= first && second - set <= Date.now() - since, `${text} in another thread`)
    t.equal(shared.state.mode, 'offset')
    clock.set(stateAt('frozen', set))
    t.strictSame(shared.state, { mode: 'frozen', now: set })
    t.equal(shared.now().getTime(), set)
  }
  clock.set(stateAt('real', 0))
  t.ok(clock.now().getTime() >= before)
  t.strictSame(clock.state, { mode: 'real' })
})

t.test("Pinpoint's dates are by the clock, in every thread; those of HTTP are by the machine", async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'a.csv', csvOf('e1'))
  const { client, url } = await startEmulator(t, buckets.env)
  const control = controlOf(url)
  const start = Date.parse('2030-01-02T03:04:05.678Z')
  await control('PUT', '/_pinpoint/clock', { mode: 'offset', now: '2030-01-02T03:04:05.678Z' })
  const isThen = (date: string | undefined, what: string) => {
    const time = Date.parse(date ?? '')
    t.ok(time >= start && time < start + hour, `${what}: ${date}`)
  }

  const { Id: ApplicationId, CreationDate } = await createAppBy(control)
  isThen(CreationDate, 'the application')
  const { EventStream } = await client.send(
    new PutEventStreamCommand({
      ApplicationId,
      WriteEventStream: {
        DestinationStreamArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/s',
        RoleArn: roleArn,
      },
    }),
  )
  isThen(EventStream!.LastModifiedDate, 'the event stream')

  const job = await runImport(client, ApplicationId, { S3Url: 's3://data/a.csv', DefineSegment: true })
  t.equal(job.JobStatus, 'COMPLETED')
  isThen(job.CreationDate, 'CreationDate of the job')
  isThen(job.CompletionDate, 'CompletionDate of the job')
  const { body } = await control('GET', `/_pinpoint/apps/${ApplicationId}/import-jobs/${job.Id}`)
  for (const { status, at } of body.history) isThen(at, status)
  const { SegmentId } = (job as ImportJobResponse).Definition!
  const { SegmentResponse } = await client.send(new GetSegmentCommand({ ApplicationId, SegmentId }))
  isThen(SegmentResponse!.CreationDate, 'the segment')
  const endpoint = await getEndpoint(client, ApplicationId, 'e1')
  isThen(endpoint!.CreationDate, 'CreationDate of the endpoint')
  isThen(endpoint!.EffectiveDate, 'EffectiveDate of the endpoint')

  const { headers, body: calls } = await control('GET', '/_pinpoint/requests')
  for (const [what, date] of [
    ['the header Date', headers.date as string],
    ['the log of calls', calls.items[0].time],
  ]) {
    t.ok(Math.abs(Date.now() - Date.parse(date)) < hour, `${what}: ${date}`)
  }
})

t.test('no other file of the server reads the time', async t => {
  const server = new URL('../../server/', import.meta.url).pathname
  const readsTime =
    /\bDate\(\)|\bDate\.now\b|(date|time|julianday|unixepoch)\('now'|strftime\(|\bCURRENT_(TIME|DATE)/
  const found = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter(
    file => /\.(ts|sql)$/.test(file) && readsTime.test(readFileSync(join(server, file), 'utf8')),
  )
  t.strictSame(found, ['clock/clock.ts'])
})
