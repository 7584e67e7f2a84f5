import {
  type EndpointRequest,
  type EndpointResponse,
  type ExportJobResponse,
  GetEndpointCommand,
  GetSegmentCommand,
  type ImportJobRequest,
  type ImportJobResponse,
  NotFoundException,
  type PinpointClient,
  type SegmentResponse,
  UpdateEndpointCommand,
} from '@aws-sdk/client-pinpoint'
import type { Test } from 'tap'
import { runImport, waitForJob } from './helpers.ts'

/** What a call answers; undefined when it answers that there is no such thing. */
async function ifFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof NotFoundException) return undefined
    throw error
  }
}

export async function getEndpoint(
  client: PinpointClient,
  ApplicationId: string,
  EndpointId: string,
): Promise<EndpointResponse | undefined> {
  const found = await ifFound(client.send(new GetEndpointCommand({ ApplicationId, EndpointId })))
  return found?.EndpointResponse
}

export async function getSegment(
  client: PinpointClient,
  ApplicationId: string,
  SegmentId: string,
): Promise<SegmentResponse | undefined> {
  const found = await ifFound(client.send(new GetSegmentCommand({ ApplicationId, SegmentId })))
  return found?.SegmentResponse
}

export async function putEndpoint(
  client: PinpointClient,
  ApplicationId: string,
  EndpointId: string,
  EndpointRequest: EndpointRequest,
) {
  await client.send(new UpdateEndpointCommand({ ApplicationId, EndpointId, EndpointRequest }))
}

/** The counters of a job. */
export const countersOf = (job: ImportJobResponse | ExportJobResponse) => ({
  TotalPieces: job.TotalPieces,
  CompletedPieces: job.CompletedPieces,
  FailedPieces: job.FailedPieces,
  TotalProcessed: job.TotalProcessed,
  TotalFailures: job.TotalFailures,
})

/** A COMPLETED job that imported or exported so many, all of them. */
export const completed = (TotalProcessed: number, TotalPieces = 1) => ({
  JobStatus: 'COMPLETED',
  TotalProcessed,
  TotalFailures: 0,
  TotalPieces,
  CompletedPieces: TotalPieces,
  FailedPieces: 0,
  Failures: undefined,
})

/**
 * The states of a job in the order in which it came to them, from its own page: a short one cannot be missed
 * there.
 */
export async function statesOf(
  client: PinpointClient,
  { ApplicationId, Id, Type }: ImportJobResponse | ExportJobResponse,
): Promise<string[]> {
  const { protocol, hostname, port } = await client.config.endpoint!()
  const kind = `${Type!.toLowerCase()}-jobs`
  const page = await fetch(`${protocol}//${hostname}:${port}/_pinpoint/apps/${ApplicationId}/${kind}/${Id}`)
  const { history } = (await page.json()) as { history: { status: string }[] }
  return history.map(({ status }) => status)
}

/**
 * Expects that a job that was COMPLETED went through all states before in their order, and was seen in each.
 */
export async function sameStates(
  t: Test,
  client: PinpointClient,
  seen: (ImportJobResponse | ExportJobResponse)[],
): Promise<void> {
  const states = [
    ...['CREATED', 'PREPARING_FOR_INITIALIZATION', 'INITIALIZING'],
    ...['PROCESSING', 'COMPLETING', 'COMPLETED'],
  ]
  t.same(await statesOf(client, seen[0]!), states)
  t.same(
    seen.map(({ JobStatus }) => JobStatus),
    states,
  )
}

/**
 * Imports an object, CSV or JSON by its ending, into a segment; expects that it is COMPLETED and gives the
 * segment's id.
 */
export async function defineSegment(
  t: Test,
  client: PinpointClient,
  applicationId: string,
  S3Url: string,
  more: Partial<ImportJobRequest> = {},
): Promise<string> {
  const Format = S3Url.endsWith('.csv') ? 'CSV' : 'JSON'
  const job = await runImport(client, applicationId, { S3Url, Format, DefineSegment: true, ...more })
  t.equal(job.JobStatus, 'COMPLETED', job.Failures?.join() ?? '')
  return job.Definition!.SegmentId!
}

/** Waits until a job has read so many records. */
export const untilProcessed = (client: PinpointClient, job: ImportJobResponse, count: number) =>
  waitForJob(client, job, ({ TotalProcessed = 0 }) => TotalProcessed >= count)
