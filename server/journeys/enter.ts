import { type Counters, count, whyNotTargeted } from '../audience/counters.ts'
import { newId } from '../http/arn.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import { addDuration, readDuration } from '../model/iso-duration.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import type { Place } from '../store/journeys/journey-participants.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import type { Store } from '../store/open-store.ts'
import { firstMember, type Member, memberEndpoint } from '../store/segments/members.ts'
import { timeIn } from '../templates/helpers/time-zone.ts'
import { localStartOf, nextRunAfter } from './schedule.ts'
import { zoneOf } from './zone.ts'

/*
 * How a run begins, and how endpoints enter it. All functions are to be called in a transaction, with
 * a journey that was read in it.
 */

type JourneyStore = Pick<
  Store,
  'journeys' | 'journeyRuns' | 'journeyParticipants' | 'segments' | 'segmentMembers'
>

/** Members that enter in one step. */
const membersPerStep = 500

/** Begins a run whose time has come. The members of its segment enter in the next steps. */
export function beginRun(store: JourneyStore, journey: Journey, now: Date): void {
  const { journeys, journeyRuns, segments } = store
  const { app, definition, document, ends, nextRun, refreshesOn, segmentVersion, startsByEvent } = journey
  const scheduled = journeyRuns.unfinished(document).find(({ status }) => status === 'SCHEDULED')
  const run = scheduled?.seq ?? journeyRuns.create(document, newId(), 'RUNNING', now.toISOString())
  if (scheduled !== undefined) journeyRuns.setStatus(run, 'RUNNING', now.toISOString())
  if (startsByEvent) {
    journeys.update(journey, { nextRun: null })
    return
  }

  const time = now.getTime()
  // A new version of the segment may begin it before its time.
  const isScheduled = nextRun !== null && nextRun <= time
  const next = isScheduled ? nextRunAfter(definition, nextRun, time) : nextRun
  const segment = segments.get(app, definition.StartCondition!.SegmentStartCondition!.SegmentId)
  const isRenewed = segmentVersion === null || refreshesOn !== null
  journeys.update(journey, {
    nextRun: next !== null && (ends === null || next < ends) ? next : null,
    segmentVersion: isRenewed ? (segment?.Version ?? segmentVersion) : segmentVersion,
    entering: {
      run,
      since: time,
      after: firstMember,
      ...(definition.LocalTime && { localStart: localStartOf(isScheduled ? nextRun : time) }),
    },
  })
}

/**
 * The next members of the segment enter. A segment that is gone has none.
 *
 * @throws SegmentQueryError if the segment is too large to be queried
 */
export function enterMembers(store: JourneyStore, journey: Journey, now: Date): void {
  const { journeys, journeyRuns, segmentMembers } = store
  const { app, definition, segmentVersion } = journey
  const entering = journey.entering!
  const { SegmentId } = definition.StartCondition!.SegmentStartCondition!
  const since = new Date(entering.since).toISOString()
  const members = segmentMembers.find(app, SegmentId, segmentVersion ?? undefined, since)
  const { found, next } =
    members === undefined
      ? { found: [], next: undefined }
      : segmentMembers.prepareSteps(app, members)(entering.after, membersPerStep)
  const counters: Counters = {}
  let entered = 0
  for (const member of found) {
    const { cursor } = member
    const user = cursor.length === 2 && typeof cursor[0] === 'string' ? cursor[0] : null
    count(counters, user === null ? 'ENDPOINT_PRODUCED' : 'ENDPOINTS_FROM_USER')
    const importJob = 'row' in member ? null : 'import' in members! ? members.import : (cursor[0] as number)
    const who = { endpoint: memberEndpoint(app, member as Member), user, importJob }
    const outcome = enterOne(store, journey, entering, who, now)
    count(counters, outcome)
    if (outcome === 'ENDPOINT_ENTERED') entered++
  }
  journeyRuns.count(entering.run, { '': counters }, entered, now.toISOString())
  journeys.update(journey, { entering: next === undefined ? null : { ...entering, after: next } })
}

/** Who may enter. */
export interface Entrant {
  endpoint: EndpointResponse
  user: string | null
  importJob: number | null
}

/**
 * One endpoint enters a run, if it may.
 *
 * @returns the counter of what has become of it
 */
export function enterOne(
  { journeyParticipants }: JourneyStore,
  journey: Journey,
  { run, localStart }: { run: number; localStart?: number },
  { endpoint, user, importJob }: Entrant,
  now: Date,
): string {
  const { app, document, definition, startsByEvent, shift } = journey
  const { Limits = {}, StartActivity, LocalTime = false } = definition
  const zone = zoneOf(endpoint, definition)
  const located = { ...endpoint, Demographic: { ...endpoint.Demographic, ...(zone && { Timezone: zone }) } }
  const why = whyNotTargeted(located, { isLocalTime: LocalTime })
  if (why !== undefined) return why

  const id = endpointRef(app.seq, endpoint.Id!).folded
  const known = journeyParticipants.get(document, id)
  if (known !== undefined) {
    if (known.activity !== null) return 'ACTIVE_ENDPOINT_REJECTED'
    // Once, unless events start the journey (assumed); 0 is any number of times (source: guide).
    const cap = Limits.EndpointReentryCap ?? (startsByEvent ? 0 : 1)
    if (cap > 0 && known.entries >= cap) return 'REENTRY_CAP_EXCEEDED'
    const gap = readDuration(Limits.EndpointReentryInterval ?? '')
    if (gap !== undefined && now.getTime() < addDuration(known.enteredAt, gap)) return 'REENTRY_CAP_EXCEEDED'
  }
  const start = localStart === undefined ? now.getTime() : timeIn(zone!, localStart)
  const place: Place =
    start > now.getTime()
      ? { activity: StartActivity!, phase: 'arrived', due: start, isFixed: true }
      : { activity: StartActivity!, phase: 'arrived', due: now.getTime() - shift, isFixed: false }
  journeyParticipants.enter({ journey: document, run, endpoint: id, user, importJob }, place, now.getTime())
  return 'ENDPOINT_ENTERED'
}

/**
 * Brings a journey and its runs to the states that follow from who is inside and who can still enter
 * (source: guide): a journey that lets nobody in any more is CLOSED, and COMPLETED when all have left.
 */
export function closeIfOver({ journeys, journeyRuns }: JourneyStore, journey: Journey, now: Date): void {
  const { document, entering, nextRun, startsByEvent, refreshesOn, definition } = journey
  let { state } = journey
  const refreshes = Boolean(definition.RefreshFrequency) || refreshesOn !== null
  if (state === 'ACTIVE' && !startsByEvent && !refreshes && nextRun === null && entering === null) {
    state = 'CLOSED'
    journeys.update(journey, { state, ends: null })
  }
  for (const run of journeyRuns.unfinished(document)) {
    const mayGetMore = state === 'ACTIVE' && (startsByEvent || run.status === 'SCHEDULED')
    if (run.inside > 0 || mayGetMore || entering?.run === run.seq) continue
    journeyRuns.setStatus(run.seq, 'COMPLETED', now.toISOString())
  }
  if (state === 'CLOSED' && entering === null && journeyRuns.countInside(document) === 0) {
    journeys.update(journey, { state: 'COMPLETED', nextRun: null, ends: null })
  }
}

/** Nobody enters any more; those inside go on (source: guide). */
export function closeJourney(store: JourneyStore, journey: Journey, now: Date): void {
  store.journeys.update(journey, { state: 'CLOSED', nextRun: null, ends: null, refreshesOn: null })
  closeIfOver(store, store.journeys.byDocument(journey.document)!, now)
}
