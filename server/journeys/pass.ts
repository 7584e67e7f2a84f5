import type { ActivityKind, SimpleCondition } from '../model/journey.ts'
import type { AppRef } from '../store/applications/applications.ts'
import { foldedId } from '../store/endpoints/endpoint-key.ts'
import type { Place } from '../store/journeys/journey-participants.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import type { Store } from '../store/open-store.ts'
import type { MemberRef, Members } from '../store/segments/members.ts'
import { branchOf, chanceOf } from './choose.ts'
import { conditionKey } from './event-conditions.ts'
import type { MessageActivityKind } from './graph.ts'
import { arriveAt, type LoadedParticipant, type Outcome } from './outcome.ts'
import { conditionsOf, evaluationWait, type Wait, waitOf } from './waits.ts'

type MemberStore = Pick<Store, 'endpoints' | 'segmentMembers'>

/**
 * What becomes of participants at an activity that sends nothing. To be called in a transaction.
 *
 * @param key of the activity
 */
export function passActivity(
  store: MemberStore,
  journey: Journey,
  key: string,
  kind: Exclude<ActivityKind, MessageActivityKind>,
  participants: readonly LoadedParticipant[],
  now: Date,
): Outcome[] {
  const time = now.getTime()
  const activities = journey.definition.Activities!
  const activity = activities[key]!
  const chance = ({ user, endpoint }: LoadedParticipant) =>
    chanceOf(journey.definition.Name, key, user ?? endpoint)
  const goTo = (participant: LoadedParticipant, next: string | undefined, ...counted: string[]): Outcome => ({
    participant,
    next: arriveAt(journey, next, now),
    counted,
  })
  switch (kind) {
    case 'Wait': {
      const { WaitTime, NextActivity } = activity.Wait!
      return participants.map(participant => {
        if (participant.phase === 'waited') return goTo(participant, NextActivity, 'WAIT_FINISHED')
        const wait = waitOf(WaitTime, time)
        if (wait === undefined) return goTo(participant, NextActivity, 'WAIT_SKIPPED')
        return { participant, next: waitAt(journey, key, wait), counted: ['WAIT_STARTED'] }
      })
    }
    case 'RandomSplit': {
      const branches = activity.RandomSplit!.Branches!
      const percentages = branches.map(({ Percentage = 0 }) => Percentage)
      return participants.map(participant => {
        const index = branchOf(percentages, chance(participant))
        return goTo(participant, branches[index]!.NextActivity, `Branch_${index + 1}`)
      })
    }
    case 'Holdout': {
      const { Percentage, NextActivity } = activity.Holdout!
      return participants.map(participant =>
        chance(participant) < Percentage
          ? goTo(participant, undefined, 'HELD_OUT')
          : goTo(participant, NextActivity, 'PASSED'),
      )
    }
    case 'ContactCenter':
      return participants.map(participant => ({
        ...goTo(participant, activity.ContactCenter!.NextActivity, 'SUCCESS'),
        told: { endpoint: participant.current, statuses: ['SUCCESS'] },
      }))
    case 'ConditionalSplit':
    case 'MultiCondition': {
      const wait = evaluationWait(activity, activities, time)
      // Of those that are due now, some have just come, and others have waited.
      const { arrived = [], others = [] } = Object.groupBy(participants, ({ phase }) =>
        wait !== undefined && phase === 'arrived' ? 'arrived' : 'others',
      )
      return [
        ...arrived.map(participant => ({ participant, next: waitAt(journey, key, wait!) })),
        ...split(store, journey, key, others, now).map(([participant, next, counted]) =>
          goTo(participant, next, counted),
        ),
      ]
    }
  }
}

const waitAt = ({ shift }: Journey, activity: string, { until, isFixed }: Wait): Place => ({
  activity,
  phase: 'waited',
  due: isFixed ? until : until - shift,
  isFixed,
})

/** Which way participants take at a split on conditions: as their endpoints are now (source: guide). */
function split(
  store: MemberStore,
  { app, definition }: Journey,
  key: string,
  participants: readonly LoadedParticipant[],
  now: Date,
): [participant: LoadedParticipant, next: string | undefined, counted: string][] {
  const activity = definition.Activities![key]!
  const met = conditionsOf(activity).map((condition, index) =>
    whoMeets(store, app, conditionKey(key, index), condition, participants, now),
  )
  const { ConditionalSplit, MultiCondition } = activity
  return participants.map(participant => {
    if (ConditionalSplit !== undefined) {
      const { Condition, TrueActivity, FalseActivity } = ConditionalSplit
      // ALL by default (assumed).
      const isTrue =
        Condition?.Operator === 'ANY'
          ? met.some(who => who.has(participant))
          : met.every(who => who.has(participant))
      return isTrue
        ? [participant, TrueActivity, 'Branch_TRUE']
        : [participant, FalseActivity, 'Branch_FALSE']
    }
    const index = met.findIndex(who => who.has(participant))
    return index === -1
      ? [participant, MultiCondition!.DefaultActivity, 'Branch_DEFAULT']
      : [participant, MultiCondition!.Branches![index]!.NextActivity, `Branch_${index + 1}`]
  })
}

/** @param name of the condition, as participants note that its event has happened */
function whoMeets(
  store: MemberStore,
  app: AppRef,
  name: string,
  { EventCondition, SegmentCondition, segmentDimensions }: SimpleCondition,
  participants: readonly LoadedParticipant[],
  now: Date,
): Set<LoadedParticipant> {
  const { segmentMembers } = store
  let left = participants
  if (EventCondition !== undefined) left = left.filter(({ met }) => met.includes(name))
  const time = now.toISOString()
  if (SegmentCondition !== undefined) {
    const members = segmentMembers.find(app, SegmentCondition.SegmentId, undefined, time)
    // A segment that is gone has no members (assumed).
    left = members === undefined ? [] : among(store, app, members, left, { isSegment: true })
  }
  if (segmentDimensions !== undefined) {
    const members = segmentMembers.ofBody(app, { Dimensions: segmentDimensions }, time)
    left = among(store, app, members, left, { isSegment: false })
  }
  return new Set(left)
}

/**
 * The participants who are members. One with a user is a member if any endpoint of that user is one.
 *
 * @param options.isSegment whether the members are those of a segment. If an import of the segment defines an
 *   endpoint without registering it, that definition counts, not the participant's own endpoint
 */
function among(
  { endpoints, segmentMembers }: MemberStore,
  app: AppRef,
  members: Members,
  participants: readonly LoadedParticipant[],
  { isSegment }: { isSegment: boolean },
): LoadedParticipant[] {
  const refIn = (id: string, row: number | null) =>
    isSegment ? segmentMembers.refIn(members, id, row ?? undefined) : undefined
  const refs = participants.map(({ key, ref, user }): MemberRef[] => [
    refIn(key.id, key.row) ?? ref,
    ...(user === null ? [] : endpoints.ofUser(app, user)).map(
      ({ seq, endpoint }) => refIn(foldedId(endpoint.Id), seq) ?? seq,
    ),
  ])
  const found = segmentMembers.amongOrNone(app, members, refs.flat())
  return participants.filter((_, index) => refs[index]!.some(ref => found.has(ref)))
}
