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
  const env = { ...buckets.env, MAX_RUNNING_IMPORTS: String(slots), DATA_DIR: t.testdir() }
  const emulator = await startEmulator(t, env)
  await controlOf(emulator.url)('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  return useEmulator(t, env, emulator, await createApp(emulator.client))
}

function useEmulator(
  t: Test,
  env: Record<string, string>,
  emulator: Awaited<ReturnType<typeof startEmulator>>,
  ApplicationId: string,
) {
  const { client, url, app } = emulator
  const call = controlOf(url)
  const found = app.store.apps.find(ApplicationId)!
  const advance = (job: { id: string }, to?: string) =>
    call('POST', `/_pinpoint/apps/${ApplicationId}/import-jobs/${job.id}/advance`, to && { to })
  /** A job, with what only the control API shows. */
  const page = async (job: { id: string }) =>
    (await call('GET', `/_pinpoint/apps/${ApplicationId}/import-jobs/${job.id}`)).body
  return {
    ...emulator,
    call,
    ApplicationId,
    page,
    advance,
    isIn: async (job: { id: string }, to: string) => t.equal((await advance(job, to)).body.JobStatus, to),
    isTold: async (answer: ReturnType<typeof advance>, advice: string) => {
      const message = `the job waits as PENDING_JOB for a slot, and jobs that are held have all of them: advance ${advice}`
      isError(t, await answer, 409, 'ConflictException', message)
    },
    /** Waits until a job is held as PENDING_JOB. */
    untilHeld: (job: { id: string }) =>
      until(async () => {
        const { job: answer, heldBy } = await page(job)
        return (answer.JobStatus === 'PENDING_JOB' && heldBy) || undefined
      }, 'the job to be held as PENDING_JOB'),
    untilStatus: (job: { id: string }, status: string) =>
      until(async () => (await page(job)).job.JobStatus === status || undefined, `the job to be ${status}`),
    control: (mode: string) => call('PUT', '/_pinpoint/job-control', { mode }),
    restart: async () => {
      await emulator.close()
      return useEmulator(t, env, await startEmulator(t, env), ApplicationId)
    },
    create: async (file: keyof typeof files) => {
      const { Id } = await createImportJob(client, ApplicationId, { S3Url: `s3://data/${file}` })
      const { seq } = app.store.importJobs.find(found, Id!)!
      return { id: Id!, seq }
    },
    hangAt: async (status: string, file: keyof typeof files) => {
      const rule = { job: { s3Url: `s3://data/${file}` }, hangAt: status }
      return (await call('POST', '/_pinpoint/faults', rule)).body.id as string
    },
  }
}

/**
 * A job that is let leave its state, and hangs there; it has the slot, for which another one waits that is
 * being advanced.
 */
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
  return { ...emulator, holder, waiting, advanced }
}

/** A job that has the only slot, and two that were created after it. */
async function startThree(t: Test) {
  const emulator = await startManual(t)
  const { create, isIn } = emulator
  const [holder, older, younger] = [await create('a.csv'), await create('a.csv'), await create('b.csv')]
  await isIn(holder, 'PREPARING_FOR_INITIALIZATION')
  return { ...emulator, holder, older, younger }
}

/** In the mode immediate: a job that hangs by a rule and has the only slot, and one that waits for it. */
async function startBehindHung(t: Test) {
  const emulator = await startManual(t)
  const { control, hangAt, create, untilStatus } = emulator
  await control('immediate')
  const rule = await hangAt('PROCESSING', 'a.csv')
  const [holder, waiting] = [await create('a.csv'), await create('b.csv')]
  await untilStatus(holder, 'PROCESSING')
  await untilStatus(waiting, 'PENDING_JOB')
  return { ...emulator, rule, holder, waiting }
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
  const { advance, isTold, holder, advanced } = await startWaiting(t)
  isError(t, await advance(holder, 'COMPLETED'), 409, 'ConflictException', /^the fault rule/)
  await isTold(advanced, `${holder.id} to the end first`)
})

t.test('one call at a time advances a job', async t => {
  const { advance, call, isIn, isTold, holder, waiting, advanced } = await startWaiting(t)
  const message = 'another call is advancing the job: wait for its answer first'
  isError(t, await advance(waiting, 'COMPLETED'), 409, 'ConflictException', message)
  await call('DELETE', '/_pinpoint/faults')
  await isTold(advanced, `${holder.id} to the end first`)
  await isIn(holder, 'COMPLETED')
  await isIn(waiting, 'COMPLETED')
})

t.test('whoever advances a job finds out that a snapshot was restored', async t => {
  const { advance, call, isIn, url, holder, waiting, advanced } = await startWaiting(t)
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  t.equal((await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })).status, 204)
  const message = 'the state was replaced meanwhile, which ended the advance'
  isError(t, await advanced, 409, 'ConflictException', message)
  await call('DELETE', '/_pinpoint/faults')
  await isIn(holder, 'COMPLETED')
  t.equal((await advance(waiting, 'COMPLETED')).body.JobStatus, 'COMPLETED')
})

t.test('whoever waits for a slot finds out which jobs have one', async t => {
  const { create, advance, isIn, isTold } = await startManual(t, 2)
  const [a, b] = [await create('a.csv'), await create('a.csv')]
  for (const job of [a, b]) await isIn(job, 'PREPARING_FOR_INITIALIZATION')
  const [c, d, e] = [await create('a.csv'), await create('b.csv'), await create('b.csv')]
  for (const job of [c, d]) await isIn(job, 'PENDING_JOB')
  // The older ones that are held as PENDING_JOB do not come before it.
  for (const job of [d, e]) await isTold(advance(job, 'PROCESSING'), `${a.id} or ${b.id} to the end first`)
  await isIn(a, 'COMPLETED')
  await isIn(d, 'PROCESSING')
  await isTold(advance(c, 'PROCESSING'), `${b.id} or ${d.id} to the end first`)
  await isIn(b, 'COMPLETED')
  await isIn(c, 'PROCESSING')
})

t.test('a job that waits for a slot after a restart comes before a younger one, unless it hangs', async t => {
  const { waiting, holder, advanced, restart } = await startWaiting(t)
  const ended = advanced.catch(() => {})
  const { create, advance, isIn, isTold, hangAt, call, untilStatus } = await restart()
  await ended
  // Nobody advances it any more.
  isError(t, await advance(holder, 'COMPLETED'), 409, 'ConflictException', /^the fault rule/)
  const younger = await create('a.csv')
  const next = `${holder.id} to the end first`
  await isTold(advance(younger, 'PROCESSING'), `${next}, and then ${waiting.id}, which came before it`)
  await call('DELETE', '/_pinpoint/faults')
  const rule = await hangAt('PENDING_JOB', 'b.csv')
  await isIn(holder, 'COMPLETED')
  // It has found out that it hangs, and has given the slot back.
  await isIn(younger, 'PROCESSING')
  const youngest = await create('a.csv')
  await isTold(advance(youngest, 'PROCESSING'), `${younger.id} to the end first`)
  await isIn(younger, 'COMPLETED')
  await call('DELETE', `/_pinpoint/faults/${rule}`)
  await untilStatus(waiting, 'PROCESSING')
  await isTold(advance(youngest, 'PROCESSING'), `${waiting.id} to the end first`)
})

t.test('a slot goes to the job that was created first, whichever began to wait first', async t => {
  const { advance, isIn, isTold, holder, older, younger } = await startThree(t)
  await isIn(younger, 'PENDING_JOB')
  await isIn(older, 'PENDING_JOB')
  await isIn(holder, 'COMPLETED')
  await isIn(older, 'PROCESSING')
  await isTold(advance(younger, 'PROCESSING'), `${older.id} to the end first`)
  await isIn(older, 'COMPLETED')
  await isIn(younger, 'COMPLETED')
})

for (const isRestarted of [false, true]) {
  const when = isRestarted ? ', also after a restart' : ''
  t.test(`a job that is held as PENDING_JOB keeps no slot from an older one${when}`, async t => {
    const first = await startThree(t)
    const { holder, older, younger } = first
    await first.isIn(younger, 'PENDING_JOB')
    await first.isIn(holder, 'COMPLETED')
    const { advance, isIn, isTold } = isRestarted ? await first.restart() : first
    await isIn(older, 'PROCESSING')
    await isTold(advance(younger), `${older.id} to the end first`)
    await isIn(older, 'COMPLETED')
    await isIn(younger, 'COMPLETED')
  })

  t.test(`an advance that was refused for want of a slot does not happen later${when}`, async t => {
    const first = await startThree(t)
    const { holder, older, younger } = first
    await first.isIn(older, 'PENDING_JOB')
    await first.isTold(first.advance(older), `${holder.id} to the end first`)
    const { advance, isIn, isTold, page } = isRestarted ? await first.restart() : first
    await isIn(holder, 'COMPLETED')
    await isIn(younger, 'PROCESSING')
    t.match(await page(older), { job: { JobStatus: 'PENDING_JOB' }, heldBy: { mode: 'manual' } })
    await isTold(advance(older), `${younger.id} to the end first`)
    await isIn(younger, 'COMPLETED')
    await isIn(older, 'COMPLETED')
  })

  t.test(`a job that is held while it waits for a slot takes none${when}`, async t => {
    const first = await startBehindHung(t)
    const { rule, holder, waiting } = first
    await first.control('manual')
    await first.call('DELETE', `/_pinpoint/faults/${rule}`)
    const { create, advance, isIn, isTold, untilHeld } = isRestarted ? await first.restart() : first
    await isIn(holder, 'COMPLETED')
    t.strictSame(await untilHeld(waiting), { mode: 'manual' })
    const younger = await create('a.csv')
    await isIn(younger, 'PREPARING_FOR_INITIALIZATION')
    await isTold(advance(waiting), `${younger.id} to the end first`)
    await isIn(younger, 'COMPLETED')
    await isIn(waiting, 'COMPLETED')
  })

  t.test(`a rule by which a job hangs while it waits for a slot keeps none from others${when}`, async t => {
    const first = await startBehindHung(t)
    const { rule, holder, waiting } = first
    const hangs = await first.hangAt('PENDING_JOB', 'b.csv')
    const { create, call, untilHeld, untilStatus } = isRestarted ? await first.restart() : first
    await call('DELETE', `/_pinpoint/faults/${rule}`)
    await untilStatus(holder, 'COMPLETED')
    t.strictSame(await untilHeld(waiting), { fault: hangs })
    await untilStatus(await create('a.csv'), 'COMPLETED')
    await call('DELETE', `/_pinpoint/faults/${hangs}`)
    await untilStatus(waiting, 'COMPLETED')
  })
}

t.test('a job that waits for a slot says which jobs have them, and what holds those', async t => {
  const {
    ApplicationId: app,
    call,
    control,
    page,
    rule,
    holder,
    waiting,
    untilHeld,
  } = await startBehindHung(t)
  const waitsFor = async () => (await page(waiting)).waitsFor
  await until(async () => (await page(holder)).heldBy, 'the other job to be held')
  t.strictSame(await waitsFor(), [{ app, id: holder.id, heldBy: { fault: rule } }])
  t.equal((await page(holder)).waitsFor, undefined)
  await control('manual')
  t.strictSame(await waitsFor(), [{ app, id: holder.id, heldBy: { mode: 'manual', fault: rule } }])
  await call('POST', '/_pinpoint/faults', { job: { id: waiting.id }, hangAt: 'PENDING_JOB' })
  await control('immediate')
  await call('DELETE', `/_pinpoint/faults/${rule}`)
  await untilHeld(waiting)
  t.equal(await waitsFor(), undefined, 'it is held itself, and no job has the slot')
})

t.test('a job that fails before it has a slot keeps none from others, also after a restart', async t => {
  const first = await startManual(t)
  const rule = { job: { s3Url: 's3://data/b.csv' }, failAt: 'CREATED' }
  const [failing, holder, waiting] = [
    await first.create('b.csv'),
    await first.create('a.csv'),
    await first.create('a.csv'),
  ]
  await first.isIn(holder, 'PREPARING_FOR_INITIALIZATION')
  await first.call('POST', '/_pinpoint/faults', rule)
  await first.isIn(failing, 'FAILING')
  await first.isTold(first.advance(waiting, 'PROCESSING'), `${holder.id} to the end first`)
  const { isIn, isTold, advance } = await first.restart()
  await isTold(advance(waiting, 'PROCESSING'), `${holder.id} to the end first`)
  await isIn(holder, 'COMPLETED')
  await isIn(waiting, 'PROCESSING')
  await isIn(failing, 'FAILED')
  await isIn(waiting, 'COMPLETED')
})

t.test('jobs that are let go together get slots in the order in which they were created', async t => {
  const { create, isIn, control, untilStatus, page } = await startManual(t)
  const holder = await create('a.csv')
  await isIn(holder, 'PREPARING_FOR_INITIALIZATION')
  const jobs = []
  for (let count = 0; count < 6; count++) jobs.push(await create('b.csv'))
  // In the opposite order.
  for (const job of jobs.toReversed()) await isIn(job, 'PENDING_JOB')
  await isIn(holder, 'COMPLETED')
  await control('immediate')
  const began: string[] = []
  for (const job of jobs) {
    await untilStatus(job, 'COMPLETED')
    const { history } = await page(job)
    began.push(history.find((move: { status: string }) => move.status === 'INITIALIZING').at)
  }
  t.strictSame(began, began.toSorted())
})

t.test('the slot of an application that is deleted goes on to a job that may have it', async t => {
  const { client, ApplicationId, create, isIn, call } = await startManual(t)
  const other = await createApp(client)
  const { Id } = await createImportJob(client, other, { S3Url: 's3://data/b.csv' })
  const holder = await create('a.csv')
  const pending = await create('a.csv')
  await isIn(holder, 'PREPARING_FOR_INITIALIZATION')
  await isIn(pending, 'PENDING_JOB')
  await client.send(new DeleteAppCommand({ ApplicationId }))
  const answer = await call('POST', `/_pinpoint/apps/${other}/import-jobs/${Id}/advance`, {
    to: 'PROCESSING',
  })
  t.equal(answer.body.JobStatus, 'PROCESSING')
})

t.test('an advance ends when the application is deleted', async t => {
  const { client, ApplicationId, advanced } = await startWaiting(t)
  await client.send(new DeleteAppCommand({ ApplicationId }))
  isError(t, await advanced, 404, 'NotFoundException', /Resource not found|not found/i)
})

t.test('an advance ends when the state is reset', async t => {
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
