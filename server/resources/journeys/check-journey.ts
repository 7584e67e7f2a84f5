import { badRequest } from '../../http/errors/exceptions.ts'
import { readInstant } from '../../model/iso-time.ts'
import type { SimpleCondition, WriteJourneyRequest } from '../../model/journey.ts'
import { journeyLimits as limits } from '../../model/quotas.ts'
import { describe } from '../../validation/explain.ts'
import { checkEventDimensions } from '../check-event-dimensions.ts'
import { checkDimensions } from '../segments/check-definition.ts'

/**
 * Checks what the types cannot express of a journey in any state. A draft may be incomplete, but what
 * it says must be well-formed (assumed): SDKs could not read a time that is none.
 *
 * @throws BadRequestException that names the wrong member
 */
export function checkJourney({
  Name,
  Schedule = {},
  StartCondition,
  Activities = {},
}: WriteJourneyRequest): void {
  if (!/^[\w-]+$/.test(Name) || Name.length > limits.name) {
    throw badRequest(
      `Name must be 1 to ${limits.name} characters, all of them letters, digits, _ or -; got ${describe(Name)}`,
    )
  }
  for (const member of ['StartTime', 'EndTime'] as const) {
    const time = Schedule[member]
    if (!time || readInstant(time) !== undefined) continue
    throw badRequest(
      `Schedule.${member} must be an ISO 8601 time with a time zone, such as 2027-03-01T09:00:00Z; got ${describe(time)}`,
    )
  }
  const filter = StartCondition?.EventStartCondition?.EventFilter
  if (filter !== undefined) {
    checkEventDimensions('StartCondition.EventStartCondition.EventFilter.Dimensions', filter.Dimensions)
  }
  for (const [key, { ConditionalSplit, MultiCondition }] of Object.entries(Activities)) {
    for (const [index, condition] of (ConditionalSplit?.Condition?.Conditions ?? []).entries()) {
      checkCondition(`Activities.${key}.ConditionalSplit.Condition.Conditions.${index}`, condition)
    }
    for (const [index, { Condition }] of (MultiCondition?.Branches ?? []).entries()) {
      if (Condition) checkCondition(`Activities.${key}.MultiCondition.Branches.${index}.Condition`, Condition)
    }
  }
}

function checkCondition(member: string, { EventCondition, segmentDimensions }: SimpleCondition): void {
  if (EventCondition?.Dimensions !== undefined) {
    checkEventDimensions(`${member}.EventCondition.Dimensions`, EventCondition.Dimensions)
  }
  if (segmentDimensions !== undefined) checkDimensions(`${member}.segmentDimensions`, segmentDimensions)
}
