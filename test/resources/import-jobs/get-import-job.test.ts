import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  createApp,
  createImportJob,
  isError,
  roleArn,
  runImport,
  sharedTestApp,
  startEmulator,
} from '../../support/helpers.ts'

const header = 'Id,ChannelType,Address\n'
const S3_DIR = t.testdir({
  bucket: {
    'users.csv': readFileSync('fixtures/s3/demo/users.csv'),
    'many-bad.csv': `${header}good,EMAIL,good@example.com\n${'x,EMAIL,\n'.repeat(150)}`,
    'all-bad.csv': `${header}a,EMAIL,\nb,PIGEON,b@example.com\n`,
  },
})
const { client, url } = await startEmulator(t, { S3_DIR })
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

t.test('a job that has not begun has no counters, failures or completion date', async t => {
  const { call, ...http } = sharedTestApp()
  const { Id } = await http.createApp()
  const url = `/v1/apps/${Id}/jobs/import`
  const job = (await call('POST', url, { Format: 'CSV', S3Url: 's3://bucket/key', RoleArn: roleArn })).body
  const { status, body } = await call('GET', `${url}/${job.Id}`)
  t.equal(status, 200)
  t.strictSame(Object.keys(body).sort(), [
    'ApplicationId',
    'CreationDate',
    'Definition',
    'Id',
    'JobStatus',
    'Type',
  ])
  t.equal(body.JobStatus, 'CREATED')
})

t.test('a COMPLETED job has every member, and its bad records by key and line', async t => {
  const app = await createApp(client)
  const created = await createImportJob(client, app, { S3Url: 's3://bucket/users.csv', DefineSegment: true })
  await runImport(client, app, { S3Url: 's3://bucket/users.csv' })
  const response = await fetch(`${url}/v1/apps/${app}/jobs/import/${created.Id}`)
  const job = (await response.json()) as Record<string, unknown>
  t.equal(response.status, 200)
  t.match(job.CompletionDate, iso)
  t.ok(String(job.CompletionDate) >= String(job.CreationDate))
  t.strictSame(job, {
    ApplicationId: app,
    Id: created.Id,
    JobStatus: 'COMPLETED',
    CompletedPieces: 1,
    FailedPieces: 0,
    TotalPieces: 1,
    CreationDate: created.CreationDate,
    CompletionDate: job.CompletionDate,
    Type: 'IMPORT',
    TotalFailures: 1,
    TotalProcessed: 5,
    Failures: ['users.csv line 6: Missing Address'],
    Definition: { ...created.Definition },
  })
})

t.test('Failures holds the first 100 of them, TotalFailures counts all', async t => {
  const job = await runImport(client, await createApp(client), { S3Url: 's3://bucket/many-bad.csv' })
  t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 151, TotalFailures: 150 })
  t.strictSame(
    job.Failures,
    Array.from({ length: 100 }, (_, index) => `many-bad.csv line ${index + 3}: Missing Address`),
  )
})

t.test('a piece of which no record could be imported fails the job', async t => {
  const job = await runImport(client, await createApp(client), { S3Url: 's3://bucket/all-bad.csv' })
  t.match(
    { ...job },
    {
      JobStatus: 'FAILED',
      CompletedPieces: 0,
      FailedPieces: 1,
      TotalPieces: 1,
      TotalProcessed: 2,
      TotalFailures: 2,
      CompletionDate: iso,
    },
  )
  t.ok(job.Failures?.includes('all-bad.csv line 2: Missing Address'))
  t.ok(job.Failures?.some(failure => /^all-bad\.csv line 3: ChannelType must be one of /.test(failure)))
})

t.test('a job over a missing bucket ends FAILED and says which', async t => {
  const job = await runImport(client, await createApp(client), { S3Url: 's3://missing/users.csv' })
  t.equal(job.JobStatus, 'FAILED')
  t.match(job.CompletionDate, iso)
  t.match(
    { ...job },
    { CompletedPieces: 0, FailedPieces: 0, TotalPieces: 0, TotalProcessed: 0, TotalFailures: 0 },
  )
  t.equal(job.Failures?.length, 1)
  t.match(job.Failures?.[0], /^s3:\/\/missing\/users\.csv: .*\bmissing\b.*S3_DIR/)
})

t.test('an unknown job, a job of another application and an unknown application answer 404', async t => {
  const { call, ...http } = sharedTestApp()
  const [one, other] = [(await http.createApp()).Id, (await http.createApp()).Id]
  const request = { Format: 'CSV', S3Url: 's3://bucket/key', RoleArn: roleArn }
  const { Id } = (await call('POST', `/v1/apps/${one}/jobs/import`, request)).body
  const unknown = await call('GET', `/v1/apps/${one}/jobs/import/nope`)
  isError(t, unknown, 404, 'NotFoundException', 'Import job not found: nope')
  const elsewhere = await call('GET', `/v1/apps/${other}/jobs/import/${Id}`)
  isError(t, elsewhere, 404, 'NotFoundException', `Import job not found: ${Id}`)
  const noApp = await call('GET', `/v1/apps/nope/jobs/import/${Id}`)
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})
