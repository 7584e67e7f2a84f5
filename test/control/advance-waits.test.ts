import { DeleteAppCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, createImportJob, isError, startEmulator, until } from '../support/helpers.ts'

const files = { 'a.csv': csvOf('e1'), 'b.csv': csvOf('e2') }

/** An emulator in the mode manual. */
async function startManual(t: Test, slots = 1) {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', files)
  const emulator = await startEmulator(t, { ...buckets.env, MAX_RUNNING_IMPORTS: String(slots) })
  const { client, url, app } = emulator
  const call = controlOf(url)
  await call('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const ApplicationId = await createApp(client)
  const found = app.store.apps.find(ApplicationId)!
  return {
    ...emulator,
    call,
    ApplicationId,
    create: async (file: keyof typeof files) => {
      const { Id } = await createImportJob(client, ApplicationId, { S3Url: `s3://data/${file}` })
      const { seq } = app.store.importJobs.find(found, Id!)!
      return { id: Id!, seq }
    },
    advance: (job: { id: string }, to?: string) =>
      call('POST', `/_pinpoint/apps/${ApplicationId}/import-jobs/${job.id}/advance`, to && { to }),
    hangAt: async (status: string, file: keyof typeof files) => {
      const rule = { job: { s3Url: `s3://data/${file}` }, hangAt: status }
      return (await call('POST', '/_pinpoint/faults', rule)).body.id as string
    },
  }
}

/** A job that is let leave its state, and hangs there; it has the slot, for which another one waits that is being advanced. */
async function startWaiting(t: Test) {
  const emulator = await startManual(t)
  const { app, create, advance, hangAt } = emulator
  const { importProgress } = app.store
  const [holder, waiting] = [await create('a.csv'), await create('b.csv')]
  t.equal((await advance(holder)).body.JobStatus, 'PREPARING_FOR_INITIALIZATION')
  await hangAt('PREPARING_FOR_INITIALIZATION', 'a.csv')
  await app.store.write(() => importProgress.letLeave(holder.seq, ['PREPARING_FOR_INITIALIZATION']))
  const advanced = advance(waiting, 'PROCESSING')
  const isPending = () => app.store.importJobs.find(app.store.apps.find(emulator.ApplicationId)!, waiting.id)
  await until(
    () => (isPending()?.job.JobStatus === 'PENDING_JOB' && importProgress.mayLeave(waiting)) || undefined,
    'the job to wait for a slot',
  )
  return { ...emulator, holder, advanced }
}

t.test('a rule by which a held job hangs is told to whoever advances the job', async t => {
  const { create, advance, hangAt } = await startManual(t)
  const job = await create('a.csv')
  t.equal((await advance(job, 'INITIALIZING')).status, 200)
  const rule = await hangAt('INITIALIZING', 'a.csv')
  const message = `the fault rule ${rule} keeps the job in INITIALIZING: DELETE /_pinpoint/faults/${rule} first`
  for (const to of ['PROCESSING', undefined]) {
    isError(t, await advance(job, to), 409, 'ConflictException', message)
  }
})

t.test('whoever waits for a slot finds out that another advance was refused', async t => {
  const { advance, holder, advanced } = await startWaiting(t)
  isError(t, await advance(holder, 'COMPLETED'), 409, 'ConflictException', /^the fault rule/)
  const message = `the job waits as PENDING_JOB for a slot, and jobs that are held have all of them: advance ${holder.id} to the end first`
  isError(t, await advanced, 409, 'ConflictException', message)
})

t.test('whoever waits for a slot finds out which jobs have one, and which come before it', async t => {
  const { create, advance } = await startManual(t, 2)
  const isIn = async (job: { id: string }, to: string) => t.equal((await advance(job, to)).body.JobStatus, to)
  const [a, b] = [await create('a.csv'), await create('a.csv')]
  for (const job of [a, b]) await isIn(job, 'PREPARING_FOR_INITIALIZATION')
  const [c, d, e] = [await create('a.csv'), await create('b.csv'), await create('b.csv')]
  await isIn(c, 'PENDING_JOB')
  await isIn(d, 'PENDING_JOB')
  const isTold = async (job: { id: string }, advice: string) => {
    const message = `the job waits as PENDING_JOB for a slot, and jobs that are held have all of them: advance ${advice}`
    isError(t, await advance(job, 'PROCESSING'), 409, 'ConflictException', message)
  }
  await isTold(d, `${a.id} or ${b.id} to the end first, and then ${c.id}, which came before it`)
  await isTold(e, `${a.id} or ${b.id} to the end first, and then ${c.id} and ${d.id}, which came before it`)
  await isIn(a, 'COMPLETED')
  // The slot is that of the first in the queue, though it is held.
  await isTold(d, `${b.id} or ${c.id} to the end first`)
  await isIn(c, 'COMPLETED')
  await isIn(d, 'PROCESSING')
})

t.test('a slot goes to the job that was created first, whichever began to wait first', async t => {
  const { create, advance } = await startManual(t)
  const isIn = async (job: { id: string }, to: string) => t.equal((await advance(job, to)).body.JobStatus, to)
  const [holder, older, younger] = [await create('a.csv'), await create('a.csv'), await create('b.csv')]
  await isIn(holder, 'PREPARING_FOR_INITIALIZATION')
  await isIn(younger, 'PENDING_JOB')
  await isIn(older, 'PENDING_JOB')
  await isIn(holder, 'COMPLETED')
  await isIn(older, 'PROCESSING')
  const message = `the job waits as PENDING_JOB for a slot, and jobs that are held have all of them: advance ${older.id} to the end first`
  isError(t, await advance(younger, 'PROCESSING'), 409, 'ConflictException', message)
  await isIn(older, 'COMPLETED')
  await isIn(younger, 'COMPLETED')
})

t.test('an advance ends when the application is deleted', async t => {
  const { client, ApplicationId, advanced } = await startWaiting(t)
  await client.send(new DeleteAppCommand({ ApplicationId }))
  isError(t, await advanced, 404, 'NotFoundException', /Resource not found|not found/i)
})

t.test('an advance ends when the state is replaced', async t => {
  const { call, advanced } = await startWaiting(t)
  t.equal((await call('POST', '/_pinpoint/reset')).status, 204)
  isError(t, await advanced, 404, 'NotFoundException', /not found/i)
})

t.test('an advance ends when the emulator stops', async t => {
  const { close, advanced } = await startWaiting(t)
  await close()
  isError(
    t,
    await advanced,
    409,
    'ConflictException',
    /^the emulator stops: the job is (CREATED|PENDING_JOB)/,
  )
})
