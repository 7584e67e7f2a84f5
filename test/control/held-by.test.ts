import { PinpointClient } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { startPinpoint } from '../../server/index.ts'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, createExportJob, createImportJob, until } from '../support/helpers.ts'
import { beginImport, spawnEmulator } from '../support/spawn.ts'

const S3Url = 's3://data/users.csv'

t.test('a job that is held says by what, on its page and to who waits for it', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('a', 'b'))
  const pinpoint = await startPinpoint({ s3Dir: buckets.folder, maxRunningImports: 1 })
  const client = new PinpointClient(pinpoint.clientConfig)
  t.teardown(async () => {
    client.destroy()
    await pinpoint.close()
  })
  const call = controlOf(pinpoint.url)
  const app = await createApp(client)
  const addFault = async (hangAt: string, type: string) =>
    (await call('POST', '/_pinpoint/faults', { job: { type }, hangAt })).body.id
  /** The page of a job, as soon as it says that the job is held. */
  const heldPage = (path: string) =>
    until(async () => {
      const { body } = await call('GET', path)
      return body.held ? body : undefined
    }, 'the job to be held')

  const fault = await addFault('PROCESSING', 'IMPORT')
  const job = await createImportJob(client, app, { S3Url })
  const path = `/_pinpoint/apps/${app}/import-jobs/${job.Id}`
  const wait = () => pinpoint.waitForImportJob(app, job.Id!, { timeoutMs: 0 })

  const byFault = await heldPage(path)
  t.strictSame(byFault.heldBy, { fault })
  const byRule = `by the fault rule ${fault} \\(DELETE /_pinpoint/faults/${fault} lets it go on\\)`
  const state = `^import job ${job.Id} is PROCESSING \\(.*TotalProcessed 2, TotalFailures 0\\) after 0 ms`
  await t.rejects(wait(), { message: new RegExp(`${state}: it is held ${byRule}$`) })

  const waiting = await createImportJob(client, app, { S3Url })
  const waitingPath = `/_pinpoint/apps/${app}/import-jobs/${waiting.Id}`
  await until(async () => (await call('GET', waitingPath)).body.waitsFor, 'the next job to wait for a slot')
  await t.rejects(pinpoint.waitForImportJob(app, waiting.Id!, { timeoutMs: 0 }), {
    message: new RegExp(
      `^import job ${waiting.Id} is PENDING_JOB after 0 ms: it waits for a slot, which others have: ${job.Id}, which is held ${byRule}$`,
    ),
  })

  await call('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  t.strictSame((await heldPage(path)).heldBy, { mode: 'manual', fault })
  const byMode = `by the job control, which is manual \\(POST ${path}/advance lets it go on\\)`
  await t.rejects(wait(), { message: new RegExp(`${state}: it is held ${byMode} and ${byRule}$`) })

  await call('DELETE', '/_pinpoint/faults')
  t.strictSame((await heldPage(path)).heldBy, { mode: 'manual' })
  await t.rejects(wait(), { message: new RegExp(`${state}: it is held ${byMode}$`) })

  const exported = await createExportJob(client, app)
  const exportPath = `/_pinpoint/apps/${app}/export-jobs/${exported.Id}`
  t.strictSame((await heldPage(exportPath)).heldBy, { mode: 'manual' })
  await t.rejects(pinpoint.waitForExportJob(app, exported.Id!, { timeoutMs: 0 }), {
    message: `export job ${exported.Id} is CREATED after 0 ms: it is held by the job control, which is manual (POST ${exportPath}/advance lets it go on)`,
  })

  await call('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  await pinpoint.waitForImportJob(app, waiting.Id!)
  const { held, ...page } = (await call('GET', path)).body
  t.equal(held, false)
  t.notOk('heldBy' in page)
})

t.test('rules and job control that are on are warned of at the next start, and after a restore', async t => {
  const dataDir = makeFolder(t)
  const warningsOf = ({ log }: { log: () => { level?: unknown; msg: string }[] }) =>
    log()
      .filter(({ level }) => level === 40)
      .map(({ msg }) => msg)
  const start = (env: Record<string, string> = {}) => spawnEmulator(t, { DATA_DIR: dataDir, ...env })
  const manual =
    'job control is manual: jobs wait for POST /_pinpoint/apps/{app}/import-jobs/{id}/advance (set by PUT /_pinpoint/job-control)'

  const first = await start({ JOB_STATE_DELAY_MS: '20' })
  t.strictSame(warningsOf(first), [], 'a setting is no surprise')
  const call = controlOf(first.url)
  await call('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const rules = [
    { operation: 'CreateApp', error: 'TooManyRequestsException', times: 2 },
    { job: { s3Url: 's3://data/*' }, hangAt: 'PROCESSING' },
  ]
  const ids: string[] = []
  for (const rule of rules) ids.push((await call('POST', '/_pinpoint/faults', rule)).body.id)
  await first.end('SIGTERM')

  const second = await start()
  const lines = second.log().map(({ msg }) => msg)
  t.match(lines.at(-1), /^pinpoint-local ready on /, 'and what is ready is still said last')
  t.strictSame(warningsOf(second), [
    manual,
    `2 fault rules are on (DELETE /_pinpoint/faults removes them): ${ids[0]} ${JSON.stringify({ ...rules[0], timesLeft: 2 })}, ${ids[1]} ${JSON.stringify(rules[1])}`,
  ])
  const callSecond = controlOf(second.url)
  const snapshot = await (await fetch(`${second.url}/_pinpoint/snapshot`)).arrayBuffer()
  await fetch(`${second.url}/_pinpoint/reset`, { method: 'POST' })
  await fetch(`${second.url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  await until(() => warningsOf(second).length === 4 || undefined, 'the same warnings of the restored state')
  t.strictSame(warningsOf(second).slice(2), warningsOf(second).slice(0, 2))

  await callSecond('PUT', '/_pinpoint/job-control', { mode: 'timed', delayMs: 5 })
  await callSecond('DELETE', `/_pinpoint/faults/${ids[1]}`)
  for (let times = 0; times < 2; times++)
    t.equal((await callSecond('POST', '/v1/apps', { Name: 'a' })).status, 429)
  await second.end('SIGTERM')
  const third = await start()
  t.strictSame(
    warningsOf(third),
    ['job control is timed: jobs rest for 5 ms in each state (set by PUT /_pinpoint/job-control)'],
    'a rule whose times are used up is not on',
  )
  await controlOf(third.url)('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  await third.end('SIGTERM')
  t.strictSame(warningsOf(await start({ JOB_STATE_DELAY_MS: '20' })), [
    'job control is immediate: jobs do not rest as JOB_STATE_DELAY_MS says (set by PUT /_pinpoint/job-control)',
  ])
})

t.test('import --url says what holds its job', async t => {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('a', 'b'))
  const emulator = await spawnEmulator(t, { DATA_DIR: makeFolder(t), ...buckets.env })
  const call = controlOf(emulator.url)
  const app = await createApp(emulator.client)
  await call('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const args = [S3Url, '--url', emulator.url, '--application', app]
  const { stderr, ended } = beginImport(t, {}, args)
  const id = await until(() => stderr().match(/import job (\w+)\n/)?.[1], 'the job to be named')
  const path = `/_pinpoint/apps/${app}/import-jobs/${id}`
  const held = `it is held by the job control, which is manual (POST ${path}/advance lets it go on)`
  await until(() => stderr().includes(`CREATED: ${held}\n`) || undefined, 'what holds the job')
  await call('POST', `${path}/advance`, { to: 'PROCESSING' })
  const processing = `PROCESSING: 1 of 1 pieces, 2 records, 0 refused: ${held}\n`
  await until(() => stderr().includes(processing) || undefined, 'what holds it later')
  await call('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  t.match(await ended, { code: 0 })
})

/** An emulator whose only slot for imports has a job that a fault rule holds. */
async function withHolder(t: Test) {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', csvOf('a', 'b'))
  const emulator = await spawnEmulator(t, {
    DATA_DIR: makeFolder(t),
    MAX_RUNNING_IMPORTS: '1',
    ...buckets.env,
  })
  const call = controlOf(emulator.url)
  const app = await createApp(emulator.client)
  const page = async (id: string) => (await call('GET', `/_pinpoint/apps/${app}/import-jobs/${id}`)).body
  const create = async () => (await createImportJob(emulator.client, app, { S3Url })).Id!
  const { body: fault } = await call('POST', '/_pinpoint/faults', { job: {}, hangAt: 'PROCESSING', times: 1 })
  const holder = await create()
  await until(async () => (await page(holder)).heldBy, 'the job to be held that has the slot')
  return { url: emulator.url, call, app, page, create, fault: fault.id as string, holder }
}

t.test('import --url says for which jobs its job waits', async t => {
  const { url, call, app, fault, holder } = await withHolder(t)
  const { stderr, ended } = beginImport(t, {}, [S3Url, '--url', url, '--application', app])
  const why = `it waits for a slot, which others have: ${holder}, which is held by the fault rule ${fault} `
  await until(() => stderr().includes(`PENDING_JOB: ${why}`) || undefined, 'what the job waits for')
  await call('DELETE', '/_pinpoint/faults')
  t.match(await ended, { code: 0 })
})

t.test('a job that is let go is held no longer, also where it goes on to wait for a slot', async t => {
  const { call, app, page, create, holder } = await withHolder(t)
  await call('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const waiting = await create()
  await until(async () => (await page(waiting)).held || undefined, 'another one to be held')
  const path = `/_pinpoint/apps/${app}/import-jobs/${waiting}`
  t.equal((await call('POST', `${path}/advance`, { to: 'PENDING_JOB' })).status, 200)
  t.match(await page(waiting), { held: true, heldBy: { mode: 'manual' } })
  await call('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  const { held, heldBy, waitsFor } = await page(waiting)
  t.strictSame([held, heldBy], [false, undefined])
  t.match(waitsFor, [{ app, id: holder }])
  await call('DELETE', '/_pinpoint/faults')
  await until(async () => (await page(waiting)).job.JobStatus === 'COMPLETED' || undefined, 'its end')
})
