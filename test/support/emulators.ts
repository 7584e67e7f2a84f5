import assert from 'node:assert/strict'
import {
  CreateSegmentCommand,
  type EndpointResponse,
  type ImportJobResponse,
  type PinpointClient,
} from '@aws-sdk/client-pinpoint'
import type { Test } from 'tap'
import { makeBuckets, putAll } from './buckets.ts'
import type { Format, Values } from './generators.ts'
import { createApp, runImport, startEmulator } from './helpers.ts'
import { getEndpoint, getSegment } from './reads.ts'

export interface Emulator {
  url: string
  client: PinpointClient
}

/** Starts emulators, one with each of the settings, that all read the same buckets. */
export async function startEmulators(t: Test, ...settings: Record<string, string>[]) {
  const buckets = makeBuckets(t)
  const emulators = await Promise.all(settings.map(env => startEmulator(t, { ...buckets.env, ...env })))
  let count = 0
  /** Puts objects into a bucket of their own and gives its name. */
  const fill = async (objects: Record<string, string | Buffer>): Promise<string> => {
    const bucket = `bucket-${++count}`
    await putAll(buckets, bucket, objects)
    return bucket
  }
  return { buckets, emulators, fill }
}

/** Writes endpoints by UpdateEndpointsBatch. */
export async function putBatch({ url }: Emulator, app: string, Item: Values[]): Promise<void> {
  const response = await fetch(`${url}/v1/apps/${app}/endpoints`, {
    method: 'PUT',
    body: JSON.stringify({ Item }),
  })
  assert.equal(response.status, 202, await response.text())
}

/** What an import leads to. */
export interface Outcome {
  job: ImportJobResponse
  /** The application that was made for it. */
  app: string
  /** The endpoints of the segment; none when the job is FAILED. */
  members: EndpointResponse[]
}

/** Imports into an application of its own, in which some endpoints may be already. */
export async function importInto(
  emulator: Emulator,
  S3Url: string,
  Format: Format,
  before: Values[] = [],
): Promise<Outcome> {
  const app = await createApp(emulator.client)
  if (before.length > 0) await putBatch(emulator, app, before)
  return importAgain(emulator, app, S3Url, Format)
}

/** Imports into an application that is there. */
export async function importAgain(
  emulator: Emulator,
  app: string,
  S3Url: string,
  Format: Format,
): Promise<Outcome> {
  const job = await runImport(emulator.client, app, { S3Url, Format, DefineSegment: true })
  return outcomeOf(emulator, job)
}

/** What a job has led to that is over; checks what is true of every such job. */
export async function outcomeOf({ client, url }: Emulator, job: ImportJobResponse): Promise<Outcome> {
  const app = job.ApplicationId!
  const { SegmentId } = job.Definition!
  const segment = await getSegment(client, app, SegmentId!)
  const { JobStatus, TotalProcessed, TotalFailures, TotalPieces, CompletedPieces, FailedPieces, Failures } =
    job
  assert.equal(CompletedPieces! + FailedPieces!, TotalPieces)
  assert.ok(TotalFailures! <= TotalProcessed!)
  if (JobStatus === 'FAILED') {
    assert.equal(segment, undefined)
    assert.ok(Failures!.length > 0)
    return { app, job, members: [] }
  }
  assert.equal(JobStatus, 'COMPLETED')
  assert.equal(FailedPieces, 0)
  assert.equal(segment!.ImportDefinition!.Size! + TotalFailures!, TotalProcessed)
  assert.equal(Failures?.length ?? 0, Math.min(TotalFailures!, 100))
  return { app, job, members: await membersOf(url, app, SegmentId!) }
}

/** Whoever is in a segment, read page by page. */
export async function membersOf(
  url: string,
  app: string,
  segment: string,
  pageSize = 1000,
): Promise<EndpointResponse[]> {
  const list = `${url}/_pinpoint/apps/${app}/segments/${segment}/endpoints?page-size=${pageSize}`
  const members: EndpointResponse[] = []
  for (let token = ''; ; ) {
    const response = await fetch(list + token)
    assert.equal(response.status, 200)
    const { items, nextToken } = (await response.json()) as { items: EndpointResponse[]; nextToken?: string }
    members.push(...items)
    if (nextToken === undefined) return members
    token = `&token=${nextToken}`
  }
}

/** Every endpoint of an application, the oldest first: the members of a segment without dimensions. */
export async function allEndpoints({ client, url }: Emulator, app: string): Promise<EndpointResponse[]> {
  const { SegmentResponse } = await client.send(
    new CreateSegmentCommand({ ApplicationId: app, WriteSegmentRequest: { Name: 'all', Dimensions: {} } }),
  )
  return membersOf(url, app, SegmentResponse!.Id!)
}

/** The endpoints with these ids, undefined for those that are not there. */
export const endpointsOf = ({ client }: Emulator, app: string, ids: string[]) =>
  Promise.all(ids.map(id => getEndpoint(client, app, id)))

/** An endpoint without what two writes of it, or two applications, cannot have in common. */
export function alike<T extends EndpointResponse | undefined>(endpoint: T) {
  if (endpoint === undefined) return undefined
  const { ApplicationId, CreationDate, EffectiveDate, RequestId, ...same } = endpoint
  return same
}

/** Expects the same endpoints, whatever the order of what is in them. */
export const sameEndpoints = (
  found: (EndpointResponse | undefined)[],
  wanted: (EndpointResponse | undefined)[],
) => assert.deepEqual(found.map(alike), wanted.map(alike))
