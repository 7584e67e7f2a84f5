import { endpointLimits } from '../../endpoint-rules/limits.ts'
import { mergeEndpoint } from '../../endpoints/merge-endpoint.ts'
import { checkMerged, missingMember, putEndpoint } from '../../endpoints/put-endpoint.ts'
import type { EndpointRef } from '../../store/endpoints/endpoint-key.ts'
import { type EndpointValues, endpointJson, fromEndpoint } from '../../store/endpoints/endpoint-row.ts'
import type { Rows } from '../../store/import-writes/bulk-lookup.ts'
import { type Columns, valueAt } from '../../store/import-writes/columns.ts'
import type { EndpointsOfImport } from '../../store/import-writes/import-writer.ts'
import type { Renewal } from '../../store/import-writes/unchanged-endpoints.ts'
import type { ImportJob, ImportProgress, RowRange } from '../../store/jobs/import-progress.ts'
import { type BadItem, joinProblems } from '../read/item.ts'
import type { PreparedRecord } from '../read/prepare.ts'

/** What a record is imported into. */
export interface Into {
  /** As the job writes them. */
  endpoints: EndpointsOfImport
  progress: ImportProgress
  /** Milliseconds since 1970. */
  now: number
  /** Imported endpoints by channel, to be added to; users count in none (assumed). */
  channels: Map<string, number>
  /** The rows of imported endpoints, which are to be members of the segment, are added to these. */
  members: RowRange[]
}

/** A record that names an endpoint. */
type NamedRecord = PreparedRecord & { endpoint: EndpointRef }

const isNamed = (record: PreparedRecord): record is NamedRecord => record.endpoint !== null

/**
 * Imports one record: writes its endpoint, unless the job registers none, and makes it a member of the segment, if
 * the job makes one. An endpoint that is not registered stands in the segment alone, merged with the registered one of
 * its id; what concerns other endpoints (a user's number of them and attributes, addresses, custom names) does not
 * apply to it, as nobody else sees it (assumed). A record that names a user alone makes the user a member.
 *
 * @returns why the record cannot be imported; undefined when it is
 */
export function importRecord(job: ImportJob, record: PreparedRecord, into: Into): string | undefined {
  if (!isNamed(record)) return importUser(job, record.change.user_id!, into)
  const written =
    job.definition.RegisterEndpoints === false ? define(job, record, into) : register(job, record, into)
  if (typeof written === 'string') return written
  addChannel(into.channels, written.channel_type)
  return undefined
}

/**
 * Says why a bad record cannot be imported: what was found when it was read, and what its endpoint would lack, which depends
 * on what is there of it.
 */
export function refuseRecord(job: ImportJob, { reason, rest }: BadItem<PreparedRecord>, into: Into): string {
  if (rest === undefined || !isNamed(rest)) return reason
  const { app, requestId } = job
  const { endpoint, change } = rest
  const merged = mergeEndpoint(currentOf(job, endpoint, into), change, {
    ...{ app, endpoint, requestId, now: into.now },
  })
  const missing = missingMember(merged, { mayBeEmpty: false })
  return missing === undefined ? reason : joinProblems([reason, explainMissing(missing, rest)])
}

/**
 * Imports records at once which create endpoints, or change nothing in those that there are: as many as there are of the
 * one kind, one after the other from the first, and as `importRecord` would import each.
 *
 * @param changes what the records say
 * @param endpoints what they make where they create endpoints
 * @param rows of records that are whole
 * @returns how many were imported
 */
export function importAlike(
  changes: Columns<Renewal>,
  endpoints: Columns<EndpointValues>,
  rows: Rows,
  job: ImportJob,
  into: Into,
): number {
  const most = endpointLimits.endpointsPerUser
  const { app } = job
  const written =
    into.endpoints.createNew(app, endpoints, rows, most) ??
    into.endpoints.renew(app, changes, endpoints, rows, most)
  if (written === undefined) return 0
  addRows(into.members, written)
  const count = written.to - written.from + 1
  for (let row = rows.from; row < rows.from + count; row++) {
    addChannel(into.channels, valueAt(endpoints.channel_type, row))
  }
  return count
}

// An endpoint that is known may still have neither address nor channel.
function addChannel(channels: Into['channels'], channel: string | null): void {
  if (channel !== null) channels.set(channel, (channels.get(channel) ?? 0) + 1)
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
function register(job: ImportJob, record: NamedRecord, { endpoints, now, members }: Into) {
  const { endpoint, change, isIdAlone } = record
  const { app, requestId } = job
  if (isIdAlone) {
    const stored = endpoints.find(app, endpoint)
    if (stored === undefined) return unknownId(endpoint)
    addRows(members, { from: stored.seq, to: stored.seq })
    return stored
  }
  const put = putEndpoint(endpoints, change, { app, endpoint, requestId, now, mayBeEmpty: false })
  if (typeof put === 'string') return explainMissing(put, record)
  addRows(members, { from: put.seq, to: put.seq })
  return put.endpoint
}

/** Adds rows to ranges of rows. Most files have their endpoints in the order of their rows. */
function addRows(ranges: RowRange[], { from, to }: RowRange): void {
  const last = ranges.at(-1)
  if (last?.to === from - 1) last.to = to
  else ranges.push({ from, to })
}

/** Where an endpoint would lack both its address and its channel, it most often is not there. */
const explainMissing = (problem: string, { endpoint, change }: NamedRecord): string =>
  problem === 'Missing Address' && change.channel_type === null ? unknownId(endpoint) : problem

/** The text that Pinpoint was seen to use, and what most often is the matter. */
const unknownId = ({ id }: EndpointRef) =>
  `Missing Address: there is no endpoint with the Id ${JSON.stringify(id)}, and a new one needs Address and ChannelType`

/** An endpoint as it is before a record: as an earlier one of the same job defined it, or as it is registered. */
function currentOf(
  job: ImportJob,
  endpoint: EndpointRef,
  { endpoints, progress }: Into,
): EndpointValues | undefined {
  const earlier = progress.definitionOf(job, endpoint)
  return earlier === undefined
    ? endpoints.find(job.app, endpoint)
    : fromEndpoint(JSON.parse(earlier), endpoint)
}

function define(
  job: ImportJob,
  { endpoint, change, isIdAlone }: NamedRecord,
  into: Into,
): EndpointValues | string {
  const { progress, now } = into
  const { app, requestId } = job
  const current = currentOf(job, endpoint, into)
  if (isIdAlone && current === undefined) return unknownId(endpoint)
  const defined = isIdAlone ? current! : mergeEndpoint(current, change, { app, endpoint, requestId, now })
  const problem = isIdAlone ? undefined : checkMerged(app, defined, { mayBeEmpty: false })
  if (problem !== undefined) return problem
  if (job.segmentId !== null) progress.putDefinition(job, endpoint, endpointJson(app, defined))
  return defined
}
