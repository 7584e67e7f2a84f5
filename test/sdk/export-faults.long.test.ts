import { mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DeleteAppCommand, DeleteSegmentCommand, type PinpointClient } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { holdAt } from '../support/control.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import {
  createApp,
  createExportJob,
  roleArn,
  runExport,
  startEmulator,
  until,
  waitForJob,
} from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { completed, defineSegment, statesOf } from '../support/reads.ts'
import { answerError, type FrontRequest, type Instead, startFront, startS3 } from '../support/s3.ts'

/**
 * Makes an application with some endpoints from a bucket that is a folder, which may be another than the
 * exports'.
 */
async function fill(t: Test, client: PinpointClient, S3Url = 's3://source/users.csv') {
  const app = await createApp(client)
  return { app, segment: await defineSegment(t, client, app, S3Url) }
}

/** An emulator that imports from a folder, and exports to an S3 behind a front: an endpoint a piece. */
async function startBehindFront(
  t: Test,
  instead: Instead = () => false,
  { endpoints = 3, env = { PIECE_BYTES: '64' } as Record<string, string> } = {},
) {
  const buckets = makeBuckets(t)
  const ids = numbered('e', endpoints)
  await buckets.put('source', 'users.csv', csvOf(...ids))
  const s3 = await startS3(t)
  await s3.put('data', 'there', 'x')
  const { env: frontEnv, requests } = await startFront(t, s3, undefined, instead)
  const { client } = await startEmulator(t, { ...buckets.env, ...frontEnv, ...env })
  return { client, s3, requests }
}

const isComplete = ({ method, path }: FrontRequest) => method === 'POST' && path.includes('uploadId=')

t.test('a segment that is deleted while it is written is not exported in part', async t => {
  const uploading = Promise.withResolvers<void>()
  const deleted = Promise.withResolvers<void>()
  const untilDeleted: Instead = async ({ path }) => {
    if (!path.includes('partNumber=')) return false
    uploading.resolve()
    await deleted.promise
    return false
  }
  const { client, s3 } = await startBehindFront(t, untilDeleted, { endpoints: 100, env: {} })
  const { app, segment } = await fill(t, client)
  const job = await createExportJob(client, app, { SegmentId: segment })
  await uploading.promise
  await client.send(new DeleteSegmentCommand({ ApplicationId: app, SegmentId: segment }))
  deleted.resolve()
  const over = await waitForJob(client, job)
  t.match(over, { JobStatus: 'FAILED', CompletedPieces: 0 })
  matchEach(t, over.Failures!, [/segment .* has been deleted/])
  t.same(Object.keys(await s3.read('data')), ['there'])
})

t.test('an export ends FAILED if its bucket is no folder any more when it is published', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('e1', 'e2'))
  const s3 = await startS3(t)
  await s3.put('data', 'there', 'x')
  const { client, url } = await startEmulator(t, { ...buckets.env, ...s3.env })
  const { app } = await fill(t, client, 's3://data/users.csv')
  const create = () => createExportJob(client, app)
  const created = await holdAt(url, 'PROCESSING', create, () =>
    renameSync(join(buckets.folder, 'data'), join(buckets.folder, 'moved')),
  )
  const job = await waitForJob(client, created)
  t.same((await statesOf(client, job)).slice(-3), ['COMPLETING', 'FAILING', 'FAILED'])
  matchEach(t, job.Failures!, [
    /was a folder when the object was begun/,
    /could not be removed: .* was a folder/,
  ])
  t.match(job, { CompletedPieces: 0, FailedPieces: 1, TotalPieces: 1 })
  t.match(await runExport(client, app), completed(2), 'the next one goes to S3')
})

t.test('an object that S3 refuses for a while is published all the same', async t => {
  let refused = 0
  const { client, s3 } = await startBehindFront(t, (request, response) => {
    // More often than the SDK tries by itself.
    if (!isComplete(request) || refused++ >= 6) return false
    answerError(response, 503, 'SlowDown')
    return true
  })
  const { app } = await fill(t, client)
  t.match(await runExport(client, app), completed(3, 3))
  t.equal(Object.keys(await s3.read('data')).length, 4)
})

t.test('an upload that is gone has all objects written anew, once', async t => {
  let gone = 0
  let most = 1
  const { client, s3 } = await startBehindFront(t, (request, response) => {
    const isSecond = request.path.includes('-00001.gz')
    if (request.method === 'HEAD') gone++
    if (!isSecond || !isComplete(request) || gone >= most) return false
    answerError(response, 404, 'NoSuchUpload')
    return true
  })
  const { app } = await fill(t, client)
  t.match(await runExport(client, app), completed(3, 3))
  t.equal(Object.keys(await s3.read('data')).length, 4)
  most = Number.POSITIVE_INFINITY
  const failed = await runExport(client, app)
  t.equal(failed.JobStatus, 'FAILED')
  matchEach(t, failed.Failures!, [/-00001.gz is gone from the bucket/])
  t.equal(gone, 3)
  t.equal(Object.keys(await s3.read('data')).length, 4)
})

t.test('an upload that a kill has left under the key of a piece is removed, and no other', async t => {
  const { client, s3, requests } = await startBehindFront(t, ({ method, path }, response) => {
    const query = new URL(path, 'http://s3').searchParams
    if (method === 'DELETE' && /^(lost|other)$/.test(query.get('uploadId') ?? '')) {
      response.writeHead(204).end()
      return true
    }
    if (method !== 'GET' || !query.has('uploads')) return false
    const uploads = [
      [query.get('prefix'), 'lost'],
      [`${query.get('prefix')}.other`, 'other'],
    ].map(([key, id]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`)
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end(`<ListMultipartUploadsResult>${uploads.join('')}</ListMultipartUploadsResult>`)
    return true
  })
  const { app } = await fill(t, client)
  const job = await runExport(client, app)
  t.match(job, completed(3, 3))
  t.equal(Object.keys(await s3.read('data')).length, 4)
  const removed = requests.filter(({ method }) => method === 'DELETE')
  matchEach(t, removed, [{ path: new RegExp(`${job.Id}-00000\\.gz\\?.*uploadId=lost`) }])
})

t.test('an object of an export that cannot be removed is named', async t => {
  // The second piece cannot be uploaded, and nothing be removed.
  const { client } = await startBehindFront(t, ({ method, path }, response) => {
    if (method !== 'DELETE' && !/-00001\.gz\?.*partNumber=/.test(path)) return false
    answerError(response, 403, 'AccessDenied')
    return true
  })
  const { app } = await fill(t, client)
  const job = await runExport(client, app)
  t.match(job, {
    JobStatus: 'FAILED',
    CompletedPieces: 1,
    FailedPieces: 1,
    TotalPieces: 3,
    TotalProcessed: 1,
  })
  matchEach(t, job.Failures!, [
    /^s3:\/\/data\/out: access to the bucket data is denied/,
    new RegExp(`^out/${job.Id}-00000.gz: what was written could not be removed: access`),
    new RegExp(`^out/${job.Id}-00001.gz: what was written could not be removed: access`),
  ])
  t.match(
    await runExport(client, app, { S3UrlPrefix: 's3://source/out' }),
    completed(3, 3),
    'the worker goes on',
  )
})

t.test('an application that is deleted while S3 hangs frees the slot of its export', async t => {
  const hanging = Promise.withResolvers<void>()
  const hangs: Instead = request => {
    if (!isComplete(request)) return false
    hanging.resolve()
    return true
  }
  const env = { PIECE_BYTES: '64', MAX_RUNNING_IMPORTS: '1' }
  const { client, requests } = await startBehindFront(t, hangs, { env })
  const { app } = await fill(t, client)
  const { app: other } = await fill(t, client)
  await createExportJob(client, app)
  await hanging.promise
  const waiting = await createExportJob(client, other, { S3UrlPrefix: 's3://source/out' })
  await client.send(new DeleteAppCommand({ ApplicationId: app }))
  t.match(await waitForJob(client, waiting), completed(3, 3))
  await until(
    () => requests.filter(({ method }) => method === 'DELETE').length >= 3 || undefined,
    'the uploads to be aborted',
  )
})

t.test('a link that comes to lead out of the folder is not followed', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('e1'))
  const outside = makeFolder(t)
  const { client, url } = await startEmulator(t, buckets.env)
  const { app } = await fill(t, client, 's3://data/users.csv')
  const create = () => createExportJob(client, app)
  const job = await holdAt(url, 'PROCESSING', create, () => {
    renameSync(join(buckets.folder, 'data/out'), join(outside, 'out'))
    symlinkSync(join(outside, 'out'), join(buckets.folder, 'data/out'))
  })
  const failed = await waitForJob(client, job)
  t.equal(failed.JobStatus, 'FAILED')
  matchEach(t, failed.Failures!, [/leads out of its bucket's folder, by the link out/, /removed/])
})

t.test('a key that is too long is refused before there is a job', async t => {
  const { client } = await startEmulator(t)
  const app = await createApp(client)
  const long = createExportJob(client, app, {
    S3UrlPrefix: `s3://data/${'x/'.repeat(500)}`,
    RoleArn: roleArn,
  })
  await t.rejects(long, { name: 'BadRequestException', message: /^S3UrlPrefix must leave room/ })
})

t.test('a prefix of many folders takes no longer than others', async t => {
  const buckets = makeBuckets(t)
  mkdirSync(join(buckets.folder, 'data'))
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const job = await runExport(client, app, { S3UrlPrefix: `s3://data/${'x/'.repeat(490)}` })
  t.match(job, completed(0))
})
