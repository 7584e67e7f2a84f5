import { createHash } from 'node:crypto'
import { mergeEndpoint } from '../endpoint-rules/merge-endpoint.ts'
import { checkMerged, putEndpoint } from '../endpoint-rules/put-endpoint.ts'
import type { Endpoint, EndpointRequest } from '../shapes/endpoint.ts'
import type { Lookups } from '../store/endpoint-lookups.ts'
import type { Endpoints } from '../store/endpoints.ts'
import type { ImportJob, ImportProgress, RowRange } from '../store/import-progress.ts'
import { type ImportedEndpoint, userOf } from './imported-names.ts'

/** What a record is imported into. */
export interface Into {
  /** As the job writes them. */
  endpoints: Endpoints
  progress: ImportProgress
  now: string
  /** Imported endpoints by channel, to be added to; users count in none (assumed). */
  channels: Map<string, number>
  /** The rows of imported endpoints, which are to be members of the segment, are added to these. */
  members: RowRange[]
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

  const endpoint =
    job.definition.RegisterEndpoints === false
      ? define(job, id, change, into)
      : register(job, id, change, into)
  if (typeof endpoint === 'string') return endpoint
  // An endpoint that is known may still have neither address nor channel.
  const { ChannelType: channel } = endpoint
  if (channel !== undefined) into.channels.set(channel, (into.channels.get(channel) ?? 0) + 1)
  return undefined
}

/** What records will look endpoints up by when they are imported. */
export function lookupsOf(records: ImportedEndpoint[]): Lookups {
  const lookups: Lookups = { ids: [], userIds: [], addresses: [] }
  for (const record of records) {
    const { User, Address }: EndpointRequest = record
    const id = record.Id ?? idOf(record)
    if (id !== undefined) lookups.ids.push(id)
    if (User?.UserId !== undefined) lookups.userIds.push(User.UserId)
    if (Address !== undefined) lookups.addresses.push(Address)
  }
  return lookups
}

/** A user must have endpoints already (source: guide); which they are is looked up when the segment is read. */
function importUser(job: ImportJob, userId: string, { endpoints, progress }: Into): string | undefined {
  if (endpoints.siblings(job.app, userId).length === 0) {
    return `User.UserId ${JSON.stringify(userId)} has no endpoints: a record of a user alone needs some that are there already`
  }
  if (job.segmentId !== null) progress.putUserMember(job, userId)
  return undefined
}

/** Writes an endpoint. An id alone only makes it a member, and is no change of it (assumed). */
function register(
  job: ImportJob,
  id: string,
  change: ImportedEndpoint,
  { endpoints, now, members }: Into,
): Endpoint | string {
  const write = { app: job.app, endpointId: id, requestId: job.requestId, now, mayBeEmpty: false }
  const stored = isEmpty(change)
    ? (endpoints.get(job.app, id) ?? unknownId(id))
    : putEndpoint(endpoints, change, write)
  if (typeof stored === 'string') {
    return stored === 'Missing Address' && change.ChannelType === undefined ? unknownId(id) : stored
  }
  addRow(members, stored.seq)
  return stored.endpoint
}

/** Adds a row to ranges of rows. Most files have their endpoints in the order of their rows. */
function addRow(ranges: RowRange[], seq: number): void {
  const last = ranges.at(-1)
  if (last?.to === seq - 1) last.to = seq
  else ranges.push({ from: seq, to: seq })
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
  const earlier = progress.definitionOf(job, id)
  const current = earlier === undefined ? endpoints.get(job.app, id)?.endpoint : JSON.parse(earlier)
  const write = { app: job.app, endpointId: id, requestId: job.requestId, now }
  const endpoint = isEmpty(change) ? (current ?? unknownId(id)) : mergeEndpoint(current, change, write)
  if (typeof endpoint === 'string') return endpoint
  const problem = isEmpty(change) ? undefined : checkMerged(endpoint, { mayBeEmpty: false })
  if (problem !== undefined) return problem
  if (job.segmentId !== null) progress.putDefinition(job, endpoint.Id, JSON.stringify(endpoint))
  return endpoint
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
