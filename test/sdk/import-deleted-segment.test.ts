import { DeleteSegmentCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { holdAt } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, createImportJob, runImport, startEmulator, waitForJob } from '../support/helpers.ts'
import { getEndpoint, getSegment } from '../support/reads.ts'

const buckets = makeBuckets(t)
await putAll(buckets, 'data', { 'one.csv': csvOf('e1', 'e2'), 'two.csv': csvOf('e3') })
const { client, url } = await startEmulator(t, buckets.env)

/** An application with a segment that the first of the files has made. */
async function withSegment() {
  const app = await createApp(client)
  const { Id } = await runImport(client, app, { S3Url: 's3://data/one.csv', DefineSegment: true })
  const remove = () => client.send(new DeleteSegmentCommand({ ApplicationId: app, SegmentId: Id }))
  return { app, segment: Id!, remove }
}

for (const status of ['CREATED', 'PROCESSING', 'COMPLETING'] as const) {
  t.test(`a ${status} job ends FAILED when its segment is deleted, and leaves nothing`, async t => {
    const { app, segment, remove } = await withSegment()
    const create = () => createImportJob(client, app, { S3Url: 's3://data/two.csv', SegmentId: segment })
    const job = await holdAt(url, status, create, remove)
    const { JobStatus, Failures, TotalProcessed, CompletionDate } = await waitForJob(client, job)
    t.equal(JobStatus, 'FAILED')
    const reason = `the segment ${segment}, which the job was to renew, has been deleted`
    t.strictSame(Failures, [`s3://data/two.csv: ${reason}`])
    t.equal(TotalProcessed, status === 'CREATED' ? 0 : 1, 'one that has not begun reads nothing')
    t.ok(CompletionDate)
    t.equal(await getSegment(client, app, segment), undefined)
    t.equal(await getEndpoint(client, app, 'e3'), undefined)
    t.ok(await getEndpoint(client, app, 'e1'), 'what others have imported stays')
  })
}

t.test('the endpoints of an import stay when its segment is deleted, and can be imported again', async t => {
  const { app, segment, remove } = await withSegment()
  await remove()
  t.match(await getEndpoint(client, app, 'e1'), { Id: 'e1' })
  const again = await runImport(client, app, { S3Url: 's3://data/one.csv', DefineSegment: true })
  t.not(again.Id, segment)
  t.match(await getSegment(client, app, again.Id!), { Version: 1, ImportDefinition: { Size: 2 } })
})
