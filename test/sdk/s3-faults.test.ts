import t from 'tap'
import { putAll } from '../support/buckets.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { endpointsExported } from '../support/exported.ts'
import { base, createFilledApp, good } from '../support/filled-app.ts'
import { createApp, runExport, runImport, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { completed, putEndpoint, statesOf } from '../support/reads.ts'
import { answerError, startFront, startNoS3, startS3 } from '../support/s3.ts'

for (const [what, status, code, says] of [
  ['denied', 403, 'AccessDenied', /^in\/b\.csv: access to the bucket data is denied .*AccessDenied/],
  ['gone', 404, 'NoSuchKey', /^in\/b\.csv: the object does not exist any more/],
] as const) {
  t.test(`a job whose second object is ${what} ends FAILED, names it, and leaves all as it was`, async t => {
    const s3 = await startS3(t)
    await putAll(s3, 'data', { 'base.csv': base, 'in/a.csv': good, 'in/b.csv': csvOf('more') })
    const front = await startFront(t, s3, undefined, ({ path }, response) => {
      const isIt = path.startsWith('/data/in/b.csv')
      if (isIt) answerError(response, status, code)
      return isIt
    })
    const { client } = await startEmulator(t, front.env)
    const { app, SegmentId, look } = await createFilledApp(t, client, 's3://data/base.csv')
    const before = await look()
    const job = await runImport(client, app, { S3Url: 's3://data/in/', SegmentId })
    t.same((await statesOf(client, job)).slice(-3), ['PROCESSING', 'FAILING', 'FAILED'])
    t.match(job, { TotalPieces: 2, FailedPieces: 1, CompletedPieces: 1 })
    matchEach(t, job.Failures!, [says])
    t.same(await look(), before)
  })
}

t.test('an export to what is no S3 ends FAILED, and says so', async t => {
  const { client } = await startEmulator(t, { AWS_ENDPOINT_URL_S3: await startNoS3(t, '') })
  const app = await createApp(client)
  await putEndpoint(client, app, 'e', { ChannelType: 'EMAIL', Address: 'a@example.com' })
  const job = await runExport(client, app)
  t.match(job, { JobStatus: 'FAILED', CompletedPieces: 0, Failures: [/http:\S+ does not answer as S3 does/] })
})

t.test('an import and an export through an S3 that fails every other request count right', async t => {
  const s3 = await startS3(t)
  const idsOf = (object: number) => numbered(`e${object}-`, 2000)
  for (let object = 0; object < 3; object++) await s3.put('data', `in/${object}.csv`, csvOf(...idsOf(object)))
  let count = 0
  let sent = 0
  const front = await startFront(
    t,
    s3,
    async ({ body, send, breakOff }) => {
      if (++sent % 2 === 0) return send(body)
      await send(body.subarray(0, body.length / 2))
      breakOff()
    },
    (_, response) => {
      if (++count % 2 === 0) return false
      if (count % 4 === 1) answerError(response, 500, 'InternalError')
      else response.destroy()
      return true
    },
  )
  const { client } = await startEmulator(t, { ...front.env, PIECE_BYTES: '60000' })
  const app = await createApp(client)
  const imported = await runImport(client, app, { S3Url: 's3://data/in/' })
  t.match(imported, completed(6000, imported.TotalPieces))
  const job = await runExport(client, app)
  t.match(job, completed(6000, job.TotalPieces))
  const ids = (await endpointsExported(s3, job)).map(({ Id }) => Id)
  t.same(ids.sort(), [0, 1, 2].flatMap(idsOf).sort())
})
