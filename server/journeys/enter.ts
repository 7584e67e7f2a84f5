import { type Counters, count, whyNotTargeted } from '../audience/counters.ts'
import { newId } from '../model/arn.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import { addDuration, readDuration } from '../model/iso-duration.ts'
import { timeIn } from '../model/time-zone.ts'
import { endpointRef } from '../store/endpoints/endpoint-key.ts'
import type { Participant, Place } from '../store/journeys/journey-participants.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import type { Store } from '../store/open-store.ts'
import { firstMember, memberEndpoint } from '../store/segments/members.ts'
import { localEndOf, localStartOf, nextRunAfter, timesOf } from './schedule.ts'
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
  const { app, definition, document, ends, nextRun, refreshesOn, segmentVersion, starts, startsByEvent } =
    journey
  const scheduled = journeyRuns.unfinished(document).find(({ status }) => status === 'SCHEDULED')
  const run = scheduled?.seq ?? journeyRuns.create(document, newId(), 'RUNNING', now.toISOString())
  if (scheduled !== undefined) journeyRuns.setStatus(run, 'RUNNING', now.toISOString())
  if (startsByEvent) {
    journeys.update(journey, { nextRun: null })
    return
  }

  const time = now.getTime()
  const first = starts ?? timesOf(definition, time).start
  const scheduledAt = starts === null ? first : nextRun
  // A new version of the segment may begin it before its time.
  const isScheduled = scheduledAt !== null && scheduledAt <= time
  const next = isScheduled ? nextRunAfter(definition, first, time, ends) : nextRun
  const segment = segments.get(app, definition.StartCondition!.SegmentStartCondition!.SegmentId)
  const isRenewed = segmentVersion === null || refreshesOn !== null
  journeys.update(journey, {
    starts: first,
    nextRun: next,
    segmentVersion: isRenewed ? (segment?.Version ?? segmentVersion) : segmentVersion,
    entering: {
      run,
      since: time,
      after: firstMember,
      // A change of the segment is no time of day: its run begins in all zones at once (assumed).
      ...(definition.LocalTime && isScheduled && { localStart: localStartOf(scheduledAt) }),
    },
  })
}

/**
 * The next members of the segment enter. A segment that is gone has none. Endpoints that have left the
 * segment are not among them (source: guide); those that are inside walk on (assumed).
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
    const { user = null } = member
    count(counters, user === null ? 'ENDPOINT_PRODUCED' : 'ENDPOINTS_FROM_USER')
    const importJob = 'job' in member ? member.job : null
    const who = { endpoint: memberEndpoint(app, member), user, importJob }
    if (enterOne(store, journey, entering, who, counters, now)) entered++
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
 * @param counters of the run: what has become of the endpoint is added to them
 * @returns whether it has entered
 */
export function enterOne(
  { journeyParticipants }: JourneyStore,
  journey: Journey,
  { run, localStart }: { run: number; localStart?: number },
  { endpoint, user, importJob }: Entrant,
  counters: Counters,
  now: Date,
): boolean {
  const { app, document, definition, shift } = journey
  const zone = zoneOf(endpoint, definition)
  if (zone !== undefined && zone !== endpoint.Demographic?.Timezone) {
    count(counters, 'ENDPOINT_ESTIMATED_TIMEZONE')
  }
  const located = { ...endpoint, Demographic: { ...endpoint.Demographic, ...(zone && { Timezone: zone }) } }
  const id = endpointRef(app.seq, endpoint.Id!).folded
  const time = now.getTime()
  const start =
    localStart === undefined || zone === undefined ? time : Math.max(time, timeIn(zone, localStart))
  const why =
    whyNotTargeted(located, { isLocalTime: definition.LocalTime === true }) ??
    whyNotOpen(journey, start, zone) ??
    whyNotAgain(journey, journeyParticipants.get(document, id), start)
  count(counters, why ?? 'ENDPOINT_ENTERED')
  if (why !== undefined) return false

  const place: Place = {
    activity: definition.StartActivity!,
    phase: 'arrived',
    ...(start > time ? { due: start, isFixed: true } : { due: time - shift, isFixed: false }),
  }
  journeyParticipants.enter({ journey: document, run, endpoint: id, user, importJob }, place, start)
  return true
}

/**
 * Why an endpoint does not enter a journey that has begun: it is paused, or over (names: guide), which
 * by local time it is by the clocks of the endpoint (assumed).
 *
 * @param start when it would begin
 */
function whyNotOpen(
  { definition, state, startsByEvent, ends }: Journey,
  start: number,
  zone: string | undefined,
): 'PAUSED' | 'ENDED' | undefined {
  if (state === 'PAUSED') return 'PAUSED'
  const isLocal = definition.LocalTime === true && zone !== undefined
  const end = ends !== null && isLocal ? timeIn(zone, localEndOf(ends)) : ends
  const isOver = (startsByEvent && state === 'CLOSED') || (end !== null && start >= end)
  return isOver ? 'ENDED' : undefined
}

/**
 * Why an endpoint does not enter a journey again (names: guide).
 *
 * @param start when it would begin, which by local time is later than the run
 */
function whyNotAgain(
  { definition: { Limits = {} }, startsByEvent }: Journey,
  known: Participant | undefined,
  start: number,
): 'ACTIVE_ENDPOINT_REJECTED' | 'REENTRY_CAP_EXCEEDED' | undefined {
  if (known === undefined) return undefined
  if (known.activity !== null) return 'ACTIVE_ENDPOINT_REJECTED'
  // Once, unless events start the journey (assumed); 0 is any number of times (source: guide).
  const cap = Limits.EndpointReentryCap ?? (startsByEvent ? 0 : 1)
  if (cap > 0 && known.entries >= cap) return 'REENTRY_CAP_EXCEEDED'
  const gap = readDuration(Limits.EndpointReentryInterval ?? '')
  return gap !== undefined && start < addDuration(known.enteredAt, gap) ? 'REENTRY_CAP_EXCEEDED' : undefined
}

/**
 * Brings a journey and its runs to the states that follow from who is inside and who can still enter
 * (source: guide): a journey that started and has no RefreshFrequency is CLOSED, and COMPLETED when
 * all have left. With RefreshOnSegmentUpdate, a change of its segment lets endpoints in until then, or
 * until its end.
 *
 * @param journey one that is ACTIVE, PAUSED or CLOSED
 */
export function closeIfOver({ journeys, journeyRuns }: JourneyStore, journey: Journey, now: Date): void {
  const { document, ends, entering, nextRun, startsByEvent, refreshesOn, definition } = journey
  let { state } = journey
  const recurs = startsByEvent || Boolean(definition.RefreshFrequency)
  if (state === 'ACTIVE' && !recurs && nextRun === null && entering === null) {
    state = 'CLOSED'
    journeys.update(journey, { state, ends: refreshesOn === null ? null : ends })
  }
  for (const run of journeyRuns.unfinished(document)) {
    const mayGetMore = state !== 'CLOSED' && (startsByEvent || run.status === 'SCHEDULED')
    if (run.inside > 0 || mayGetMore || entering?.run === run.seq) continue
    journeyRuns.setStatus(run.seq, 'COMPLETED', now.toISOString())
  }
  if (state === 'CLOSED' && entering === null && journeyRuns.countInside(document) === 0) {
    journeys.update(journey, { state: 'COMPLETED', nextRun: null, ends: null, refreshesOn: null })
  }
}

/** Nobody enters any more; those inside go on (source: guide). */
export function closeJourney(store: JourneyStore, journey: Journey, now: Date): void {
  store.journeys.update(journey, { state: 'CLOSED', nextRun: null, ends: null, refreshesOn: null })
  closeIfOver(store, store.journeys.byDocument(journey.document)!, now)
}
