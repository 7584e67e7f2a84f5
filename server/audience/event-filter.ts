import type { EventDimensions, EventFilter } from '../model/event-filter.ts'
import { isPushEvent, type SentBy } from '../model/event-record.ts'
import { readTime } from '../model/iso-time.ts'
import type { AttributeDimension, MetricDimension, SetDimension } from '../model/segment-dimensions.ts'
import { fitsTime } from '../model/time-comparison.ts'

/** What is known of an event, as PutEvents takes it. */
export interface EventFacts {
  EventType: string
  Attributes?: Readonly<Record<string, string>> | undefined
  Metrics?: Readonly<Record<string, number>> | undefined
  /** Who sent the message, if the event is about one. */
  sentBy?: SentBy
}

/**
 * Whether an event is about a message that Pinpoint sent: Pinpoint made the event itself, or an app
 * reported what became of a push notification. Other events of apps are not about a message, even if
 * they name a campaign or a journey: mobile SDKs add the ids of the last notification to all later
 * events (source: observed).
 *
 * @param source ENDPOINT for an event of PutEvents, SYSTEM for one of Pinpoint itself
 */
export const isOfMessage = ({ EventType }: EventFacts, source: EventFilter['FilterType']): boolean =>
  source === 'SYSTEM' || isPushEvent(EventType)

/**
 * Whether an event is one that a filter is for.
 *
 * @param source ENDPOINT for an event of PutEvents, SYSTEM for one of Pinpoint itself
 */
export const matchesFilter = (
  { FilterType, Dimensions }: EventFilter,
  event: EventFacts,
  source: EventFilter['FilterType'] = 'ENDPOINT',
): boolean => FilterType === source && matchesDimensions(Dimensions, event)

/**
 * Whether an event meets all conditions: its type, attributes and metrics. Each is met by any of its
 * values; an attribute or a metric that the event does not have fails, whatever the operator
 * (assumed).
 */
export function matchesDimensions(
  { EventType, Attributes = {}, Metrics = {} }: EventDimensions,
  event: EventFacts,
): boolean {
  return (
    (EventType === undefined || matchesSet(EventType, event.EventType)) &&
    Object.entries(Attributes).every(([name, dimension]) =>
      matchesAttribute(dimension, own(event.Attributes, name)),
    ) &&
    Object.entries(Metrics).every(([name, dimension]) => matchesMetric(dimension, own(event.Metrics, name)))
  )
}

/** The event's own value: names are the caller's, and may be those of an object's prototype. */
const own = <T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined

/** Whether a value is one of those of a set, or none of them for EXCLUSIVE. */
const matchesSet = ({ DimensionType = 'INCLUSIVE', Values }: SetDimension, value: string): boolean =>
  Values.includes(value) === (DimensionType === 'INCLUSIVE')

function matchesAttribute(
  { AttributeType = 'INCLUSIVE', Values }: AttributeDimension,
  value: string | undefined,
): boolean {
  if (value === undefined) return false
  switch (AttributeType) {
    case 'INCLUSIVE':
      return Values.includes(value)
    case 'EXCLUSIVE':
      return !Values.includes(value)
    case 'CONTAINS':
      return Values.some(part => value.includes(part))
    default: {
      const [first, last] = Values.map(value => readTime(value) ?? Number.NaN)
      return fitsTime(AttributeType, value, first!, last)
    }
  }
}

function matchesMetric({ ComparisonOperator, Value }: MetricDimension, value: number | undefined): boolean {
  if (value === undefined) return false
  switch (ComparisonOperator) {
    case 'GREATER_THAN':
      return value > Value
    case 'LESS_THAN':
      return value < Value
    case 'GREATER_THAN_OR_EQUAL':
      return value >= Value
    case 'LESS_THAN_OR_EQUAL':
      return value <= Value
    default:
      return value === Value
  }
}
