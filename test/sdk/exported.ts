import { gunzipSync } from 'node:zlib'
import type { EndpointResponse, ExportJobResponse, PinpointClient } from '@aws-sdk/client-pinpoint'
import type { Buckets } from '../buckets.ts'
import { createExportJob, waitForExport } from '../helpers.ts'

/** What an export has written, by key: the endpoints of each object. */
export async function readExports(
  buckets: Buckets,
  { Id }: Pick<ExportJobResponse, 'Id'>,
  bucket = 'data',
): Promise<Record<string, EndpointResponse[]>> {
  const objects = Object.entries(await buckets.read(bucket)).filter(([key]) => key.includes(Id!))
  return Object.fromEntries(
    objects.map(([key, content]) => {
      const lines = gunzipSync(content).toString().split('\n')
      return [key, lines.slice(0, -1).map(line => JSON.parse(line) as EndpointResponse)]
    }),
  )
}

/** The same in one list. */
export const endpointsExported = async (
  ...args: Parameters<typeof readExports>
): Promise<EndpointResponse[]> => Object.values(await readExports(...args)).flat()

/** A COMPLETED job that exported so many endpoints. */
export const exported = (TotalProcessed: number, TotalPieces = 1) => ({
  ...{ JobStatus: 'COMPLETED', TotalProcessed, TotalFailures: 0 },
  ...{ TotalPieces, CompletedPieces: TotalPieces, FailedPieces: 0, Failures: undefined },
})

/** Runs an export and gives every state in which it is seen, each with the job as it was first seen in it. */
export async function watchExport(
  client: PinpointClient,
  applicationId: string,
  request: Parameters<typeof createExportJob>[2] = {},
  onState: (job: ExportJobResponse) => Promise<void> | undefined = () => undefined,
): Promise<{ job: ExportJobResponse; states: string[]; seen: ExportJobResponse[] }> {
  const seen = [await createExportJob(client, applicationId, request)]
  for (let job = seen[0]!; job.JobStatus !== 'COMPLETED' && job.JobStatus !== 'FAILED'; seen.push(job)) {
    const { JobStatus } = job
    job = await waitForExport(client, job, now => now.JobStatus !== JobStatus)
    await onState(job)
  }
  return { job: seen.at(-1)!, seen, states: seen.map(({ JobStatus }) => JobStatus!) }
}
