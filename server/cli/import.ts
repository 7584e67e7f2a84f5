import { symlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { start } from '../emulator/start.ts'
import type { ImportJobResponse } from '../model/import-job.ts'
import { isFinal } from '../model/job-moves.ts'
import { readS3Url } from '../model/s3-url.ts'
import type { Standstill } from '../model/waits-for.ts'
import { createLog } from '../process/log.ts'
import { makeTempFolder } from '../process/temp-folder.ts'
import { createEmulatorClient } from './emulator-client.ts'
import { findSource, type ImportSource, localBucket } from './find-source.ts'
import { type ImportOptions, readImportOptions } from './import-options.ts'
import { type Output, type Progress, showProgress } from './progress.ts'
import { describeJob } from './report.ts'
import { sameSignal, stopSignals } from './stop-on-signals.ts'
import { reportError, UsageError } from './usage-error.ts'

/** Milliseconds between two looks at the job: few at first, as most files are small. */
const looks = { first: 5, max: 200 }

/** No role is looked at, but the model demands one. */
const roleArn = 'arn:aws:iam::123456789012:role/pinpoint-local'

/** Where a command writes to: what comes out, and all that is said on the way. */
export interface Outputs {
  stdout: Output
  stderr: Output
}

/**
 * The command `pinpoint-local import`: one import job, from the files to the report.
 *
 * @param argv what follows `import`
 * @param outputs the process's own, but in tests
 * @returns the exit status: 0 COMPLETED, 1 FAILED or more refused than --max-failures allows, 2 where
 *   the job could not be run
 */
export async function runImport(
  env: NodeJS.ProcessEnv,
  argv: string[],
  outputs: Outputs = process,
): Promise<number> {
  const stopping = new AbortController()
  let stoppedAt: number | undefined
  const stop = (signal: NodeJS.Signals) => {
    if (stoppedAt !== undefined && performance.now() - stoppedAt > sameSignal)
      process.exit(exitCodeOf(signal))
    stoppedAt ??= performance.now()
    stopping.abort(signal)
  }
  for (const signal of stopSignals) process.on(signal, stop)
  try {
    const options = readImportOptions(env, argv, outputs)
    const source = await findSource(options.what, options.format, stopping.signal)
    const job = await importOnce(options, source, outputs, stopping.signal)
    if (job.JobStatus !== 'COMPLETED') return 1
    const { TotalFailures = 0, TotalProcessed = 0 } = job
    if (options.maxFailures?.allows(TotalFailures, TotalProcessed) ?? true) return 0
    outputs.stderr.write(
      `more records were refused than --max-failures ${options.maxFailures!.text} allows\n`,
    )
    return 1
  } catch (error) {
    if (stopping.signal.aborted) return exitCodeOf(stopping.signal.reason)
    return reportError(error, outputs.stderr)
  } finally {
    // After a signal, the process is about to end, and may get the same one once more.
    if (!stopping.signal.aborted) for (const signal of stopSignals) process.off(signal, stop)
  }
}

/** As a shell says of a process that a signal has ended. */
const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal]

/** Runs the job, on the emulator that is named or on one of its own, and prints what became of it. */
async function importOnce(
  options: ImportOptions,
  source: ImportSource,
  { stdout, stderr }: Outputs,
  signal: AbortSignal,
): Promise<ImportJobResponse> {
  const { remote, what } = options
  if (remote !== undefined && source.folder !== undefined && source.file === undefined) {
    throw new UsageError(`${what} is a folder, and with --url a file is uploaded: name one at a time`)
  }
  const own = remote === undefined ? await startOwn(options, source) : undefined
  try {
    signal.throwIfAborted()
    const client = createEmulatorClient(
      remote ?? { url: own!.url, controlToken: undefined, keys: undefined },
      signal,
    )
    if (remote !== undefined) await client.tryControl()
    // What is uploaded for an application that does not exist would stay until the next reset.
    if (options.application !== undefined) await client.findApp(options.application)
    const s3Url =
      remote === undefined || source.file === undefined
        ? source.s3Url
        : await client.upload(source.file, basename(what))
    const application = options.application ?? (await client.createApp(`import of ${nameOf(what)}`))
    const created = await client.createImportJob(application, {
      S3Url: s3Url,
      Format: source.format,
      RoleArn: roleArn,
      ...(options.segmentName !== undefined && { DefineSegment: true, SegmentName: options.segmentName }),
    })
    if (remote !== undefined) {
      stderr.write(`application ${created.ApplicationId}, import job ${created.Id}\n`)
    }
    const job = await follow(created, client.look, showProgress(stderr), signal)
    const { failures, skipped } = await client.outcomeOf(job)
    for (const failure of failures) {
      if (failure.object === s3Url) failure.object = what
      // The key of an upload says nothing to the one who named a file.
      else if (s3Url !== source.s3Url && failure.object === readS3Url(s3Url)!.key) {
        failure.object = basename(what)
      }
    }
    const { json } = options
    const width = stdout.isTTY ? stdout.columns : undefined
    const document = { job, failures, skipped: skipped.items, skippedTotal: skipped.total }
    stdout.write(
      json
        ? `${JSON.stringify(document, null, 2)}\n`
        : describeJob(job, { failures, skipped }, { what, width }),
    )
    return job
  } finally {
    await own?.close()
  }
}

/**
 * Shows how a job gets on until it is over. It looks again and again, as any client of Pinpoint does:
 * with --url it is one.
 */
async function follow(
  created: ImportJobResponse,
  look: (job: ImportJobResponse) => Promise<{ job: ImportJobResponse } & Standstill>,
  progress: Progress,
  signal: AbortSignal,
): Promise<ImportJobResponse> {
  try {
    let seen: Awaited<ReturnType<typeof look>> = { job: created }
    for (let pause = looks.first; ; pause = Math.min(pause * 1.5, looks.max)) {
      progress.show(seen.job, seen)
      if (isFinal(seen.job.JobStatus)) return seen.job
      await setTimeout(pause, undefined, { signal })
      seen = await look(created)
    }
  } finally {
    progress.stop()
  }
}

/** Starts an emulator that is gone when it is closed. */
async function startOwn({ config }: ImportOptions, { folder }: ImportSource) {
  const [s3Dir, removeS3Dir] = folder === undefined ? [config.s3Dir] : makeBucketOf(folder)
  try {
    const own = { ...config, s3Dir }
    const { url, close } = await start(own, await createLog(own), { ownsProcess: true })
    return { url, close: () => close().finally(removeS3Dir) }
  } catch (error) {
    removeS3Dir?.()
    throw error
  }
}

/** A folder of buckets whose only bucket is a folder that is elsewhere. */
function makeBucketOf(folder: string): [s3Dir: string, remove: () => void] {
  const [s3Dir, remove] = makeTempFolder()
  symlinkSync(folder, join(s3Dir, localBucket), 'junction')
  return [s3Dir, remove]
}

/** What is imported, short enough for an application's name (64 characters; source: model). */
const nameOf = (what: string) => basename(what).slice(0, 50)
