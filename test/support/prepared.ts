import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  GetSegmentCommand,
  type ImportJobRequest,
  type ImportJobResponse,
  type PinpointClient,
} from '@aws-sdk/client-pinpoint'
import type { Test } from 'tap'
import { openStore } from '../../server/store/open-store.ts'
import { jobsOf, writeFewAtATime } from './control.ts'
import { expectSound, readRows } from './database.ts'
import { createApp, createImportJob, readJob, startEmulator, waitForJob } from './helpers.ts'
import { type BegunEmulator, beginEmulator, spawnEmulator } from './spawn.ts'

/** What an import job is created with. */
export type Request = Partial<ImportJobRequest> & Pick<ImportJobRequest, 'S3Url'>

/** Small enough for many pieces in the files below. */
const pieceBytes = '10000'

/** Long enough for a job to stand still until the emulator is stopped. */
export const forEver = '86400000'

/** An emulator, and the control of its jobs. */
export interface InUse extends ReturnType<typeof jobsOf> {
  client: PinpointClient
  url: string
}

/** Starts an emulator in the test's process for some work, and stops it after that. */
export async function useEmulator<T>(
  t: Test,
  env: Record<string, string>,
  use: (emulator: InUse) => Promise<T>,
): Promise<T> {
  const { client, url, close } = await startEmulator(t, env)
  try {
    return await use({ client, url, ...jobsOf(url) })
  } finally {
    await close()
  }
}

/** A data folder whose jobs are CREATED. Every copy of it begins with the same jobs. */
export class Prepared {
  readonly jobs: ImportJobResponse[] = []
  readonly #dir: string
  readonly #t: Test
  #copies = 0

  constructor(t: Test, files: Record<string, string | Buffer>) {
    this.#t = t
    this.#dir = t.testdir({ 'data-0': {} })
    for (const [key, content] of Object.entries(files)) {
      const file = join(this.#dir, 's3', 'demo', key)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    }
  }

  get applicationId(): string {
    return this.jobs[0]!.ApplicationId!
  }

  /** The folder of the buckets. */
  get s3Dir(): string {
    return join(this.#dir, 's3')
  }

  /** The data folder of which copies are made. */
  get dataDir(): string {
    return join(this.#dir, 'data-0')
  }

  #env(dataDir: string, env: Record<string, string>): Record<string, string> {
    return { DATA_DIR: dataDir, S3_DIR: this.s3Dir, PIECE_BYTES: pieceBytes, ...env }
  }

  /** Starts an emulator on a data folder, as a process that can be killed. */
  async start(dataDir: string, env: Record<string, string> = {}) {
    const emulator = await spawnEmulator(this.#t, this.#env(dataDir, env))
    return { ...emulator, ...jobsOf(emulator.url) }
  }

  /** The same, without waiting for it. */
  begin(dataDir: string, env: Record<string, string> = {}): BegunEmulator {
    return beginEmulator(this.#t, this.#env(dataDir, env))
  }

  /** Starts an emulator on a data folder in the test's process for some work, and stops it after that. */
  use<T>(dataDir: string, env: Record<string, string>, use: (emulator: InUse) => Promise<T>): Promise<T> {
    return useEmulator(this.#t, this.#env(dataDir, env), use)
  }

  /**
   * Creates an application and the jobs.
   *
   * @param before makes what is to be there before them; gives what to add to each request
   */
  async create(
    requests: Request[],
    before: (client: PinpointClient, app: string) => Promise<Partial<Request>> = async () => ({}),
  ): Promise<void> {
    const { dataDir } = this
    const [app, more] = await this.use(dataDir, {}, async ({ client }) => {
      const app = await createApp(client)
      return [app, await before(client, app)] as const
    })
    await this.use(dataDir, { JOB_STATE_DELAY_MS: forEver }, async ({ client, url }) => {
      await writeFewAtATime(url)
      for (const request of requests) {
        this.jobs.push(await createImportJob(client, app, { ...request, ...more }))
      }
    })
  }

  copy(of = this.dataDir): string {
    const copy = join(this.#dir, `data-${++this.#copies}`)
    cpSync(of, copy, { recursive: true })
    return copy
  }

  /** Runs all jobs to their end on a copy, and reads what they have led to. */
  async uninterrupted(env: Record<string, string> = {}) {
    const dataDir = this.copy()
    const seen = await this.use(dataDir, env, async ({ client }) => {
      for (const job of this.jobs) await waitForJob(client, job)
      return seenBy(client, this.jobs)
    })
    return { seen, rows: readRows(dataDir), dataDir }
  }

  /** The jobs as a killed process has left them for the next start; expects that the database is sound. */
  leftBehind(t: Test, dataDir: string): ImportJobResponse[] {
    // On a copy, as the next start is to find the write-ahead log as it was left.
    const copy = this.copy(dataDir)
    expectSound(t, copy)
    const store = openStore(copy)
    const app = store.apps.find(this.applicationId)!
    const jobs = this.jobs.map(job => store.importJobs.get(app, job.Id!)!)
    store.close()
    return jobs
  }
}

/** What callers see of jobs and their segments, without the dates. */
export async function seenBy(client: PinpointClient, jobs: ImportJobResponse[]) {
  const seen: unknown[] = []
  for (const job of jobs) {
    const { CompletionDate: _, ...rest } = await readJob(client, job)
    seen.push(rest)
    const { SegmentId } = job.Definition!
    if (SegmentId === undefined || rest.JobStatus !== 'COMPLETED') continue
    const { SegmentResponse } = await client.send(
      new GetSegmentCommand({ ApplicationId: job.ApplicationId, SegmentId }),
    )
    const { CreationDate: __, LastModifiedDate: ___, ...segment } = SegmentResponse!
    seen.push(segment)
  }
  return seen
}
