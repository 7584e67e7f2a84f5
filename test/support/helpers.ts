import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import {
  CreateAppCommand,
  CreateExportJobCommand,
  CreateImportJobCommand,
  type ExportJobRequest,
  type ExportJobResponse,
  GetExportJobCommand,
  GetImportJobCommand,
  type ImportJobRequest,
  type ImportJobResponse,
  PinpointClient,
  type PinpointClientConfig,
} from '@aws-sdk/client-pinpoint'
import type { LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import root, { type Test } from 'tap'
import type { Uploads } from '../../server/buckets/uploads.ts'
import { Clock } from '../../server/clock/clock.ts'
import type { Dependencies } from '../../server/emulator/app.ts'
import type { EmulatorState } from '../../server/emulator/state.ts'
import { EventBus } from '../../server/events/event-bus.ts'
import { JobCounters } from '../../server/jobs/record-counters.ts'
import type { ApplicationResponse } from '../../server/model/application.ts'
import { loadConfig } from '../../server/process/config.ts'
import { makeFolder } from './buckets.ts'
import { importBuilt } from './built.ts'

const { buildApp } =
  await importBuilt<typeof import('../../server/emulator/app.ts')>('server/emulator/app.ts')
/** See `server/emulator/start.ts`. */
export const { start } =
  await importBuilt<typeof import('../../server/emulator/start.ts')>('server/emulator/start.ts')
const { databaseFile, openStore } = await importBuilt<typeof import('../../server/store/open-store.ts')>(
  'server/store/open-store.ts',
)

export const silent = pino({ level: 'silent' })

/** A role that every import job may name. */
export const roleArn = 'arn:aws:iam::123456789012:role/import'

/**
 * The HTTP side on a database of its own, without a worker: what a call itself does. It does not
 * listen; calls are injected.
 *
 * @param given dependencies in the place of the usual ones; a store is closed at the end of the test
 * @param given.build what builds it, by default that of `built.ts`
 */
export function buildTestApp(
  t: Test,
  {
    build = buildApp,
    jobWorker,
    now,
    store = openStore(emptyDataDir(t)),
    ...given
  }: Partial<Omit<Dependencies, 'jobWorker'>> & {
    /** The time, of Pinpoint and of the machine alike. */
    now?: () => Date
    build?: typeof buildApp
    jobWorker?: Partial<Dependencies['jobWorker']>
  } = {},
) {
  const app = build({
    config: { region: 'us-east-1', accountId: '123456789012', quotas: false },
    store,
    jobWorker: {
      isRunning: () => true,
      wake() {},
      counters: new JobCounters(),
      moveClock: async () => 'there is no worker',
      ...jobWorker,
    },
    state: noState,
    uploads: noUploads,
    bus: new EventBus(),
    preflight: async () => undefined,
    ...(now === undefined
      ? { clock: new Clock() }
      : { clock: { now, state: { mode: 'real' } }, realNow: now }),
    logger: silent,
    ...given,
  })
  t.teardown(async () => {
    await app.close()
    store.close()
  })

  /** Sends a request, its body as JSON, and reads the answer. */
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) => {
    const response = await app.inject({ method, url, ...(body && { payload: body }) })
    return { status: response.statusCode, headers: response.headers, body: bodyOf(response) }
  }
  const createApp = (request?: object) => createAppBy(call, request)

  return { app, store, call, createApp }
}

let shared: ReturnType<typeof buildTestApp> | undefined

/**
 * One `buildTestApp` for all tests of a file, as to build one takes longer than most of them: for
 * tests that look at nothing but the applications that they create.
 */
export function sharedTestApp(): ReturnType<typeof buildTestApp> {
  shared ??= buildTestApp(root)
  return shared
}

let emptyDatabase: Buffer | undefined

/** A data folder with an empty database: to copy one takes a fraction of the time of making it. */
function emptyDataDir(t: Test): string {
  const dataDir = makeFolder(t)
  if (emptyDatabase === undefined) {
    openStore(dataDir).close()
    emptyDatabase = readFileSync(databaseFile(dataDir))
  } else writeFileSync(databaseFile(dataDir), emptyDatabase)
  return dataDir
}

/** For what uploads nothing. */
export const noUploads: Uploads = {
  folder: '',
  receive: () => Promise.reject(new Error('there is no data folder')),
  clear: async () => {},
}

/** For what does not concern the state as a whole. */
export const noState: EmulatorState = {
  reset: () => Promise.reject(new Error('there is no worker')),
  restore: () => Promise.reject(new Error('there is no worker')),
  snapshot: () => Promise.reject(new Error('there is no worker')),
  idle: async () => {},
}

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects in a body
const bodyOf = (response: LightMyRequestResponse): any => (response.body === '' ? undefined : response.json())

/** The header of a request that an account signs; the account is its own access key id. */
export const signedBy = (account: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260102/us-east-1/mobiletargeting/aws4_request`,
})

/** The whole emulator, listening on a free port, with a client of the real SDK. */
export async function startEmulator(t: Test, env: Record<string, string> = {}) {
  const config = loadConfig({
    PORT: '0',
    DATA_DIR: env.DATA_DIR ?? (env.EPHEMERAL === 'true' ? '' : emptyDataDir(t)),
    LOG_LEVEL: 'silent',
    ...env,
  })
  const running = await start(config, silent)
  const client = createClient(running.url)
  t.teardown(async () => {
    client.destroy()
    await running.close()
  })
  return { ...running, client }
}

/** A client of the real SDK that calls an emulator. It does not try again, unless told otherwise. */
export const createClient = (endpoint: string, more: PinpointClientConfig = {}) =>
  new PinpointClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    ...more,
  })

/**
 * Creates an application by a call, and gives it as it was answered.
 *
 * @throws Error if it is refused
 */
export async function createAppBy(
  call: (method: 'POST', path: string, body: object) => Promise<Pick<Answer, 'status' | 'body'>>,
  request: object = { Name: 'shop' },
): Promise<Required<ApplicationResponse>> {
  const { status, body } = await call('POST', '/v1/apps', request)
  if (status !== 201) throw new Error(`CreateApp was answered ${status}: ${body?.Message}`)
  return body
}

/** Creates an application by a client of the SDK, and gives its id. */
export async function createApp(client: PinpointClient, name: string = randomUUID()): Promise<string> {
  const { ApplicationResponse } = await client.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: name } }),
  )
  return ApplicationResponse!.Id!
}

/** Creates an import job with defaults that suit most tests, and gives it as it was answered. */
export async function createImportJob(
  client: PinpointClient,
  applicationId: string,
  request: Partial<ImportJobRequest> & Pick<ImportJobRequest, 'S3Url'>,
): Promise<ImportJobResponse> {
  const { ImportJobResponse } = await client.send(
    new CreateImportJobCommand({
      ApplicationId: applicationId,
      ImportJobRequest: { Format: 'CSV', RoleArn: roleArn, ...request },
    }),
  )
  return ImportJobResponse!
}

/** Runs one import to its end. */
export async function runImport(...args: Parameters<typeof createImportJob>): Promise<ImportJobResponse> {
  return waitForJob(args[0], await createImportJob(...args))
}

/** Creates an export job into s3://data/out, or elsewhere, and gives it as it was answered. */
export async function createExportJob(
  client: PinpointClient,
  applicationId: string,
  request: Partial<ExportJobRequest> = {},
): Promise<ExportJobResponse> {
  const { ExportJobResponse } = await client.send(
    new CreateExportJobCommand({
      ApplicationId: applicationId,
      ExportJobRequest: { S3UrlPrefix: 's3://data/out', RoleArn: roleArn, ...request },
    }),
  )
  return ExportJobResponse!
}

/** Runs one export to its end. */
export async function runExport(...args: Parameters<typeof createExportJob>): Promise<ExportJobResponse> {
  return waitForJob(args[0], await createExportJob(...args))
}

/** A job of either kind. */
export type AnyJob = ImportJobResponse | ExportJobResponse

/** Whether a job is COMPLETED or FAILED. */
export const isOver = ({ JobStatus }: Pick<AnyJob, 'JobStatus'>): boolean =>
  JobStatus === 'COMPLETED' || JobStatus === 'FAILED'

/** Reads a job again. */
export async function readJob<Job extends AnyJob>(
  client: PinpointClient,
  { ApplicationId, Id: JobId, Type }: Job,
): Promise<Job> {
  const job =
    Type === 'EXPORT'
      ? (await client.send(new GetExportJobCommand({ ApplicationId, JobId }))).ExportJobResponse
      : (await client.send(new GetImportJobCommand({ ApplicationId, JobId }))).ImportJobResponse
  return job as Job
}

/** Reads a job until a condition holds: by default, that it is over. */
export const waitForJob = <Job extends AnyJob>(
  client: PinpointClient,
  job: Job,
  is: (job: Job) => boolean = isOver,
): Promise<Job> =>
  until(async () => {
    const read = await readJob(client, job)
    return is(read) ? read : undefined
  }, `the job ${job.Id}`)

/**
 * Asks again and again, less and less often, until there is an answer.
 *
 * @throws Error after a minute
 */
export async function until<T>(ask: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  let pause = 2
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await setTimeout(pause)) {
    const answer = await ask()
    if (answer !== undefined) return answer
    pause = Math.min(pause * 1.3, 25)
  }
  throw new Error(`waited in vain for ${what}`)
}

/** An answer of the emulator, its body read as JSON. */
export interface Answer {
  status: number
  headers: Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects in a body
  body: any
}

/** An injected request's answer. */
export const answerOf = (response: LightMyRequestResponse): Answer => ({
  status: response.statusCode,
  headers: response.headers,
  body: bodyOf(response),
})

/**
 * Checks that an answer is the exception with that message, in the form in which every error leaves.
 *
 * @param message the whole text, or what it must match
 */
export function isError(
  t: Test,
  { status, headers, body }: Answer,
  expected: number,
  exception: string,
  message: string | RegExp,
): void {
  t.equal(status, expected, 'status')
  t.equal(headers['x-amzn-errortype'], exception, 'x-amzn-ErrorType')
  t.match(headers['content-type'], /^application\/json/, 'Content-Type')
  t.match(headers['x-amzn-requestid'], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'x-amzn-RequestId')
  t.equal(body?.RequestID, headers['x-amzn-requestid'], 'RequestID is the id in the header')
  t.strictSame(Object.keys(body ?? {}).sort(), ['Message', 'RequestID'], 'members of the body')
  if (typeof message === 'string') t.equal(body?.Message, message, 'Message')
  else t.match(body?.Message, message, 'Message')
}
