import t from 'tap'
import { makeBuckets } from '../support/buckets.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, runImport, startEmulator } from '../support/helpers.ts'
import { getEndpoint, getSegment, statesOf } from '../support/reads.ts'
import { startNoS3, startS3, unusedUrl } from '../support/s3.ts'

t.test('a job that has nowhere to read its bucket from ends FAILED and says what to set', async t => {
  const url = await unusedUrl()
  const s3 = await startS3(t)
  await s3.put('data', 'users.csv', csvOf('e1'))
  const { env: folders } = makeBuckets(t)
  const noS3 = await Promise.all(
    ['', '<html><body>hello</body></html>', '<html><br></html>', 'OK'].map(async body => [
      `what answers ${JSON.stringify(body)} to everything at the endpoint`,
      { AWS_ENDPOINT_URL_S3: await startNoS3(t, body) },
      'data',
      /: http:\S+ does not answer as S3 does \([^\n]+\): AWS_ENDPOINT_URL_S3 must be the URL of an S3 server$/,
    ]),
  )
  for (const [title, env, bucket, ...says] of [
    ['no folder and no endpoint', {}, 'data', /bucket data: .*S3_DIR .*AWS_ENDPOINT_URL_S3/],
    ['no such folder and no endpoint', folders, 'nowhere', /nowhere .*S3_DIR .*AWS_ENDPOINT_URL_S3/],
    ['no such bucket at the endpoint', s3.env, 'nowhere', /bucket nowhere does not exist/],
    [
      'no such folder and no such bucket',
      { ...folders, ...s3.env },
      'nowhere',
      /bucket nowhere does not exist/,
    ],
    ['wrong credentials', { ...s3.env, AWS_ACCESS_KEY_ID: 'someone' }, 'data', /denied.*InvalidAccessKeyId/],
    ...noS3,
    ['nothing at the endpoint', { AWS_ENDPOINT_URL_S3: url }, 'data', new RegExp(`${url} .*ECONNREFUSED`)],
  ] as [string, Record<string, string>, string, RegExp][]) {
    await t.test(title, async t => {
      const { client } = await startEmulator(t, env)
      const app = await createApp(client)
      const S3Url = `s3://${bucket}/users.csv`
      const job = await runImport(client, app, { S3Url, DefineSegment: true })
      const states = await statesOf(client, job)
      t.same(states.slice(-2), ['FAILING', 'FAILED'])
      t.equal(job.Failures?.length, 1)
      t.ok(job.Failures?.[0]?.startsWith(`${S3Url}: `), 'it says which')
      for (const words of says) t.match(job.Failures?.[0], words)
      t.match(job, { TotalProcessed: 0, TotalFailures: 0, TotalPieces: 0 })
      t.equal(await getSegment(client, app, job.Definition!.SegmentId!), undefined)
    })
  }
})

t.test(
  'a bucket that is no folder is read from the S3 endpoint, one that is a folder from there',
  async t => {
    const s3 = await startS3(t)
    const folders = makeBuckets(t)
    await s3.put('remote', 'users.csv', csvOf('far'))
    await s3.put('both', 'users.csv', csvOf('far-too'))
    await folders.put('both', 'users.csv', csvOf('near'))
    const { client } = await startEmulator(t, { ...s3.env, ...folders.env })
    const app = await createApp(client)
    for (const bucket of ['remote', 'both'])
      await runImport(client, app, { S3Url: `s3://${bucket}/users.csv` })
    const found = await Promise.all(['far', 'far-too', 'near'].map(id => getEndpoint(client, app, id)))
    t.same(
      found.map(endpoint => endpoint?.Id),
      ['far', undefined, 'near'],
    )
  },
)
