import { createHash } from 'node:crypto'
import { mergeEndpoint } from '../endpoint-rules/merge-endpoint.ts'
import { missingMember, putEndpoint } from '../endpoint-rules/put-endpoint.ts'
import type { Endpoint } from '../shapes/endpoint.ts'
import type { Endpoints } from '../store/endpoints.ts'
import type { ImportJob, ImportProgress } from '../store/import-progress.ts'
import type { ImportedEndpoint } from './imported-names.ts'

/**
 * Imports one record: writes its endpoint, unless the job registers none, and makes it a member of the segment, if
 * the job makes one. An endpoint that is not registered stands in the segment alone, as it would have become.
 *
 * @param endpoints as the job writes them
 * @returns the endpoint, or why the record cannot be imported
 */
export function importRecord(
  job: ImportJob,
  record: ImportedEndpoint,
  { endpoints, progress, now }: { endpoints: Endpoints; progress: ImportProgress; now: string },
): Endpoint | string {
  const { Id, ...change } = record
  const id = Id ?? idOf(record)
  if (id === undefined) return record.Address === undefined ? 'Missing Address' : 'Missing ChannelType'
  const write = { app: job.app, endpointId: id, requestId: job.requestId, now }

  const registers = job.definition.RegisterEndpoints !== false
  const endpoint = registers
    ? putEndpoint(endpoints, change, { ...write, mayBeEmpty: false })
    : defineOnly(job, change, write, endpoints, progress)
  if (typeof endpoint !== 'string' && job.segmentId !== null) {
    progress.putMember(job, endpoint.Id, registers ? null : JSON.stringify(endpoint))
  }
  return endpoint
}

function defineOnly(
  job: ImportJob,
  change: ImportedEndpoint,
  write: Parameters<typeof mergeEndpoint>[2],
  endpoints: Endpoints,
  progress: ImportProgress,
): Endpoint | string {
  const earlier = progress.memberDefinition(job, write.endpointId)
  const current =
    typeof earlier === 'string' ? JSON.parse(earlier) : endpoints.get(job.app, write.endpointId)?.endpoint
  const endpoint = mergeEndpoint(current, change, write)
  return missingMember(endpoint, { mayBeEmpty: false }) ?? endpoint
}

/**
 * The id of an endpoint whose record names none: the same for the same channel and address, so that a file imported
 * twice updates its endpoints (assumed).
 */
function idOf({ ChannelType, Address }: ImportedEndpoint): string | undefined {
  if (ChannelType === undefined || Address === undefined) return undefined
  return createHash('md5').update(`${ChannelType}:${Address}`).digest('hex')
}
