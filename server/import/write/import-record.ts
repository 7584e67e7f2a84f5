import { checkComplete, missingAddress } from '../../endpoints/check-endpoint.ts'
import { mergeEndpoint } from '../../endpoints/merge-endpoint.ts'
import { checkMerged, type EndpointPlan, type PlannedEndpoint } from '../../endpoints/plan-endpoints.ts'
import type { EndpointRef } from '../../store/endpoints/endpoint-key.ts'
import { type EndpointValues, endpointJson, fromEndpoint } from '../../store/endpoints/endpoint-row.ts'
import type { ImportJob, ImportProgress } from '../../store/jobs/import-progress.ts'
import { type BadItem, joinProblems } from '../read/item.ts'
import type { PreparedRecord } from '../read/prepare.ts'

/** Where the records of a batch go. */
export interface Target {
  plan: EndpointPlan
  progress: ImportProgress
  /** Milliseconds since 1970. */
  now: number
  /** Counts imported endpoints by channel. Records of a user alone are not counted (assumed). */
  channels: Map<string, number>
  /** Collects the registered endpoints, to become members of the segment. */
  members: PlannedEndpoint[]
}

/** A record of an endpoint, not of a user alone. */
type NamedRecord = PreparedRecord & { endpoint: EndpointRef }

const isNamed = (record: PreparedRecord): record is NamedRecord => record.endpoint !== null

/**
 * Imports one record: registers its endpoint, and makes it a member of the job's segment, if any.
 *
 * With RegisterEndpoints false, the endpoint exists only in the segment, merged with the registered
 * one of its id. Rules about other endpoints (the number of a user's endpoints, user attributes,
 * addresses, attribute names) do not apply to it, as nobody else sees it (assumed). A record of a
 * user alone makes the user a member.
 *
 * @returns why the record cannot be imported, or undefined if it was
 */
export function importRecord(job: ImportJob, record: PreparedRecord, target: Target): string | undefined {
  if (!isNamed(record)) return importUser(job, record.change.user_id!, target)
  const imported =
    job.definition.RegisterEndpoints === false ? define(job, record, target) : register(job, record, target)
  if (typeof imported === 'string') return imported
  // An endpoint that existed before may have neither address nor channel.
  const { channel_type } = imported
  if (channel_type !== null) target.channels.set(channel_type, (target.channels.get(channel_type) ?? 0) + 1)
  return undefined
}

/**
 * Returns all problems of a bad record: those found by reading, and what its endpoint would lack,
 * which depends on whether it is stored already.
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
  const problem = checkComplete(merged, { explainEmpty: () => unknownId(endpoint) })
  return problem === undefined ? reason : joinProblems([reason, problem])
}

/**
 * Makes a user a member. The user must have endpoints already (source: guide); they are looked up
 * when the segment is read.
 */
function importUser(job: ImportJob, userId: string, { plan, progress }: Target): string | undefined {
  if (plan.ofUser(userId).length === 0) {
    return `User.UserId ${JSON.stringify(userId)} has no endpoints: a record of a user alone needs some that are there already`
  }
  if (job.segmentId !== null) progress.putUserMember(job, userId)
  return undefined
}

/**
 * Plans an endpoint. A record of an id alone makes the endpoint a member without changing it
 * (assumed).
 */
function register(job: ImportJob, record: NamedRecord, { plan, now, members }: Target) {
  const { endpoint, change, isIdAlone } = record
  const planned = isIdAlone
    ? (plan.find(endpoint) ?? unknownId(endpoint))
    : plan.put(change, { endpoint, requestId: job.requestId, now, explainEmpty: () => unknownId(endpoint) })
  if (typeof planned === 'string') return planned
  members.push(planned)
  return planned.values
}

/** What is said of an endpoint with neither an address nor a channel, whose most likely mistake is its id. */
const unknownId = ({ id }: EndpointRef) =>
  `${missingAddress}: there is no endpoint with the Id ${JSON.stringify(id)}, and a new one needs Address and ChannelType`

/** The endpoint before a record: as defined by an earlier record of the job, or as registered. */
function currentOf(
  job: ImportJob,
  endpoint: EndpointRef,
  { plan, progress }: Target,
): EndpointValues | undefined {
  const earlier = progress.definitionOf(job, endpoint)
  return earlier === undefined ? plan.find(endpoint)?.values : fromEndpoint(JSON.parse(earlier), endpoint)
}

/** Puts an endpoint into the segment without registering it. */
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
  const problem = isIdAlone ? undefined : checkMerged(app, defined)
  if (problem !== undefined) return problem
  if (job.segmentId !== null) progress.putDefinition(job, endpoint, endpointJson(app, defined))
  return defined
}
