import { type EventFacts, matchesDimensions } from '../audience/event-filter.ts'
import type { EventCondition } from '../model/journey.ts'
import type { JourneyParticipants } from '../store/journeys/journey-participants.ts'
import type { Activities } from './graph.ts'
import { conditionsOf } from './waits.ts'

/** Names the condition of a split on events: its activity, and its place there. */
export const conditionKey = (activity: string, index: number): string => `${activity}/${index}`

/** The conditions on events of all splits, by their names. */
export function eventConditions(activities: Activities): [key: string, condition: EventCondition][] {
  return Object.entries(activities).flatMap(([key, activity]) =>
    conditionsOf(activity).flatMap(({ EventCondition }, index): [string, EventCondition][] =>
      EventCondition === undefined ? [] : [[conditionKey(key, index), EventCondition]],
    ),
  )
}

/**
 * Whether an event of a message that the journey has sent meets a condition: it is of the activity that
 * the condition names (source: guide).
 */
export function meets({ Dimensions = {}, MessageActivity }: EventCondition, event: EventFacts): boolean {
  if (MessageActivity && event.sentBy?.activity !== MessageActivity) return false
  return matchesDimensions(Dimensions, event)
}

/**
 * Notes that a participant has met conditions. The endpoints of a user walk together, so they meet
 * them together (source: guide). To be called in a transaction.
 *
 * @param journey the row of the journey
 * @param endpoint the id of the participant's endpoint, as ids are compared
 * @param keys names of the conditions
 * @param sent when the message was sent of which the conditions' event is, if that is known (ISO 8601):
 *   one of before the participant entered the last time decides nothing any more (assumed)
 */
export function noteMet(
  participants: JourneyParticipants,
  journey: number,
  endpoint: string,
  keys: readonly string[],
  sent?: string,
): void {
  const participant = keys.length === 0 ? undefined : participants.get(journey, endpoint)
  if (participant === undefined) return
  if (sent !== undefined && Date.parse(sent) < participant.enteredAt) return
  const together = participant.user === null ? [participant] : participants.ofUser(journey, participant.user)
  for (const { seq, met } of together) {
    const all = new Set([...met, ...keys])
    if (all.size > met.length) participants.setMet(seq, [...all])
  }
}
