import t from 'tap'
import { jobsOf } from '../../support/control.ts'
import {
  createApp,
  createImportJob,
  isError,
  runImport,
  sharedTestApp,
  startEmulator,
  waitForJob,
} from '../../support/helpers.ts'

const { client, url } = await startEmulator(t, { S3_DIR: 'fixtures/s3', MAX_RUNNING_IMPORTS: '1' })

t.test('DeleteApp answers the application as it was', async t => {
  const { call, createApp } = sharedTestApp()
  const created = await createApp({ Name: 'shop', tags: { a: 'b' } })
  const { status, body } = await call('DELETE', `/v1/apps/${created.Id}`)
  t.equal(status, 200)
  t.strictSame(body, created)
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const { call } = sharedTestApp()
  isError(t, await call('DELETE', '/v1/apps/nope'), 404, 'NotFoundException', 'Application not found')
})

t.test('a deleted application is gone for every call, and others are not', async t => {
  const { call, createApp } = sharedTestApp()
  const other = await createApp({ Name: 'other', tags: { a: 'b' } })
  const { Id, Arn } = await createApp({ Name: 'shop', tags: { a: 'b' } })
  const endpoint = { Address: 'ann@example.com', ChannelType: 'EMAIL' }
  for (const id of [Id, other.Id]) await call('PUT', `/v1/apps/${id}/endpoints/e`, endpoint)
  await call('DELETE', `/v1/apps/${Id}`)

  for (const path of ['', '/endpoints/e', '/jobs/import', '/jobs/import/x', '/segments', '/segments/x']) {
    const answer = await call('GET', `/v1/apps/${Id}${path}`)
    isError(t, answer, 404, 'NotFoundException', 'Application not found')
  }
  isError(t, await call('DELETE', `/v1/apps/${Id}`), 404, 'NotFoundException', 'Application not found')
  const put = await call('PUT', `/v1/apps/${Id}/endpoints/e`, endpoint)
  isError(t, put, 404, 'NotFoundException', 'Application not found')
  isError(t, await call('GET', `/v1/tags/${Arn}`), 404, 'NotFoundException', /^Resource not found/)

  t.strictSame((await call('GET', '/v1/apps')).body, { Item: [other] })
  t.equal((await call('GET', `/v1/apps/${other.Id}/endpoints/e`)).status, 200)
  t.strictSame((await call('GET', `/v1/tags/${other.Arn}`)).body, { tags: { a: 'b' } })
})

t.test('DeleteApp deletes an application with imported endpoints, jobs and a segment', async t => {
  const id = await createApp(client)
  const job = await runImport(client, id, { S3Url: 's3://demo/users.csv', DefineSegment: true })
  const status = async (path: string, method = 'GET') =>
    (await fetch(`${url}/v1/apps/${id}${path}`, { method })).status
  const paths = ['', '/endpoints/ann-email', `/jobs/import/${job.Id}`, `/segments/${job.Id}`]
  for (const path of paths) t.equal(await status(path), 200, path)
  t.equal(await status('', 'DELETE'), 200)
  for (const path of paths) t.equal(await status(path), 404, path)
})

t.test('DeleteApp ends a job that is under way, and the worker goes on with others', async t => {
  const [doomed, other] = [await createApp(client), await createApp(client)]
  const { control, advance } = jobsOf(url)
  await control({ mode: 'manual' })
  const running = await createImportJob(client, doomed, { S3Url: 's3://demo/users.csv' })
  await advance(running, 'PROCESSING')
  const waiting = await createImportJob(client, other, { S3Url: 's3://demo/users.csv' })
  await advance(waiting, 'PENDING_JOB')
  t.equal((await fetch(`${url}/v1/apps/${doomed}`, { method: 'DELETE' })).status, 200)
  const gone = { name: 'NotFoundException', message: 'Application not found' }
  await t.rejects(waitForJob(client, running), gone)
  await control({ mode: 'immediate' })
  t.equal((await waitForJob(client, waiting)).JobStatus, 'COMPLETED')
})
