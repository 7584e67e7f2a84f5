import { DeleteAppCommand, DeleteSegmentCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import {
  type Answer,
  createApp,
  createClient,
  createExportJob,
  createImportJob,
  isError,
  startEmulator,
  waitForJob,
} from '../support/helpers.ts'
import { getEndpoint, getSegment } from '../support/reads.ts'

const straight = [
  ...['CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING', 'COMPLETED'],
]

t.test('job control', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'users.csv': csvOf('e1', 'e2'), 'bad.csv': 'Id,Nonsense\ne1,1' })
  const dataDir = t.testdir()
  const env = { ...buckets.env, DATA_DIR: dataDir, MAX_RUNNING_IMPORTS: '1', JOB_STATE_DELAY_MS: '7' }
  const { client, url, close } = await startEmulator(t, env)
  const call = controlOf(url)
  const app = await createApp(client)
  const S3Url = 's3://data/users.csv'

  const put = async (t: Test, mode: string, more: object = {}) => {
    const answer = await call('PUT', '/_pinpoint/job-control', { mode, ...more })
    t.match(answer, { status: 200, body: { mode, ...more } })
  }
  const pathOf = ({ Type, Id }: { Type?: string | undefined; Id?: string | undefined }) =>
    `/_pinpoint/apps/${app}/${Type === 'EXPORT' ? 'export' : 'import'}-jobs/${Id}`
  const advance = (job: { Type?: string | undefined; Id?: string | undefined }, to?: string) =>
    call('POST', `${pathOf(job)}/advance`, to && { to })
  const page = async (job: { Id?: string | undefined }) => (await call('GET', pathOf(job))).body
  const isIn = (t: Test, answer: Answer, status: string) =>
    t.match(answer, { status: 200, body: { JobStatus: status } })
  /** Refused, with the reason. */
  const isRefused = (t: Test, answer: Answer, message: string | RegExp) =>
    isError(t, answer, 409, 'ConflictException', message)

  await t.test('job control is that of the settings at first', async t => {
    t.same((await call('GET', '/_pinpoint/job-control')).body, { mode: 'timed', delayMs: 7 })
  })

  await t.test('a job is advanced one state at a time, and held when all is done in it', async t => {
    await put(t, 'manual')
    const job = await createImportJob(client, app, { S3Url, DefineSegment: true })
    const states = [job.JobStatus]
    for (const state of straight.slice(1)) {
      const answer = await advance(job)
      isIn(t, answer, state)
      states.push(answer.body.JobStatus)
      const { history, pieces, held } = await page(job)
      t.match(history.at(-1), { status: state })
      t.equal(held, state !== 'COMPLETED')
      if (state === 'INITIALIZING') t.equal(pieces.length, 1, 'the listing is done')
      if (state === 'PROCESSING') {
        t.match(answer.body, { TotalProcessed: 2, CompletedPieces: 1 }, 'all is imported')
        t.match(await getEndpoint(client, app, 'e1'), { Address: 'e1@example.com' })
      }
      if (state === 'COMPLETING') t.equal(await getSegment(client, app, job.Id!), undefined)
    }
    t.same(states, straight)
    t.match(await getSegment(client, app, job.Id!), { SegmentType: 'IMPORT' })
    isRefused(t, await advance(job), 'the job is COMPLETED: no state comes after that')
  })

  await t.test('a job is advanced to a state that is ahead of it, and to no other', async t => {
    const job = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(job, 'PROCESSING'), 'PROCESSING')
    isRefused(
      t,
      await advance(job, 'INITIALIZING'),
      'to must be a state that is still ahead of the job, which is PROCESSING: COMPLETING, COMPLETED, FAILING, FAILED',
    )
    isRefused(
      t,
      await advance(job, 'FAILED'),
      'the job has not failed so far: it is held in COMPLETING; advance it to COMPLETED to see how it ends',
    )
    isIn(t, await advance(job), 'COMPLETED')
    const failing = await createImportJob(client, app, { S3Url: 's3://data/bad.csv' })
    isIn(t, await advance(failing, 'PROCESSING'), 'PROCESSING')
    isIn(t, await advance(failing), 'FAILING')
    isIn(t, await advance(failing), 'FAILED')
    const failed = await createImportJob(client, app, { S3Url: 's3://data/bad.csv' })
    isRefused(
      t,
      await advance(failed, 'COMPLETED'),
      /^the job did not come to COMPLETED: it is FAILED: bad\.csv: .*Nonsense/,
    )
  })

  await t.test('a job that a fault rule fails in COMPLETING is advanced to its failure', async t => {
    const fails = { failAt: 'COMPLETING', reason: 'as it should' }
    const addRule = async (rule: object) => (await call('POST', '/_pinpoint/faults', rule)).body.id
    const removeRule = (id: string) => call('DELETE', `/_pinpoint/faults/${id}`)
    const imports = await addRule({ job: { s3Url: 's3://data/users.csv' }, ...fails })
    const [first, second] = [
      await createImportJob(client, app, { S3Url }),
      await createImportJob(client, app, { S3Url: 's3://data/bad.csv' }),
    ]
    isIn(t, await advance(first, 'PROCESSING'), 'PROCESSING')
    isIn(t, await advance(first, 'FAILED'), 'FAILED')
    t.strictSame((await page(first)).job.Failures, [`${S3Url}: as it should`])
    const states = (await page(first)).history.map(({ status }: { status: string }) => status)
    t.strictSame(states, [...straight.slice(0, -1), 'FAILING', 'FAILED'])
    isIn(t, await advance(second, 'FAILED'), 'FAILED')
    const held = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(held, 'COMPLETING'), 'COMPLETING')
    isIn(t, await advance(held, 'FAILING'), 'FAILING')
    isIn(t, await advance(held), 'FAILED')
    await removeRule(imports)

    const done = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(done, 'COMPLETING'), 'COMPLETING')
    const late = await addRule({ job: { id: done.Id }, ...fails })
    isIn(t, await advance(done, 'FAILED'), 'FAILED')
    await removeRule(late)
    const exports = await addRule({ job: { type: 'EXPORT' }, ...fails })
    const job = await createExportJob(client, app)
    isIn(t, await advance(job, 'FAILED'), 'FAILED')
    await removeRule(exports)
    const other = await createImportJob(client, app, { S3Url })
    const elsewhere = await addRule({ job: { type: 'EXPORT' }, ...fails })
    isRefused(t, await advance(other, 'FAILED'), /^the job has not failed so far: it is held in COMPLETING/)
    await removeRule(elsewhere)
    isIn(t, await advance(other), 'COMPLETED')
  })

  await t.test('a job whose segment was deleted is advanced to its failure', async t => {
    const withSegment = async () => {
      const { Id } = await createImportJob(client, app, { S3Url, DefineSegment: true })
      isIn(t, await advance({ Id }, 'COMPLETED'), 'COMPLETED')
      return Id!
    }
    for (const state of ['PROCESSING', 'COMPLETING']) {
      const SegmentId = await withSegment()
      const job = await createImportJob(client, app, { S3Url, SegmentId })
      isIn(t, await advance(job, state), state)
      await client.send(new DeleteSegmentCommand({ ApplicationId: app, SegmentId }))
      isIn(t, await advance(job, 'FAILED'), 'FAILED')
      const reason = `${S3Url}: the segment ${SegmentId}, which the job was to renew, has been deleted`
      t.strictSame((await page(job)).job.Failures, [reason])
    }
    const SegmentId = await withSegment()
    const job = await createImportJob(client, app, { S3Url, SegmentId })
    isRefused(t, await advance(job, 'FAILED'), /^the job has not failed so far/)
    isIn(t, await advance(job), 'COMPLETED')
  })

  await t.test('a job that waits for a slot is advanced once it has one', async t => {
    const first = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(first, 'INITIALIZING'), 'INITIALIZING')
    const second = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(second), 'PENDING_JOB')
    const waits =
      /^the job waits as PENDING_JOB for a slot, and jobs that are held have all of them: advance /
    const third = await createImportJob(client, app, { S3Url })
    isRefused(t, await advance(second), waits)
    const answer = await advance(third, 'PROCESSING')
    isRefused(t, answer, waits)
    // The second is held again, so it does not come before the third.
    const advice = `advance ${first.Id} to the end first`
    t.ok(answer.body.Message.endsWith(advice), answer.body.Message)
    isIn(t, await advance(first, 'COMPLETED'), 'COMPLETED')
    isIn(t, await advance(second, 'COMPLETED'), 'COMPLETED')
    isIn(t, await advance(third, 'COMPLETED'), 'COMPLETED')
    const fourth = await createImportJob(client, app, { S3Url })
    isRefused(
      t,
      await advance(fourth, 'PENDING_JOB'),
      'the job did not come to PENDING_JOB: it is PREPARING_FOR_INITIALIZATION',
    )
    isIn(t, await advance(fourth, 'COMPLETED'), 'COMPLETED')
  })

  await t.test('an export is advanced as an import is', async t => {
    const job = await createExportJob(client, app)
    isIn(t, await advance(job, 'COMPLETING'), 'COMPLETING')
    await put(t, 'immediate')
    t.match(await waitForJob(client, job), { JobStatus: 'COMPLETED', TotalProcessed: 2 })
    isRefused(
      t,
      await advance(job),
      'jobs advance by themselves in the mode immediate: PUT {"mode":"manual"} to /_pinpoint/job-control to advance them by hand',
    )
  })

  await t.test('a change of job control counts for running jobs from then on', async t => {
    await put(t, 'manual')
    const held = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(held, 'INITIALIZING'), 'INITIALIZING')
    await put(t, 'timed', { delayMs: 86_400_000 })
    await waitForJob(client, held, ({ JobStatus }) => JobStatus === 'PROCESSING')
    await put(t, 'timed', { delayMs: 1 })
    t.match(await waitForJob(client, held), { JobStatus: 'COMPLETED' }, 'a shorter delay is felt')
    await put(t, 'timed', { delayMs: 86_400_000 })
    const resting = await createImportJob(client, app, { S3Url })
    await put(t, 'manual')
    isIn(t, await advance(resting, 'PREPARING_FOR_INITIALIZATION'), 'PREPARING_FOR_INITIALIZATION')
    const deleted = await createApp(client)
    await createImportJob(client, deleted, { S3Url })
    await client.send(new DeleteAppCommand({ ApplicationId: deleted }))
    await put(t, 'immediate')
    t.match(await waitForJob(client, resting), { JobStatus: 'COMPLETED' })
  })

  await t.test('a wrong call of job control says what would be right', async t => {
    const job = await createImportJob(client, app, { S3Url })
    await waitForJob(client, job)
    const control = '/_pinpoint/job-control'
    for (const [body, message] of [
      ['{"mode"', /^The request body must be JSON: /],
      ['', 'The request body is required: it must be a JSON object'],
      [{}, 'mode is required: it must be one of immediate, timed, manual'],
      [{ mode: 'slow' }, 'mode must be one of immediate, timed, manual; got "slow"'],
      [{ mode: 'timed' }, /^delayMs is required with the mode timed/],
      [{ mode: 'manual', delayMs: 5 }, 'delayMs goes with the mode timed alone; the mode is manual'],
      [{ mode: 'timed', delayMs: -1 }, 'delayMs must be a whole number from 0 to 86400000; got -1'],
      [{ mode: 'timed', delay: 5 }, /^delay is not a name that is known here .*; known are mode, delayMs$/],
    ] as const) {
      isError(t, await call('PUT', control, body), 400, 'BadRequestException', message)
    }
    t.same((await call('GET', control)).body, { mode: 'immediate' }, 'nothing is changed')
    const path = `${pathOf(job)}/advance`
    isError(
      t,
      await call('POST', path, { to: 'DONE' }),
      400,
      'BadRequestException',
      /^to must be one of CREATED, /,
    )
    isError(
      t,
      await call('POST', path, { state: 'FAILED' }),
      400,
      'BadRequestException',
      /^state is not a name/,
    )
    for (const [path, message] of [
      [`/_pinpoint/apps/${app}/import-jobs/none/advance`, 'Import job not found: none'],
      [`/_pinpoint/apps/${app}/export-jobs/none/advance`, 'Export job not found: none'],
      [`/_pinpoint/apps/none/import-jobs/none/advance`, 'Application not found'],
    ] as const) {
      isError(t, await call('POST', path), 404, 'NotFoundException', message)
    }
  })

  await t.test('held jobs are still held, and can be advanced, after a restart', async t => {
    await put(t, 'manual')
    const job = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(job, 'PROCESSING'), 'PROCESSING')
    const other = await createImportJob(client, app, { S3Url })
    isIn(t, await advance(other), 'PENDING_JOB')
    await close()
    const again = await startEmulator(t, env)
    const callAgain = controlOf(again.url)
    t.same((await callAgain('GET', '/_pinpoint/job-control')).body, { mode: 'manual' })
    const reader = createClient(again.url)
    t.teardown(() => reader.destroy())
    isIn(t, await callAgain('POST', `${pathOf(job)}/advance`), 'COMPLETING')
    isIn(t, await callAgain('POST', `${pathOf(job)}/advance`), 'COMPLETED')
    t.match(await waitForJob(reader, job), { TotalProcessed: 2, CompletedPieces: 1 })
    isIn(t, await callAgain('POST', `${pathOf(other)}/advance`, { to: 'COMPLETED' }), 'COMPLETED')
  })
})
