import { mergeEndpoint } from '../../endpoints/merge-endpoint.ts'
import {
  checkMerged,
  type EndpointPlan,
  missingMember,
  type PlannedEndpoint,
} from '../../endpoints/plan-endpoints.ts'
import type { EndpointRef } from '../../store/endpoints/endpoint-key.ts'
import { type EndpointValues, endpointJson, fromEndpoint } from '../../store/endpoints/endpoint-row.ts'
import type { ImportJob, ImportProgress } from '../../store/jobs/import-progress.ts'
import { type BadItem, joinProblems } from '../read/item.ts'
import type { PreparedRecord } from '../read/prepare.ts'

/** What the records of a batch are imported into. */
export interface Target {
  plan: EndpointPlan
  progress: ImportProgress
  /** Milliseconds since 1970. */
  now: number
  /** Imported endpoints by channel, to be added to; users count in none (assumed). */
  channels: Map<string, number>
  /** The registered endpoints that are to be members of the segment are added to these. */
  members: PlannedEndpoint[]
}

/** A record that names an endpoint. */
type NamedRecord = PreparedRecord & { endpoint: EndpointRef }

const isNamed = (record: PreparedRecord): record is NamedRecord => record.endpoint !== null

/**
 * Imports one record: plans its endpoint, unless the job registers none, and makes it a member of the segment, if
 * the job makes one. An endpoint that is not registered is in the segment alone, merged with the registered one of
 * its id; what concerns other endpoints (a user's number of them and attributes, addresses, custom names) does not
 * apply to it, as nobody else sees it (assumed). A record that names a user alone makes the user a member.
 *
 * @returns why the record cannot be imported; undefined when it is
 */
export function importRecord(job: ImportJob, record: PreparedRecord, target: Target): string | undefined {
  if (!isNamed(record)) return importUser(job, record.change.user_id!, target)
  const imported =
    job.definition.RegisterEndpoints === false ? define(job, record, target) : register(job, record, target)
  if (typeof imported === 'string') return imported
  // An endpoint that is known may still have neither address nor channel.
  const { channel_type } = imported
  if (channel_type !== null) target.channels.set(channel_type, (target.channels.get(channel_type) ?? 0) + 1)
  return undefined
}

/**
 * Says why a bad record cannot be imported: what was found when it was read, and what its endpoint would lack, which depends
 * on what is stored of it.
 */
export function refuseRecord(
  job: ImportJob,
  { reason, rest }: BadItem<PreparedRecord>,
  target: Target,
): string {
  if (rest === undefined || !isNamed(rest)) return reason
  const { endpoint, change } = rest
  const write = { endpoint, requestId: job.requestId, now: target.now }
  const merged = mergeEndpoint(currentOf(job, endpoint, target), change, write)
  const missing = missingMember(merged, { mayBeEmpty: false })
  return missing === undefined ? reason : joinProblems([reason, explainMissing(missing, rest)])
}

/** A user must have endpoints already (source: guide); which they are is looked up when the segment is read. */
function importUser(job: ImportJob, userId: string, { plan, progress }: Target): string | undefined {
  if (plan.ofUser(userId).length === 0) {
    return `User.UserId ${JSON.stringify(userId)} has no endpoints: a record of a user alone needs some that are there already`
  }
  if (job.segmentId !== null) progress.putUserMember(job, userId)
  return undefined
}

/** Plans an endpoint. An id alone only makes it a member, and is no change of it (assumed). */
function register(job: ImportJob, record: NamedRecord, { plan, now, members }: Target) {
  const { endpoint, change, isIdAlone } = record
  const planned = isIdAlone
    ? (plan.find(endpoint) ?? unknownId(endpoint))
    : plan.put(change, { endpoint, requestId: job.requestId, now, mayBeEmpty: false })
  if (typeof planned === 'string') return explainMissing(planned, record)
  members.push(planned)
  return planned.values
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
  { plan, progress }: Target,
): EndpointValues | undefined {
  const earlier = progress.definitionOf(job, endpoint)
  return earlier === undefined ? plan.find(endpoint)?.values : fromEndpoint(JSON.parse(earlier), endpoint)
}

function define(
  job: ImportJob,
  { endpoint, change, isIdAlone }: NamedRecord,
  target: Target,
): EndpointValues | string {
  const { progress, now } = target
  const { app, requestId } = job
  const current = currentOf(job, endpoint, target)
  if (isIdAlone && current === undefined) return unknownId(endpoint)
  const defined = isIdAlone ? current! : mergeEndpoint(current, change, { endpoint, requestId, now })
  const problem = isIdAlone ? undefined : checkMerged(app, defined, { mayBeEmpty: false })
  if (problem !== undefined) return problem
  if (job.segmentId !== null) progress.putDefinition(job, endpoint, endpointJson(app, defined))
  return defined
}
