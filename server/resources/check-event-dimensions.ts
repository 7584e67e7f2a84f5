import type { EventDimensions } from '../model/event-filter.ts'
import { checkAttribute, checkMetric, checkValues } from './segments/check-definition.ts'

/**
 * Checks the values and comparisons of the conditions on an event (assumed).
 *
 * @param member the name of the conditions, for messages
 * @throws BadRequestException that names the wrong member
 */
export function checkEventDimensions(
  member: string,
  { EventType, Attributes = {}, Metrics = {} }: EventDimensions,
): void {
  if (EventType !== undefined) checkValues(`${member}.EventType`, EventType.Values)
  for (const [name, dimension] of Object.entries(Attributes)) {
    checkAttribute(`${member}.Attributes.${name}`, dimension)
  }
  for (const [name, dimension] of Object.entries(Metrics)) {
    checkMetric(`${member}.Metrics.${name}`, dimension)
  }
}

/** What is wrong with conditions that say nothing of an event (assumed: the model requires none of them). */
export function emptyDimensionsProblem(
  member: string,
  { EventType, Attributes = {}, Metrics = {} }: EventDimensions,
): string | undefined {
  const isEmpty = EventType === undefined && Object.keys({ ...Attributes, ...Metrics }).length === 0
  return isEmpty ? `${member} must have an EventType, Attributes or Metrics` : undefined
}
