import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeBuckets, makeFolder, putAll } from '../support/buckets.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, createImportJob, runImport, startEmulator } from '../support/helpers.ts'
import { completed, getEndpoint } from '../support/reads.ts'

/** An emulator whose bucket `data` has links in it, some of which lead out. */
async function startWithLinks(t: Test, env: Record<string, string> = {}) {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'in/a.csv': csvOf('e1'), 'real/b.csv': csvOf('e2') })
  const bucket = join(buckets.folder, 'data')
  const outside = makeFolder(t)
  const elsewhere = makeBuckets(t)
  await putAll(elsewhere, 'other', { 'secret.csv': csvOf('secret'), 'deep/secret.csv': csvOf('deep') })
  const target = join(elsewhere.folder, 'other')
  for (const [path, link] of [
    [join(target, 'secret.csv'), 'in/z.csv'],
    [join(outside, 'nowhere'), 'broken/b.csv'],
    [join(target, 'deep'), 'tree/deep'],
    [join(target, 'secret.csv'), 'passed/_hidden.csv'],
    [join(target, 'secret.csv'), 'passed/notes.txt'],
    ['../real/b.csv', 'passed/b.csv'],
  ] as const) {
    await buckets.put('data', `${link.split('/')[0]}/`, '')
    symlinkSync(path, join(bucket, link))
  }
  const { client, url } = await startEmulator(t, { ...buckets.env, ...env })
  return { client, url, app: await createApp(client) }
}

const out =
  "a link that leads out of its bucket's folder is not followed: put what it leads to into the folder instead"
const toNothing = 'a link leads to nothing: put what it should lead to into the folder instead'

t.test('an import that meets a link out of its bucket fails, and names it', async t => {
  const { client, app } = await startWithLinks(t)
  for (const [what, key, failure, pieces] of [
    ['addressed directly', 'in/z.csv', `in/z.csv: ${out}`, 1],
    ['beside an object that could be read', 'in/', `in/z.csv: ${out}`, 2],
    ['to a folder', 'tree/', `tree/deep/: ${out}`, 1],
    ['in the middle of a key', 'tree/deep/secret.csv', `tree/deep/: ${out}`, 1],
    ['to nothing', 'broken/b.csv', `broken/b.csv: ${toNothing}`, 1],
    ['to nothing, under a prefix', 'broken/', `broken/b.csv: ${toNothing}`, 1],
  ] as const) {
    t.match(
      await runImport(client, app, { S3Url: `s3://data/${key}` }),
      { JobStatus: 'FAILED', TotalPieces: pieces, FailedPieces: 1, Failures: [failure] },
      what,
    )
  }
  const whole = await runImport(client, app, { S3Url: 's3://data/' })
  t.same(whole.Failures, [`broken/b.csv: ${toNothing}`, `in/z.csv: ${out}`, `tree/deep/: ${out}`])
  for (const id of ['e1', 'e2', 'secret', 'deep']) t.equal(await getEndpoint(client, app, id), undefined, id)
})

t.test('links that stay in the bucket, and such that no import would read, are in no way', async t => {
  const { client, app, url } = await startWithLinks(t)
  const job = await runImport(client, app, { S3Url: 's3://data/passed/' })
  t.match(job, completed(1))
  const page = await (await fetch(`${url}/_pinpoint/apps/${app}/import-jobs/${job.Id}`)).json()
  t.match(page, {
    skippedTotal: 2,
    skipped: [
      { object: 'passed/_hidden.csv', reason: 'its name begins with _' },
      { object: 'passed/notes.txt', reason: 'its name does not end in .csv' },
    ],
  })
})

t.test('PREFLIGHT=strict refuses a link out of the bucket', async t => {
  const { client, app } = await startWithLinks(t, { PREFLIGHT: 'strict' })
  for (const [key, message] of [
    ['in/', `in/z.csv: ${out}`],
    ['tree/deep/secret.csv', `tree/deep/: ${out}`],
  ] as const) {
    const created = createImportJob(client, app, { S3Url: `s3://data/${key}` })
    await t.rejects(created, { name: 'BadRequestException', message })
  }
})
