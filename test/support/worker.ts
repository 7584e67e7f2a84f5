import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import type { Test } from 'tap'
import { Clock } from '../../server/clock/clock.ts'
import { EventBus } from '../../server/events/event-bus.ts'
import type { ImportJobResponse } from '../../server/model/import-job.ts'
import type { JobStatus } from '../../server/model/job-moves.ts'
import type { AppRef } from '../../server/store/applications/applications.ts'
import { WriteQueue } from '../../server/store/database/write-queue.ts'
import { openStore } from '../../server/store/open-store.ts'
import type { WorkerSettings } from '../../server/worker/messages.ts'
import { type JobWorker, startJobWorker, type WorkerOptions } from '../../server/worker/supervisor.ts'
import { buildTestApp, isOver, roleArn, until } from './helpers.ts'

/**
 * An application, a bucket, and a worker thread of which the test says when it is started. Calls
 * wake the worker that runs, if one does.
 */
export function setUp(t: Test, settings: Partial<WorkerSettings> = {}) {
  const dir = t.testdir({ data: {}, s3: { demo: {} } })
  const dataDir = join(dir, 'data')
  const writeQueue = new WriteQueue()
  const [bus, clock] = [new EventBus(), new Clock()]
  const store = openStore(dataDir, { writeQueue })
  let worker: JobWorker | undefined
  const { call, createApp } = buildTestApp(t, {
    store,
    bus,
    clock,
    jobWorker: { isRunning: () => worker?.isRunning() ?? false, wake: () => worker?.wake() },
  })
  /** The states that jobs came to, in the order in which they did. */
  const moves: { job: string; status: JobStatus }[] = []
  const log = pino(
    { level: 'debug' },
    {
      write(line: string) {
        const { job, msg } = JSON.parse(line)
        const status = msg.match(/^import job \w+ ([A-Z_]+)/)?.[1]
        if (status !== undefined) moves.push({ job, status })
      },
    },
  )

  return {
    store,
    dataDir,
    moves,
    call,

    /** Puts an object into the bucket. */
    put(key: string, content: string) {
      const file = join(dir, 's3', 'demo', key)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    },

    /** @param options of the supervisor */
    async startWorker(more: Partial<WorkerSettings> = {}, options: WorkerOptions = {}) {
      worker = startJobWorker(
        {
          dataDir,
          ephemeral: false,
          ownsProcess: false,
          compressed: true,
          pieceBytes: 100_000,
          maxRunningImports: 2,
          jobStateDelayMs: 0,
          outboxLimit: 10_000,
          missingVariables: 'fail',
          hooks: { hookHosts: undefined, lambdaEndpoint: undefined },
          s3Dir: join(dir, 's3'),
          s3: undefined,
          writeQueue: writeQueue.shared,
          clock: clock.shared,
          ...settings,
          ...more,
        },
        log,
        store,
        bus,
        options,
      )
      t.teardown(worker.stop)
      await worker.ready
      return worker
    },

    async createApp(): Promise<AppRef> {
      const { Id } = await createApp({ Name: 'shop', tags: { a: 'b' } })
      return store.apps.find(Id)!
    },

    /** Creates an import into a segment: a new one, or the next version of one. */
    async createJob(app: AppRef, key: string, SegmentId?: string) {
      const request = {
        S3Url: `s3://demo/${key}`,
        RoleArn: roleArn,
        Format: key.endsWith('.json') ? 'JSON' : 'CSV',
        DefineSegment: true,
      }
      const answer = await call('POST', `/v1/apps/${app.id}/jobs/import`, { ...request, SegmentId })
      if (answer.status !== 201) throw new Error(answer.body.Message)
      const { Id: id, Definition } = answer.body as ImportJobResponse
      const find = () => store.importJobs.find(app, id!)!
      return {
        id: id!,
        seq: find().seq,
        segmentId: Definition!.SegmentId!,
        get: () => find().job,
        status: () => find().job.JobStatus as JobStatus,
        /** The states that it has been in. */
        states: () => find().history.map(({ status }) => status),
        isHeld: () => find().held,
        /** How often the worker has died of it since it last came any further; undefined once it is over. */
        deaths() {
          const job = store.importProgress.unfinished(0).find(job => job.id === id)
          return job && store.importProgress.deaths(job).count
        },
        /** Lets it go on to a state, in the mode manual. */
        async advance(to?: JobStatus) {
          const path = `/_pinpoint/apps/${app.id}/import-jobs/${id}/advance`
          const { status, body } = await call('POST', path, { to })
          if (status !== 200) throw new Error(body.Message)
        },
      }
    },

    /** Says how jobs advance. */
    async control(mode: 'manual' | 'immediate') {
      await call('PUT', '/_pinpoint/job-control', { mode })
    },
  }
}

/** Waits until jobs are COMPLETED or FAILED. */
export const whenOver = (jobs: { get: () => Pick<ImportJobResponse, 'JobStatus'> }[]) =>
  until(() => jobs.every(job => isOver(job.get())) || undefined, 'all jobs to be over')
