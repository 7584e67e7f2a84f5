import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { pino } from 'pino'
import type { Test } from 'tap'
import { Clock } from '../../server/clock/clock.ts'
import { EventBus } from '../../server/events/event-bus.ts'
import { newId } from '../../server/http/arn.ts'
import type { JobStatus } from '../../server/model/job-states.ts'
import type { AppRef } from '../../server/store/applications/applications.ts'
import { WriteQueue } from '../../server/store/database/write-queue.ts'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import type { WorkerSettings } from '../../server/worker/messages.ts'
import { startJobWorker, type WorkerOptions } from '../../server/worker/supervisor.ts'
import { roleArn, until } from './helpers.ts'

/** A database and a bucket, and a real worker thread on them once it is started. */
export function setUp(t: Test, settings: Partial<WorkerSettings> = {}) {
  const dir = t.testdir({ data: {}, s3: { demo: {} } })
  const writeQueue = new WriteQueue()
  const store = openStore(join(dir, 'data'), { writeQueue })
  const file = databaseFile(join(dir, 'data'))
  t.teardown(() => store.close())
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
    moves,
    file,
    /** Puts an object into the bucket. */
    put(key: string, content: string) {
      mkdirSync(join(dir, 's3', 'demo', key, '..'), { recursive: true })
      writeFileSync(join(dir, 's3', 'demo', key), content)
    },
    /** @param options of the supervisor */
    async startWorker(more: Partial<WorkerSettings> = {}, options: WorkerOptions = {}) {
      const worker = startJobWorker(
        {
          dataDir: join(dir, 'data'),
          ephemeral: false,
          compressed: true,
          pieceBytes: 100_000,
          maxRunningImports: 2,
          jobStateDelayMs: 0,
          s3Dir: join(dir, 's3'),
          s3: undefined,
          writeQueue: writeQueue.shared,
          clock: new Clock().shared,
          ...settings,
          ...more,
        },
        log,
        store,
        new EventBus(),
        options,
      )
      t.teardown(() => worker.stop())
      await worker.ready
      return worker
    },
    async createApp() {
      const id = newId()
      const Arn = `arn:aws:mobiletargeting:us-east-1:123456789012:apps/${id}`
      const app = { Id: id, Arn, Name: id, CreationDate: new Date().toISOString(), tags: { a: 'b' } }
      await store.write(() => store.apps.create(app))
      return store.apps.find(id)!
    },
    async createJob(app: AppRef, key: string, segmentId?: string) {
      const id = newId()
      const job = {
        app,
        id,
        definition: {
          S3Url: `s3://demo/${key}`,
          RoleArn: roleArn,
          Format: key.endsWith('.json') ? ('JSON' as const) : ('CSV' as const),
          SegmentId: segmentId ?? id,
          ExternalId: '',
        },
        segmentId: segmentId ?? id,
        requestId: newId(),
        now: new Date().toISOString(),
      }
      await store.write(() => store.importJobs.create(job))
      const get = () => store.importJobs.get(app, id)
      return { id, get, status: () => get()?.JobStatus }
    },
    /** How often the worker is held to have died of each import job, in the order in which they were created. */
    deaths() {
      const db = new Database(file, { readonly: true })
      const deaths = db.prepare('SELECT deaths FROM import_jobs ORDER BY seq').pluck().all()
      db.close()
      return deaths
    },
    /** The rows of each table, counted on a connection of its own. */
    count() {
      const db = new Database(file, { readonly: true })
      const tables = db
        .prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
        .pluck()
        .all()
      const counts = tables
        .filter(name => !name.startsWith('sqlite_'))
        // Members stand there by ranges.
        .map(name => [name, name === 'import_members' ? 'coalesce(sum(last - first + 1), 0)' : 'count(*)'])
        .map(([name, number]) => [name, db.prepare(`SELECT ${number} FROM ${name}`).pluck().get()])
      db.close()
      return Object.fromEntries(counts)
    },
  }
}

/** A CSV file of so many endpoints. */
export const endpoints = (count: number, from = 0) =>
  [
    'Id,ChannelType,Address',
    ...Array.from({ length: count }, (_, index) => `e${from + index},EMAIL,e${from + index}@example.com`),
  ].join('\n')

export const whenOver = (jobs: { status: () => JobStatus | undefined }[]) =>
  until(
    () => (jobs.every(job => job.status() === 'COMPLETED' || job.status() === 'FAILED') ? true : undefined),
    'all jobs to be over',
  )
