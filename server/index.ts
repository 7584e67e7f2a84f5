/// <reference lib="esnext.disposable" preserve="true" />
import { setTimeout } from 'node:timers/promises'
import { standstillOf } from './control/standstill.ts'
import { type ControlMethods, createControlMethods } from './emulator/control-methods.ts'
import { readTimeout, type WaitOptions } from './emulator/wait-options.ts'
import { mayConcern } from './events/event-bus.ts'
import type { ExportJobResponse } from './model/export-job.ts'
import type { ImportJobResponse } from './model/import-job.ts'
import { type JobKind, type JobResponse, type JobResponses, jobKinds } from './model/job-kinds.ts'
import { isFinal } from './model/job-moves.ts'
import { explainStandstill } from './model/waits-for.ts'
import { checkNode } from './process/check-node.ts'
import type { Options } from './process/config.ts'

export type {
  ClockAdvance,
  ClockAdvanced,
  ClockStatus,
  Fault,
  FaultRule,
  JobControl,
  JobStatus,
  MessageFilters,
  OtpDetails,
  OutboxMessage,
} from './emulator/control-methods.ts'
export type { WaitOptions } from './emulator/wait-options.ts'
export { StartError } from './process/start-error.ts'
export type { ExportJobResponse, ImportJobResponse, Options as PinpointOptions }

/** An emulator that runs in this process. */
export interface Pinpoint extends ControlMethods {
  /** Its base URL, without a slash at the end. */
  readonly url: string

  /**
   * The configuration of a client of the AWS SDK for JavaScript: `new
   * PinpointClient(pinpoint.clientConfig)`. The credentials are the first of `accessKeys`, if set.
   */
  readonly clientConfig: ClientConfig

  /**
   * Waits until an import job is over.
   *
   * @returns the job as GetImportJob answers it, COMPLETED or FAILED (see its `JobStatus`, and
   *   `Failures` for the reason)
   * @throws Error if the job is not over in time, which tells its state, its counters and what
   *   holds it; or if the job does not exist, or is deleted meanwhile
   */
  waitForImportJob(applicationId: string, jobId: string, options?: WaitOptions): Promise<ImportJobResponse>

  /** Waits until an export job is over, like `waitForImportJob`. */
  waitForExportJob(applicationId: string, jobId: string, options?: WaitOptions): Promise<ExportJobResponse>

  /**
   * Removes everything in it, running jobs included.
   *
   * @param options `seed: true` applies the seed again
   */
  reset(options?: { seed?: boolean }): Promise<void>

  /**
   * Stops it: calls under way are answered, jobs stop at a safe point. Afterwards nothing of it is
   * left in this process, and on the disk only what is in its `dataDir`. To call it again does no
   * harm. If it is forgotten, the process ends all the same, and removes the folder of an ephemeral
   * emulator.
   */
  close(): Promise<void>

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What a client of the AWS SDK needs to call the emulator. */
export interface ClientConfig {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
}

/**
 * Starts an emulator in this process: its HTTP side in this thread, its job worker in another.
 * Several may run at once, each with its own database and worker.
 *
 * Every setting of docs/settings.md is an option. Three have defaults that suit a test: `port` is
 * 0, `ephemeral` is true unless there is a `dataDir`, and `logLevel` is `silent`. No environment
 * variable is read.
 *
 * It does not keep the process alive, unless `keepProcessAlive` is true. Calls that this process
 * has under way do, and so do the methods of the emulator until their promises are settled.
 *
 * @returns when it is ready
 * @throws StartError that names every bad option, or says why it cannot start. Nothing is left
 *   behind then
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
    ephemeral: options?.dataDir === undefined,
    logLevel: 'silent',
  })
  const { url, app, close } = await start(config, await createLog(config))
  const [[accessKeyId, secretAccessKey] = ['pinpoint-local', 'pinpoint-local']] = config.accessKeys ?? []
  const closing = new AbortController()
  const stop = () => {
    closing.abort()
    return close()
  }

  const checkOpen = () => {
    if (closing.signal.aborted) throw new Error('pinpoint-local is closed')
  }

  let callsUnderWay = 0
  /** Makes a control call in this process, which is kept alive meanwhile. */
  const control = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => {
    checkOpen()
    callsUnderWay++
    app.server.ref()
    try {
      const response = await app.inject({
        method,
        url: `/_pinpoint/${path}`,
        headers: { authorization: `Bearer ${app.ownToken}` },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
      })
      const answer = response.body === '' ? undefined : response.json()
      if (response.statusCode >= 400) throw new Error(answer.Message)
      return answer
    } finally {
      if (--callsUnderWay === 0 && !config.keepProcessAlive) app.server.unref()
    }
  }

  const waitForJob = async <Kind extends JobKind>(
    kind: Kind,
    applicationId: string,
    jobId: string,
    options?: WaitOptions,
  ): Promise<JobResponses[Kind]> => {
    const timeoutMs = readTimeout(options)
    const read = (): JobResponses[Kind] => {
      const found = app.store.apps.find(applicationId)
      if (found === undefined) throw new Error(`there is no application ${applicationId}`)
      const job = app.store[`${kind}Jobs`].get(found, jobId) as JobResponses[Kind] | undefined
      if (job === undefined) throw new Error(`application ${applicationId} has no ${kind} job ${jobId}`)
      return job
    }
    const timeoutError = (job: JobResponse) => {
      const found = app.store[`${kind}Jobs`].find(app.store.apps.find(applicationId)!, jobId)!
      const why = explainStandstill(standstillOf(app.store, kind, found), job)
      return new Error(
        `${kind} job ${jobId} is ${standOf(job)} after ${timeoutMs} ms${why === undefined ? '' : `: ${why}`}`,
      )
    }
    const lookForEnd = () => {
      const job = read()
      return isFinal(job.JobStatus) ? job : undefined
    }
    const done = new AbortController()
    // This timer keeps the process alive. It is the module's, as tests may replace the global
    // timers.
    const timeout = setTimeout(timeoutMs, undefined, { signal: done.signal })
    const signal = AbortSignal.any([done.signal, closing.signal])
    try {
      return await Promise.race([
        app.bus.waitFor(mayConcern(jobId), lookForEnd, signal),
        timeout.then(() => {
          throw timeoutError(read())
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
    waitForImportJob: (...job) => waitForJob('import', ...job),
    waitForExportJob: (...job) => waitForJob('export', ...job),
    ...createControlMethods(control, (applicationId, jobId) => {
      checkOpen()
      const found = app.store.apps.find(applicationId)
      return found && jobKinds.find(kind => app.store[`${kind}Jobs`].get(found, jobId) !== undefined)
    }),
    reset: async (options = {}) => void (await control('POST', 'reset', options)),
    close: stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** A job's state and counters, in words. */
function standOf(job: JobResponse): string {
  const { JobStatus, TotalPieces, CompletedPieces, FailedPieces, TotalProcessed, TotalFailures } = job
  if (TotalPieces === undefined) return JobStatus
  return `${JobStatus} (CompletedPieces ${CompletedPieces} and FailedPieces ${FailedPieces} of TotalPieces ${TotalPieces}, TotalProcessed ${TotalProcessed}, TotalFailures ${TotalFailures})`
}
