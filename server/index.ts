/// <reference lib="esnext.disposable" preserve="true" />
import { setTimeout } from 'node:timers/promises'
import { heldBy } from './control/held-by.ts'
import { type ControlMethods, createControlMethods } from './emulator/control-methods.ts'
import { mayConcern } from './events/event-bus.ts'
import type { ExportJobResponse } from './model/export-job.ts'
import { explainHold } from './model/held-by.ts'
import type { ImportJobResponse } from './model/import-job.ts'
import { isFinal } from './model/job-states.ts'
import { checkNode } from './process/check-node.ts'
import type { Options } from './process/config.ts'
import type { AppRef } from './store/applications/applications.ts'

export type { Fault, FaultRule, JobControl, JobStatus } from './emulator/control-methods.ts'
export { StartError } from './process/start-error.ts'
export type { ExportJobResponse, ImportJobResponse, Options as PinpointOptions }

/** An emulator that runs in this process. */
export interface Pinpoint extends ControlMethods {
  /** Where it answers, without a slash at the end. */
  readonly url: string

  /**
   * What a client of any AWS SDK for JavaScript is made with: `new PinpointClient(pinpoint.clientConfig)`. Its credentials
   * are the first of `accessKeys`, if there are any.
   */
  readonly clientConfig: ClientConfig

  /**
   * Waits until an import job is over.
   *
   * @returns the job as GetImportJob answers it, COMPLETED or FAILED: look at its `JobStatus`, and at `Failures` for why
   * @throws Error when the job is not over in time, which tells its state, its counters and what holds it, if anything
   *   does; or is not there, or not any more
   */
  waitForImportJob(applicationId: string, jobId: string, options?: WaitOptions): Promise<ImportJobResponse>

  /** Waits until an export job is over, like `waitForImportJob`. */
  waitForExportJob(applicationId: string, jobId: string, options?: WaitOptions): Promise<ExportJobResponse>

  /**
   * Removes everything that is in it, running jobs included.
   *
   * @param options `seed: true` applies the seed again
   */
  reset(options?: { seed?: boolean }): Promise<void>

  /**
   * Stops it: calls under way are answered, jobs stop at a safe point. Nothing of it is left in this process then, and
   * nothing on the disk but what is in its `dataDir`. To call it again does no harm. Where it is forgotten, the process
   * ends all the same, and the folder of an ephemeral emulator with it.
   */
  close(): Promise<void>

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Where and as whom a client calls. */
export interface ClientConfig {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
}

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds; half a minute by default. */
  timeoutMs?: number
}

/**
 * Starts an emulator in this process: its HTTP side here, its job worker as a thread. Each has a database and a worker
 * of its own, and several may run at once.
 *
 * Every setting of docs/settings.md is an option. Where nothing is said, three of them are as suits a test: `port` is
 * 0, `ephemeral` is true unless there is a `dataDir`, and `logLevel` is `silent`. No environment variable is read.
 *
 * It does not keep the process from ending when there is nothing else to do, unless `keepProcessAlive` is true. Calls that
 * this process has under way keep it alive, as do the methods of the emulator until their promises are settled.
 *
 * @returns when it is ready
 * @throws StartError that names every bad option, or says why it cannot start; nothing is left behind then
 */
export async function startPinpoint(options: Options = {}): Promise<Pinpoint> {
  checkNode()
  const [{ configOf }, { createLog }, { start }] = await Promise.all([
    import('./process/config.ts'),
    import('./process/log.ts'),
    import('./emulator/start.ts'),
  ])
  const config = configOf(options, {
    port: 0,
    ephemeral: options.dataDir === undefined,
    logLevel: 'silent',
  })
  const { url, app, close } = await start(config, await createLog(config))
  const [[accessKeyId, secretAccessKey] = ['pinpoint-local', 'pinpoint-local']] = config.accessKeys ?? []
  const closing = new AbortController()
  const stop = () => {
    closing.abort()
    return close()
  }

  let callsUnderWay = 0
  /** Makes a control call in this process, which it keeps alive meanwhile. */
  const control = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => {
    if (closing.signal.aborted) throw new Error('pinpoint-local is closed')
    callsUnderWay++
    app.server.ref()
    try {
      const response = await app.inject({
        ...{ method, url: `/_pinpoint/${path}`, headers: { authorization: `Bearer ${app.ownToken}` } },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
      })
      const answer = response.body === '' ? undefined : response.json()
      if (response.statusCode >= 400) throw new Error(answer.Message)
      return answer
    } finally {
      if (--callsUnderWay === 0 && !config.keepProcessAlive) app.server.unref()
    }
  }

  const waitForJob = async <Job extends ImportJobResponse | ExportJobResponse>(
    get: (app: AppRef, jobId: string) => Job | undefined,
    [kind, applicationId, jobId]: [kind: 'import' | 'export', applicationId: string, jobId: string],
    { timeoutMs = 30_000 }: WaitOptions = {},
  ): Promise<Job> => {
    const read = (): Job => {
      const found = app.store.apps.find(applicationId)
      if (found === undefined) throw new Error(`there is no application ${applicationId}`)
      const job = get(found, jobId)
      if (job === undefined) throw new Error(`application ${applicationId} has no ${kind} job ${jobId}`)
      return job
    }
    const late = (job: Job) => {
      const found = app.store[`${kind}Jobs`].find(app.store.apps.find(applicationId)!, jobId)!
      const by = heldBy(app.store, kind, found)
      const why = by === undefined ? '' : `: ${explainHold(by, job)}`
      return new Error(`${kind} job ${jobId} is ${standOf(job)} after ${timeoutMs} ms${why}`)
    }
    const look = () => {
      const job = read()
      return isFinal(job.JobStatus) ? job : undefined
    }
    const done = new AbortController()
    // It keeps the process alive meanwhile. Of node's own module, as a test may have replaced the global timers.
    const timeout = setTimeout(checkTimeout(timeoutMs), undefined, { signal: done.signal })
    const signal = AbortSignal.any([done.signal, closing.signal])
    try {
      return await Promise.race([
        app.bus.waitFor(mayConcern(jobId), look, signal),
        timeout.then(() => {
          throw late(read())
        }),
      ])
    } catch (error) {
      if (!closing.signal.aborted) throw error
      throw new Error(`pinpoint-local is closed: nothing is known of the ${kind} job ${jobId}`)
    } finally {
      done.abort()
    }
  }

  return {
    url,
    clientConfig: {
      endpoint: url,
      region: config.region,
      credentials: { accessKeyId, secretAccessKey },
    },
    waitForImportJob: (applicationId, jobId, options) =>
      waitForJob(
        (found, id) => app.store.importJobs.get(found, id),
        ['import', applicationId, jobId],
        options,
      ),
    waitForExportJob: (applicationId, jobId, options) =>
      waitForJob(
        (found, id) => app.store.exportJobs.get(found, id),
        ['export', applicationId, jobId],
        options,
      ),
    ...createControlMethods(control, (applicationId, jobId) => {
      const found = app.store.apps.find(applicationId)
      return found !== undefined && app.store.exportJobs.get(found, jobId) !== undefined
    }),
    reset: ({ seed = false } = {}) => control('POST', 'reset', { seed }),
    close: stop,
    [Symbol.asyncDispose]: stop,
  }
}

function checkTimeout(timeoutMs: number): number {
  if (Number.isSafeInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs < 2 ** 31) return timeoutMs
  throw new RangeError(`timeoutMs must be a whole number of milliseconds below 2^31; got ${timeoutMs}`)
}

/** Where a job stands, as far as it is known. */
function standOf(job: ImportJobResponse | ExportJobResponse): string {
  const { JobStatus, TotalPieces, CompletedPieces, FailedPieces, TotalProcessed, TotalFailures } = job
  if (TotalPieces === undefined) return JobStatus
  return `${JobStatus} (CompletedPieces ${CompletedPieces} and FailedPieces ${FailedPieces} of TotalPieces ${TotalPieces}, TotalProcessed ${TotalProcessed}, TotalFailures ${TotalFailures})`
}
