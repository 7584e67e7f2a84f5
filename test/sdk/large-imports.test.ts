import { gzipSync } from 'node:zlib'
import { DeleteAppCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { importAgain, importInto, type Outcome, sameEndpoints } from '../support/emulators.ts'
import { csvFile, csvOf, ndjsonFile, numbered } from '../support/endpoint-files.ts'
import { createApp, createImportJob, runImport, startEmulator, waitForJob } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { isLong } from '../support/long.ts'
import { completed, countersOf, getEndpoint, untilProcessed } from '../support/reads.ts'
import { startFront, startS3 } from '../support/s3.ts'

/** Bytes above which the records of a job are read by a thread of their own. */
const largeBytes = 4 * 1024 * 1024

/** Many bytes of few endpoints: they have long addresses. */
const long = (content: string) => content.replaceAll('ä', `ä${'x'.repeat(200)}`)

for (const [format, content] of [
  ['CSV', long(csvFile(17_000))],
  ['JSON', long(ndjsonFile(13_000))],
] as const) {
  t.test(`a large object is imported as one that is small, as it is compressed: ${format}`, async t => {
    const buckets = makeBuckets(t)
    const compressed = gzipSync(content)
    t.ok(Buffer.byteLength(content) > largeBytes && compressed.length < largeBytes)
    await putAll(buckets, 'demo', { large: content, 'small.gz': compressed })
    const emulator = await startEmulator(t, buckets.env)
    const large = await importInto(emulator, 's3://demo/large', format)
    const small = await importInto(emulator, 's3://demo/small.gz', format)
    same(large, small)
    t.ok(large.job.TotalFailures! > 100, 'some records are bad')
    if (format === 'CSV' || !isLong) return
    same(
      await importAgain(emulator, large.app, 's3://demo/large', format),
      await importAgain(emulator, small.app, 's3://demo/small.gz', format),
    )

    function same(one: Outcome, other: Outcome): void {
      t.match(countersOf(one.job), { ...countersOf(other.job), TotalPieces: Number, CompletedPieces: Number })
      const named = other.job.Failures!.map(text => text.replace('small.gz', 'large'))
      t.same(one.job.Failures, named)
      sameEndpoints(one.members, other.members)
    }
  })
}

const manyIds = numbered('an-endpoint-of-many-', 80_000)

t.test('a large object that cannot be read to its end is imported up to there, and fails', async t => {
  const s3 = await startS3(t)
  const content = csvOf(...manyIds)
  await s3.put('data', 'large.csv', content)
  const upTo = Buffer.byteLength(csvOf(...manyIds.slice(0, 40_000)))
  const front = await startFront(t, s3, async ({ from, body, send, breakOff }) => {
    await send(body.subarray(0, Math.max(0, upTo - from)))
    breakOff()
  })
  const { client } = await startEmulator(t, { ...front.env, PIECE_BYTES: '1000000' })
  const job = await runImport(client, await createApp(client), { S3Url: 's3://data/large.csv' })
  t.match(job, { JobStatus: 'FAILED', TotalProcessed: 40_000, TotalFailures: 0 })
  t.equal(job.CompletedPieces, Math.floor((job.TotalPieces! * upTo) / Buffer.byteLength(content)))
  matchEach(t, job.Failures!, [/^large\.csv: broke off at byte \d+ of \d+/])
})

t.test('large imports of applications that are deleted end, and others go on', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'demo', { 'large.csv': csvOf(...manyIds) })
  const { client } = await startEmulator(t, { ...buckets.env, MAX_RUNNING_IMPORTS: '3' })
  const apps = await Promise.all([createApp(client), createApp(client), createApp(client)])
  const jobs = await Promise.all(
    apps.map(app => createImportJob(client, app, { S3Url: 's3://demo/large.csv', DefineSegment: true })),
  )
  for (const job of jobs) await untilProcessed(client, job, 1)
  for (const ApplicationId of apps.slice(1)) await client.send(new DeleteAppCommand({ ApplicationId }))
  t.match(await waitForJob(client, jobs[0]!), completed(manyIds.length, Number as never))
  t.match(
    await runImport(client, apps[0]!, { S3Url: 's3://demo/large.csv' }),
    completed(manyIds.length, Number as never),
    'and the next, when none is left',
  )
})

t.test('records find those that stand far before them in a large object', async t => {
  const far = 35_000
  const row = (id: string, address: number, user: number, plan = '', name = '') =>
    `${id},EMAIL,a${address}@example.com,u${user},${plan},${name}`
  const content = [
    'Id,ChannelType,Address,User.UserId,Attributes.plan,User.UserAttributes.name',
    ...Array.from({ length: far }, (_, n) => row(`e${n}`, n, n)),
    row('E1', 1, 1, 'late'),
    row('at-2', 2, far, ''),
    row('of-3', far, 3, '', 'Ada'),
  ].join('\n')
  const buckets = makeBuckets(t)
  await putAll(buckets, 'demo', { 'far.csv': content })
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  t.match(await runImport(client, app, { S3Url: 's3://demo/far.csv' }), completed(far + 3, 2))
  t.match(await getEndpoint(client, app, 'e1'), { Id: 'e1', Attributes: { plan: ['late'] } })
  t.match(await getEndpoint(client, app, 'e2'), { EndpointStatus: 'INACTIVE' })
  t.match(await getEndpoint(client, app, 'at-2'), { EndpointStatus: 'ACTIVE' })
  t.match(await getEndpoint(client, app, 'e3'), { User: { UserAttributes: { name: ['Ada'] } } })
})

t.test('of many records with few addresses, the last of each is ACTIVE', async t => {
  const count = 10_000
  const addresses = 20
  const buckets = makeBuckets(t)
  const rows = Array.from({ length: count }, (_, n) => `e${n},EMAIL,a${n % addresses}@example.com`)
  await putAll(buckets, 'demo', { 'few.csv': ['Id,ChannelType,Address', ...rows].join('\n') })
  const { client, url } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  t.match(await runImport(client, app, { S3Url: 's3://demo/few.csv' }), completed(count, Number as never))
  const { body } = await controlOf(url)('GET', `/_pinpoint/apps/${app}/endpoints?status=ACTIVE`)
  t.strictSame(
    body.items.map(({ Id }: { Id: string }) => Id),
    Array.from({ length: addresses }, (_, n) => `e${count - addresses + n}`),
  )
})
