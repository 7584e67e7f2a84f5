import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GetAppsCommand, GetImportJobCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, makeFolder } from '../buckets.ts'
import {
  createApp,
  createExportJob,
  createImportJob,
  runImport,
  startEmulator,
  until,
  waitForExport,
} from '../helpers.ts'
import { csvOf, getEndpoint, getSegment, putEndpoint, untilProcessed } from '../sdk/reads.ts'
import { rowsIn } from './rows.ts'

const many = csvOf(...Array.from({ length: 40_000 }, (_, index) => `many-${index}`))
const buckets = makeBuckets(t)
await buckets.put('data', 'many.csv', many)
await buckets.put('data', 'few.csv', csvOf('few-1', 'few-2'))
const DATA_DIR = makeFolder(t)
const { url, client } = await startEmulator(t, { ...buckets.env, DATA_DIR })

const reset = (at = url) => fetch(`${at}/_pinpoint/reset`, { method: 'POST' })
const few = { S3Url: 's3://data/few.csv', DefineSegment: true }

t.test('a reset removes everything', async t => {
  const app = await createApp(client)
  const job = await runImport(client, app, few)
  const answer = await reset()
  t.strictSame([answer.status, await answer.text()], [204, ''])
  t.strictSame((await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item, [])
  t.equal(await getEndpoint(client, app, 'few-1'), undefined)
  t.equal(await getSegment(client, app, job.Id!), undefined)
  t.strictSame(rowsIn(DATA_DIR), {})
})

t.test('a running import writes nothing into what comes after a reset', async t => {
  const old = await createApp(client)
  const running = await createImportJob(client, old, { S3Url: 's3://data/many.csv', DefineSegment: true })
  await untilProcessed(client, running, 1)
  t.equal((await reset()).status, 204)
  const get = new GetImportJobCommand({ ApplicationId: old, JobId: running.Id })
  await t.rejects(client.send(get), { name: 'NotFoundException' })

  // In the database it has the number of the old one.
  const app = await createApp(client)
  const job = await runImport(client, app, few)
  t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 2, TotalPieces: 1, CompletedPieces: 1 })
  const { apps, endpoints, import_jobs, import_members, segments } = rowsIn(DATA_DIR)
  t.strictSame([apps, endpoints, import_jobs, import_members, segments], [1, 2, 1, 2, 1])
})

t.test('calls that come meanwhile are answered from the one state or the other', async t => {
  const app = await createApp(client)
  let over = false
  const seen = new Set<number>()
  const call = async () => {
    while (!over) {
      const body = JSON.stringify({ ChannelType: 'EMAIL', Address: 'a@example.com' })
      const { status } = await fetch(`${url}/v1/apps/${app}/endpoints/e`, { method: 'PUT', body })
      seen.add(status)
      seen.add((await fetch(`${url}/v1/apps/${app}`)).status)
    }
  }
  const calls = [call(), call(), call()]
  await until(() => (seen.has(202) ? true : undefined), 'calls')
  const resets = await Promise.all([reset(), reset(), reset()])
  await until(() => (seen.has(404) ? true : undefined), 'calls afterwards')
  over = true
  await Promise.all(calls)
  t.strictSame(
    resets.map(({ status }) => status),
    [204, 204, 204],
  )
  t.strictSame([...seen].sort(), [200, 202, 404])
})

const slowly = { JOB_STATE_DELAY_MS: '250' }
const hidden = () =>
  readdirSync(join(buckets.folder, 'data'))
    .filter(name => name.startsWith('.'))
    .sort()

/** Starts an export and waits until all of it is written, and nothing is published. */
async function exportToTheBrink(emulator: Awaited<ReturnType<typeof startEmulator>>) {
  const app = await createApp(emulator.client)
  await putEndpoint(emulator.client, app, 'e', { ChannelType: 'EMAIL', Address: 'a@example.com' })
  const job = await createExportJob(emulator.client, app, { S3UrlPrefix: 's3://data' })
  await waitForExport(emulator.client, job, ({ JobStatus }) => JobStatus === 'COMPLETING')
  return job
}

t.test('a reset discards what a running export has written, and other files stay', async t => {
  const emulator = await startEmulator(t, { ...buckets.env, ...slowly, DATA_DIR: makeFolder(t) })
  await buckets.put('data', '.mine', '')
  const job = await exportToTheBrink(emulator)
  t.strictSame(hidden(), ['.mine', `.${job.Id}-00000.gz.part`].sort())
  t.equal((await reset(emulator.url)).status, 204)
  t.strictSame(hidden(), ['.mine'])
  const { ApplicationId, Id } = await exportToTheBrink(emulator)
  t.match(await waitForExport(emulator.client, { ApplicationId, Id }), { JobStatus: 'COMPLETED' })
  t.ok(Object.keys(await buckets.read('data')).includes(`${Id}-00000.gz`), 'the next one is not touched')
})

t.test('an ephemeral emulator that stops discards it too, any other keeps it for its next start', async t => {
  await buckets.remove('data', '.mine')
  const ephemeral = await startEmulator(t, { ...buckets.env, ...slowly, EPHEMERAL: 'true' })
  await exportToTheBrink(ephemeral)
  t.equal(hidden().length, 1)
  await ephemeral.close()
  t.strictSame(hidden(), [])

  const env = { ...buckets.env, ...slowly, DATA_DIR: makeFolder(t) }
  const first = await startEmulator(t, env)
  const job = await exportToTheBrink(first)
  await first.close()
  t.equal(hidden().length, 1)
  const second = await startEmulator(t, env)
  t.match(await waitForExport(second.client, job), { JobStatus: 'COMPLETED' })
})
