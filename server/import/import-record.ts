import { createHash } from 'node:crypto'
import { mergeEndpoint } from '../endpoint-rules/merge-endpoint.ts'
import { checkMerged, putEndpoint } from '../endpoint-rules/put-endpoint.ts'
import type { Endpoint } from '../shapes/endpoint.ts'
import type { Endpoints } from '../store/endpoints.ts'
import type { ImportJob, ImportProgress } from '../store/import-progress.ts'
import { type ImportedEndpoint, userOf } from './imported-names.ts'

/** What a record is imported into. */
interface Into {
  /** As the job writes them. */
  endpoints: Endpoints
  progress: ImportProgress
  now: string
  /** Imported endpoints by channel, to be added to; users count in none (assumed). */
  channels: Map<string, number>
}

/**
 * Imports one record: writes its endpoint, unless the job registers none, and makes it a member of the segment, if
 * the job makes one. An endpoint that is not registered stands in the segment alone, merged with the registered one of
 * its id; what concerns other endpoints (a user's number of them and attributes, addresses, custom names) does not
 * apply to it, as nobody else sees it (assumed). A record that names a user alone makes the user a member.
 *
 * @returns why the record cannot be imported; undefined when it is
 */
export function importRecord(job: ImportJob, record: ImportedEndpoint, into: Into): string | undefined {
  const userId = userOf(record)
  if (userId !== undefined) return importUser(job, userId, into)
  const { Id, ...change } = record
  const id = Id ?? idOf(record)
  if (id === undefined) return whyNoId(record)

  const registers = job.definition.RegisterEndpoints !== false
  const endpoint = registers ? register(job, id, change, into) : define(job, id, change, into)
  if (typeof endpoint === 'string') return endpoint
  if (job.segmentId !== null) {
    into.progress.putMember(job, endpoint.Id, registers ? null : JSON.stringify(endpoint))
  }
  // An endpoint that is known may still have neither address nor channel.
  const { ChannelType: channel } = endpoint
  if (channel !== undefined) into.channels.set(channel, (into.channels.get(channel) ?? 0) + 1)
  return undefined
}

/** A user must have endpoints already (source: guide); which they are is looked up when the segment is read. */
function importUser(job: ImportJob, userId: string, { endpoints, progress }: Into): string | undefined {
  if (endpoints.ofUser(job.app, userId).length === 0) {
    return `User.UserId ${JSON.stringify(userId)} has no endpoints: a record of a user alone needs some that are there already`
  }
  if (job.segmentId !== null) progress.putUserMember(job, userId)
  return undefined
}

/** Writes an endpoint. An id alone only makes it a member, and is no change of it (assumed). */
function register(job: ImportJob, id: string, change: ImportedEndpoint, { endpoints, now }: Into) {
  if (isEmpty(change)) return endpoints.get(job.app, id)?.endpoint ?? unknownId(id)
  const write = { app: job.app, endpointId: id, requestId: job.requestId, now, mayBeEmpty: false }
  const endpoint = putEndpoint(endpoints, change, write)
  return endpoint === 'Missing Address' && change.ChannelType === undefined ? unknownId(id) : endpoint
}

/** The text that Pinpoint was seen to use, and what most often is the matter. */
const unknownId = (id: string) =>
  `Missing Address: there is no endpoint with the Id ${JSON.stringify(id)}, and a new one needs Address and ChannelType`

function whyNoId({ Address, ChannelType }: ImportedEndpoint): string {
  if (Address !== undefined) return 'Missing ChannelType'
  return ChannelType === undefined
    ? 'Missing Address: a record needs an Id, or Address and ChannelType'
    : 'Missing Address'
}

function define(
  job: ImportJob,
  id: string,
  change: ImportedEndpoint,
  { endpoints, progress, now }: Into,
): Endpoint | string {
  const earlier = progress.memberDefinition(job, id)
  const current = typeof earlier === 'string' ? JSON.parse(earlier) : endpoints.get(job.app, id)?.endpoint
  if (isEmpty(change)) return current ?? unknownId(id)
  const write = { app: job.app, endpointId: id, requestId: job.requestId, now }
  const endpoint = mergeEndpoint(current, change, write)
  return checkMerged(endpoint, { mayBeEmpty: false }) ?? endpoint
}

function isEmpty(change: ImportedEndpoint): boolean {
  for (const _ in change) return false
  return true
}

/**
 * The id of an endpoint whose record names none: the same for the same channel and address, so that a file imported
 * twice updates its endpoints (assumed).
 */
function idOf({ ChannelType, Address }: ImportedEndpoint): string | undefined {
  if (ChannelType === undefined || Address === undefined) return undefined
  return createHash('md5').update(`${ChannelType}:${Address}`).digest('hex')
}
