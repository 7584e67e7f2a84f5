import type { EndpointResponse } from '../model/endpoint.ts'
import type { AppRef } from '../store/applications/applications.ts'
import type { SendsKey } from '../store/audience/endpoint-sends.ts'
import type { DueActivity, Target } from '../store/campaigns/activities.ts'
import { endpointRef, foldedId } from '../store/endpoints/endpoint-key.ts'
import type { Store } from '../store/open-store.ts'
import { type MemberCursor, memberEndpoint } from '../store/segments/members.ts'
import type { FilteredEndpoint } from './filter-hook.ts'
import type { Run } from './open-run.ts'

/** A member of the segment, or the recipient of an event, in a step. */
export interface Candidate {
  id: string
  key: SendsKey
  endpoint: EndpointResponse
  /** Whether `endpoint` is what an import defines without registering it, not the registered endpoint. */
  isDefined: boolean
  /** Whether it was a candidate of the run before. */
  isDuplicate?: boolean
  /** What a hook has made of it. */
  overrides?: FilteredEndpoint
  /** Why it gets nothing, as the outbox says it. */
  problem?: string
}

/** What a step has read, and where the next one goes on. */
export interface Batch {
  candidates: Candidate[]
  /** The cursor behind each member of the segment. */
  cursors: MemberCursor[]
  /** The cursor of the next step; null if there are no more members. */
  next: MemberCursor | null
  /** Of a run by local time: the targets that the candidates were, and those that are gone. */
  targets: Target[]
  gone: Target[]
  /** Candidates that belong to a user that an import has named. */
  ofUsers: number
}

/**
 * Reads who is next in a run: the recipient of an event, members of the segment, or targets of a run
 * by local time whose time has come.
 */
export function readBatch(
  store: Pick<Store, 'campaignActivities' | 'endpoints'>,
  activity: DueActivity,
  run: Run,
  limit: number,
  now: Date,
): Batch {
  const { app } = activity
  const batch: Batch = { candidates: [], cursors: [], next: null, targets: [], gone: [], ofUsers: 0 }
  if (activity.endpoint !== null) {
    const found = findCandidate(store, app, activity.endpoint)
    if (found !== undefined) batch.candidates.push(found)
  } else if (activity.member_cursor !== null) {
    const { found, next = null } = run.list(activity.member_cursor, limit)
    batch.next = next
    for (const member of found) {
      const endpoint = memberEndpoint(app, member)
      const id = endpoint.Id!
      const isDefined = 'definition' in member
      const key = isDefined ? keyOfDefined(store, app, id) : { row: member.row.seq, id: member.row.id }
      batch.candidates.push({ id, endpoint, key, isDefined, isDuplicate: member.isDuplicate === true })
      batch.cursors.push(member.cursor)
      if (member.user !== undefined) batch.ofUsers++
    }
  } else {
    for (const target of store.campaignActivities.targets(activity.seq, limit)) {
      if (target.due > now.getTime()) break
      const { endpoint: id, definition } = target
      const found =
        definition === null
          ? findCandidate(store, app, id, activity.newest_endpoint)
          : { id, key: keyOfDefined(store, app, id), endpoint: JSON.parse(definition), isDefined: true }
      if (found === undefined) batch.gone.push(target)
      else {
        batch.candidates.push(found)
        batch.targets.push(target)
      }
    }
  }
  return batch
}

/**
 * The key of an endpoint that an import defines. It has a row if it is registered as well:
 * what it gets counts for both.
 */
function keyOfDefined({ endpoints }: Pick<Store, 'endpoints'>, app: AppRef, id: string): SendsKey {
  const ref = endpointRef(app.seq, id)
  return { row: endpoints.find(app, ref)?.seq ?? null, id: ref.folded }
}

/**
 * The endpoint of an id as it is now.
 *
 * @param newest the last row of endpoints that counts, if later ones do not
 */
function findCandidate(
  { endpoints }: Pick<Store, 'endpoints'>,
  app: AppRef,
  id: string,
  newest = Number.POSITIVE_INFINITY,
): Candidate | undefined {
  const stored = endpoints.get(app, id)
  if (stored === undefined || stored.seq > newest) return undefined
  const { seq: row, endpoint } = stored
  return { id: endpoint.Id, key: { row, id: foldedId(id) }, endpoint, isDefined: false }
}
